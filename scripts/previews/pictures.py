"""Pictures of pages, whole however long they are, all by one Chromium that is spoken to by its DevTools protocol.

https://chromedevtools.github.io/devtools-protocol/
"""

from __future__ import annotations

import asyncio
import base64
import itertools
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, ClientWebSocketResponse

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
PATIENCE = 60
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Look:
    """One way to look at a page: `suffix` is that of its file, `sharp` the pixels of the screen to one of the page."""

    suffix: str
    width: int = 900
    dark: bool = False
    sharp: int = 1


LIGHT, DARK = Look(".png"), Look(".dark.png", dark=True)
PHONE = Look(".phone.png", width=400, dark=True, sharp=2)


def browser() -> str | None:
    """Return the first browser that there is."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def draw(program: str, pages: Iterable[tuple[Path, Look]]) -> None:
    """Draw every page beside itself."""
    pages = [(page.resolve(), look) for page, look in pages]
    if not pages:
        return
    # Not in /tmp: a browser from a snap has one of its own.
    with tempfile.TemporaryDirectory(dir=pages[0][0].parent, ignore_cleanup_errors=True) as profile:
        command = [
            program, "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run",
            "--remote-debugging-port=0", f"--user-data-dir={profile}", "about:blank",
        ]  # fmt: skip
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
            try:
                asyncio.run(_draw(Path(profile), pages))
            finally:
                running.terminate()


async def _draw(profile: Path, pages: list[tuple[Path, Look]]) -> None:
    port = await asyncio.wait_for(_port(profile / "DevToolsActivePort"), PATIENCE)
    async with ClientSession() as web:
        async with web.put(f"http://127.0.0.1:{port}/json/new?about:blank") as answer:
            address = (await answer.json())["webSocketDebuggerUrl"]
        async with web.ws_connect(address, max_msg_size=0) as socket:
            tab = Tab(socket)
            await tab.ask("Page.enable")
            for page, look in pages:
                page.with_suffix(look.suffix).write_bytes(await _picture(tab, page, look))


class Tab:
    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)

    async def ask(self, method: str, params: Json | None = None, until: str = "") -> Json:
        """Return what the browser answers, with `until` when it has told of that event as well."""
        number = next(self._numbers)
        await self._socket.send_json({"id": number, "method": method, "params": params or {}})
        answer: Json = {}
        awaited = {until} - {""}
        while awaited or not answer:
            told = await self._socket.receive_json(timeout=PATIENCE)
            awaited.discard(told.get("method"))
            answer = told if told.get("id") == number else answer
        if "error" in answer:
            raise RuntimeError(f"the browser refused {method}: {answer['error']['message']}")
        result: Json = answer["result"]
        return result


async def _port(told: Path) -> str:
    while not (told.exists() and (lines := told.read_text(encoding="utf-8").splitlines())):  # noqa: ASYNC110, ASYNC240  # a browser tells by a file
        await asyncio.sleep(0.05)
    return lines[0]


async def _picture(tab: Tab, page: Path, look: Look) -> bytes:
    scheme = {"name": "prefers-color-scheme", "value": "dark" if look.dark else "light"}
    screen = {"width": look.width, "height": 300, "deviceScaleFactor": look.sharp, "mobile": False}
    await tab.ask("Emulation.setEmulatedMedia", {"features": [scheme]})
    await tab.ask("Emulation.setDeviceMetricsOverride", screen)
    await tab.ask("Page.navigate", {"url": page.as_uri()}, until="Page.loadEventFired")
    size = (await tab.ask("Page.getLayoutMetrics"))["cssContentSize"]
    clip = {"x": 0, "y": 0, "width": look.width, "height": size["height"], "scale": 1}
    drawn = await tab.ask("Page.captureScreenshot", {"captureBeyondViewport": True, "clip": clip})
    return base64.b64decode(drawn["data"])
