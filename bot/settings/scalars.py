"""The single values of a configuration: each function returns one, or raises ValueError with what to write instead."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from itertools import chain
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from bot.core.rules import Handover, Quiet
from bot.core.slugs import slug
from bot.core.spans import LONGEST, span_of
from bot.core.windows import Weekly
from bot.model import Destination
from bot.settings.mistakes import did_you_mean, one_of, shown

PLATFORMS = ("slack", "discord", "console")
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
# A vendor's page is cached for ten seconds or more, so looking oftener tells nothing and is no way to treat a guest.
SHORTEST_INTERVAL = timedelta(seconds=5)
SHORTEST_FADING, LONGEST_FADING = timedelta(minutes=5), timedelta(days=1)
# What somebody else pays for, or answers for us, is not asked more often than this.
SHORTEST_CHECK = timedelta(seconds=1)
MOST_TIMES = 1000
HIGHEST_PORT = 65535
LONGEST_REMINDER = timedelta(days=30)

_QUIET = re.compile(r"([^\s–-]+)\s*[–-]\s*([^\s–-]+)\s+(\S+)")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})", re.ASCII)
_HOST = re.compile(r"[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*\.?", re.ASCII)
# Another workspace's channel is named with the workspace: T0123456789/C0123456789.
_SLACK_CHANNEL = re.compile(r"(?:T[A-Z0-9]+/)?(?:#[^\s/]{1,80}|[CGD][A-Z0-9]+)")
_SLACK_USER = re.compile(r"[UW][A-Z0-9]+")
_SLACK_PERSON_OR_GROUP = re.compile(r"[UWS][A-Z0-9]+")
_TIMES = re.compile(r"(\d{1,4}(?:\.\d+)?)\s*x", re.ASCII)
_HOST_AND_PORT = re.compile(r"(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_.-]+):(\d{1,5})", re.ASCII)
_DIGITS = re.compile(r"\d+", re.ASCII)
_REFERENCE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_WORD = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)


def text(value: object) -> str:
    """Read text that says something."""
    if isinstance(value, str) and value.strip():
        return value.strip()
    raise ValueError(
        "is empty; write a text or leave the key out"
        if isinstance(value, str)
        else f"{shown(value)} is not text; write it in quotes"
    )


def as_list(value: object) -> object:
    """Let one text stand for a list of one."""
    return [value] if isinstance(value, str) else value


def yes_no(value: object) -> bool:
    """Read true or false."""
    if isinstance(value, bool):
        return value
    raise ValueError(f"{shown(value)} is neither true nor false; write true or false, without quotes")


def count(value: object) -> int:
    """Read a whole number from 1 up."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError(f"{shown(value)} is not a whole number from 1 up; write for example 3")
    return value


def percent(value: object) -> float:
    """Read a share in percent."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 100:  # noqa: PLR2004
        raise ValueError(f"{shown(value)} is not a share in percent; write a number from 0 to 100, for example 20")
    return float(value)


def reference(value: object) -> str:
    """Read the name of the variable that a secret is in.  No message shows what was written: it may be the secret."""
    found = _REFERENCE.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        raise ValueError(
            'is no reference to a variable; write for example token = "${SITREP_HOOK_TOKEN}", and the secret itself '
            "into the environment or .env"
        )
    return found[1]


def word(value: object) -> str:
    """Read a name that can stand in an address."""
    name = text(value)
    if not _WORD.fullmatch(name):
        guess = slug(name)[:63]
        instead = f"; write {shown(guess)}" if _WORD.fullmatch(guess) else '; write for example "alerts"'
        raise ValueError(f"{shown(value)} can not stand in an address: small letters, digits and hyphens can{instead}")
    return name


def choice(*known: str) -> Callable[[object], str]:
    """Return a reader of one of these words."""

    def read(value: object) -> str:
        word = text(value).lower()
        if word not in known:
            raise ValueError(f"{shown(value)} is not known{one_of(word, known)}")
        return word

    return read


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


def host_and_port(value: object) -> str:
    """Read a host and a port."""
    found = _HOST_AND_PORT.fullmatch(text(value))
    if found is None or not 0 < int(found[1]) <= HIGHEST_PORT:
        raise ValueError(f'{shown(value)} is not a host and a port; write for example "one.one.one.one:443"')
    return text(value)


def web_address(value: object) -> str:
    """Read an http address."""
    return address(value, ("https", "http"), "https://status.example.com")


def address(value: object, schemes: tuple[str, ...], instead: str) -> str:
    """Read a URL of one of these schemes, without a name and password in it."""
    url = text(value)
    parts = split_url(url)
    if parts is None or parts.scheme.lower() not in schemes or not parts.hostname or re.search(r"\s", url):
        raise ValueError(f"{shown(value)} is not a {' or '.join(schemes)} address; write for example {instead}")
    if parts.username is not None or parts.password is not None:
        raise ValueError("has a name and password in it; write the address without them")
    return url


def split_url(url: str) -> SplitResult | None:
    """Return the parts of a URL; None if they do not fit together."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts


