"""What an answer's headers tell: the validators for the next request, and when it is due.  Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from bot.fetch.answer import Validators

# No server may send us to sleep for longer.
LONGEST = timedelta(hours=1)

_MAX_DIGITS = 9
_MAX_VALIDATOR = 512
_SHARED_OR_OWN_AGE = re.compile(r"(?:^|[\s,])(?:s-maxage|max-age)\s*=\s*\"?(\d+)", re.IGNORECASE)
_ALWAYS_STALE = re.compile(r"(?:^|[\s,])(?:no-cache|no-store)(?:$|[\s,=])", re.IGNORECASE)


def joined(raw: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Return headers by lower-case name; those that come twice are one list.

    httpx has the same, but searches the whole list each time that it is asked.
    """
    found: dict[str, str] = {}
    for key, value in raw:
        name, text = key.decode("latin-1").lower(), value.decode("latin-1")
        found[name] = f"{found[name]}, {text}" if name in found else text
    return found


def retry_after(value: str | None, now: datetime) -> timedelta | None:
    """Return how long the server asks us to wait, at most an hour; None when it does not say.

    https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
    """
    if not value:
        return None
    seconds = _seconds(value)
    if seconds is not None:
        return _bounded(seconds)
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return min(max(moment - now, timedelta()), LONGEST)


def max_age(headers: Mapping[str, str]) -> timedelta | None:
    """Return how long asking again is pointless, at most an hour; None when the server does not say.

    The longer of max-age and s-maxage: until then some cache, ours or theirs, gives the same answer.
    https://www.rfc-editor.org/rfc/rfc9111#name-calculating-freshness-lifet
    """
    control = headers.get("cache-control", "")
    if _ALWAYS_STALE.search(control):
        return timedelta()
    ages = [_seconds(found) or 0 for found in _SHARED_OR_OWN_AGE.findall(control)]
    if not ages:
        return None
    return _bounded(max(ages) - (_seconds(headers.get("age", "")) or 0))


def validators(headers: Mapping[str, str], digest: str | None) -> Validators:
    """Return what to remember of a full answer."""
    return Validators(
        etag=sendable(headers.get("etag")),
        last_modified=sendable(headers.get("last-modified")),
        digest=digest,
    )


def confirmed(headers: Mapping[str, str], known: Validators) -> Validators:
    """Return what to remember after a 304, which may bring a new etag."""
    return Validators(
        etag=sendable(headers.get("etag")) or known.etag,
        last_modified=sendable(headers.get("last-modified")) or known.last_modified,
        digest=known.digest,
    )


def sendable(value: str | None) -> str | None:
    """Return a validator that can be sent back as it came; None for one that no sane server writes."""
    if value and len(value) <= _MAX_VALIDATOR and value.isascii() and value.isprintable():
        return value
    return None


def _seconds(text: str) -> int | None:
    text = text.strip()
    if not (text.isascii() and text.isdigit()):
        return None
    return int(text[:_MAX_DIGITS]) if len(text) <= _MAX_DIGITS else 10**_MAX_DIGITS


def _bounded(seconds: int) -> timedelta:
    return min(timedelta(seconds=max(seconds, 0)), LONGEST)
