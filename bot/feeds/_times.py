"""Times as feeds write them, as UTC instants."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

# The zero of Go and of Unix time means "never", the year 9999 "for ever".
FIRST_YEAR, LAST_YEAR = 1990, 2100


def instant(text: str | None) -> datetime | None:
    """Return an ISO 8601 time as a UTC instant, None where it is none; without a zone it is UTC."""
    if text is None:
        return None
    try:
        return _usable(datetime.fromisoformat(text.strip().upper()))
    except ValueError:
        return None


def from_epoch(text: str | None) -> datetime | None:
    """Return seconds since 1970 as a UTC instant, None where they are none."""
    try:
        return _usable(datetime.fromtimestamp(int(text or ""), UTC))
    except (ValueError, OverflowError, OSError):
        return None


def from_millis(text: str | None) -> datetime | None:
    """Return milliseconds since 1970 as a UTC instant, None where they are none."""
    try:
        return _usable(datetime.fromtimestamp(int(text or "") / 1000, UTC))
    except (ValueError, OverflowError, OSError):
        return None


def from_parts(parts: Sequence[int]) -> datetime | None:
    """Return year, month, day, hour, minute and second of UTC as an instant, None where there is no such time."""
    year, month, day, hour, minute, second = parts[:6]
    try:
        return _usable(datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC))
    except ValueError:
        return None


def _usable(time: datetime) -> datetime | None:
    if time.tzinfo is None:
        time = time.replace(tzinfo=UTC)
    try:
        time = time.astimezone(UTC)
    except OverflowError:  # the last hours of the year 9999
        return None
    return time if FIRST_YEAR <= time.year <= LAST_YEAR else None
