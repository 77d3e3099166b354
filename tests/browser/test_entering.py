"""The page behind a link of one's own, and a page for somebody who may act: fit to be seen by everybody."""

from __future__ import annotations

import pytest

from bot.clock import SystemClock
from bot.core import passes
from bot.core.passes import Purpose
from bot.model import Person
from tests.browser.board import SECRET, Board
from tests.browser.conftest import Opens
from tests.browser.reader import DESK, PHONE, Reader

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def faults(reader: Reader, name: str) -> list[str]:
    """Return what axe has against a page by day at a desk and by night on a phone, and what sticks out there."""
    await reader.turns("light", DESK)
    found = [*await reader.violations(), *await reader.too_wide()]
    await reader.picture(f"{name}.{DESK}.light")
    await reader.turns("dark", PHONE)
    await reader.picture(f"{name}.{PHONE}.dark")
    return [*found, *await reader.violations(again=True), *await reader.too_wide()]


async def test_whoever_comes_by_a_link_finds_pages_that_are_fit_for_everybody(opened: Opens, board: Board) -> None:
    who = Person("slack", "U1", "on-call")
    link = passes.issued(who, SystemClock().now(), "only-once", board.places["two clocks"])
    text = passes.written(SECRET, Purpose.LINK, link)
    reader = await opened()
    # With its script the page presses its button itself.
    reader.expects("Failed to load resource")
    await reader.page.route("**/static/enter*.js*", lambda route: route.abort())

    await reader.opens(f"/enter?pass={text}")
    entering = await faults(reader, "enter")
    await reader.page.get_by_role("main").get_by_role("button").click()
    acting = await faults(reader, "incident-of-somebody")

    assert (entering, acting) == ([], [])
    assert reader.path == board.places["two clocks"]
    assert await reader.page.get_by_text("on-call").count()
    assert await reader.page.get_by_role("button").count() > 1
