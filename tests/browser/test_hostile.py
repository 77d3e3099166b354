"""What strangers write is text and nothing else, wherever it is shown."""

from __future__ import annotations

import pytest

from tests.board.showcase import HOSTILE_TITLE
from tests.browser.board import Board
from tests.browser.conftest import Opens
from tests.browser.reader import PHONE

pytestmark = pytest.mark.asyncio(loop_scope="package")

# Elements that no page of ours has in its body; attributes that do something; links but to the web and to the board.
_STRANGE = """() => {
  const told = (some) => [...some].map((e) => e.outerHTML.slice(0, 100));
  const made = "script, img, iframe, object, style, b, i, u".split(", ").map((name) => `body ${name}`).join(",");
  const isActing = (e) => [...e.attributes].some((one) => one.name.startsWith("on"));
  const where = [...document.querySelectorAll("[href], [src], [action]")]
    .map((e) => e.href?.baseVal ?? e.href ?? e.src ?? e.action);
  return {
    made: told(document.querySelectorAll(made)),
    acts: told([...document.querySelectorAll("*")].filter(isActing)),
    leads: where.filter((to) => !/^(https?:|#|\\/)/.test(to)),
    turned: /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/.test(document.documentElement.textContent),
  };
}"""
_WHERE = (
    "/", "/incidents?vendor=evil", "hostile", "hostile and long", "/vendors/evil", "/search?q=evil"
)  # fmt: skip
_NOTHING = {"made": [], "acts": [], "leads": [], "turned": False}


@pytest.mark.parametrize("where", _WHERE)
async def test_what_a_vendor_writes_does_nothing(opened: Opens, board: Board, where: str) -> None:
    """No dialog, no request, no error: the reader notes these, and the fixture fails the test."""
    reader = await opened(width=PHONE)
    await reader.opens(board.places.get(where, where))

    assert await reader.run(_STRANGE) == _NOTHING
    assert await reader.too_wide() == []


async def test_it_is_shown_as_it_was_written(opened: Opens, board: Board) -> None:
    reader = await opened()
    await reader.opens(board.places["hostile"])

    assert HOSTILE_TITLE.partition("\u202e")[0].strip() in await reader.text("h1")
