"""Cachet, self-hosted: `/api/v1/incidents` of version 2, `/api/incidents` of version 3, and what is beside them.

Facts: the source of both, cachethq/cachet 2.4 (app/Presenters, app/Http/Controllers/Api) and cachethq/core of
2026-08-22 (src/Http/Resources, src/Enums): every field and number is from there.  No capture seen; of four
vendors who were probed in September 2026 all answered 404 (reported by others).

Version 2 answers `{meta: {pagination}, data: […]}`, version 3 JSON:API, `{data: [{id, type, attributes}],
included}`.  Incidents, components and schedules are three documents each.

Stable: the ids of each kind, small numbers, each of its own count; so a schedule is told apart by a prefix.

No document is a complete open set: the incidents are a window of the newest hundred, fixed ones among them,
so an end is seen there, or where the incident stands alone.

Times have no zone: version 3 prints the application's, UTC unless changed; version 2 that in which the page is
shown, which the answer does not tell.  Both are read as UTC: doubtful for version 2.
It can not tell severity but by the components of an incident, which version 2 names by a number alone (left
out).  A change of state without words is told as a statement without words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Final
from urllib.parse import quote

from bot.errors import ParseError
from bot.feeds import _cachet, _listed, _text, _urls
from bot.feeds._cachet import Record
from bot.feeds._json import Once, decode
from bot.feeds._severity import worst
from bot.feeds._updates import ended_at, oldest_first
from bot.feeds._words import Words
from bot.model import Claim, Component, ComponentStatus, Impact, Kind, Snapshot, Source, State, Update

EXPECTS: Final = "json"
# "3 hours ago", and how long an incident has lasted by now.
VOLATILE = re.compile(rb'"(?:human"\s*:\s*"[^"]*"|duration"\s*:\s*\d+)')
HOSTS: Final[tuple[str, ...]] = ()

_MARKS = ("cachethq.io", "cachethq/cachet")
_API = re.compile(r"/api/(?:v1/)?(?:incidents|components|schedules|status)\b")
_OLD, _NEW = "/api/v1/", "/api/"
_QUERIES: Mapping[str, Mapping[str, str]] = {
    _OLD: {
        "incidents": "?sort=id&order=desc&per_page=100",
        "components": "?per_page=500",
        "schedules": "?sort=id&order=desc&per_page=100",
    },
    _NEW: {
        "incidents": "?include=components,updates&per_page=100",
        "components": "?include=group&per_page=100",
        "schedules": "?include=components,updates&sort=-id&per_page=100",
    },
}
_STATES: Mapping[str, State] = {
    "0": State.INVESTIGATING,  # "reported"
    "1": State.INVESTIGATING,
    "2": State.IDENTIFIED,
    "3": State.MONITORING,
    "4": State.RESOLVED,
}
_SCHEDULES: Mapping[str, State] = {"0": State.SCHEDULED, "1": State.IN_PROGRESS, "2": State.COMPLETED}
_STATUSES: Mapping[str, ComponentStatus] = {
    "0": ComponentStatus.UNKNOWN,
    "1": ComponentStatus.OPERATIONAL,
    "2": ComponentStatus.DEGRADED_PERFORMANCE,
    "3": ComponentStatus.PARTIAL_OUTAGE,
    "4": ComponentStatus.MAJOR_OUTAGE,
    "5": ComponentStatus.UNKNOWN,
    "6": ComponentStatus.UNDER_MAINTENANCE,
}


# When an update was made, the state that it names, its words.
_Said = tuple[datetime | None, State, str]


def parse(body: bytes, source: Source) -> Snapshot:
    """Return what a list says, or one incident or schedule, of either version."""
    records = _cachet.records(decode(body))
    words = Words()
    claims: list[Claim] = []
    components: list[Component] = []
    part, said = (
        Once[Record, Component](partial(_component, words=words)),
        Once[Record, _Said](partial(_said, words=words)),
    )
    for record in records:
        if record.kind == "incidents":
            claims.append(_incident(record, source, words, part, said))
        elif record.kind == "schedules":
            claims.append(_schedule(record, source, words, part))
        else:
            components.append(_component(record, words))
    return Snapshot(
        vendor=source.vendor,
        format="cachet",
        incidents=_listed.claims(claims),
        components=_listed.components(components),
        indicator=worst((component.status for component in components), Impact.UNKNOWN),
        page_url=_page(source),
        unknown_words=words.unknown,
    )


def endpoints(source: Source) -> tuple[str, ...]:
    """Return the incidents of version 3 and of version 2; a page has one of them."""
    if _API.search(_urls.split(source).path):
        return (source.url,)
    return tuple(f"{_page(source)}{api}incidents{_QUERIES[api]['incidents']}" for api in (_NEW, _OLD))


def beside(endpoint: str) -> tuple[str, ...]:
    """Return the components and the schedules of the page whose incidents are at an address."""
    for api in (_OLD, _NEW):
        page, found, rest = endpoint.partition(f"{api}incidents")
        if found and rest[:1] in {"", "?"}:
            return tuple(f"{page}{api}{kind}{_QUERIES[api][kind]}" for kind in ("components", "schedules"))
    return ()


def follow_up(source: Source, external_id: str) -> tuple[str, ...]:
    """Return where an incident or a schedule stands alone."""
    kind, _, number = external_id.rpartition(_cachet.SEPARATOR)
    name = f"{'schedules' if kind else 'incidents'}/{quote(number, safe='')}"
    page = _page(source)
    return (f"{page}{_NEW}{name}?include=components,updates", f"{page}{_OLD}{name}")


def linked(page: str, source: Source) -> tuple[str, ...]:
    """Return the incidents of a page that is built of Cachet's files or says who made it."""
    lowered = page.lower()
    return endpoints(source) if any(mark in lowered for mark in _MARKS) else ()


