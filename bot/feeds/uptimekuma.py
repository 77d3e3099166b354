"""Uptime Kuma: a status page's `/api/status-page/<slug>` with `/api/status-page/heartbeat/<slug>` beside it.

Facts: the source of louislam/uptime-kuma, 2026-08-22 (server/routers/status-page-router.js, server/model/):
every field and word is from there.  The first version has one `incident` where the second has `incidents`.
No capture seen.

Stable: the ids of monitors, incidents and maintenances, small numbers, each of its own count; so a
maintenance is told apart by a prefix, and a repeated one by the start of its time slot.

The page is a complete open set: it lists every incident that is active and pinned, and the maintenances of
this moment.  One that was resolved or taken off the page is in `/incident-history` of the second version,
newest first, with `active`; an incident that was merely unpinned is still active there and so stays open.
A maintenance that is over is told nowhere.

Each document lacks what the other has: the page knows monitors by name, the heartbeats know how they are.
0 is down, 1 up, 2 pending (failing, with attempts left: UNKNOWN here), 3 maintenance; the newest counts.
Times without zone are UTC, but for a single maintenance, which tells its offset.
It can not tell phases; an incident has one text, which edits replace; the style is all its severity.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final
from urllib.parse import quote, unquote

from bot.errors import ParseError
from bot.feeds import _listed, _text, _urls
from bot.feeds._json import Thing, decode
from bot.feeds._severity import worst
from bot.feeds._times import instant
from bot.feeds._updates import ended_at
from bot.feeds._words import Words
from bot.model import Claim, Component, ComponentStatus, Impact, Kind, Snapshot, Source, State, Update

EXPECTS: Final = "json"
# When and how fast each monitor answered, and how often: heartbeats are listed in the order of time.
VOLATILE = re.compile(rb'"(?:time"\s*:\s*"[^"]*"|ping"\s*:\s*(?:[\d.]+|null)|uptimeList"\s*:\s*\{[^{}]*\})')
HOSTS: Final[tuple[str, ...]] = ()

_API = "/api/status-page/"
_SLUG = re.compile(r"/status(?:-page)?/(?P<slug>[^/]+)/?$")
_MANIFEST = re.compile(r"/api/status-page/(?P<slug>[^/\"'<>\s]{1,255})/manifest\.json")
_OFFSET = re.compile(r"[+-]\d{2}:\d{2}")
_BEATS: Mapping[str, ComponentStatus] = {
    "0": ComponentStatus.MAJOR_OUTAGE,
    "1": ComponentStatus.OPERATIONAL,
    "2": ComponentStatus.UNKNOWN,
    "3": ComponentStatus.UNDER_MAINTENANCE,
}
# The colours of an incident; that the page means this by them is a guess.
_STYLES: Mapping[str, Impact] = {
    "info": Impact.NONE,
    "warning": Impact.MINOR,
    "danger": Impact.MAJOR,
    "primary": Impact.UNKNOWN,
    "light": Impact.UNKNOWN,
    "dark": Impact.UNKNOWN,
}
_MAINTENANCES: Mapping[str, State] = {
    "scheduled": State.SCHEDULED,
    "under_maintenance": State.IN_PROGRESS,
    "ended": State.COMPLETED,
    "inactive": State.COMPLETED,
}


def parse(body: bytes, source: Source) -> Snapshot:
    """Return what the page says, or its heartbeats, or its history of incidents."""
    payload = decode(body)
    if payload.has("publicGroupList") and payload.has("config"):
        return _page(payload, source)
    if payload.has("heartbeatList") and payload.has("uptimeList"):
        return _heartbeats(payload, source)
    if payload.has("incidents") and payload.has("total") and payload.has("hasMore"):
        words = Words()
        claims = _listed.claims(_incident(thing, source, words) for thing in payload.things("incidents"))
        return Snapshot(vendor=source.vendor, format="uptimekuma", incidents=claims, unknown_words=words.unknown)
    raise ParseError("no page, heartbeats or history of Uptime Kuma at $")


def endpoints(source: Source) -> tuple[str, ...]:
    """Return where the page's data are; a page at the root of a host is the one called `default`."""
    path = _urls.split(source).path
    if _API in path:
        return (source.url,)
    found = _SLUG.search(path)
    return (_address(source, unquote(found["slug"]) if found else "default"),)


def beside(endpoint: str) -> tuple[str, ...]:
    """Return the heartbeats of the page whose data are at an address."""
    before, found, slug = endpoint.partition(_API)
    return (f"{before}{_API}heartbeat/{slug}",) if found and slug and "/" not in slug else ()


def follow_up(source: Source, _external_id: str) -> tuple[str, ...]:
    """Return the history of the page's incidents, which the first version does not have."""
    return tuple(f"{address}/incident-history" for address in endpoints(source) if beside(address))


def linked(page: str, source: Source) -> tuple[str, ...]:
    """Return the data of the page whose manifest the HTML names."""
    found = _MANIFEST.search(page)
    return (_address(source, unquote(found["slug"])),) if found else ()


