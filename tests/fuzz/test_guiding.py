"""Of broken answers those are kept that take a way through the formats which none before them took."""

from __future__ import annotations

import sys
from contextlib import suppress

from bot.errors import ParseError
from bot.feeds import statuspage
from tests.feeds.samples import body, source
from tests.fuzz.guiding import Guide


def read(payload: bytes) -> None:
    with suppress(ParseError):
        statuspage.parse(payload, source("statuspage"))


def test_an_answer_is_kept_if_it_takes_a_new_way_and_only_then() -> None:
    guide, sound = Guide(), body("statuspage", "summary-quiet")

    for payload in (sound, sound, b"[]", b"[1]", sound):
        guide.take(payload, read)

    assert guide.kept == [sound, b"[]"]


def test_whoever_traced_before_goes_on_tracing() -> None:
    before = sys.gettrace()

    Guide().take(b"{}", read)

    assert sys.gettrace() is before
