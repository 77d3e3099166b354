"""Draws docs/board.png: the first page of the board as a real Chromium shows it.  Run it by `make board-picture`."""

from __future__ import annotations

import asyncio
import io
import sys
import tempfile
from datetime import timedelta
from pathlib import Path

from PIL import Image

from bot import boards
from bot.clock import SystemClock
from bot.store import sources
from bot.store.database import migrate, open_database
from tests.board import showcase
from tests.browser import chromium

OUT = Path(__file__).parent.parent / "docs" / "board.png"
# What is on a page of a laptop.  The board has few colours, but the edges of letters have many between.
SIZE, COLOURS = {"width": 1120, "height": 980}, 224
# The page is asked for a while after everything happened: else "0 s ago" is all that it says.
LATER = timedelta(seconds=20)


async def drawn(program: str) -> bytes:
    """Return the first page as a picture, with one of everything on it but what is hostile."""
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(f"sqlite+aiosqlite:///{folder}/sitrep.db")
        try:
            await migrate(database)
            await showcase.show(database, SystemClock().now() - LATER)
            # What is there to be hostile is no sight for a reader.
            await sources.drop(database, "feed:evil")
            async with boards.shown(database, SystemClock(), 0) as url, chromium.started(program) as browser:
                page = await browser.new_page(viewport=SIZE, color_scheme="light", timezone_id="UTC")  # type: ignore[arg-type]  # a size
                await page.goto(url)
                await page.wait_for_function("document.getElementById('live').textContent !== ''")
                return await page.screenshot()
        finally:
            await database.close()


def small(picture: bytes) -> bytes:
    """Return the same picture in few colours."""
    found = io.BytesIO()
    Image.open(io.BytesIO(picture)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(
        found, "PNG", optimize=True
    )
    return found.getvalue()


def main() -> int:
    """Draw it; 2 where there is no Chromium."""
    program = chromium.found()
    if program is None:
        sys.stderr.write("no Chromium: there is nothing to draw it with\n")
        return 2
    OUT.write_bytes(small(asyncio.run(drawn(program))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
