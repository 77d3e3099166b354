"""Heroku's own status API: `current-status`, and `incidents`, the history, of version 4; and those of version 3.

Facts: a captured `current-status` of October 2019 with an open incident (amureki/statuscheck), answers of
2026-09-23 quoted by a third party; of version 3, which has the same incidents as `issues`, answers of 2013 in tests of
its clients.  `incidents` is a bare list (read so by clients); that `incidents/<id>` answers one object is taken
over from version 3 and unverified, and so is `monitoring`, and what `blue` means (maintenance).
The newest command line falls back to Salesforce's Trust API: version 4 may go.

Stable: incident id, update id, and a system's name, which is all that it has.  Not stable: `updated_at`, which
moves on items that nobody touched, and `duration`, which grows.

`current-status` is a complete open set of incidents: it is what the page itself shows.  Of `scheduled` it keeps
entries for months after their end, as `upcoming`: absence means the end there too, presence means little.

`resolved` and `state` contradict each other, and `state` was right (2963 was resolved and not `resolved`): the
flag counts only where there is no state.  It can not tell the window of a maintenance, which stands in prose.  That
one is complete stands there too, in one more update of type `scheduled`: the words "Maintenance is complete" at its
beginning, as quoted from the live page, are believed.  An `update` has no phase of its own and keeps that of the
one before.  `tags` (EMEA, NA) are not read.  The worst colour of any update is the impact.  How a vanished incident
ended is in its own document, and in the history.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final
from urllib.parse import quote

from bot.errors import ParseError
from bot.feeds import _hosts, _listed, _text, _urls
from bot.feeds._json import Thing, decode_any
from bot.feeds._severity import worst
from bot.feeds._updates import ended_at, oldest_first
from bot.feeds._words import Words
from bot.model import Claim, Component, ComponentStatus, Impact, Kind, Snapshot, Source, State, Update

EXPECTS: Final = "json"
VOLATILE = re.compile(rb'"(?:updated_at"\s*:\s*(?:"[^"]*"|null)|duration"\s*:\s*(?:\d+|null))')
HOSTS: Final = ("status.heroku.com",)

_PAGE = "https://status.heroku.com"
_COLOURS = {
    "green": ComponentStatus.OPERATIONAL,
    "yellow": ComponentStatus.DEGRADED_PERFORMANCE,
    "red": ComponentStatus.MAJOR_OUTAGE,
    "blue": ComponentStatus.UNDER_MAINTENANCE,
}
_TYPES = {
    "investigating": State.INVESTIGATING,
    "issue": State.INVESTIGATING,
    "identified": State.IDENTIFIED,
    "monitoring": State.MONITORING,
    "resolved": State.RESOLVED,
    "scheduled": State.SCHEDULED,
    "maintenance": State.IN_PROGRESS,
}
_STATES = {
    "open": State.INVESTIGATING,
    "investigating": State.INVESTIGATING,
    "identified": State.IDENTIFIED,
    "monitoring": State.MONITORING,
    "resolved": State.RESOLVED,
    "upcoming": State.SCHEDULED,
}
_OF_MAINTENANCES = {"scheduled", "maintenance"}
_LISTS = {"incidents": Kind.INCIDENT, "scheduled": Kind.MAINTENANCE}
_OF_THIRD = {"issues": Kind.INCIDENT}
_DONE = re.compile(r"(?:the )?maintenance (?:is|was|has been) (?:now )?complete", re.IGNORECASE)


def parse(body: bytes, source: Source) -> Snapshot:
    """Return what the page shows now, or what its history or one incident says."""
    payload = decode_any(body)
    if isinstance(payload, Thing) and payload.has("status"):
        return _current(payload, source)
    words = Words()
    listed = (payload,) if isinstance(payload, Thing) else payload
    if not listed or not all(_is_incident(thing) for thing in listed):
        raise ParseError("no systems of Heroku, and no incidents with `updates` and `full_url`, at $")
    claims = [_claim(thing, {}, words, listed_as=Kind.INCIDENT) for thing in listed]
    return Snapshot(
        vendor=source.vendor,
        format="heroku",
        incidents=_listed.claims(claims),
        page_name="Heroku",
        page_url=_PAGE,
        unknown_words=words.unknown,
    )


def endpoints(source: Source) -> tuple[str, ...]:
    """Return what the page shows now, or the address itself where it is a document already."""
    if _urls.split(source).path.startswith("/api/"):
        return (source.url,)
    return (f"{_urls.origin(source)}/api/v4/current-status",)


def follow_up(source: Source, external_id: str) -> tuple[str, ...]:
    """Return where an incident that is no longer current can be read: alone, or in the history."""
    api = f"{_urls.origin(source)}/api/v4/incidents"
    return (f"{api}/{quote(external_id, safe='')}", f"{api}?limit=50")


def linked(_page: str, source: Source) -> tuple[str, ...]:
    """Return what to poll if the address is Heroku's own: there is only one such page."""
    return endpoints(source) if _hosts.at(source, HOSTS) else ()


def _is_incident(thing: Thing) -> bool:
    has_mark = "status.heroku.com/" in f"{thing.text('full_url')} {thing.text('href')}"
    return has_mark and thing.has("updates")


