"""Somebody who looks at the board, and notes whatever goes wrong meanwhile.

    await reader.opens("/incidents")

    assert await reader.text("h1") == "Incidents"

What a page does that it must not (an error in the console, a breach of its policy, a dialog, a request to another host)
is in `faults`; the fixture that gave the reader fails the test for it.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from playwright.async_api import BrowserContext, ConsoleMessage, Dialog, Page, Request, Response

SCREENSHOTS = Path(__file__).resolve().parents[2] / "build" / "screenshots"
DESK, PHONE = 1280, 360
_HEIGHTS = {DESK: 900, PHONE: 740}
Scheme = Literal["light", "dark"]
# Best practices too: a page without one h1, or whose parts are in no landmark, is hard to find one's way in.
# https://github.com/dequelabs/axe-core/blob/develop/doc/API.md#options-parameter
_RULES = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
# What may be different in another light and on another screen; all else is as it was.
_COLOURS = {"resultTypes": ["violations"], "runOnly": ["color-contrast", "link-in-text-block", "target-size"]}
_WIDE = """() => {
  const most = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= most) return [];
  const isWide = (e) => e.getBoundingClientRect().right > most + 0.5 && !e.closest(".scroll, pre, .unseen");
  return [...document.querySelectorAll("body *")].filter(isWide).map((e) => e.outerHTML.slice(0, 120));
}"""


# Playwright notes on whoever listens that he does: no slots.
@dataclass
class Reader:
    """One person with one browser window; `faults` is what pages did that they must not."""

    page: Page
    home: str
    faults: list[str] = field(default_factory=list[str])
    expected: tuple[str, ...] = ()

    @classmethod
    async def at(cls, context: BrowserContext, home: str) -> Reader:
        reader = cls(await context.new_page(), home)
        page = reader.page
        page.on("console", reader._console)
        page.on("pageerror", lambda error: reader.faults.append(f"script: {error}"))
        page.on("dialog", reader._dialog)
        page.on("request", reader._request)
        return reader

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not any(one in message.text for one in self.expected):
            self.faults.append(f"console: {message.text}")

    async def _dialog(self, dialog: Dialog) -> None:
        self.faults.append(f"dialog: {dialog.message}")
        await dialog.dismiss()

    def _request(self, request: Request) -> None:
        if not request.url.startswith((self.home, "data:", "blob:")):
            self.faults.append(f"request: {request.url}")

    def expects(self, *words: str) -> None:
        """Take no offence at what the console says with these words in it."""
        self.expected += words

    async def opens(self, path: str, status: int = 200) -> Response:
        response = await self.page.goto(self.home + path)
        assert response is not None
        assert response.status == status, f"{path}: {response.status}"
        return response

    @property
    def path(self) -> str:
        return urlsplit(self.page.url).path

    async def text(self, where: str) -> str:
        return (await self.page.locator(where).first.inner_text()).strip()

    async def run(self, script: str, *given: Any) -> Any:
        return await self.page.evaluate(script, *given)

    async def turns(self, scheme: Scheme, width: int) -> None:
        """Look at the same page in another light, or on another screen."""
        await self.page.emulate_media(color_scheme=scheme)
        await self.page.set_viewport_size({"width": width, "height": _HEIGHTS.get(width, 900)})

    async def violations(self, *, again: bool = False) -> list[str]:
        """Return what axe has against the page: all of it, or `again` what another look may have changed."""
        if not await self.run("() => 'axe' in window"):
            await self.run(_axe())
        found = await self.run("(rules) => axe.run(document, rules)", _COLOURS if again else _RULES)
        return [_violation(one, node) for one in found["violations"] for node in one["nodes"]]

    async def too_wide(self) -> list[str]:
        """Return what sticks out of a page that scrolls sideways."""
        found: list[str] = await self.run(_WIDE)
        return found

    async def picture(self, name: str) -> None:
        """Keep a screenshot of the whole page."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        path = SCREENSHOTS / f"{name}.jpeg"
        await self.page.screenshot(path=path, full_page=True, animations="disabled", quality=85, type="jpeg")

    async def until(self, script: str, what: str, *, within: float = 20) -> None:
        """Return as soon as a script of the page is true; fail after a long time, saying what was waited for."""
        try:
            await self.page.wait_for_function(script, timeout=within * 1000, polling=50)
        except Exception as e:
            raise AssertionError(f"waited {within:g} s in vain: {what}") from e

    async def settles(self) -> None:
        """Return when the page has been drawn."""
        await self.run("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        await asyncio.sleep(0)


@cache
def _axe() -> str:
    """Return axe-core, which this package brings along."""
    return (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")


def _violation(rule: dict[str, Any], node: dict[str, Any]) -> str:
    why = " ".join(node.get("failureSummary", "").split())
    return f"{rule['id']} ({rule['help']}): {node['html'][:160]} | {why[:300]}"
