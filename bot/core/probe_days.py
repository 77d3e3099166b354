"""The last 90 days of one probe, day by day of UTC: how many checks failed, and when nobody checked.  Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.core.days import Day
from bot.core.spans import duration


@dataclass(frozen=True, slots=True)
class Checks:
    """How many checks there were, and how many of them failed."""

    checks: int = 0
    failures: int = 0


@dataclass(frozen=True, slots=True)
class ProbeDay:
    """What the checks of a day came to; `day` says how much of it nobody watched."""

    day: Day
    checks: int = 0
    failures: int = 0

    @property
    def share(self) -> float:
        """How much of what was checked failed, from 0 to 1."""
        return self.failures / self.checks if self.checks else 0.0

    @property
    def is_unknown(self) -> bool:
        """Whether nothing was checked."""
        return not self.checks


def probe_days(found: Sequence[Day], counted: Mapping[date, Checks]) -> tuple[ProbeDay, ...]:
    """Return the days of a probe; a day on which it did not check is no good day, whatever else is known."""
    return tuple(ProbeDay(day, one.checks, one.failures) for day in found for one in [counted.get(day.date, Checks())])


def said(one: ProbeDay) -> str:
    """Return what a day was like, in a few words."""
    if one.is_unknown:
        return "not checked yet" if one.day.before >= one.day.length else "not checked"
    blind = one.day.unwatched - one.day.before
    away = f", not watching {duration(blind)}" if blind >= timedelta(minutes=1) else ""
    if not one.failures:
        return f"all {one.checks:,} checks passed{away}" if one.checks > 1 else f"1 check, which passed{away}"
    return f"{one.failures:,} of {one.checks:,} checks failed ({percent(one.share)}){away}"


def percent(share: float) -> str:
    """Write a share: `43 %`, `0.02 %`; what is not nothing is not written as nothing."""
    hundred = share * 100
    digits = 0 if hundred >= 10 or not hundred else 1 if hundred >= 1 else 2  # noqa: PLR2004  (digits worth reading)
    return "under 0.01 %" if 0 < hundred < 0.005 else f"{hundred:.{digits}f} %"  # noqa: PLR2004  (the same)


def summary(found: Sequence[ProbeDay]) -> str:
    """Return what so many days came to."""
    checks, failures = sum(one.checks for one in found), sum(one.failures for one in found)
    if not checks:
        return "not checked yet"
    days = sum(not one.is_unknown for one in found)
    lasting = f"in {days} days" if days > 1 else "in 1 day"
    if not failures:
        return f"all {checks:,} checks passed {lasting}"
    return f"{failures:,} of {checks:,} checks failed {lasting} ({percent(failures / checks)})"
