"""Where an incident is told, and how far each place has it."""

from __future__ import annotations

from dataclasses import replace

from bot.core.message import plain_part
from bot.core.places import Telling, telling, tellings
from bot.model import AnnouncementState, Destination, Hold, Ref
from tests.unit.build import announcement, at

TOLD = replace(announcement(), root=Ref("1"), last_seq=7)


def words(one: Telling) -> str:
    return plain_part(one.words)


def test_what_is_told_behind_or_yet_to_be_told_is_said_as_that() -> None:
    late = replace(TOLD, last_seq=5, attempts=3, error="Slack asks to wait")

    assert words(telling(TOLD, 7, at(0))) == "told"
    assert words(telling(late, 7, at(0))) == "told, 2 lines behind; tried 3 times: Slack asks to wait"
    assert words(telling(replace(late, attempts=1), 6, at(0))).startswith("told, 1 line behind; tried 1 time: ")
    assert words(telling(announcement(), 7, at(5))) == "to be told, due for 5 min"


def test_where_it_is_muted_or_told_with_others_nothing_waits() -> None:
    assert words(telling(replace(announcement(), due_at=None), 7, at(5))) == "not told here, and nothing waits"


def test_what_is_kept_back_says_why() -> None:
    held = replace(announcement(), held=Hold.QUIET, held_at=at(0))

    assert words(telling(held, 7, at(5))) == "kept back: its quiet hours since 2026-03-01 12:00 UTC"


def test_what_is_stuck_comes_first_and_says_what_to_do() -> None:
    parked = replace(
        announcement(Destination("slack", "C1")),
        state=AnnouncementState.PARKED,
        error="the channel is archived",
    )

    first, second = tellings([TOLD, parked], 7, at(0))

    assert (words(first), words(second)) == ("parked: the channel is archived", "told")
    assert "tried again" in first.remedy
