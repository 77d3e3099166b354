"""docs/formats.md says what the formats are now."""

from __future__ import annotations

from bot.plugins import formats
from scripts import formats as writer


def test_the_page_is_what_make_formats_writes() -> None:
    assert writer.PAGE.read_text(encoding="utf-8") == writer.page(), "run `make formats`"


def test_every_format_has_a_row_and_a_section() -> None:
    page = writer.page()

    assert all(f"\n| [`{name}`](#{name}) | " in page and f"\n## {name}\n" in page for name in formats())
