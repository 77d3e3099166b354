"""Messages before any platform has dressed them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from bot.core.message import Message, Moment, Quote, Tone, fingerprint, line, plain, utc
from tests.unit.build import NOON

WORDS = Quote("Some requests fail.", "Acme", NOON)
MESSAGE = Message(
    tone=Tone.MINOR,
    headline="Acme: Errors",
    parts=(line("Since ", Moment(NOON)), WORDS),
    url="https://status.acme.example/incidents/1",
)


def test_a_message_is_readable_as_plain_text() -> None:
    assert plain(MESSAGE).splitlines() == [
        "Acme: Errors",
        "Since 2026-03-01 12:00 UTC",
        "“Some requests fail.”",
        "— Acme, 2026-03-01 12:00 UTC",
        "https://status.acme.example/incidents/1",
    ]


def test_words_without_a_time_name_only_who_said_them() -> None:
    assert plain(Message(tone=Tone.MINOR, headline="", parts=(replace(WORDS, at=None),))).endswith("\n— Acme")


def test_times_are_written_as_the_reader_wants_them() -> None:
    assert "Since noon" in plain(MESSAGE, lambda _: "noon")


def test_a_time_of_another_zone_is_the_same_instant() -> None:
    assert utc(datetime(2026, 3, 1, 13, tzinfo=timezone(timedelta(hours=1)))) == utc(NOON)


def test_equal_messages_have_equal_fingerprints() -> None:
    assert fingerprint(MESSAGE) == fingerprint(replace(MESSAGE, parts=tuple(MESSAGE.parts)))


@pytest.mark.parametrize(
    "other",
    [
        replace(MESSAGE, tone=Tone.MAJOR),
        replace(MESSAGE, headline="Acme: Outage"),
        replace(MESSAGE, url=None),
        replace(MESSAGE, broadcast=True),
        replace(MESSAGE, parts=(WORDS,)),
        replace(MESSAGE, parts=(line("Since ", Moment(NOON + timedelta(seconds=1))), WORDS)),
    ],
    ids=["tone", "headline", "url", "broadcast", "parts", "moment"],
)
def test_whatever_differs_differs_in_the_fingerprint(other: Message) -> None:
    assert fingerprint(other) != fingerprint(MESSAGE)