def _page(source: Source) -> str:
    return _urls.origin(source) + _API.split(_urls.split(source).path)[0].rstrip("/")


def _component(record: Record, words: Words) -> Component:
    key = record.key
    status = words.among(record.number("status"), _STATUSES, ComponentStatus.UNKNOWN)
    return Component(key, _text.one_line(record.text("name")) or key, status, record.group)


def _incident(
    record: Record, source: Source, words: Words, part: Once[Record, Component], said: Once[Record, _Said]
) -> Claim:
    occurred = record.instant("occurred") or record.instant("created")
    state = words.among(record.number("latest_status") or record.number("status"), _STATES, State.UNKNOWN)
    parts = _listed.components(map(part, record.components))
    updates = _updates(record, state, occurred, said)
    return Claim(
        external_id=record.key,
        title=_text.title(record.text("name")),
        state=state,
        impact=worst((part.status for part in parts), Impact.UNKNOWN) if not state.is_over else Impact.UNKNOWN,
        components=parts,
        updates=updates,
        url=_link(record, source),
        started_at=occurred,
        published_at=record.instant("created"),
        resolved_at=ended_at(updates) if state.is_over else None,
    )


def _said(update: Record, words: Words) -> _Said:
    known = words.among(update.number("status"), _STATES, State.UNKNOWN)
    return update.instant("created"), known, _text.plain(update.text("message"))


def _updates(record: Record, state: State, occurred: datetime | None, said: Once[Record, _Said]) -> tuple[Update, ...]:
    """Return the incident's own words, those that followed, and its end where no words tell it."""
    created = occurred or record.instant("created")
    found = [Update("message", State.INVESTIGATING, _text.plain(record.text("message")), created)] if created else []
    for update in record.updates:
        spoken, known, body = said(update)
        at = spoken or created
        if at is None:
            raise ParseError(f"no time that can be read at {update.path}, nor at {record.path}")
        found.append(Update(update.key, known, body, at))
    ordered = oldest_first(sorted(found, key=lambda update: update.id))
    edited = record.instant("updated")
    if state.is_over and ordered and not ordered[-1].state.is_over:
        return (*ordered, Update("fixed", state, "", max(edited or ordered[-1].at, ordered[-1].at)))
    return ordered


def _schedule(record: Record, source: Source, words: Words, part: Once[Record, Component]) -> Claim:
    starts, ends = record.instant("scheduled"), record.instant("completed")
    created = record.instant("created") or starts
    text = _text.plain(record.text("message"))
    state = words.among(record.number("status"), _SCHEDULES, State.UNKNOWN)
    return Claim(
        external_id=f"schedule{_cachet.SEPARATOR}{record.key}",
        title=_text.title(record.text("name")),
        state=state,
        impact=Impact.MAINTENANCE,
        kind=Kind.MAINTENANCE,
        components=_listed.components(map(part, record.components)),
        updates=(Update("message", State.SCHEDULED, text, created),) if created else (),
        url=_page(source),
        started_at=starts,
        published_at=record.instant("created"),
        resolved_at=ends if state.is_over else None,
        starts_at=starts,
        ends_at=ends,
    )


def _link(record: Record, source: Source) -> str:
    name = record.text("guid") or record.key
    return _urls.shown(record.text("permalink")) or f"{_page(source)}/incidents/{quote(name, safe='')}"
