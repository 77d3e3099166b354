"""Jobs that call in when they have run: when silence, a failure or a run without end is trouble.

What the calls mean is as with healthchecks.io, so that its clients can be used:
https://healthchecks.io/docs/http_api/
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bot.core import told
from bot.core.memory import Known
from bot.core.spans import duration
from bot.model import Claim, Snapshot, Source


class Sign(StrEnum):
    """What a call says."""

    STARTED = "started"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a job; `status` is the exit status, if it told one, and `words` what it sent along."""

    sign: Sign
    at: datetime
    status: int | None = None
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """How often a job is expected to call, how late it may be, and how long a run may take."""

    every: timedelta
    grace: timedelta = timedelta(minutes=5)
    at_most: timedelta | None = None

    @property
    def longest(self) -> timedelta:
        """How long a run may take; where nobody says, until the next one is overdue."""
        return self.at_most or self.every + self.grace


@dataclass(frozen=True, slots=True, kw_only=True)
class Heartbeat:
    """What a job's calls amount to.

    `started_at` is when the last run began, if it told that, `running_since` the first beginning that has no end yet,
    `failing_since` the first of the failures since the last success.  Before `excused` a call that is missing may be
    one that we could not hear.
    """

    called_at: datetime | None = None
    started_at: datetime | None = None
    running_since: datetime | None = None
    ended_at: datetime | None = None
    failing_since: datetime | None = None
    excused: datetime | None = None
    status: int | None = None
    words: str = ""


class Condition(StrEnum):
    """How a job stands.  LATE is shown and not told: it may still come."""

    WAITING = "waiting"
    WELL = "well"
    RUNNING = "running"
    LATE = "late"
    MISSING = "missing"
    FAILED = "failed"
    OVERRUN = "overrun"


