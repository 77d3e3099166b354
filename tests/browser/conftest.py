"""One Chromium and one program for all these tests; a window of its own for each.

Both are of the package, and not of the session: they end when the last of these tests has, and not while others run.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.browser import chromium as browsers
from tests.browser.board import Board, running
from tests.browser.reader import DESK, Reader
from tests.databases import migrated_file

__all__ = ["migrated_file"]

Opens = Callable[..., Awaitable[Reader]]


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def chromium() -> AsyncIterator[Browser]:
    program = browsers.found()
    if program is None:
        why = f"no browser to look with: none of {', '.join(browsers.NAMES)} is installed"
        if os.environ.get("SITREP_BROWSER") == "required":
            pytest.fail(f"{why}, and SITREP_BROWSER=required asks for one")
        pytest.skip(why)
    async with browsers.started(program) as browser:
        yield browser


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def board(
    chromium: Browser, migrated_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Board]:
    """Give the board of a running program that has seen one of everything."""
    del chromium  # without a browser nothing needs to run
    folder = tmp_path_factory.mktemp("board")
    shutil.copyfile(migrated_file, folder / "sitrep.db")
    async with running(folder) as one:
        yield one


@pytest_asyncio.fixture(loop_scope="package")
async def opened(chromium: Browser, board: Board) -> AsyncIterator[Opens]:
    """Give somebody with a window of their own: `await opened(javascript=False)`, or whatever a browser can be.

    What pages do meanwhile that they must not fails the test.
    """
    readers: list[Reader] = []
    async with AsyncExitStack() as stack:

        async def window(*, javascript: bool = True, width: int = DESK, **more: Any) -> Reader:
            given = {"viewport": {"width": width, "height": 900}, "timezone_id": "UTC", "locale": "en-GB", **more}
            context = await chromium.new_context(java_script_enabled=javascript, **given)
            stack.push_async_callback(context.close)
            readers.append(await Reader.at(context, board.url))
            return readers[-1]

        yield window
    assert [fault for reader in readers for fault in reader.faults] == []
