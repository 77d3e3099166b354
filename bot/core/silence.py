"""A vendor that has gone silent: for longer than it promised, or than it usually is.  Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from itertools import pairwise
from statistics import median
from zoneinfo import ZoneInfo

from bot.core.lines import by_bot
from bot.core.people import is_muted
from bot.core.witnesses import statements
from bot.model import ChangeKind, Incident, Kind, State, TimelineEntry, Who

# What we take for a vendor's pace as long as it has shown none of its own.
USUAL = timedelta(minutes=45)
# A promise is kept if it is late by this much: people type while the clock runs.
GRACE = timedelta(minutes=5)
# Twice its usual pace is a silence; but no vendor is expected to write more often than that, or seldomer than this.
SHORTEST, LONGEST = timedelta(minutes=30), timedelta(hours=12)
# From so many statements a vendor's own pace can be told.
_ENOUGH = 3
_WORDS_KINDS = frozenset({ChangeKind.UPDATED, ChangeKind.ACKNOWLEDGED, ChangeKind.REOPENED, ChangeKind.OPENED})
_QUIET_STATES = frozenset({State.SCHEDULED, State.UNKNOWN, State.SUSPECTED})

_NUMBERS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "six": 6, "thirty": 30, "sixty": 60}
_AMOUNT = rf"(?P<number>\d{{1,3}}|{'|'.join(_NUMBERS)})(?:\s*-\s*|\s+)?(?P<unit>minutes?|mins?|hours?|hrs?|m|h)\b"
_UPDATE = r"(?:update|more information|information|details|progress)s?"
_IN = re.compile(
    rf"(?:{_UPDATE}[^.!?\n]{{0,60}}\b(?:in|within|every)\s+(?:the\s+next\s+|about\s+|approximately\s+|another\s+)?{_AMOUNT})"
    rf"|(?:\b(?:in|within|every)\s+(?:the\s+next\s+|about\s+|approximately\s+|another\s+)?"
    rf"{_AMOUNT.replace('number', 'number2').replace('unit', 'unit2')}[^.!?\n]{{0,60}}{_UPDATE})",
    re.IGNORECASE,
)
_NEXT_HOUR = re.compile(
    rf"{_UPDATE}[^.!?\n]{{0,60}}\b(?:in|within)\s+the\s+(?:next\s+)?(?P<half>half\s+)?hour\b", re.IGNORECASE
)
_ZONES = {
    "utc": "UTC",
    "gmt": "UTC",
    "z": "UTC",
    "pt": "America/Los_Angeles",
    "pst": "America/Los_Angeles",
    "pdt": "America/Los_Angeles",
    "us/pacific": "America/Los_Angeles",
    "et": "America/New_York",
    "est": "America/New_York",
    "edt": "America/New_York",
    "ct": "America/Chicago",
    "cst": "America/Chicago",
    "cdt": "America/Chicago",
    "cet": "Europe/Berlin",
    "cest": "Europe/Berlin",
    "bst": "Europe/London",
}
# Hours from UTC, of those that name a half of the year.
_OFFSETS = {"pst": -8, "pdt": -7, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "cet": 1, "cest": 2, "bst": 1}
_BY = re.compile(
    rf"{_UPDATE}[^.!?\n]{{0,60}}?\b(?:by|at|before|around)\s+(?:(?P<day>\d{{4}}-\d\d-\d\d)[ T])?"
    rf"(?P<hour>\d{{1,2}})(?::(?P<minute>\d\d))?\s*(?P<half>[ap]\.?m\.?)?\s*\(?(?P<zone>{'|'.join(_ZONES)})\b",
    re.IGNORECASE,
)
# A day that is named in words, and so is not the next one on which a clock shows the time beside it.
_MONTH = "(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*"
_DAY = re.compile(
    rf"\btomorrow\b|\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b"
    rf"|\b{_MONTH}\.?\s+\d|\d(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH}\b",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?\n]")


def promised(text: str, at: datetime) -> datetime | None:
    """Return when the words of `at` promise the next ones: `next update in 30 minutes`, `by 15:00 UTC`."""
    by = _BY.search(text)
    if by is not None:
        end = _SENTENCE_END.search(text, by.end())
        is_of_another_day = _DAY.search(text, by.start(), end.start() if end else len(text))
        return None if is_of_another_day else _clock(by, at)
    hour = _NEXT_HOUR.search(text)
    if hour is not None:
        return at + timedelta(minutes=30 if hour["half"] else 60)
    found = _IN.search(text)
    if found is None:
        return None
    number, unit = found["number"] or found["number2"], found["unit"] or found["unit2"]
    amount = int(number) if number.isdecimal() else _NUMBERS[number.lower()]
    span = timedelta(hours=amount) if unit.lower().startswith("h") else timedelta(minutes=amount)
    return at + span if timedelta() < span <= timedelta(days=3) else None


def _clock(found: re.Match[str], at: datetime) -> datetime | None:
    """Return the next time after `at` that a clock there shows what was promised, or that time of the day it names."""
    hour, minute = int(found["hour"]), int(found["minute"] or 0)
    half = (found["half"] or "").lower()[:1]
    if half and hour <= 12:  # noqa: PLR2004  (of a clock)
        hour = hour % 12 + (12 if half == "p" else 0)
    if not half and found["minute"] is None:
        return None
    name = found["zone"].lower()
    zones: list[tzinfo] = [ZoneInfo(_ZONES[name])]
    # Who writes PST in summer may mean it, or the clock on the wall: late is who is late by both.
    zones += [timezone(timedelta(hours=_OFFSETS[name]))] if name in _OFFSETS else []
    try:
        times = [_at(found["day"], time(hour, minute), at.astimezone(zone)) for zone in zones]
    except ValueError:
        return None
    latest = max(times)
    return latest.astimezone(UTC) if latest >= at else None


def _at(day: str | None, wanted: time, there: datetime) -> datetime:
    if day is not None:
        return datetime.combine(date.fromisoformat(day), wanted, there.tzinfo)
    then = datetime.combine(there.date(), wanted, there.tzinfo)
    return then if then >= there else then + timedelta(days=1)


def soonest(incident: Incident) -> datetime | None:
    """Return when an incident may first be called silent; None if its vendor owes nobody a word."""
    last = incident.latest
    if last is None or not _is_owed(incident) or _was_silent_before(incident, last.at):
        return None
    promise = promised(last.text, last.at)
    return _watched(incident, promise + GRACE if promise else last.at + SHORTEST)


def _was_silent_before(incident: Incident, spoken: datetime) -> bool:
    """Some incidents stand on a page for months: a silence that is older than our watch is no news."""
    return incident.first_seen_at - spoken > LONGEST


def _watched(incident: Incident, due: datetime) -> datetime:
    """What was silent when we came is given the time to speak while we listen."""
    return max(due, incident.first_seen_at + SHORTEST) if incident.was_open_at_first_look else due


def _is_owed(incident: Incident) -> bool:
    """Not by a vendor that has called it over, though a part of it, or a witness of ours, still shows trouble."""
    goes_on = any(not view.state.is_over for view in statements(incident.claims))
    return incident.is_open and incident.kind is Kind.INCIDENT and goes_on and incident.state not in _QUIET_STATES


def judge(incident: Incident, entries: Sequence[TimelineEntry], now: datetime) -> TimelineEntry | datetime | None:
    """Return the entry that says that the vendor is silent, or when to ask again; None if there is nothing to say.

    It is said once: not again before the vendor has spoken.
    """
    spoken = [entry for entry in entries if _is_word(entry)]
    if not spoken or not _is_owed(incident):
        return None
    last = max(spoken, key=lambda entry: entry.happened_at)
    if _was_silent_before(incident, last.happened_at):
        return None
    if any(entry.kind is ChangeKind.SILENT and entry.seq > last.seq for entry in entries):
        return None
    promise = promised(last.text, last.happened_at)
    due = promise + GRACE if promise else last.happened_at + _patience([entry.happened_at for entry in spoken])
    due = _watched(incident, due)
    return due if now < due else _entry(incident, last, promise, now)


def _is_word(entry: TimelineEntry) -> bool:
    return entry.who is Who.VENDOR and bool(entry.text) and entry.kind in _WORDS_KINDS


def _patience(times: Sequence[datetime]) -> timedelta:
    """Return how long a silence may last: twice the vendor's own pace in this incident, if that can be told."""
    ordered = sorted(times)
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(ordered)]
    pace = timedelta(seconds=median(gaps)) if len(ordered) >= _ENOUGH else USUAL
    return min(max(2 * pace, SHORTEST), LONGEST)


def _entry(incident: Incident, last: TimelineEntry, promise: datetime | None, now: datetime) -> TimelineEntry:
    return replace(
        by_bot(incident, ChangeKind.SILENT, now),
        happened_at=last.happened_at,
        until=promise,
        hushed=is_muted(incident, now),
    )
