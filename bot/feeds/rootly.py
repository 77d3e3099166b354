"""Rootly: a status page's `/api/v1/status.json` and `/api/v1/incidents.json`, on a domain of the page's own.

Facts: https://docs.rootly.com/configuration/status-page-public-api (page {name, url, time_zone, updated_at},
status {indicator, description}, incidents [{name, status, impact, started_at, resolved_at, url,
incident_updates [{body, status, created_at}]}]) and .../status-page-write-api (the words for updates).  Pages of
2026: status.replit.com, status.clay.com; the first was seen to refuse machines (Cloudflare, 403).  No capture
seen, and the documentation shows no incident in `status.json`: that it has the shape of `incidents.json` is a
guess, and so the other is read beside it.

Stable: the last part of an incident's url; no ids are documented.  An update has none either: its time and word.

A complete open set: both say that they list the active incidents; `incidents.json` at most a hundred a page,
so a full page is taken for a part.  What has ended leaves both, and is shown in HTML only: nothing to follow up.

It imitates Statuspage, but its page has no id.  An incident's own `status` ("started", "mitigated") is Rootly's
inner word: the newest update, which is what readers see, goes before it, except that what is over is over.
It can not tell components.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from bot.errors import ParseError
from bot.feeds import _listed, _text, _urls
from bot.feeds._json import Thing, decode
from bot.feeds._updates import ended_at, oldest_first
from bot.feeds._words import MAINTENANCE_STATES, Words
from bot.model import Claim, Impact, Kind, Snapshot, Source, State, Update

EXPECTS: Final = "json"
# When the page was last touched; no claim is made of it.
VOLATILE = re.compile(rb'"updated_at"\s*:\s*"[^"]*"')
HOSTS: Final[tuple[str, ...]] = ()

_PER_PAGE = 100
_STATUS = "/api/v1/status.json"
_INCIDENTS = "/api/v1/incidents.json"
_MARKS = ("powered by rootly", 'href="https://rootly.com', 'href="https://www.rootly.com')
_STATES: Mapping[str, State] = {
    "investigating": State.INVESTIGATING,
    "identified": State.IDENTIFIED,
    "monitoring": State.MONITORING,
    "resolved": State.RESOLVED,
    "scheduled": State.SCHEDULED,
    "in_progress": State.IN_PROGRESS,
    "completed": State.COMPLETED,
    # Rootly's inner words
    "in_triage": State.INVESTIGATING,
    "started": State.INVESTIGATING,
    "detected": State.INVESTIGATING,
    "acknowledged": State.INVESTIGATING,
    "mitigated": State.MONITORING,
    "closed": State.RESOLVED,
    "cancelled": State.RESOLVED,
}


def parse(body: bytes, source: Source) -> Snapshot:
    """Return what either document says."""
    payload = decode(body)
    about, listed = payload.thing("page"), payload.things("incidents")
    if not about.has("time_zone") or not payload.has("incidents"):
        raise ParseError("no page with a time_zone, or no incidents, at $")
    if about.has("id") or any(thing.has("page_id") for thing in listed):
        raise ParseError(f"a page with an id, which Rootly's have not, at {about.path}")
    words = Words()
    page = _urls.shown(about.text("url")) or _urls.origin(source)
    claims = _listed.claims(_claim(thing, words) for thing in listed)
    return Snapshot(
        vendor=source.vendor,
        format="rootly",
        incidents=claims,
        indicator=_indicator(payload, claims, words),
        complete_open_set=payload.has("status") or len(listed) < _PER_PAGE,
        page_name=_text.one_line(about.text("name")) or None,
        page_url=page.rstrip("/"),
        unknown_words=words.unknown,
    )


def endpoints(source: Source) -> tuple[str, ...]:
    """Return the page's status, else its incidents; or the address itself where it is a document."""
    if _urls.split(source).path.endswith(".json"):
        return (source.url,)
    return (f"{_urls.origin(source)}{_STATUS}", f"{_urls.origin(source)}{_INCIDENTS}?per_page={_PER_PAGE}")


def beside(endpoint: str) -> tuple[str, ...]:
    """Return the list of incidents, with all that was said, beside the page's status."""
    if not endpoint.endswith(_STATUS):
        return ()
    return (f"{endpoint.removesuffix(_STATUS)}{_INCIDENTS}?per_page={_PER_PAGE}",)


def follow_up(_source: Source, _external_id: str) -> tuple[str, ...]:
    """Return nothing: what has ended is shown in HTML alone."""
    return ()


def linked(page: str, source: Source) -> tuple[str, ...]:
    """Return the documents of a page that says who made it."""
    lowered = page.lower()
    return endpoints(source) if any(mark in lowered for mark in _MARKS) else ()


def _indicator(payload: Thing, claims: tuple[Claim, ...], words: Words) -> Impact:
    """Return what the page says of itself; the list of incidents says it only by the worst that is going on."""
    if payload.has("status"):
        return words.impact(payload.thing("status").text("indicator"))
    lasting = (claim.impact for claim in claims if not claim.state.is_over and claim.state is not State.SCHEDULED)
    return max(lasting, key=lambda impact: impact.rank, default=Impact.UNKNOWN)


def _claim(thing: Thing, words: Words) -> Claim:
    url = thing.text("url")
    updates = oldest_first(_update(update, thing, words) for update in thing.things("incident_updates"))
    said = words.among(thing.text("status"), _STATES, State.UNKNOWN)
    state = said if said.is_over or not updates or updates[-1].state is State.UNKNOWN else updates[-1].state
    is_maintenance = bool({said, *(update.state for update in updates)} & MAINTENANCE_STATES)
    if is_maintenance and state is State.RESOLVED:
        state = State.COMPLETED
    starts = thing.instant("scheduled_for") or thing.instant("started_at")
    return Claim(
        external_id=_identity(thing, url),
        title=_text.title(thing.text("name")),
        state=state,
        impact=Impact.MAINTENANCE if is_maintenance else words.impact(thing.text("impact")),
        kind=Kind.MAINTENANCE if is_maintenance else Kind.INCIDENT,
        updates=updates,
        url=_urls.shown(url),
        started_at=thing.instant("started_at"),
        published_at=thing.instant("created_at") or (updates[0].at if updates else None),
        resolved_at=(thing.instant("resolved_at") or ended_at(updates)) if state.is_over else None,
        starts_at=starts if is_maintenance else None,
        ends_at=thing.instant("scheduled_until") if is_maintenance else None,
    )


def _identity(thing: Thing, url: str | None) -> str:
    """Return the last part of the incident's address, which both documents have; else its id."""
    try:
        last = urlsplit(url or "").path.rstrip("/").rpartition("/")[2]
    except ValueError:
        last = ""
    return last or thing.identity("id")


def _update(update: Thing, incident: Thing, words: Words) -> Update:
    at = update.instant("display_at") or update.instant("created_at") or incident.instant("started_at")
    if at is None:
        raise ParseError(f"no time that can be read at {update.path}, nor at {incident.path}")
    word = update.text("status")
    written = update.instant("created_at") or at
    key = update.text("id") or f"{written.isoformat()} {word or ''}".strip()
    return Update(key, words.among(word, _STATES, State.UNKNOWN), _text.plain(update.text("body")), at)
