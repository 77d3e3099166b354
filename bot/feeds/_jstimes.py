"""Times as JavaScript prints a date, `Sat Jun 11 2022 18:55:50 GMT+0000 (Coordinated Universal Time)`."""

from __future__ import annotations

import re
from datetime import datetime

from bot.feeds._times import instant

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_PRINTED = re.compile(
    r"\s*[A-Za-z]{3} (?P<month>[A-Za-z]{3}) (?P<day>\d{2}) (?P<year>\d{4}) (?P<clock>\d{2}:\d{2}:\d{2})"
    r"(?: (?:GMT|UTC)(?P<east>[+-]\d{4})?)?(?:\s*\([^()]{0,80}\))?\s*"
)


def read(text: str | None) -> datetime | None:
    """Return a time in JavaScript's own words or in ISO 8601 as a UTC instant, None where it is neither."""
    found = _PRINTED.fullmatch(text or "")
    if found is None:
        return instant(text)
    month = found["month"].lower()
    if month not in _MONTHS:
        return None
    east = found["east"] or "+0000"
    number = _MONTHS.index(month) + 1
    return instant(f"{found['year']}-{number:02}-{found['day']}T{found['clock']}{east[:3]}:{east[3:]}")
