"""Spans of time as people write them."""

from __future__ import annotations

import re
from datetime import timedelta

_UNITS = {"ms": "milliseconds", "s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_SPAN = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)", re.ASCII)
LONGEST = timedelta(days=365)


def span_of(text: str) -> timedelta | None:
    """Return what `30s`, `5m` or `1.5h` stands for, at most `timedelta.max`; None if it is no such thing."""
    found = _SPAN.fullmatch(text.strip())
    if found is None:
        return None
    try:
        return timedelta(**{_UNITS[found[2]]: float(found[1])})
    except OverflowError:
        return timedelta.max