def _current(payload: Thing, source: Source) -> Snapshot:
    words = Words()
    lists = _OF_THIRD if payload.has("issues") else _LISTS
    systems = _third_systems(payload) if payload.has("issues") else payload.things("status")
    if not systems or not all(payload.has(key) for key in lists):
        raise ParseError("no systems, or no lists `incidents` and `scheduled`, or `issues`, at $")
    components = _components(systems, "system", words)
    claims = [
        _claim(thing, components, words, listed_as=kind) for key, kind in lists.items() for thing in payload.things(key)
    ]
    return Snapshot(
        vendor=source.vendor,
        format="heroku",
        incidents=_listed.claims(claims),
        components=_listed.components(components.values()),
        indicator=worst((component.status for component in components.values()), Impact.UNKNOWN),
        complete_open_set=True,
        page_name="Heroku",
        page_url=_PAGE,
        unknown_words=words.unknown,
    )


def _third_systems(payload: Thing) -> tuple[Thing, ...]:
    """Return the systems of version 3, `{"Production": "green", "Development": "green"}`, as version 4 lists them."""
    systems = payload.thing("status")
    if "Production" not in systems.fields:
        raise ParseError(f"no system `Production` of Heroku's at {systems.path}")
    return tuple(Thing({"system": key, "status": systems.text(key)}, systems.path) for key in systems.fields)


def _components(listed: Iterable[Thing], key: str, words: Words) -> dict[str, Component]:
    found = []
    for thing in listed:
        name = _text.one_line(thing.identity(key)) or thing.identity(key)
        found.append(Component(name, name, _colour(thing, "status", words)))
    return _listed.by_id(found)


def _colour(thing: Thing, key: str, words: Words) -> ComponentStatus:
    return words.among(thing.text(key), _COLOURS, ComponentStatus.UNKNOWN)


def _claim(thing: Thing, known: Mapping[str, Component], words: Words, listed_as: Kind) -> Claim:
    key, created = thing.identity("id"), thing.instant("created_at")
    types = {update.text("update_type") for update in thing.things("updates")}
    is_maintenance = listed_as is Kind.MAINTENANCE or bool(types & _OF_MAINTENANCES) or _is_to_come(thing)
    updates = _updates(thing, words)
    if is_maintenance:
        updates = tuple(replace(update, state=_stage(update)) for update in updates)
    state = _state(thing, updates, words)
    touched = _components(thing.things("systems"), "name", words)
    return Claim(
        external_id=key,
        title=_text.title(thing.text("title")),
        state=_of_maintenance(state) if is_maintenance else state,
        impact=Impact.MAINTENANCE if is_maintenance else _impact(thing, touched.values(), words),
        kind=Kind.MAINTENANCE if is_maintenance else Kind.INCIDENT,
        components=tuple(known.get(name, touched[name]) for name in sorted(touched)),
        updates=updates,
        url=_urls.shown(thing.text("full_url")) or f"{_PAGE}/incidents/{quote(key, safe='')}",
        started_at=created,
        published_at=created,
        resolved_at=(thing.instant("resolved_at") or ended_at(updates)) if state.is_over else None,
    )


def _is_to_come(thing: Thing) -> bool:
    """Whether it is planned, which version 3 says by `true` and version 4 by a word."""
    return thing.flag("upcoming") or thing.text("state") == "upcoming"


def _updates(incident: Thing, words: Words) -> tuple[Update, ...]:
    """Return what was said, oldest first; an `update` keeps the phase of the one before."""
    said = sorted(
        ((_said_at(thing, incident), thing.identity("id"), thing) for thing in incident.things("updates")),
        key=lambda one: one[:2],
    )
    found, phase = [], State.INVESTIGATING
    for at, key, thing in said:
        word = thing.text("update_type")
        phase = phase if word == "update" else words.among(word, _TYPES, State.UNKNOWN)
        found.append(Update(key, phase, _text.plain(thing.text("contents")), at))
    return oldest_first(found)


def _said_at(update: Thing, incident: Thing) -> datetime:
    at = update.instant("created_at") or incident.instant("created_at")
    if at is None:
        raise ParseError(f"no time that can be read at {update.path}, nor at {incident.path}")
    return at


def _state(thing: Thing, updates: tuple[Update, ...], words: Words) -> State:
    """Return the state as the incident says it, while it is open more closely as its last update does."""
    if thing.has("state"):
        said = words.among(thing.text("state"), _STATES, State.UNKNOWN)
    else:
        said = State.RESOLVED if thing.flag("resolved") else State.INVESTIGATING
        said = State.SCHEDULED if thing.flag("upcoming") else said
    if said not in {State.INVESTIGATING, State.SCHEDULED} or not updates:
        return said
    last = updates[-1].state
    return said if last.is_over and said is State.INVESTIGATING else last


def _stage(update: Update) -> State:
    return State.COMPLETED if _DONE.match(update.body) else _of_maintenance(update.state)


def _of_maintenance(state: State) -> State:
    """Return a state in the words of maintenances; that of one which only says that it is open is in progress."""
    if state.is_over:
        return State.COMPLETED
    return State.IN_PROGRESS if state is State.INVESTIGATING else state


def _impact(thing: Thing, touched: Iterable[Component], words: Words) -> Impact:
    keys = ("status_dev", "status_prod")
    said = (thing, *thing.things("updates"))
    colours = [_colour(one, key, words) for one in said for key in keys if one.has(key)]
    return worst((*colours, *(component.status for component in touched)), Impact.UNKNOWN)
