"""OpenStatus: a status page's `/feed/json`.

Facts: the source of openstatusHQ/openstatus, 2026 (apps/status-page, packages/api/src/router/statusPage.ts):
title, status, updatedAt, monitors [{id, name, status}], pageComponents [{id, name, monitorId, groupId}],
pageComponentGroups [{id, name}], statusReports [{id, title, status, pageComponents, statusReportUpdates [{id,
status, message, date}]}], maintenances [{id, name, message, from, to, pageComponents}].  No capture seen.
The page also has `/api/status/summary.json` in Statuspage's manner, without ids of components and without what
has ended, and a widget, `api.openstatus.dev/public/status/<slug>`, that says one word: neither is read.

Stable: the ids of components, monitors, reports, updates and maintenances, numbers each of its own count; so
a maintenance is told apart by a prefix.

It is a complete open set, and more: every report and every maintenance that the page ever had, ended ones
included; nothing to follow up.  `updatedAt` is the moment of the answer (at most a minute old), and the only
clock by which a maintenance can be told to have begun or ended: so nothing in the body is volatile.

success, degraded, error and info (under maintenance) are all the words for a monitor.  A component without a
monitor has none: UNKNOWN.  It can not tell severity but by the monitors of a report's components.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from bot.errors import ParseError
from bot.feeds import _listed, _text, _urls
from bot.feeds._json import Thing, decode
from bot.feeds._severity import SEVERITY, worst
from bot.feeds._updates import ended_at, oldest_first
from bot.feeds._words import Words
from bot.model import Claim, Component, ComponentStatus, Impact, Kind, Snapshot, Source, State, Update

EXPECTS: Final = "json"
VOLATILE: Final[re.Pattern[bytes] | None] = None
HOSTS: Final = ("*.openstatus.dev",)

_FEED = "/feed/json"
_MARKS = ("/api/status/summary.json", "https://openstatus.dev?utm_medium=status-page", "openstatus.dev/favicon.ico")
_STATUSES: Mapping[str, ComponentStatus] = {
    "success": ComponentStatus.OPERATIONAL,
    "degraded": ComponentStatus.DEGRADED_PERFORMANCE,
    "error": ComponentStatus.MAJOR_OUTAGE,
    "info": ComponentStatus.UNDER_MAINTENANCE,
}
_IMPACTS: Mapping[str, Impact] = {word: SEVERITY[status] for word, status in _STATUSES.items()}
_STATES: Mapping[str, State] = {
    "investigating": State.INVESTIGATING,
    "identified": State.IDENTIFIED,
    "monitoring": State.MONITORING,
    "resolved": State.RESOLVED,
}


def parse(body: bytes, source: Source) -> Snapshot:
    """Return what a page's feed says."""
    payload = decode(body)
    if not all(payload.has(key) for key in ("statusReports", "maintenances", "monitors")):
        raise ParseError("no statusReports, maintenances and monitors at $")
    words = Words()
    page = _page(source)
    known = _components(payload, words)
    now = payload.instant("updatedAt")
    reports = [_report(thing, page, known, words) for thing in payload.things("statusReports")]
    maintenances = [_maintenance(thing, page, known, now) for thing in payload.things("maintenances")]
    return Snapshot(
        vendor=source.vendor,
        format="openstatus",
        incidents=_listed.claims((*reports, *maintenances)),
        components=_listed.components(known.values()),
        indicator=words.among(payload.text("status"), _IMPACTS, Impact.UNKNOWN),
        complete_open_set=True,
        page_name=_text.one_line(payload.text("title")) or None,
        page_url=page,
        unknown_words=words.unknown,
    )


def endpoints(source: Source) -> tuple[str, ...]:
    """Return the feed of a page, or the address itself where it is that already."""
    return (source.url if _urls.split(source).path.endswith(_FEED) else f"{_urls.origin(source)}{_FEED}",)


def follow_up(_source: Source, _external_id: str) -> tuple[str, ...]:
    """Return nothing: what has ended stays in the feed."""
    return ()


