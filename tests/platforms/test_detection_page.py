"""docs/detection.md says what is found now."""

from __future__ import annotations

from scripts import detection as writer


async def test_the_page_is_what_make_formats_writes() -> None:
    assert writer.PAGE.read_text(encoding="utf-8") == await writer.page(), "run `make formats`"