def allowed_host(value: object) -> str:
    """Read the name or address of a host, or a network of them."""
    word = text(value).lower().strip("[]")
    try:
        return str(ipaddress.ip_network(word)) if "/" in word else str(ipaddress.ip_address(word))
    except ValueError as e:
        if "host bits" in str(e):
            instead = ipaddress.ip_network(word, strict=False)
            raise ValueError(f'{shown(value)} is an address within a network; write "{instead}"') from None
    if not _HOST.fullmatch(word) or re.fullmatch(r"[\d.]+", word):
        raise ValueError(
            f"{shown(value)} is neither a host nor a network; write for example "
            '"status.internal.example" or "10.0.0.0/8", without scheme and port'
        )
    return word


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


def destination(value: object) -> Destination:
    """Read where to tell it."""
    to = Destination.parse(text(value))
    if to.platform not in PLATFORMS:
        raise ValueError(f"{shown(value)} is on no known platform; the platforms are {', '.join(PLATFORMS)}")
    if to.platform == "console" and to.address:
        raise ValueError(f'{shown(value)} has an address, which the console has not; write "console"')
    if to.platform == "slack" and not _SLACK_CHANNEL.fullmatch(to.address):
        raise ValueError(f'{shown(value)} is not a Slack channel; write "slack:#its-name" or "slack:C0123456789"')
    if to.platform == "discord" and not _DIGITS.fullmatch(to.address):
        raise ValueError(f'{shown(value)} is not a Discord channel; write its id in digits, "discord:123456789"')
    return to


def mention(value: object) -> str:
    """Read who is to be mentioned."""
    word = text(value)
    return word if word in {"@here", "@channel", "@everyone"} else actor(word, '"@here"')


def notify(value: object) -> str:
    """Read whom an escalation tells: a rota or a destination."""
    word = text(value)
    return _rota(word) if word.startswith("oncall:") else str(destination(word))


def actor(value: object, also: str = "") -> str:
    """Read a person, a group of people or a rota."""
    word = text(value)
    platform, _, name = word.partition(":")
    if platform == "oncall":
        return _rota(word)
    if platform == "slack" and _SLACK_PERSON_OR_GROUP.fullmatch(name):
        return word
    if platform == "discord" and _DIGITS.fullmatch(name.removeprefix("role:")):
        return word
    ways = ", ".join(filter(None, (also, '"slack:U0123"', '"discord:123"', '"discord:role:123"')))
    raise ValueError(f'{shown(value)} is nobody that can be found; write {ways} or "oncall:name"')


def slack_user(value: object) -> str:
    """Read the id of a person on Slack."""
    if not _SLACK_USER.fullmatch(text(value)):
        raise ValueError(f'{shown(value)} is not a Slack member id; write it as the profile shows it, "U0123456789"')
    return text(value)


def discord_user(value: object) -> str:
    """Read the id of a person on Discord."""
    if not _DIGITS.fullmatch(text(value)):
        raise ValueError(f'{shown(value)} is not a Discord user id; write it in digits and in quotes, "123456789"')
    return text(value)


def _rota(word: str) -> str:
    name = word.removeprefix("oncall:").strip()
    if not name:
        raise ValueError(f'{shown(word)} names nobody; write "oncall:" and the name of an [[oncall]]')
    return f"oncall:{name}"
