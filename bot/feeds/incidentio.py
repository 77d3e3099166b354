"""incident.io status pages: the page's own `/proxy`, the widget API, and the imitation of Statuspage.

Seen in a capture: `/api/v2/incidents.json` of OpenAI, 2025-11-15.  Documented: the widget's `/api/v1/summary`
(https://docs.incident.io/status-pages/widget-api), which a page may have switched off, and the words of states and
components (https://docs.incident.io/api-reference/status-page-incidents-v2). Of `/proxy` no whole answer was
captured; its shape is that of the summaries and histories which the HTML of OpenAI's, Aiven's, Linear's and Rollbar's
pages held in March 2026, and of the answers of OpenAI, Pleo, HeyGen and ElevenLabs that the clients of others quote
(see `_incidentio`).  Unverified: pages below a path of a shared host (`statuspage.incident.io/acme`),
`/proxy/<host>/incidents` without a range.

Stable: the page id and the incident, update and component ids, all ULIDs.  Not stable: `position`.
Complete open sets are the three summaries.  The imitation leaves `incidents` out, or says null, or `[]`,
when there are none; in the captures it never listed maintenances, so absence proves nothing for those.

It can not tell: the severity of an incident in words (the native answer has none: we take the worst
component, as the imitation does), which components it touches (the imitation), when it began (the widget),
and all but the last statement (the widget).  The bodies of the imitation may be empty.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote

from bot.errors import ParseError
from bot.feeds import _incidentio, _statuspage, _urls
from bot.feeds._json import Thing, decode
from bot.feeds._words import Words
from bot.model import Snapshot, Source

EXPECTS: Final = "json"
VOLATILE = _statuspage.VOLATILE
HOSTS: Final = ("*.incident.io",)

_MARK = re.compile(r"\bincident\.io\b", re.IGNORECASE)
# The pages below a page, and its feeds.
_TAIL = re.compile(
    r"/(?:(?:incidents|maintenances|write-ups)/[^/]*|history|calendar|(?:feed|history)\.(?:atom|rss))/?$"
)


def parse(body: bytes, source: Source) -> Snapshot:
    """Return what any answer of an incident.io page says."""
    payload = decode(body)
    if payload.has("summary"):
        return _incidentio.native(payload.thing("summary"), source)
    if payload.has("page"):
        return _imitation(payload, source)
    if _incidentio.is_widget(payload):
        return _incidentio.widget(payload, source)
    return _incidentio.history(payload, source)


def endpoints(source: Source) -> tuple[str, ...]:
    """Return the page's own summary first: it alone names the components and has every statement."""
    if _is_document(_urls.split(source).path):
        return (source.url,)
    page = _urls.origin(source) + _below(source)
    return (_proxy(source), f"{page}/api/v2/summary.json", f"{page}/api/v1/summary")


def follow_up(source: Source, external_id: str) -> tuple[str, ...]:
    """Return where an incident that left the summary can still be read."""
    return (
        f"{_proxy(source)}/incidents/{quote(external_id, safe='')}",
        f"{_proxy(source)}/incidents",
        f"{_urls.origin(source)}{_below(source)}/api/v2/incidents.json",
    )


def linked(page: str, source: Source) -> tuple[str, ...]:
    """Return the summaries of a page that names who made it."""
    return endpoints(source) if _MARK.search(page) else ()


def _is_document(path: str) -> bool:
    return "/proxy/" in path or "/api/" in path


def _below(source: Source) -> str:
    """Return the path under which a page lives on a host that it shares; mostly none."""
    path = _urls.split(source).path
    return "" if _is_document(path) else _TAIL.sub("", path).rstrip("/")


def _proxy(source: Source) -> str:
    return f"{_urls.origin(source)}/proxy/{_urls.split(source).hostname}{_below(source)}"


def _imitation(payload: Thing, source: Source) -> Snapshot:
    words = Words()
    about = _statuspage.page(payload, source, words)
    if not _statuspage.is_ulid(about.id):
        raise ParseError("this page is not incident.io's (its id is no ULID): use format statuspage")
    if not any(key in payload.fields for key in (*_statuspage.LISTS, "status", "incident")):
        raise ParseError("a page that says nothing: no status, components or incidents at $")
    return Snapshot(
        vendor=source.vendor,
        format="incidentio",
        incidents=_statuspage.claims(payload, about, words),
        components=tuple(about.components[key] for key in sorted(about.components)),
        indicator=words.impact(payload.thing("status").text("indicator")),
        complete_open_set=payload.thing("status").has("indicator") and payload.has("components"),
        page_id=about.id,
        page_name=about.name,
        page_url=about.url,
        unknown_words=words.unknown,
    )
