"""Times as pages print them for people: without a year, sometimes without a date, in the page's own zone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_PRINTED = re.compile(
    r"(?:\b(?P<month>[A-Za-z]{3})[a-z]*\.?\s+(?P<day>\d{1,2}),?\s+)?"
    r"\b(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::\d{2})?(?:\s*(?P<half>[AaPp])\.?[Mm]\b\.?)?"
    r"(?:\s*(?P<zone>[A-Z]{1,5}\b|[+-]\d{1,2}(?::?\d{2})?))?"
)
# Hours east of Greenwich. Names that mean different zones to different people are left out.
_HOURS = {
    "UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "WEST": 1, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3, "MSK": 3,
    "EST": -5, "EDT": -4, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7, "AKST": -9, "AKDT": -8, "HST": -10,
    "SGT": 8, "HKT": 8, "AWST": 8, "JST": 9, "KST": 9, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13,
}  # fmt: skip
_LIKELIEST_HOURS = {"BST": 1.0, "CST": -6.0, "IST": 5.5, "AST": -4.0, "NST": -3.5}
_FARTHEST = timedelta(hours=14)
_LEAP_GAP = 8  # the years between two leap days, at most (1896 and 1904)


@dataclass(frozen=True, slots=True)
class Printed:
    """A time on a page; `month` and `day` are 0 where it shows the clock alone."""

    month: int
    day: int
    hour: int
    minute: int
    zone: str = ""

    @property
    def is_dated(self) -> bool:
        return self.month > 0


def read_all(text: str) -> tuple[Printed, ...]:
    """Return every time in a text, in its order: `Aug 21, 00:37 UTC`, `Dec 8,  2:08 AM PST`, `8:22 AM PST`."""
    return tuple(printed for match in _PRINTED.finditer(text) if (printed := _printed(match)))


def read(text: str) -> Printed | None:
    """Return the first time in a text."""
    return next(iter(read_all(text)), None)


def offset(zone: str, calibrated: timedelta | None = None) -> timedelta:
    """Return how far a zone is east of Greenwich: as its name says, else as measured, else as if it were UTC."""
    if zone in _HOURS:
        return timedelta(hours=_HOURS[zone])
    if match := re.fullmatch(r"([+-])(\d{1,2}):?(\d{2})?", zone):
        east = timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
        return min(east, _FARTHEST) * (-1 if match[1] == "-" else 1)
    if calibrated is not None:
        return calibrated
    return timedelta(hours=_LIKELIEST_HOURS.get(zone, 0.0))


def calibrate(printed: Printed, actual: datetime) -> timedelta | None:
    """Return the offset under which a printed time is `actual`, None where no zone would make it so."""
    meant = latest(printed, actual + _FARTHEST + timedelta(minutes=1), timedelta())
    if meant is None:
        return None
    east = meant - actual.replace(second=0, microsecond=0)
    is_zone = abs(east) <= _FARTHEST and not east % timedelta(minutes=15)
    return east if is_zone else None


def latest(printed: Printed, limit: datetime, east: timedelta) -> datetime | None:
    """Return the last instant not after `limit` at which the page would have printed this; the year is found so."""
    for year in range(limit.year + 1, limit.year - _LEAP_GAP, -1):
        at = on(printed, year, printed.month, printed.day, east)
        if at is not None and at <= limit:
            return at
    return None


def on(printed: Printed, year: int, month: int, day: int, east: timedelta) -> datetime | None:
    """Return a printed clock time on a date, None where there is no such date."""
    try:
        local = datetime(year, month, day, printed.hour, printed.minute, tzinfo=timezone(east))
        return local.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _printed(match: re.Match[str]) -> Printed | None:
    month = (match["month"] or "").lower()
    if month and month not in _MONTHS:
        return None
    hour = int(match["hour"])
    if match["half"]:
        hour = hour % 12 + (12 if match["half"] in "Pp" else 0)
    number = _MONTHS.index(month) + 1 if month else 0
    return Printed(number, int(match["day"] or 0), hour, int(match["minute"]), match["zone"] or "")
