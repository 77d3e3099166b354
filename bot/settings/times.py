"""Spans, moments and times of day in a configuration, read as `bot.settings.scalars` reads all else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from itertools import chain
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from bot.core.rules import Handover, Quiet, Summary
from bot.core.spans import LONGEST, span_of
from bot.core.windows import Weekly
from bot.settings.mistakes import did_you_mean, one_of, shown
from bot.settings.texts import text

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
# A vendor's page is cached for ten seconds or more, so looking oftener tells nothing and is no way to treat a guest.
SHORTEST_INTERVAL = timedelta(seconds=5)
SHORTEST_FADING, LONGEST_FADING = timedelta(minutes=5), timedelta(days=1)
SHORTEST_GRACE, LONGEST_GRACE = timedelta(minutes=1), timedelta(days=30)
# What somebody else pays for, or answers for us, is not asked more often than this.
LONGEST_KEEPING = timedelta(days=3_650)
_DAYS = re.compile(r"(\d{1,4})\s*d", re.ASCII)
SHORTEST_CHECK = timedelta(seconds=1)
MOST_TIMES = 1000
LONGEST_REMINDER = timedelta(days=30)

_QUIET = re.compile(r"([^\s–-]+)\s*[–-]\s*([^\s–-]+)\s+(\S+)")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})", re.ASCII)
_TIMES = re.compile(r"(\d{1,4}(?:\.\d+)?)\s*x", re.ASCII)


def duration(value: object) -> timedelta:
    """Read a span of time, longer than nothing and at most a year."""
    span = span_of(value) if isinstance(value, str) else None
    if span is None:
        raise ValueError(f'{shown(value)} is not a duration; write for example "30s", "5m" or "1h"')
    if not timedelta(0) < span <= LONGEST:
        raise ValueError(f'{shown(value)} is not between 1ms and 365d; write for example "30s", "5m" or "1h"')
    return span


def reminder(value: object) -> timedelta:
    """Read how long before something begins it is told once more."""
    span = duration(value)
    if span > LONGEST_REMINDER:
        raise ValueError(f'{shown(value)} is too early; the earliest reminder is "{LONGEST_REMINDER.days}d"')
    return span


def moment(value: object) -> datetime:
    """Read a date and a time with a time zone."""
    if isinstance(value, str):
        with suppress(ValueError):
            value = datetime.fromisoformat(value.strip())
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise ValueError(f"{shown(value)} is not a time with a time zone; write for example 2026-12-05T22:00:00+01:00")
    return value.astimezone(UTC)


def day(value: object) -> date:
    """Read a date without a time."""
    if isinstance(value, str):
        with suppress(ValueError):
            value = date.fromisoformat(value.strip())
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    raise ValueError(f"{shown(value)} is not a date; write for example 2026-03-02, without quotes")


def weekly(value: object) -> Weekly:
    """Read days of the week, a span of hours and its time zone."""
    days, _, span = text(value).partition(" ")
    if not days[:1].isalpha():
        raise ValueError(f'{shown(value)} names no day; write for example "Sun 02:00-04:00 Europe/Berlin"')
    return Weekly(frozenset(chain.from_iterable(_days(part) for part in days.split(","))), quiet(span))


def _days(part: str) -> Iterator[int]:
    """Read `Sun`, `Mon-Fri` or `daily`."""
    if part.lower() in {"daily", "day"}:
        return iter(range(7))
    first, _, last = part.partition("-")
    start, end = _weekday(first), _weekday(last or first)
    return (day % 7 for day in range(start, end + 1 if end >= start else end + 8))


def _weekday(word: str) -> int:
    if word[:3].title() not in WEEKDAYS:
        raise ValueError(f"{shown(word)} is not a weekday{one_of(word, WEEKDAYS)}")
    return WEEKDAYS.index(word[:3].title())


def interval(value: object) -> timedelta:
    """Read how often somebody else's page is looked at."""
    span = duration(value)
    if span < SHORTEST_INTERVAL:
        raise ValueError(f'{shown(value)} is too often; the shortest interval is "5s"')
    return span


