"""The board without a mouse."""

from __future__ import annotations

import pytest

from tests.browser.board import Board
from tests.browser.conftest import Opens

pytestmark = pytest.mark.asyncio(loop_scope="package")

# What somebody with a keyboard must come to, in the order in which it stands there.
_REACHABLE = """() => {
  const all = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]:not([tabindex='-1'])";
  const isOne = (e) => !e.disabled && e.tabIndex >= 0 && e.checkVisibility();
  window.reachable = [...document.querySelectorAll(all)].filter(isOne);
  return window.reachable.map((e) => e.outerHTML.slice(0, 100));
}"""
_FOCUSED = """() => {
  const e = document.activeElement;
  const drawn = (one) => {
    const style = getComputedStyle(one);
    return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1.5)
      || (one instanceof SVGElement && style.stroke !== "none" && parseFloat(style.strokeWidth) >= 1.5);
  };
  const box = e.getBoundingClientRect();
  const isSeen = box.bottom > 0 && box.top < innerHeight && box.width > 0;
  return [window.reachable.indexOf(e), drawn(e) || [...e.querySelectorAll("*")].some(drawn), isSeen];
}"""


@pytest.mark.parametrize("where", ["/", "/incidents", "two clocks", "/vendors/openai"])
async def test_everything_is_reached_in_order_and_one_sees_where_one_is(
    opened: Opens, board: Board, where: str
) -> None:
    reader = await opened()
    await reader.opens(board.places.get(where, where))
    there = await reader.run(_REACHABLE)
    reached: dict[int, bool] = {}
    # A date is entered by its parts, each of which is one more step.
    for _ in range(len(there) + 10):
        await reader.page.keyboard.press("Tab")
        place, is_drawn, is_seen = await reader.run(_FOCUSED)
        reached.setdefault(place, is_drawn and is_seen)
        if len(reached) == len(there):
            break

    assert [*reached] == list(range(len(there)))
    assert [there[place] for place, is_shown in reached.items() if not is_shown] == []


async def test_the_first_key_leads_past_the_navigation(opened: Opens) -> None:
    reader = await opened()
    await reader.opens("/")
    await reader.page.keyboard.press("Tab")
    skip = await reader.text(":focus")
    await reader.page.keyboard.press("Enter")
    await reader.page.keyboard.press("Tab")

    assert skip == "Skip to the content"
    assert await reader.run("() => document.getElementById('main').contains(document.activeElement)")


async def test_a_slash_leads_to_the_search_and_is_a_slash_there(opened: Opens) -> None:
    reader = await opened()
    await reader.opens("/")
    await reader.page.keyboard.press("/")
    await reader.page.keyboard.type("a/b")

    assert await reader.page.locator("#search").input_value() == "a/b"
