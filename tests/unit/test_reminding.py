"""A maintenance is told once more before it begins, and never twice for the same reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core import replies, wording
from bot.core.actions import Outcome
from bot.core.reminding import is_due, remind
from bot.model import ChangeKind, Incident, Mute, State
from tests.unit.build import at, maintenance, snapshot
from tests.unit.desk import Desk

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BEGINS = 40 * 60


def planned(seen: float = 0, begins: float = BEGINS) -> Incident:
    """A maintenance that was first told at one minute and begins at another."""
    desk = Desk()
    desk.sees(snapshot(seen - 1))
    desk.sees(snapshot(seen, maintenance("m1", window=(begins, begins + 60))))
    return desk.incident


@pytest.mark.parametrize(
    ("minute", "due"),
    [(BEGINS - 24 * 60 - 1, False), (BEGINS - 24 * 60, True), (BEGINS - 1, True), (BEGINS, False), (BEGINS + 5, False)],
)
def test_it_is_due_from_so_long_before_until_it_begins(minute: float, *, due: bool) -> None:
    assert is_due(planned(), (DAY, HOUR), at(minute)) is due


def test_each_span_is_told_once_and_of_several_that_were_missed_one_is_enough() -> None:
    incident, told = planned(), []
    for minute in range(BEGINS - 25 * 60, BEGINS + 60):
        acted = remind(incident, (DAY, HOUR), at(minute))
        if acted.entries:
            told.append(minute - BEGINS)
        incident = acted.incident

    assert told == [-24 * 60, -60]
    assert remind(remind(planned(), (DAY, HOUR), at(BEGINS - 30)).incident, (DAY, HOUR), at(BEGINS - 29)).entries == ()


def test_what_has_just_been_announced_needs_no_reminder() -> None:
    late = planned(seen=BEGINS - 30)

    assert remind(late, (DAY, HOUR), at(BEGINS - 20)).outcome is Outcome.NOTHING


def test_nobody_is_reminded_who_did_not_ask_for_it() -> None:
    assert not is_due(planned(), (), at(BEGINS - 1))


def test_one_that_was_moved_is_told_again_before_its_new_time() -> None:
    reminded = remind(planned(), (HOUR,), at(BEGINS - 60)).incident
    moved = replace(reminded, starts_at=at(BEGINS + 24 * 60))

    assert not is_due(moved, (HOUR,), at(BEGINS))
    assert is_due(moved, (HOUR,), at(BEGINS + 23 * 60))


@pytest.mark.parametrize("state", [State.IN_PROGRESS, State.COMPLETED, State.UNKNOWN])
def test_what_has_begun_or_is_over_is_not_announced_any_more(state: State) -> None:
    assert not is_due(replace(planned(), state=state), (HOUR,), at(BEGINS - 10))


def test_the_channel_hears_how_long_it_is_until_then() -> None:
    acted = remind(planned(), (HOUR,), at(BEGINS - 59.6))
    (entry,) = acted.entries

    said = replies.reply(entry, acted.incident)

    assert (entry.kind, entry.author, entry.until) == (ChangeKind.REMINDED, "Sitrep", at(BEGINS))
    assert said.headline == "Begins in 1 h"
    assert said.broadcast
    assert said.about is not None
    assert acted.incident.last_seq == entry.seq


def test_a_reminder_changes_nothing_in_the_root() -> None:
    before = planned()

    assert wording.root(remind(before, (HOUR,), at(BEGINS - 30)).incident) == wording.root(before)


def test_a_muted_one_is_told_in_the_thread_alone() -> None:
    muted = replace(planned(), muted=Mute(person="slack:U1", name="on-call", at=at(1)))

    (entry,) = remind(muted, (HOUR,), at(BEGINS - 30)).entries

    assert entry.hushed
    assert not replies.is_broadcast(entry)