def fading(value: object) -> timedelta:
    """Read how long what a person said counts: long enough for a second one to come."""
    span = duration(value)
    if not SHORTEST_FADING <= span <= LONGEST_FADING:
        raise ValueError(f'{shown(value)} is not between "5m" and "1d"')
    return span


def keeping(value: object) -> timedelta:
    """Read for how many days something is kept."""
    found = _DAYS.fullmatch(value.strip()) if isinstance(value, str) else None
    days = int(found[1]) if found else 0
    if not 1 <= days <= LONGEST_KEEPING.days:
        raise ValueError(f'{shown(value)} is no number of days from "1d" to "{LONGEST_KEEPING.days}d"; write "400d"')
    return timedelta(days=days)


def grace(value: object) -> timedelta:
    """Read for how long what is over may be opened again."""
    span = duration(value)
    if not SHORTEST_GRACE <= span <= LONGEST_GRACE:
        raise ValueError(f'{shown(value)} is not between "1m" and "30d"')
    return span


def check_interval(value: object) -> timedelta:
    """Read how often something is checked."""
    span = duration(value)
    if span < SHORTEST_CHECK:
        raise ValueError(f'{shown(value)} is too often; the shortest interval of a check is "1s"')
    return span


def times(value: object) -> float | None:
    """Read how many times the usual is too slow; None: it does not matter."""
    word = value.strip().lower() if isinstance(value, str) else value
    if word == "off":
        return None
    found = _TIMES.fullmatch(word) if isinstance(word, str) else None
    if found is None or not 1 < float(found[1]) <= MOST_TIMES:
        raise ValueError(f'{shown(value)} is not how many times the usual; write for example "3x", or "off"')
    return float(found[1])


def timezone(value: object) -> str:
    """Read the name of a time zone."""
    name = text(value)
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        cities = {zone.rpartition("/")[2].casefold(): zone for zone in sorted(available_timezones())}
        city = cities.get(name.rpartition("/")[2].replace(" ", "_").casefold())
        guess = f'; did you mean "{city}"?' if city else did_you_mean(name, available_timezones())
        raise ValueError(
            f"{shown(name)} is not a time zone{guess or '; write for example ' + shown('Europe/Berlin')}"
        ) from None
    return name


def quiet(value: object) -> Quiet:
    """Read a daily span and its time zone."""
    found = _QUIET.fullmatch(text(value))
    if found is None:
        raise ValueError(
            f'{shown(value)} is not a span with a time zone; write for example "22:00-07:00 Europe/Berlin"'
        )
    start, end = clock(found[1]), clock(found[2])
    if start == end:
        raise ValueError(f"{shown(value)} begins when it ends; write two different times")
    return Quiet(start, end, timezone(found[3]))


def summary(value: object) -> Summary:
    """Read when a digest is due: a time of day, on one weekday or on all, and a time zone."""
    when, _, zone = text(value).rpartition(" ")
    if not when or ":" in zone:
        examples = '"09:00 Europe/Berlin", or "Mon 09:00 Europe/Berlin" for every week'
        raise ValueError(f"{shown(value)} names no time zone; write {examples}")
    return Summary(handover(when), timezone(zone))


def once_a_week(value: object) -> Summary:
    """Read when the summary of a week is due: a weekday, a time of day and a time zone."""
    found = summary(value)
    if found.when.weekday is None:
        raise ValueError(f'{shown(value)} names no weekday; write for example "Mon 09:00 Europe/Berlin"')
    return found


def clock(word: str) -> time:
    """Read a time of day."""
    found = _CLOCK.fullmatch(word)
    with suppress(ValueError):
        if found:
            return time(int(found[1]), int(found[2]))
    raise ValueError(f'{shown(word)} is not a time of day; write one from "00:00" to "23:59"')


def handover(value: object) -> Handover:
    """Read a time of day, on one weekday or on all."""
    match text(value).split():
        case [at]:
            return Handover(None, clock(at))
        case [day, at] if day[:3].title() in WEEKDAYS:
            return Handover(WEEKDAYS.index(day[:3].title()), clock(at))
        case [day, _]:
            raise ValueError(f"{shown(day)} is not a weekday{one_of(day, WEEKDAYS)}")
    raise ValueError(f'{shown(value)} is not a time to hand over; write "Mon 09:00", or "09:00" for every day')