def _address(source: Source, slug: str) -> str:
    return f"{_urls.origin(source)}{_API}{quote(slug.lower(), safe='')}"


def _page(payload: Thing, source: Source) -> Snapshot:
    words = Words()
    about = payload.thing("config")
    single = (payload.thing("incident"),) if payload.has("incident") else ()
    incidents = [_incident(thing, source, words) for thing in (*payload.things("incidents"), *single)]
    maintenances = [_maintenance(thing, source, words) for thing in payload.things("maintenanceList")]
    components = [
        Component(key := monitor.identity("id"), _text.one_line(monitor.text("name")) or key, group=name or None)
        for group in payload.things("publicGroupList")
        for name in (_text.one_line(group.text("name")),)
        for monitor in group.things("monitorList")
    ]
    claims = _listed.claims((*incidents, *maintenances))
    return Snapshot(
        vendor=source.vendor,
        format="uptimekuma",
        incidents=claims,
        components=_listed.components(components),
        indicator=max((claim.impact for claim in claims), key=lambda impact: impact.rank, default=Impact.UNKNOWN),
        complete_open_set=True,
        page_name=_text.one_line(about.text("title")) or None,
        page_url=_page_address(source),
        unknown_words=words.unknown,
    )


def _heartbeats(payload: Thing, source: Source) -> Snapshot:
    words = Words()
    monitors = payload.thing("heartbeatList")
    components = _listed.components(
        Component(key, key, _last_beat(monitors.things(key), words)) for key in monitors.fields
    )
    return Snapshot(
        vendor=source.vendor,
        format="uptimekuma",
        components=components,
        indicator=worst((component.status for component in components), Impact.UNKNOWN),
        page_url=_page_address(source),
        unknown_words=words.unknown,
    )


def _last_beat(beats: tuple[Thing, ...], words: Words) -> ComponentStatus:
    known = ((beat.text("time") or "", beat.text("status") or "") for beat in beats)
    newest = max(known, default=("", ""))
    return words.among(newest[1], _BEATS, ComponentStatus.UNKNOWN)


def _page_address(source: Source) -> str:
    """Return where people read the page."""
    parts = _urls.split(source).path.rstrip("/").split("/")
    slug = parts[-1] if _API in _urls.split(source).path else ""
    return f"{_urls.origin(source)}/status/{slug}" if slug else source.url.rstrip("/")


def _incident(thing: Thing, source: Source, words: Words) -> Claim:
    began, edited = thing.instant("createdDate"), thing.instant("lastUpdatedDate")
    is_over = thing.fields.get("active") is False
    updates = _said(thing, began, edited, is_over=is_over)
    return Claim(
        external_id=thing.identity("id"),
        title=_text.title(thing.text("title")),
        state=State.RESOLVED if is_over else State.INVESTIGATING,
        impact=words.among(thing.text("style"), _STYLES, Impact.UNKNOWN),
        updates=updates,
        url=_urls.shown(_page_address(source)),
        started_at=began,
        published_at=began,
        resolved_at=ended_at(updates) if is_over else None,
    )


def _said(thing: Thing, began: datetime | None, edited: datetime | None, *, is_over: bool) -> tuple[Update, ...]:
    """Return the one text, and its end, which is told in no words."""
    if began is None:
        return ()
    body = _text.plain(thing.text("content"))
    said = Update(thing.text("createdDate") or "", State.INVESTIGATING, body, began)
    if not is_over:
        return (said,)
    return (said, Update(f"{thing.text('createdDate')} resolved", State.RESOLVED, "", max(edited or began, began)))


def _maintenance(thing: Thing, source: Source, words: Words) -> Claim:
    # The slot that runs, and after it the next one.
    slot = min(thing.things("timeslotList"), key=lambda one: one.text("startDate") or "", default=Thing({}))
    starts, ends = (_local(slot.text(key), thing.text("timezoneOffset")) for key in ("startDate", "endDate"))
    repeated = (thing.text("strategy") or "").startswith(("recurring", "cron"))
    name = f"maintenance-{thing.identity('id')}"
    text = _text.plain(thing.text("description"))
    return Claim(
        external_id=f"{name}-{starts:%Y%m%dT%H%M}" if repeated and starts else name,
        title=_text.title(thing.text("title")),
        state=words.among(thing.text("status"), _MAINTENANCES, State.UNKNOWN),
        impact=Impact.MAINTENANCE,
        kind=Kind.MAINTENANCE,
        updates=(Update("description", State.SCHEDULED, text, starts),) if starts and text else (),
        url=_urls.shown(_page_address(source)),
        started_at=starts,
        starts_at=starts,
        ends_at=ends,
    )


def _local(text: str | None, offset: str | None) -> datetime | None:
    """Return a time that is in UTC if it says so, else in the zone whose offset stands beside it."""
    if text is None or text.upper().endswith("Z") or not _OFFSET.fullmatch(offset or ""):
        return instant(text)
    return instant(f"{text}{offset}") or instant(text)
