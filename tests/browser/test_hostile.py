"""What strangers write is text and nothing else, wherever it is shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Browser

from bot.core.afterwards import Form
from bot.written import posted
from tests.board.showcase import HOSTILE_TITLE
from tests.browser.board import Board
from tests.browser.conftest import Opens
from tests.browser.reader import DESK, PHONE, Reader
from tests.unit.test_hostile_fields import LATER, gathered

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
    "/", "/incidents?vendor=evil", "hostile", "hostile and long", "/vendors/evil", "/search?q=evil", "hostile/report",
    "/search?q=%3Cscript%3Ealert(1)%3C/script%3E", "/maintenance", "/operations", "/services"
)  # fmt: skip
_NOTHING = {"made": [], "acts": [], "leads": [], "turned": False}


@pytest.mark.parametrize("where", _WHERE)
async def test_what_a_vendor_writes_does_nothing(opened: Opens, board: Board, where: str) -> None:
    """No dialog, no request, no error: the reader notes these, and the fixture fails the test."""
    reader = await opened(width=PHONE)
    name, slash, below = where.partition("/")
    await reader.opens(f"{board.places[name]}{slash}{below}" if name else where)

    assert await reader.run(_STRANGE) == _NOTHING
    assert await reader.too_wide() == []


async def test_it_is_shown_as_it_was_written(opened: Opens, board: Board) -> None:
    reader = await opened()
    await reader.opens(board.places["hostile"])

    assert HOSTILE_TITLE.partition("\u202e")[0].strip() in await reader.text("h1")


async def test_a_report_that_was_saved_does_nothing_either(chromium: Browser, tmp_path: Path) -> None:
    """As a file it has no policy to hold it back, and every text in it is hostile: no dialog, no request, no script."""
    report = posted(gathered(), Form.HTML, LATER).files[0]
    (tmp_path / "report.html").write_bytes(report.content)
    context = await chromium.new_context(viewport={"width": DESK, "height": 900})
    try:
        reader = await Reader.at(context, tmp_path.as_uri())
        await reader.page.goto(f"{tmp_path.as_uri()}/report.html")
        await reader.settles()
        found = await reader.run(_STRANGE)
        title = await reader.page.title()

        leads = found.pop("leads")
        made = [one for one in found.pop("made") if not one.startswith("<style>.picture")]
        assert found | {"made": made, "leads": []} == _NOTHING
        assert [one for one in leads if not one.startswith(("https://", "http://", tmp_path.as_uri()))] == []
        assert "<script>alert(1)</script>" in title
        assert reader.faults == []
    finally:
        await context.close()