def linked(page: str, source: Source) -> tuple[str, ...]:
    """Return the feed of a page that names its summary, or whose maker is named as OpenStatus' pages name it."""
    return endpoints(source) if any(mark in page for mark in _MARKS) else ()


def _page(source: Source) -> str:
    return _urls.origin(source) + _urls.split(source).path.removesuffix(_FEED).rstrip("/")


def _components(payload: Thing, words: Words) -> dict[str, Component]:
    """Return the page's components, each as its monitor is; of an older page its monitors."""
    monitors = {thing.identity("id"): thing for thing in payload.things("monitors")}
    statuses = {
        key: words.among(thing.text("status"), _STATUSES, ComponentStatus.UNKNOWN) for key, thing in monitors.items()
    }
    groups = {
        thing.identity("id"): _text.one_line(thing.text("name")) for thing in payload.things("pageComponentGroups")
    }
    if not payload.has("pageComponents"):
        return {key: Component(key, _name(thing), statuses[key]) for key, thing in monitors.items()}
    found = []
    for thing in payload.things("pageComponents"):
        key, group = thing.identity("id"), groups.get(thing.text("groupId") or "")
        status = statuses.get(thing.text("monitorId") or "", ComponentStatus.UNKNOWN)
        found.append(Component(key, _name(thing), status, group or None))
    return _listed.by_id(found)


def _name(thing: Thing) -> str:
    return _text.one_line(thing.text("name")) or thing.identity("id")


def _report(thing: Thing, page: str, known: Mapping[str, Component], words: Words) -> Claim:
    key = thing.identity("id")
    updates = oldest_first(_update(update, thing, words) for update in thing.things("statusReportUpdates"))
    state = words.among(thing.text("status"), _STATES, State.UNKNOWN)
    parts = _touched(thing, known)
    began = updates[0].at if updates else None
    return Claim(
        external_id=key,
        title=_text.title(thing.text("title")),
        state=state,
        impact=Impact.UNKNOWN if state.is_over else worst((part.status for part in parts), Impact.UNKNOWN),
        components=parts,
        updates=updates,
        url=_urls.shown(f"{page}/events/report/{key}"),
        started_at=began,
        published_at=began,
        resolved_at=ended_at(updates) if state.is_over else None,
    )


def _update(update: Thing, report: Thing, words: Words) -> Update:
    at = update.instant("date") or report.instant("updatedAt")
    if at is None:
        raise ParseError(f"no time that can be read at {update.path}, nor at {report.path}")
    state = words.among(update.text("status"), _STATES, State.UNKNOWN)
    return Update(update.identity("id"), state, _text.plain(update.text("message")), at)


def _maintenance(thing: Thing, page: str, known: Mapping[str, Component], now: datetime | None) -> Claim:
    key, starts, ends = thing.identity("id"), thing.instant("from"), thing.instant("to")
    text = _text.plain(thing.text("message"))
    state = _phase(starts, ends, now)
    return Claim(
        external_id=f"maintenance-{key}",
        title=_text.title(thing.text("name")),
        state=state,
        impact=Impact.MAINTENANCE,
        kind=Kind.MAINTENANCE,
        components=_touched(thing, known),
        updates=(Update("message", State.SCHEDULED, text, starts),) if starts and text else (),
        url=_urls.shown(f"{page}/events/maintenance/{key}"),
        started_at=starts,
        resolved_at=ends if state.is_over else None,
        starts_at=starts,
        ends_at=ends,
    )


def _phase(starts: datetime | None, ends: datetime | None, now: datetime | None) -> State:
    if now is None or starts is None:
        return State.UNKNOWN
    if now < starts:
        return State.SCHEDULED
    return State.COMPLETED if ends and now > ends else State.IN_PROGRESS


def _touched(thing: Thing, known: Mapping[str, Component]) -> tuple[Component, ...]:
    """Return the components that are named by their numbers; an older page names monitors instead."""
    listed = thing.fields.get("pageComponents", thing.fields.get("monitors"))
    ids = {str(one) for one in listed if isinstance(one, int | str)} if isinstance(listed, list) else set()
    return tuple(known[key] for key in sorted(ids) if key in known)
