"""What scripts add, and that nothing is missing without them."""

from __future__ import annotations

import re

import pytest

from tests.browser.board import Board
from tests.browser.conftest import Opens
from tests.browser.reader import PHONE

pytestmark = pytest.mark.asyncio(loop_scope="package")

_SHOWN = "() => [...document.querySelectorAll('main time')].map((e) => [e.dateTime, e.textContent, e.title])"
_CLOCK = re.compile(r"(\d\d):(\d\d)$")
_MOVING = """() => [...document.querySelectorAll("*")].filter((e) => {
  const style = getComputedStyle(e);
  return parseFloat(style.animationDuration) > 0.01 && style.animationName !== "none"
    || parseFloat(style.transitionDuration) > 0.01;
}).map((e) => e.outerHTML.slice(0, 80))"""


async def test_without_scripts_everything_is_there_and_says_that_it_does_not_renew_itself(opened: Opens) -> None:
    with_them, without = await opened(), await opened(javascript=False)
    for reader in (with_them, without):
        await reader.opens("/")

    headings = [await reader.page.locator("h1, h2, h3").all_inner_texts() for reader in (with_them, without)]
    assert headings[0] == headings[1]
    assert "UTC" in await without.text("main time")
    assert "does not renew itself" in await without.text("footer")
    await without.page.locator("main article a[href^='/incidents/']").first.click()
    assert without.path.startswith("/incidents/")
    assert await without.text("h1")


async def test_times_are_those_of_whoever_reads(opened: Opens, board: Board) -> None:
    utc, tokyo = await opened(), await opened(timezone_id="Asia/Tokyo")
    for reader in (utc, tokyo):
        await reader.opens(board.places["the whole story"])

    here, there = [await reader.run(_SHOWN) for reader in (utc, tokyo)]
    pairs = [(_CLOCK.search(one[1]), _CLOCK.search(other[1])) for one, other in zip(here, there, strict=True)]
    assert [at for at, _, _ in here] == [at for at, _, _ in there]
    assert {(int(other[1]) - int(one[1])) % 24 for one, other in pairs if one and other} == {9}
    assert all("UTC" in title for _, _, title in there)


async def test_who_wants_no_motion_gets_none(opened: Opens) -> None:
    reader = await opened(reduced_motion="reduce")
    await reader.opens("/")

    assert await reader.run(_MOVING) == []


async def test_a_page_is_printed_without_what_only_a_screen_needs(opened: Opens, board: Board) -> None:
    reader = await opened(width=PHONE)
    await reader.opens(board.places["two clocks"])
    await reader.page.emulate_media(media="print", color_scheme="light")
    await reader.picture("incident-two-clocks.print")

    assert not await reader.page.locator("nav[aria-label=Pages]").is_visible()
    assert not await reader.page.locator("form.search").is_visible()
    assert await reader.page.locator("h1").is_visible()
    assert await reader.too_wide() == []
