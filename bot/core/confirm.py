"""When a probe's results amount to trouble, and when to its end: N failures open, M passes close."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.model import Fault, ProbeResult


@dataclass(frozen=True, slots=True)
class Threshold:
    """How many failures in a row open a trouble, and how many passes in a row close it; both at least 1.

    A row that nothing was added to for longer than `memory` is none: nobody knows what was in between.
    """

    fail_after: int = 3
    pass_after: int = 2
    memory: timedelta = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Streak:
    """What a probe's results so far amount to.

    `since` is the first failure of the run that opened the trouble: that is when it began, not when it
    was confirmed.  `until` is the first pass of the run that closed it.  `alike` is how many failures in a row were of
    the same class as the last, `at` when a result was counted last.
    """

    failures: int = 0
    passes: int = 0
    first_failure: datetime | None = None
    first_pass: datetime | None = None
    since: datetime | None = None
    until: datetime | None = None
    reason: str = ""
    fault: Fault | None = None
    alike: int = 0
    at: datetime | None = None

    @property
    def is_failing(self) -> bool:
        """Whether the trouble is confirmed and not yet over."""
        return self.since is not None and self.until is None

    @property
    def is_open_question(self) -> bool:
        """Whether the last results say otherwise than those before, but not yet for sure."""
        return self.passes > 0 if self.is_failing else self.failures > 0


def confirm(streak: Streak, result: ProbeResult, threshold: Threshold) -> Streak:
    """Return the streak after one more result; one that stands in our own way changes nothing."""
    if result.is_ours:
        return streak
    if streak.at is not None and result.at - streak.at > threshold.memory:
        streak = _interrupted(streak)
    after = _passed(streak, result, threshold) if result.ok else _failed(streak, result, threshold)
    return replace(after, at=result.at)


def _interrupted(streak: Streak) -> Streak:
    """Keep what is confirmed, and forget what was about to be."""
    return replace(streak, failures=0, passes=0, first_failure=None, first_pass=None, alike=0)


def _failed(streak: Streak, result: ProbeResult, threshold: Threshold) -> Streak:
    first = streak.first_failure if streak.failures else result.at
    after = replace(
        streak,
        failures=streak.failures + 1,
        passes=0,
        first_failure=first,
        first_pass=None,
        reason=result.reason,
        fault=result.fault,
        alike=streak.alike + 1 if streak.failures and streak.fault is result.fault else 1,
    )
    if not after.is_failing and after.failures >= threshold.fail_after:
        return replace(after, since=first, until=None)
    return after


def _passed(streak: Streak, result: ProbeResult, threshold: Threshold) -> Streak:
    first = streak.first_pass if streak.passes else result.at
    after = replace(streak, passes=streak.passes + 1, failures=0, alike=0, first_pass=first, first_failure=None)
    if after.is_failing and after.passes >= threshold.pass_after:
        return replace(after, until=first)
    return after