_TROUBLES = frozenset({Condition.MISSING, Condition.FAILED, Condition.OVERRUN})
_ENDS = frozenset({Condition.WELL, Condition.LATE})
_TITLES = {
    Condition.MISSING: "It did not call in",
    Condition.FAILED: "It failed",
    Condition.OVERRUN: "It takes too long",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """How a job stands, since when, when it is due, and that in words; `evidence` is the same in a few."""

    condition: Condition
    since: datetime
    due_at: datetime | None
    words: str
    evidence: str = ""
    called_at: datetime | None = None

    @property
    def is_trouble(self) -> bool:
        """Whether it is to be told."""
        return self.condition in _TROUBLES


def called(heartbeat: Heartbeat, call: Call) -> Heartbeat:
    """Return what the calls amount to after one more."""
    at = max(call.at, heartbeat.called_at or call.at)
    heard = replace(heartbeat, called_at=at, excused=None)
    if call.sign is Sign.STARTED:
        return replace(heard, started_at=at, running_since=heartbeat.running_since or at)
    ended = replace(
        heard,
        ended_at=at,
        started_at=heartbeat.started_at if heartbeat.running_since else None,
        running_since=None,
        status=call.status,
        words=call.words,
    )
    failing = (heartbeat.failing_since or at) if call.sign is Sign.FAILED else None
    return replace(ended, failing_since=failing)


def state(heartbeat: Heartbeat, spec: Spec, now: datetime) -> Standing:
    """Return how a job stands."""
    if heartbeat.called_at is None:
        return Standing(Condition.WAITING, now, None, "It is waiting for its first call.")
    if heartbeat.failing_since is not None:
        return _failed(heartbeat, heartbeat.failing_since)
    due = _due(heartbeat, spec)
    if heartbeat.running_since is not None:
        return _running(heartbeat.running_since, due, spec, now)
    if now < due:
        called_at = heartbeat.called_at
        return Standing(Condition.WELL, called_at, due, "It called in on time.", called_at=called_at)
    silence = duration(now - heartbeat.called_at)
    words = f"It has not called in for {silence}; it is expected to every {duration(spec.every)}."
    missing = now >= due + spec.grace
    condition = Condition.MISSING if missing else Condition.LATE
    return Standing(condition, due, due, words, f"no call for {silence}", heartbeat.called_at)


def _failed(heartbeat: Heartbeat, since: datetime) -> Standing:
    status = f"exit status {heartbeat.status}" if heartbeat.status else ""
    words = f"It reported a failure{f' ({status})' if status else ''}."
    said = f"{words}\n\n{heartbeat.words}" if heartbeat.words else words
    return Standing(Condition.FAILED, since, None, said, status or "it reported a failure")


def _running(since: datetime, deadline: datetime, spec: Spec, now: datetime) -> Standing:
    if now < deadline:
        return Standing(Condition.RUNNING, since, deadline, "It is running.")
    taken = duration(now - since)
    words = f"It began {taken} ago and has not told its end; a run may take {duration(spec.longest)}."
    return Standing(Condition.OVERRUN, deadline, deadline, words, f"running for {taken}")


def _due(heartbeat: Heartbeat, spec: Spec) -> datetime:
    """Return when the next call is due: the end of what runs, else the next of the regular ones after the last run."""
    if heartbeat.running_since is not None:
        due = heartbeat.running_since + spec.longest
    else:
        ended = heartbeat.ended_at or heartbeat.called_at
        if ended is None:
            raise ValueError("nothing is due of a job that never called")
        due = _next(heartbeat.started_at or ended, spec.every, ended)
    return max(due, heartbeat.excused or due)


def _next(first: datetime, every: timedelta, after: datetime) -> datetime:
    return first + every * ((after - first) // every + 1)


def excused(heartbeat: Heartbeat, spec: Spec, began: datetime, ended: datetime) -> Heartbeat:
    """Return the heartbeat after a time in which we could not hear: a call that was due then may have been made.

    It is expected again at the time after that; what was missing before is missing still.
    """
    if heartbeat.called_at is None or heartbeat.failing_since is not None:
        return heartbeat
    due = _due(heartbeat, spec)
    patience = timedelta() if heartbeat.running_since else spec.grace
    heard_all = heartbeat.running_since is None and due - spec.grace > ended
    if due + patience <= began or heard_all:
        return heartbeat
    return replace(heartbeat, excused=max(_next(due, spec.every, ended), due + spec.every))


def snapshot_of(source: Source, standing: Standing, component: str | None, now: datetime) -> Snapshot:
    """Return what a job's standing claims, if it is a trouble."""
    begun = min(standing.since, now)
    name = told.identity(standing.condition, begun)
    claim = told.opened(source, name, begun, title=_TITLES.get(standing.condition, ""), component=component)
    claim = replace(told.said(claim, name, standing.words, begun), evidence=standing.evidence)
    claims = (claim,) if standing.is_trouble else ()
    return Snapshot(vendor=source.vendor, format=source.format, incidents=claims, taken_at=now)


def heard(standing: Standing, known: Known, snapshot: Snapshot) -> Snapshot:
    """Return what of a standing is news.  Until a success it is one trouble, be it missing first and failed then."""
    open_ones = told.standing(known)
    at = told.taken_at(snapshot)
    if standing.condition in _ENDS:
        return replace(snapshot, incidents=tuple(_ended(one, standing, at) for one in open_ones))
    if not open_ones:
        return snapshot
    return replace(snapshot, incidents=tuple(_goes_on(one, new, at) for new in snapshot.incidents for one in open_ones))


def _ended(claim: Claim, standing: Standing, at: datetime) -> Claim:
    """Return a trouble that is over: the job has called since, or is expected less often than it was."""
    if standing.called_at is not None and standing.called_at.timestamp() >= told.began(claim):
        end = standing.called_at if standing.condition is Condition.WELL else at
        return told.over(claim, "It called in again.", min(end, at))
    return told.over(
        claim, f"It has not called since; by what is expected of it now, {_EXPECTED[standing.condition]}.", at
    )


_EXPECTED = {Condition.WELL: "it was not due before", Condition.LATE: "it is late, and not missing yet"}


def _goes_on(claim: Claim, new: Claim, at: datetime) -> Claim:
    update = new.updates[-1]
    if claim.updates and _condition_of(claim.updates[-1].id) == _condition_of(update.id):
        return claim
    return replace(told.said(claim, update.id, update.body, at), evidence=new.evidence)


def _condition_of(name: str) -> str:
    return name.partition("-")[0]
