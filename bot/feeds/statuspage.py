"""Atlassian Statuspage, API v2.

Facts: a page's own `/api` (https://confluence.status.atlassian.com/api); 3,391 captured GitHub summaries (2020 to
2026; 154 of them are tests) and the payloads of CodaMetrix, Twilio and CloudAMQP.  Seen in captures: summary, status,
components, incidents, incidents/unresolved, scheduled-maintenances/active.  `incidents/<id>.json` holds `{"page",
"incident"}`: reported by others, no real capture seen.  What a page sends to its subscribers has the same shape and is
read too (2017, in the tests of zulip/zulip: `incident`, or `component` with `component_update`); so are the examples
of 2014, without `started_at` and without components.

Stable: page id, incident id, update id, component id.  Not stable: titles, impacts, bodies, positions.
A host is no identity: `status.grafana.com` and `grafanalabs.statuspage.io` are one page id.

A Sitrep's own page (bot/web/api) is of this shape.  It may be one vendor's, `/vendors/<slug>`; and what such a page
has only from a third Sitrep is passed over.

Only summary.json is a complete open set: it lists every open incident and every maintenance to come.
`incidents/unresolved` lists no maintenances, and the other lists are windows of the newest 50.

It can not tell: how an incident ended (in the summary it vanishes: `follow_up`), and whether the page's
indicator means anything (it is lower than the worst open incident in a third of GitHub's snapshots).
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote

from bot.core.severity import worst
from bot.errors import ParseError
from bot.feeds import _statuspage, _urls
from bot.feeds._json import Thing, decode
from bot.feeds._words import Words
from bot.model import Claim, Impact, Snapshot, Source, State

EXPECTS: Final = "json"
VOLATILE = _statuspage.VOLATILE
HOSTS: Final = ("*.statuspage.io",)

_OF_VENDOR = re.compile(r"(?P<vendor>/vendors/[^/]+)(?:/?$|/api/v2/)")
# What every page of theirs says of itself: where its styles come from, and whose it is.
# A page's styles, in a captured page, and the link at its foot.
_MARK = re.compile(
    r"\.statuspage\.io|/assets/status_manifest|\bstatuspage\b[^<>\n]{0,40}atlassian|atlassian\.com/software/statuspage",
    re.IGNORECASE,
)


def parse(body: bytes, source: Source) -> Snapshot:
    """Return what any payload of API v2 says."""
    payload = decode(body)
    words = Words()
    about = _statuspage.page(payload, source, words)
    if _statuspage.is_ulid(about.id):
        raise ParseError("this page is incident.io's: use format incidentio")
    if not any(payload.has(key) for key in (*_statuspage.LISTS, "status", "incident", "component")):
        raise ParseError("a page that says nothing: no status, components, incidents or maintenances at $")
    claims = _statuspage.claims(payload, about, words)
    indicator = words.impact(
        payload.thing("status").text("indicator") or payload.thing("page").text("status_indicator")
    )
    return Snapshot(
        vendor=source.vendor,
        format="statuspage",
        incidents=claims,
        components=tuple(about.components[key] for key in sorted(about.components)),
        # A Sitrep's is of all that it lists, and some of that was passed over.
        indicator=_amounting_to(claims) if about.is_ours else indicator,
        complete_open_set=_is_summary(payload),
        page_id=about.id,
        page_name=about.name,
        page_url=about.url,
        unknown_words=words.unknown,
    )


def endpoints(source: Source) -> tuple[str, ...]:
    """Return the summary of a page, or the address itself where it is a document already."""
    if _urls.split(source).path.endswith(".json"):
        return (source.url,)
    return (f"{_base(source)}/api/v2/summary.json",)


def follow_up(source: Source, external_id: str) -> tuple[str, ...]:
    """Return where an incident that left the summary can still be read; its id does not tell its kind."""
    api = f"{_base(source)}/api/v2"
    return (
        f"{api}/incidents/{quote(external_id, safe='')}.json",
        f"{api}/incidents.json",
        f"{api}/scheduled-maintenances.json",
    )


def linked(page: str, source: Source) -> tuple[str, ...]:
    """Return the summary of a page that says whose it is."""
    return endpoints(source) if _MARK.search(page) else ()


def _base(source: Source) -> str:
    """Return the address of a page: that of its host, but of a Sitrep it may be a page of one vendor."""
    found = _OF_VENDOR.match(_urls.split(source).path)
    return _urls.origin(source) + (found["vendor"] if found else "")


def _amounting_to(claims: tuple[Claim, ...]) -> Impact:
    return worst(claim.impact for claim in claims if claim.is_open and claim.state is not State.SCHEDULED)


def _is_summary(payload: Thing) -> bool:
    return all(payload.has(key) for key in _statuspage.LISTS) and payload.thing("status").has("indicator")
