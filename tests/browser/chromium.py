"""One real Chromium, headless, that can reach nothing but this machine."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, async_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
# Every name leads nowhere, and nothing is called home.
_ARGUMENTS = (
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--disable-background-networking",
    "--disable-component-update",
    "--force-color-profile=srgb",
    # It draws in one thread of its one process: to imagine a graphics card took a sixth of the work.
    "--disable-gpu",
    "--disable-software-rasterizer",
    "--renderer-process-limit=1",
    "--num-raster-threads=1",
)


def found() -> str | None:
    """Return the first browser that there is."""
    return next(filter(None, map(shutil.which, NAMES)), None)


@asynccontextmanager
async def started(program: str) -> AsyncIterator[Browser]:
    """Run it until the block ends; its sandbox is off only where root runs it, which it refuses otherwise."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=program, chromium_sandbox=os.geteuid() != 0, args=list(_ARGUMENTS)
        )
        try:
            yield browser
        finally:
            await browser.close()
