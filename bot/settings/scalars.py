"""The single values of a configuration: each function returns one, or raises ValueError with what to write instead."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from urllib.parse import SplitResult, urlsplit

from bot.core.slugs import slug
from bot.model import Destination
from bot.settings.mistakes import one_of, shown
from bot.settings.texts import text
from bot.settings.times import (
    check_interval,
    clock,
    day,
    duration,
    fading,
    grace,
    handover,
    interval,
    keeping,
    moment,
    once_a_week,
    quiet,
    reminder,
    summary,
    times,
    timezone,
    weekly,
)

# Those that are defined next door are found here too.
__all__ = [
    "check_interval",
    "clock",
    "day",
    "duration",
    "fading",
    "grace",
    "handover",
    "interval",
    "keeping",
    "moment",
    "once_a_week",
    "quiet",
    "reminder",
    "summary",
    "text",
    "times",
    "timezone",
    "weekly",
]

PLATFORMS = ("slack", "discord", "console", "pagerduty", "opsgenie", "webhook")
# The address of these is the end of a variable, so it is a word or nothing at all.
NAMED = ("pagerduty", "opsgenie", "webhook")
HIGHEST_PORT = 65535
MOST_POINTS = 100

_HOST = re.compile(r"[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*\.?", re.ASCII)
# Another workspace's channel is named with the workspace: T0123456789/C0123456789.
_SLACK_CHANNEL = re.compile(r"(?:T[A-Z0-9]+/)?(?:#[^\s/]{1,80}|[CGDUW][A-Z0-9]+)")
_SLACK_USER = re.compile(r"[UW][A-Z0-9]+")
_SLACK_PERSON_OR_GROUP = re.compile(r"[UWS][A-Z0-9]+")
_SLACK_GROUP = re.compile(r"group:S[A-Z0-9]+")
_WAYS = ('"slack:U0123"', '"slack:group:S0123"', '"discord:123"', '"discord:role:123"')
_HOST_AND_PORT = re.compile(r"(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_.-]+):(\d{1,5})", re.ASCII)
_DIGITS = re.compile(r"\d+", re.ASCII)
_REFERENCE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_WORD = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)


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


def points(value: object) -> float:
    """Read how much evidence it takes, as docs/witnesses.md counts it."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 1 <= value <= MOST_POINTS:
        raise ValueError(f"{shown(value)} is not a number of points; write one from 1 to {MOST_POINTS}, for example 2")
    return float(value)


def percent(value: object) -> float:
    """Read a share in percent."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 100:  # noqa: PLR2004  (all of it)
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
        # What stands before an @ may be a password, wherever it is taken to end.
        what = "this" if "@" in url else shown(value)
        raise ValueError(f"{what} is not a {' or '.join(schemes)} address; write for example {instead}")
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


def destination(value: object) -> Destination:
    """Read where to tell it."""
    to = Destination.parse(text(value))
    if to.platform not in PLATFORMS:
        raise ValueError(f"{shown(value)} is on no known platform; the platforms are {', '.join(PLATFORMS)}")
    if to.platform == "console" and to.address:
        raise ValueError(f'{shown(value)} has an address, which the console has not; write "console"')
    if to.platform == "slack" and not _SLACK_CHANNEL.fullmatch(to.address):
        raise ValueError(
            f'{shown(value)} is not a Slack channel; write "slack:#its-name" or "slack:C0123456789", or for direct '
            'messages to somebody "slack:U0123456789"'
        )
    if to.platform == "discord" and not _DIGITS.fullmatch(to.address.removeprefix("user:")):
        raise ValueError(
            f'{shown(value)} is not a Discord channel; write its id in digits, "discord:123456789", or for direct '
            'messages to somebody "discord:user:123456789"'
        )
    if to.platform in NAMED and to.address and not _is_end_of_variable(to.address):
        raise ValueError(
            f'{shown(value)} has an address that can not be part of a variable; write "{to.platform}" alone, or for '
            f'example "{to.platform}:platform"'
        )
    return to


def _is_end_of_variable(name: str) -> bool:
    """Whether a word can be one: with `_FILE` at its end a variable names a file."""
    return bool(_WORD.fullmatch(name)) and name != "file" and not name.endswith("-file")


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
    if platform == "slack" and _SLACK_GROUP.fullmatch(name):
        return f"slack:{name.removeprefix('group:')}"
    if platform == "discord" and _DIGITS.fullmatch(name.removeprefix("role:")):
        return word
    ways = ", ".join(filter(None, (also, *_WAYS)))
    raise ValueError(f'{shown(value)} is nobody that can be found; write {ways} or "oncall:name"')


def allowed(value: object) -> str:
    """Read who has a right: somebody, or one of the lists that there are."""
    word = text(value)
    return word if word in {"responders", "admins"} else actor(word, '"everyone", "responders", "admins"')


def room(value: object) -> str:
    """Read a channel in which people ask."""
    to = destination(value)
    if to.platform not in {"slack", "discord"}:
        raise ValueError(f'{shown(value)} is no channel of a chat; write for example "slack:#incidents"')
    return str(to)


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
