"""Why no format was found for a page, as a person reads it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit


class Miss(StrEnum):
    """What an address that was asked in vain had to say; `OURS`: it was we who did not ask."""

    OURS = "ours"
    SILENT = "silent"
    WALLED = "walled"
    REFUSED = "refused"
    UNREADABLE = "unreadable"
    NEWS = "news"


@dataclass(frozen=True, slots=True)
class Tried:
    """An address that was asked for the sake of a format, and why it was not what was looked for."""

    address: str
    reason: str
    miss: Miss = Miss.UNREADABLE


# Platforms that no format reads: their hosts, as PagerDuty's API, Datadog's API and links to the others name them, and
# what the HTML of their pages begins with: cState's is in its source, layouts/partials/meta.html.
_STRANGERS = {
    "PagerDuty": (".trust.pagerduty.com", None),
    "Datadog": (".statuspage.datadoghq.com", None),
    "StatusCast": (".statuscast.com", None),
    "StatusHub": (".statushub.io", None),
    "Sorry": (".sorryapp.com", None),
    "cState": (None, re.compile(r"""<meta name=["']?generator["']? content=["']?cState\b""", re.IGNORECASE)),
}
_LOGIN = re.compile(r"\b(?:log-?in|sign-?in|sso|saml|oauth2?|auth)\b", re.IGNORECASE)
_ADVICE = "if it has a feed or a document of its own, give that address"


def told(url: str, led_to: str, page: str, tried: Sequence[Tried]) -> str:
    """Return in one line why nothing was found at `url`, which led to `led_to`, where the HTML `page` was."""
    first = next((one for one in tried if one.address == url), None)
    if first is not None and first.miss is Miss.OURS:
        return first.reason
    if first is not None and all(one.miss is Miss.SILENT for one in tried if _host(one.address) == _host(url)):
        return f"{_host(url)} does not answer ({first.reason}): is the address right, and can this machine reach it?"
    stranger = _stranger(led_to, page)
    if stranger is not None:
        return f"it is {_a(stranger)} page, and no format reads those; {_ADVICE}"
    return f"{_of_the_page(url, led_to, first, tried)}; {_counted(tried)}; {_ADVICE}"


def bare(url: str) -> str:
    """Return an address that may be shown: without a name and a password in it."""
    before, found, after = url.partition("://")
    if not found:
        return url
    host, slash, path = after.partition("/")
    return f"{before}://{host.rpartition('@')[2]}{slash}{path}"


def _of_the_page(url: str, led_to: str, first: Tried | None, tried: Sequence[Tried]) -> str:
    if led_to != url and _LOGIN.search(led_to.removeprefix(url)):
        return f"it leads to a login at {_host(led_to)}, and only what is public can be read"
    if first is not None and first.miss is Miss.WALLED:
        return f"the page lets no program in ({first.reason}): it wants a login, or turns robots away"
    if first is not None and first.reason == "HTTP 429":
        return "the host has had enough of our questions for now (HTTP 429): try again later"
    if first is not None and first.miss in {Miss.REFUSED, Miss.SILENT}:
        return f"the page can not be read ({first.reason}), and no format reads anything there"
    news = next((one for one in tried if one.miss is Miss.NEWS), None)
    if news is not None:
        return f"it has a feed, {bare(news.address)}, but {news.reason}: that is news, not a status"
    return "no format reads anything there"


def _stranger(url: str, page: str) -> str | None:
    host = _host(url)
    for name, (below, mark) in _STRANGERS.items():
        if (below and host.endswith(below)) or (mark and mark.search(page)):
            return name
    return None


def _counted(tried: Sequence[Tried]) -> str:
    number = len({one.address for one in tried})
    return f"{number} addresses were tried" if number > 1 else "1 address was tried"


def _a(name: str) -> str:
    return f"{'an' if name[0] in 'AEIOU' else 'a'} {name}"


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").lower()
