"""A page that is left open."""

from __future__ import annotations

import pytest

from tests.browser.board import Board
from tests.browser.conftest import Opens

pytestmark = pytest.mark.asyncio(loop_scope="package")

_IS_LIVE = "() => document.getElementById('live').textContent.includes('renews itself')"
_SHOWS = "() => document.querySelector('main').innerText.includes('Payments are refused')"
_SHOWS_NOT = "() => !document.querySelector('main').innerText.includes('Payments are refused')"
_SETTLE_IN = """() => {
  window.mark = "the same page";
  const links = document.querySelectorAll("main a[href^='/incidents/']");
  links[links.length - 1].focus();
  for (const one of document.querySelectorAll("main details")) one.open = true;
}"""
_STANDS = """() => ({
  focus: document.activeElement.id || document.activeElement.textContent.trim(),
  scroll: Math.round(scrollY),
  open: document.querySelectorAll("main details[open]").length,
  mark: window.mark,
})"""


async def test_what_happens_comes_to_an_open_page_without_taking_anything_away(opened: Opens, board: Board) -> None:
    reader = await opened()
    await reader.opens("/")
    await reader.until(_IS_LIVE, "it is live")
    await reader.run(_SETTLE_IN)
    before = await reader.run(_STANDS)
    outage = board.page.opens("Payments are refused", "critical", "We are looking into it.", API="major_outage")
    await board.reads_now()
    await reader.until(_SHOWS, "it comes")
    after, said = await reader.run(_STANDS), await reader.run("() => document.getElementById('said').textContent")
    outage.vanishes("It works again.")
    await board.reads_now()
    await reader.until(_SHOWS_NOT, "it goes")

    assert after == before
    assert said


async def test_a_page_says_when_it_is_not_current_any_more_and_becomes_current_again(
    opened: Opens, board: Board
) -> None:
    reader = await opened()
    # What the browser itself says of a connection that is lost.
    reader.expects("net::ERR")
    await reader.opens("/")
    await reader.until(_IS_LIVE, "it is live")
    await reader.run("() => { window.mark = 1; }")
    await board.ends()
    await reader.until("() => !document.getElementById('stalled').hidden", "it says that it is lost")
    lost = await reader.text("#stalled")
    await reader.picture("home.lost")
    await board.starts()
    await reader.until("() => document.getElementById('stalled').hidden", "it is current again")

    assert lost.startswith("Not current since")
    assert await reader.run("() => window.mark") == 1
