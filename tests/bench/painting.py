"""How long a real Chromium takes until something of a page is seen."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from tests.browser import chromium

_TIMES = 8
_TIMINGS = """() => new Promise((done) => {
  const told = () => {
    const paint = performance.getEntriesByName("first-contentful-paint")[0];
    const page = performance.getEntriesByType("navigation")[0];
    if (!paint || !page.loadEventEnd) return setTimeout(told, 5);
    done({ first: paint.startTime, answered: page.responseStart, whole: page.loadEventEnd });
  };
  told();
})"""


@dataclass(frozen=True, slots=True)
class Painted:
    """Milliseconds from the click until the answer began, something was painted, and all was there."""

    answered: float
    first: float
    whole: float


def painted(url: str, word: str) -> Sequence[Painted]:
    """Open a page some times, each in a window that knows nothing; nothing where there is no browser.

    Before it the browser has shown the page of one word at `word`: whoever looks at a board has a browser that runs,
    and the first page of all takes one that has just begun twice as long, whatever is on it.
    """
    program = chromium.found()
    if program is None:
        return ()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, chromium_sandbox=os.geteuid() != 0)
        _painted(browser, word)
        found = [_painted(browser, url) for _ in range(_TIMES)]
        browser.close()
    return found


def _painted(browser: Browser, url: str) -> Painted:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(url, wait_until="load")
    told: dict[str, Any] = page.evaluate(_TIMINGS)
    context.close()
    return Painted(told["answered"], told["first"], told["whole"])
