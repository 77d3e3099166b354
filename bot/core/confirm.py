"""When a probe's results amount to trouble, and when to its end: N failures open, M passes close."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from bot.model import Claim, Component, ComponentStatus, Impact, Kind, ProbeResult, Snapshot, Source, State, Update

TROUBLE = "trouble"


@dataclass(frozen=True, slots=True)
class Threshold:
    """How many failures in a row open a trouble, and how many passes in a row close it; both at least 1."""

    fail_after: int = 3
    pass_after: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Streak:
    """What a probe's results so far amount to.

    `since` is the first failure of the run that opened the trouble: that is when it began, not when it
    was confirmed.  `until` is the first pass of the run that closed it.
    """

    failures: int = 0
    passes: int = 0
    first_failure: datetime | None = None
    first_pass: datetime | None = None
    since: datetime | None = None
    until: datetime | None = None
    reason: str = ""

    @property
    def is_failing(self) -> bool:
        """Whether the trouble is confirmed and not yet over."""
        return self.since is not None and self.until is None


def confirm(streak: Streak, result: ProbeResult, threshold: Threshold) -> Streak:
    """Return the streak after one more result."""
    return _passed(streak, result, threshold) if result.ok else _failed(streak, result, threshold)


def _failed(streak: Streak, result: ProbeResult, threshold: Threshold) -> Streak:
    first = streak.first_failure if streak.failures else result.at
    # What opened the trouble stays its reason: other words at each failure would be told as edits of it.
    reason = streak.reason if streak.is_failing else result.reason
    after = replace(streak, failures=streak.failures + 1, passes=0, first_failure=first, first_pass=None, reason=reason)
    if not after.is_failing and after.failures >= threshold.fail_after:
        return replace(after, since=first, until=None)
    return after


def _passed(streak: Streak, result: ProbeResult, threshold: Threshold) -> Streak:
    first = streak.first_pass if streak.passes else result.at
    after = replace(streak, passes=streak.passes + 1, failures=0, first_pass=first, first_failure=None)
    if after.is_failing and after.passes >= threshold.pass_after:
        return replace(after, until=first)
    return after


def snapshot_of(source: Source, streak: Streak, at: datetime) -> Snapshot:
    """Return what a probe says, in the same shape as a vendor's feed: so there is one diff and one path."""
    return Snapshot(
        vendor=source.vendor,
        format="probe",
        incidents=(_claim(source, streak, streak.since),) if streak.since is not None else (),
        complete_open_set=True,
        taken_at=at,
    )


def _claim(source: Source, streak: Streak, since: datetime) -> Claim:
    down = Component(source.key, source.components[0] if source.components else source.name, ComponentStatus.UNKNOWN)
    return Claim(
        external_id=f"{TROUBLE}-{since:%Y%m%dT%H%M%S}",
        title=f"{source.name} is failing",
        state=State.RESOLVED if streak.until else State.SUSPECTED,
        impact=Impact.MINOR,
        kind=Kind.SUSPECTED,
        components=(down,) if source.components else (),
        updates=(Update("first", State.SUSPECTED, streak.reason, since),) if streak.is_failing else (),
        started_at=since,
        published_at=since,
        resolved_at=streak.until,
    )
