"""What somebody types to change who is on call: who, in which rota, and from when until when."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.core.lengths import span_of
from bot.core.rules import Oncall
from bot.core.rules import Person as OnDuty
from bot.core.verbs import UNTIL_WHEN
from bot.model import Person

LONGEST = timedelta(days=90)
_AHEAD = timedelta(days=366)
_DAY = timedelta(days=1)
_WEEK = 7
_SAID = re.compile(
    r"\s*(?:from\s+(?P<starts>.+?)\s+)?(?:(?:until|till|to)\s+(?P<ends>.+)|for\s+(?P<span>.+))", re.IGNORECASE
)
_CLOCK = re.compile(r"(?:(?P<day>\S+)\s+)?(?:at\s+)?(?P<hour>\d{1,2}):(?P<minute>\d{2})", re.ASCII | re.IGNORECASE)
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FULL = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MENTION = re.compile(r"<@!?(?P<id>\w+)(?:\|(?P<name>[^<>]*))?>")
_IN = re.compile(r"\s+(?:in|on|of)\s+", re.IGNORECASE)
_MYSELF = frozenset({"me", "myself", "i"})


def span(said: str, timezone: str, now: datetime) -> tuple[datetime, datetime] | str:
    """Return from when until when, by the clock of a time zone; or what is wrong with it."""
    found = _SAID.fullmatch(said)
    if found is None:
        return UNTIL_WHEN
    starts = moment(found["starts"], timezone, now) if found["starts"] else now
    if starts is None:
        return f"“{found['starts']}” is no time: write `18:00`, `Mon 09:00` or `2026-12-24 09:00`"
    length = span_of(found["span"]) if found["span"] else None
    ends = starts + length if length else moment(found["ends"] or "", timezone, starts)
    if ends is None:
        return f"“{found['ends'] or found['span']}” is no time: write `until 18:00`, `until Mon 09:00` or `for 8h`"
    if ends <= max(starts, now):
        return "That ends before it begins"
    if ends - starts > LONGEST or starts - now > _AHEAD:
        return "An override lasts 90 days at most, and begins within a year"
    return starts, ends


def moment(words: str, timezone: str, after: datetime) -> datetime | None:
    """Return the first such time after another one, by the clock on the wall there; None if it is no time."""
    if words.strip().casefold() == "now":
        return after
    with suppress(ValueError):
        exact = datetime.fromisoformat(words.strip())
        if exact.tzinfo is not None:
            return exact.astimezone(UTC)
    found = _CLOCK.fullmatch(words.strip())
    at = _time(found["hour"], found["minute"]) if found else None
    if found is None or at is None:
        return None
    today = after.astimezone(ZoneInfo(timezone)).date()
    days = _days(found["day"], today)
    instants = (datetime.combine(day, at, ZoneInfo(timezone)).astimezone(UTC) for day in days)
    return next((instant for instant in instants if instant > after), None)


def _time(hour: str, minute: str) -> time | None:
    with suppress(ValueError):
        return time(int(hour), int(minute))
    return None


def _days(word: str | None, today: date) -> Sequence[date]:
    """Return the days that may be meant, the nearest first."""
    name = (word or "").casefold().rstrip(",")
    if not name:
        return today, today + _DAY
    if name in {"today", "tomorrow"}:
        return (today + _DAY * (name == "tomorrow"),)
    for names in (_DAYS, _FULL):
        if name in names:
            ahead = (names.index(name) - today.weekday()) % _WEEK
            return today + ahead * _DAY, today + (ahead + _WEEK) * _DAY
    with suppress(ValueError):
        return (date.fromisoformat(name),)
    return ()


def parted(said: str, rotas: Iterable[Oncall]) -> tuple[str, Oncall | None]:
    """Return who is named, and the rota that is named after them: `NAME in ROTA`."""
    found = list(_IN.finditer(said))
    last = said[found[-1].end() :].strip().casefold() if found else ""
    named = next((rota for rota in rotas if rota.name.casefold() == last), None)
    return (said[: found[-1].start()], named) if named is not None else (said, None)


def people(said: str, rotas: Iterable[Oncall], asker: Person) -> tuple[OnDuty, ...]:
    """Return who may be meant: somebody of a rota by name, somebody by a mention, or the asker."""
    known = tuple(dict.fromkeys(person for rota in rotas for person in rota.people))
    called = _MENTION.search(said)
    if called is not None or said.casefold() in _MYSELF:
        id_, name = (called["id"], called["name"]) if called else (asker.id, asker.name)
        mine = tuple(person for person in known if f"{asker.platform}:{id_}" in person.keys)
        return mine[:1] or _stranger(asker.platform, id_, name or id_)
    wanted = said.casefold().lstrip("@")
    exact = tuple(person for person in known if person.name.casefold() == wanted)
    return exact or tuple(person for person in known if wanted and wanted in person.name.casefold())


def _stranger(platform: str, id_: str, name: str) -> tuple[OnDuty, ...]:
    if platform == "slack":
        return (OnDuty(name=name, slack=id_),)
    return (OnDuty(name=name, discord=id_),) if platform == "discord" else ()
