"""UptimeRobot's public pages: `https://stats.uptimerobot.com/<key>` and its like on domains of their own.

Facts: what others' clients read from `/api/getMonitorList/<key>`, 2022 to 2026: monitors [{monitorId, name,
statusClass, dailyRatios, lastDowntime}], under `psp` or, where a page is asked for, as `data`, 30 to a page.  Not
documented, and no real capture seen.  One client reports that on a domain of a page's own any key will do; that is
unverified.

Stable: the monitors' ids.  Names are HTML, and may be changed.

It knows monitors only: up, down, in part, or paused, which is no statement.  Nobody writes anything: there are no
incidents, so it is no open set at all.  Announcements of a page are not read.  A page with more than 60 monitors shows
only the first of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

from bot.errors import ParseError
from bot.feeds import _listed, _severity, _text, _urls
from bot.feeds._json import decode
from bot.feeds._words import Words, key
from bot.model import Component, ComponentStatus, Impact, Snapshot, Source

EXPECTS: Final = "json"
# How it was on each day, and shares of uptime.
VOLATILE = re.compile(rb'"dailyRatios"\s*:\s*\[[^\[\]]*\]|"ratio"\s*:\s*"[^"]*"|"responseTime"\s*:\s*[\d.]+')
HOSTS: Final = ("stats.uptimerobot.com",)

_API = "/api/getMonitorList/"
_ANY_KEY = "x"
_MARK = re.compile(r"\buptimerobot\b", re.IGNORECASE)
_KEY = re.compile(r"getMonitorList/(?P<key>\w{4,32})\b")
_PAUSED = frozenset({"black", "paused"})
_STATUSES: Mapping[str, ComponentStatus] = {
    "success": ComponentStatus.OPERATIONAL,
    "warning": ComponentStatus.DEGRADED_PERFORMANCE,
    "danger": ComponentStatus.MAJOR_OUTAGE,
    **dict.fromkeys(_PAUSED, ComponentStatus.UNKNOWN),
}


def parse(body: bytes, source: Source) -> Snapshot:
    """Return how each monitor is."""
    payload, words = decode(body), Words()
    page = payload.thing("psp")
    components, watched = [], []
    for monitor in (*page.things("monitors"), *payload.things("data")):
        number, word = monitor.identity("monitorId"), monitor.text("statusClass")
        status = words.among(word, _STATUSES, ComponentStatus.UNKNOWN)
        components.append(Component(number, _text.one_line(monitor.text("name")) or number, status))
        if key(word) not in _PAUSED:
            watched.append(status)
    if not components:
        raise ParseError("no monitors at $.psp.monitors or $.data")
    return Snapshot(
        vendor=source.vendor,
        format="uptimerobot",
        components=_listed.components(components),
        indicator=_severity.worst(watched, Impact.UNKNOWN),
        page_name=_text.one_line(page.text("name")) or None,
        page_url=_page(source),
        unknown_words=words.unknown,
    )


def endpoints(source: Source) -> tuple[str, ...]:
    """Return the list of monitors of the page whose key is in the address."""
    if _API in _urls.split(source).path:
        return (source.url,)
    return (_list(source, _urls.split(source).path.strip("/").partition("/")[0] or _ANY_KEY),)


def beside(endpoint: str) -> tuple[str, ...]:
    """Return the second page of the list, which may be empty."""
    return () if "?" in endpoint else (f"{endpoint}?page=2",)


def follow_up(_source: Source, _external_id: str) -> tuple[str, ...]:
    """Return nothing: it has no incidents."""
    return ()


def linked(page: str, source: Source) -> tuple[str, ...]:
    """Return the list of a page that says who made it, by the key that it names, if it does."""
    if not _MARK.search(page):
        return ()
    found = _KEY.search(page)
    return (_list(source, found["key"]),) if found else endpoints(source)


def _list(source: Source, name: str) -> str:
    return f"{_urls.origin(source)}{_API}{quote(name, safe='%')}"


def _page(source: Source) -> str | None:
    """Return the page for people; a list's address has the same key."""
    path = _urls.split(source).path.replace(_API, "/", 1)
    return _urls.shown(f"{_urls.origin(source)}{path}".rstrip("/"))
