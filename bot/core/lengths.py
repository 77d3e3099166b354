"""How long something is to last, as people type it: `30m`, `2 days`, `until resolved`."""

from __future__ import annotations

import re
from datetime import timedelta

HOW_LONG = "How long? `mute 1h`, `mute until 18:00`, `mute until Mon 09:00`, `mute until resolved`, `mute for good`"
# As they are typed.
FOR_GOOD, UNTIL_RESOLVED = "for good", "until resolved"
LONGEST_MUTE = timedelta(days=90)
_LONGEST = 200
_AMOUNT = r"(\d{1,4})\s*(w|weeks?|d|days?|h|hrs?|hours?|m|mins?|minutes?)"
_AMOUNTS = re.compile(_AMOUNT, re.IGNORECASE)
SPAN = re.compile(rf"(?<!\S)(?:for\s+)?{_AMOUNT}(?:\s*{_AMOUNT})*(?!\S)", re.IGNORECASE)
TO_THE_END = re.compile(
    r"(?<!\S)(?:until|till)\s+(?:it\s+is\s+|it['’]s\s+)?(?:resolved|the\s+end|over)(?!\S)", re.IGNORECASE
)
GOOD = re.compile(r"(?<!\S)(?:for\s+good|for\s?ever)(?!\S)", re.IGNORECASE)
# `until 18:00`, `until Mon 09:00`, `until 2026-12-24 at 09:00`
UNTIL_WHEN = re.compile(
    r"(?<!\S)(?:until|till)\s+(?P<when>(?:[\w-]+,?\s+)?(?:at\s+)?\d{1,2}:\d{2}|\d{4}-\d\d-\d\dT\S+)(?!\S)",
    re.IGNORECASE | re.ASCII,
)
_UNITS = {"w": timedelta(weeks=1), "d": timedelta(days=1), "h": timedelta(hours=1), "m": timedelta(minutes=1)}


def is_span(text: str) -> bool:
    """Whether a text says how long: `4h`, `2 days`, `until resolved`."""
    return bool((TO_THE_END.fullmatch if "until" in text or "till" in text else SPAN.fullmatch)(text.strip()))


def span_of(text: str) -> timedelta | None:
    """Return how long `1h`, `2 days` or `1h30m` is; None for `until resolved` and for what is no time at all."""
    amounts = _AMOUNTS.findall(text[:_LONGEST])
    if not amounts:
        return None
    return sum((int(number) * _UNITS[unit[0].lower()] for number, unit in amounts), timedelta())


def spell_span(span: timedelta | None) -> str:
    """Return how it is typed: `2d`, `1h30m`."""
    if span is None:
        return UNTIL_RESOLVED
    minutes = int(span.total_seconds()) // 60
    parts = ((minutes // 1440, "d"), (minutes // 60 % 24, "h"), (minutes % 60, "m"))
    return "".join(f"{number}{unit}" for number, unit in parts if number) or "0m"
