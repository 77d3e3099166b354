"""Jobs that call in: late, missing, failed, too long, and what is no trouble."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest

from bot.core import heartbeat
from bot.core.heartbeat import Call, Condition, Heartbeat, Sign, Spec
from bot.model import ChangeKind, Kind, Source, SourceKind
from tests.unit.witness import Told, at

HOURLY = Spec(every=timedelta(hours=1))
DONE, STARTED, FAILED = Sign.DONE, Sign.STARTED, Sign.FAILED


def after(*calls: tuple[Sign, float], status: int | None = None, words: str = "") -> Heartbeat:
    found = Heartbeat()
    for sign, minute in calls:
        found = heartbeat.called(found, Call(sign, at(minute), status, words))
    return found


def condition(known: Heartbeat, minute: float, spec: Spec = HOURLY) -> Condition:
    return heartbeat.state(known, spec, at(minute)).condition


def test_a_job_that_never_called_is_waited_for_and_nobody_is_accused() -> None:
    standing = heartbeat.state(Heartbeat(), HOURLY, at(9_999))

    assert standing.condition is Condition.WAITING
    assert not standing.is_trouble
    assert standing.words == "It is waiting for its first call."


@pytest.mark.parametrize(
    ("minute", "expected"),
    [
        (0, Condition.WELL),
        (59, Condition.WELL),
        (60, Condition.LATE),
        (64.9, Condition.LATE),
        (65, Condition.MISSING),
        (600, Condition.MISSING),
    ],
)
def test_it_is_late_when_due_and_missing_after_its_grace(minute: float, expected: Condition) -> None:
    assert condition(after((DONE, 0)), minute) is expected


def test_missing_begins_when_it_was_due_and_says_for_how_long() -> None:
    standing = heartbeat.state(after((DONE, 0)), HOURLY, at(65))

    assert standing.since == at(60)
    assert standing.words == "It has not called in for 1 h 5 min; it is expected to every 1 h."
    assert standing.evidence == "no call for 1 h 5 min"


def test_a_failure_is_trouble_at_once_and_until_a_success() -> None:
    failed = after((DONE, 0), (FAILED, 10), status=3, words="disk full")

    standing = heartbeat.state(failed, HOURLY, at(10))
    assert (standing.condition, standing.since) == (Condition.FAILED, at(10))
    assert standing.words == "It reported a failure (exit status 3).\n\ndisk full"
    assert standing.evidence == "exit status 3"
    assert condition(failed, 999) is Condition.FAILED
    assert condition(after((FAILED, 10), (STARTED, 20)), 21) is Condition.FAILED
    assert condition(after((FAILED, 10), (DONE, 20)), 21) is Condition.WELL


def test_several_failures_are_one_trouble_that_began_with_the_first() -> None:
    assert heartbeat.state(after((FAILED, 10), (FAILED, 70)), HOURLY, at(71)).since == at(10)


def test_a_run_may_take_as_long_as_is_said() -> None:
    spec = Spec(every=timedelta(hours=1), at_most=timedelta(minutes=30))
    running = after((DONE, -30), (STARTED, 0))

    assert condition(running, 29, spec) is Condition.RUNNING
    assert condition(running, 30, spec) is Condition.OVERRUN
    standing = heartbeat.state(running, spec, at(45))
    assert standing.since == at(30)
    assert standing.words == "It began 45 min ago and has not told its end; a run may take 30 min."


def test_where_nobody_says_how_long_a_run_may_take_it_is_until_the_next_is_overdue() -> None:
    assert condition(after((STARTED, 0)), 64) is Condition.RUNNING
    assert condition(after((STARTED, 0)), 65) is Condition.OVERRUN


def test_a_job_that_begins_again_and_again_and_never_ends_takes_too_long() -> None:
    assert condition(after((STARTED, 0), (STARTED, 60)), 65) is Condition.OVERRUN


def test_with_a_start_the_next_run_is_due_after_the_start_not_after_the_end() -> None:
    known = after((STARTED, 0), (DONE, 40))

    assert condition(known, 59) is Condition.WELL
    assert condition(known, 65) is Condition.MISSING


def test_a_run_that_was_longer_than_the_interval_is_not_late_at_its_own_end() -> None:
    spec = Spec(every=timedelta(hours=1), at_most=timedelta(hours=2))
    known = after((STARTED, 0), (DONE, 70))

    assert condition(known, 71, spec) is Condition.WELL
    assert heartbeat.state(known, spec, at(71)).due_at == at(120)


def test_a_success_without_a_start_forgets_the_start_of_long_ago() -> None:
    known = after((STARTED, 0), (DONE, 10), (DONE, 100))

    assert heartbeat.state(known, HOURLY, at(101)).due_at == at(160)


def test_what_was_due_while_nobody_listened_is_expected_anew() -> None:
    known = heartbeat.excused(after((DONE, 0)), HOURLY, at(50), at(70))

    assert condition(known, 70) is Condition.WELL
    assert condition(known, 119) is Condition.WELL
    assert condition(known, 125) is Condition.MISSING


def test_what_was_missing_before_nobody_listened_is_missing_still() -> None:
    known = heartbeat.excused(after((DONE, 0)), HOURLY, at(66), at(300))

    assert condition(known, 300) is Condition.MISSING


def test_what_is_due_only_later_is_not_excused() -> None:
    known = heartbeat.excused(after((DONE, 0)), HOURLY, at(10), at(30))

    assert known == after((DONE, 0))


def test_a_run_that_may_have_ended_while_nobody_listened_is_not_accused() -> None:
    spec = Spec(every=timedelta(hours=1), at_most=timedelta(minutes=30))
    known = heartbeat.excused(after((STARTED, 0)), spec, at(10), at(40))

    assert condition(known, 41, spec) is Condition.RUNNING
    assert condition(known, 95, spec) is Condition.OVERRUN


def test_a_call_ends_the_excuse() -> None:
    known = heartbeat.excused(after((DONE, 0)), HOURLY, at(50), at(70))

    assert heartbeat.called(known, Call(DONE, at(80))).excused is None


class Backup(Told):
    def is_seen(self, known: Heartbeat, minute: float, spec: Spec = HOURLY) -> tuple[ChangeKind, ...]:
        standing = heartbeat.state(known, spec, at(minute))
        snapshot = heartbeat.snapshot_of(self.source, standing, None, at(minute))
        return self.take(snapshot, partial(heartbeat.heard, standing))


def backup() -> Backup:
    return Backup(
        Source(key="probe:backup", vendor="probe-backup", name="backup", format="", url="", kind=SourceKind.PROBE)
    )


def test_a_missing_job_of_ours_is_an_incident_of_our_own_until_it_calls() -> None:
    job = backup()

    assert job.is_seen(after((DONE, 0)), 61) == ()
    assert job.is_seen(after((DONE, 0)), 65) == (ChangeKind.OPENED, ChangeKind.UPDATED)
    (claim,) = job.open
    assert (claim.kind, claim.title, claim.started_at) == (Kind.INCIDENT, "It did not call in", at(60))
    assert job.is_seen(after((DONE, 0)), 90) == ()
    assert job.is_seen(after((DONE, 0), (DONE, 95)), 96) == (ChangeKind.RESOLVED,)
    assert job.news[-1].claim.resolved_at == at(95)


@pytest.mark.parametrize(("every", "after_all"), [(24, "not due before"), (1.5, "is late, and not missing yet")])
def test_a_job_that_is_expected_less_often_by_now_is_not_said_to_have_called(every: float, after_all: str) -> None:
    job = backup()
    job.is_seen(after((DONE, 0)), 65)
    spec = Spec(every=timedelta(hours=every), grace=timedelta(hours=1))

    assert job.is_seen(after((DONE, 0)), 100, spec) == (ChangeKind.RESOLVED,)
    assert "called in again" not in job.words[-1]
    assert after_all in job.words[-1]
    assert job.news[-1].claim.resolved_at == at(100)


def test_missing_and_then_failed_is_one_trouble_told_on() -> None:
    job = backup()
    job.is_seen(after((DONE, 0)), 65)

    assert job.is_seen(after((DONE, 0), (FAILED, 70)), 70) == (ChangeKind.UPDATED,)
    assert job.is_seen(after((DONE, 0), (FAILED, 70), (FAILED, 130)), 130) == ()
    assert job.words[-1] == "It reported a failure."
    assert job.is_seen(after((DONE, 0), (FAILED, 70), (DONE, 140)), 140) == (ChangeKind.RESOLVED,)


def test_a_start_alone_ends_no_trouble() -> None:
    job = backup()
    job.is_seen(after((DONE, 0)), 65)

    assert job.is_seen(after((DONE, 0), (STARTED, 70)), 71) == ()
    assert len(job.open) == 1
