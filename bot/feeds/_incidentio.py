"""incident.io's own answers: `/proxy/<host>`, its incidents, and the widget's summary.

Native incident: id, status_page_id, name, type incident|maintenance, status, published_at, affected_components
[{component_id, status, current_status}], component_impacts [{component_id, start_at, end_at, status}],
status_summaries [{start_at, end_at, worst_component_status}], updates oldest first [{id, published_at, to_status,
message, message_string, component_statuses, automated_update}]. States of maintenances: maintenance_scheduled,
maintenance_in_progress, maintenance_complete. Seen in the HTML of the pages of OpenAI, Aiven, Linear and Rollbar
(inket/stts, March 2026), which hold the whole summary and the history: 15 incidents.  Read by others from live pages:
yash492/statusy (Pleo, 2026-01), a TypeScript client of OpenAI with the whole type, and `{"incident": ...}` for
one.  Some name a component's status `component_status`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from bot.errors import ParseError
from bot.feeds import _listed, _statuspage, _text, _urls
from bot.feeds._json import Thing
from bot.feeds._severity import SEVERITY, worst
from bot.feeds._updates import ended_at, oldest_first
from bot.feeds._words import MAINTENANCE_STATES, Words
from bot.model import Claim, Component, ComponentStatus, Impact, Kind, Snapshot, Source, State, Update

_LISTS = ("ongoing_incidents", "in_progress_maintenances", "scheduled_maintenances")


def native(summary: Thing, source: Source) -> Snapshot:
    """Return what a page's own summary says: every component, every open incident and maintenance."""
    words = Words()
    page_id = summary.identity("id")
    if not _statuspage.is_ulid(page_id):
        raise ParseError(f"not an incident.io page: its id is no ULID at {summary.path}.id")
    page_url = _urls.shown(summary.text("public_url")) or _urls.origin(source)
    components = _all_components(summary, words)
    listed = [thing for key in _LISTS for thing in summary.things(key)]
    return Snapshot(
        vendor=source.vendor,
        format="incidentio",
        incidents=_listed.claims(_claim(thing, page_url, components, words) for thing in listed),
        components=tuple(components[key] for key in sorted(components)),
        indicator=worst((component.status for component in components.values()), Impact.NONE),
        complete_open_set=True,
        page_id=page_id,
        page_name=_text.one_line(summary.text("name")) or None,
        page_url=page_url.rstrip("/"),
        unknown_words=words.unknown,
    )


def history(payload: Thing, source: Source) -> Snapshot:
    """Return what the page's list of past incidents, or one of them, says; a window, never a whole."""
    words = Words()
    one = (payload.thing("incident"),) if payload.has("incident") else ()
    listed = (*payload.things("incidents"), *one)
    if not listed or not all(_statuspage.is_ulid(thing.identity("id")) for thing in listed):
        raise ParseError("no summary, page or incidents of incident.io at $")
    page_url = _urls.origin(source)
    return Snapshot(
        vendor=source.vendor,
        format="incidentio",
        incidents=_listed.claims(_claim(thing, page_url, {}, words) for thing in listed),
        page_id=listed[0].optional_id("status_page_id"),
        unknown_words=words.unknown,
    )


def is_widget(payload: Thing) -> bool:
    return payload.has("page_url") and any(key in payload.fields for key in _LISTS)


def widget(payload: Thing, source: Source) -> Snapshot:
    """Return what the widget says: all that is open or to come, each with its last statement alone."""
    words = Words()
    page_url = _urls.shown(payload.text("page_url")) or _urls.origin(source)
    claims = _listed.claims(_widget_claim(thing, page_url, words) for key in _LISTS for thing in payload.things(key))
    impacts = [claim.impact for claim in claims if claim.state is not State.SCHEDULED]
    return Snapshot(
        vendor=source.vendor,
        format="incidentio",
        incidents=claims,
        indicator=max(impacts, key=lambda impact: impact.rank, default=Impact.NONE),
        complete_open_set=True,
        page_name=_text.one_line(payload.text("page_title")) or None,
        page_url=page_url.rstrip("/"),
        unknown_words=words.unknown,
    )


def _all_components(summary: Thing, words: Words) -> dict[str, Component]:
    """Return every component by id: in trouble as listed, operational where it is not listed."""
    affected = _listed.by_id(
        Component(thing.identity("component_id"), "", _status(thing, words))
        for thing in summary.things("affected_components")
    )
    groups = _groups(summary.thing("structure"))
    found = []
    for thing in summary.things("components"):
        key = thing.identity("id")
        name = _text.one_line(thing.text("name")) or key
        status = affected[key].status if key in affected else ComponentStatus.OPERATIONAL
        found.append(Component(key, name, status, groups.get(key)))
    return _listed.by_id(found)


def _groups(structure: Thing) -> dict[str, str]:
    groups = {}
    for item in structure.things("items"):
        group = item.thing("group")
        for member in group.things("components"):
            groups[member.identity("component_id")] = _text.one_line(group.text("name"))
    return {key: name for key, name in groups.items() if name}


def _status(thing: Thing, words: Words) -> ComponentStatus:
    """Return a component's status as it is now, else as it was when the incident touched it."""
    return words.status(thing.text("current_status") or thing.text("component_status") or thing.text("status"))


def _claim(thing: Thing, page_url: str, known: Mapping[str, Component], words: Words) -> Claim:
    key, state = thing.identity("id"), words.state(thing.text("status"))
    published = thing.instant("published_at")
    updates = oldest_first(_update(update, thing, words) for update in thing.things("updates"))
    starts, ends = _window(thing)
    is_maintenance = thing.text("type") == "maintenance" or state in MAINTENANCE_STATES
    affected = thing.things("affected_components")
    return Claim(
        external_id=key,
        title=_text.title(thing.text("name")),
        state=state,
        impact=Impact.MAINTENANCE if is_maintenance else worst(_at_worst(affected, words), Impact.UNKNOWN),
        kind=Kind.MAINTENANCE if is_maintenance else Kind.INCIDENT,
        components=_touched(affected, known),
        updates=updates,
        url=_urls.incident_page(page_url, key),
        started_at=published if is_maintenance else _first(published, starts, *(update.at for update in updates)),
        published_at=published,
        resolved_at=(ended_at(updates) or ends) if state.is_over else None,
        starts_at=starts if is_maintenance else None,
        ends_at=ends if is_maintenance else None,
    )


def _first(*times: datetime | None) -> datetime | None:
    """Return when it began: what was told first may have ended, and what suffers now may have begun days later."""
    return min((at for at in times if at), default=None)


def _update(thing: Thing, incident: Thing, words: Words) -> Update:
    at = thing.instant("published_at") or incident.instant("published_at")
    if at is None:
        raise ParseError(f"no time that can be read at {thing.path}, nor at {incident.path}")
    said = thing.text("message_string") or _rich_text(thing.fields.get("message"))
    return Update(thing.identity("id"), words.state(thing.text("to_status")), _text.plain(said), at)


def _rich_text(message: object) -> str:
    """Return the words of a document `{"content": [{"text": ...}]}`, where there is no plain string."""
    words, left = [], [message]
    while left:
        node = left.pop()
        if isinstance(node, str):
            words.append(node)
        elif isinstance(node, list):
            left.extend(reversed(node))
        elif isinstance(node, dict):
            left.append(node.get("content") or node.get("text") or node.get("text_node"))
    return " ".join(words)


def _window(thing: Thing) -> tuple[datetime | None, datetime | None]:
    """Return when components began and ceased to suffer; no end while one of them does."""
    spans = thing.things("component_impacts") or thing.things("status_summaries")
    starts = [start for span in spans if (start := span.instant("start_at"))]
    ends = [span.instant("end_at") for span in spans]
    known = [end for end in ends if end]
    return min(starts, default=None), max(known) if known and len(known) == len(ends) else None


def _at_worst(affected: Iterable[Thing], words: Words) -> list[ComponentStatus]:
    return [words.status(thing.text("status") or thing.text("component_status")) for thing in affected]


def _touched(affected: Iterable[Thing], known: Mapping[str, Component]) -> tuple[Component, ...]:
    """Return the components of an incident; the history has no names for them, and ids are for nobody's eyes."""
    found = {thing.identity("component_id") for thing in affected}
    return tuple(known[key] for key in sorted(found) if key in known)


def _widget_claim(thing: Thing, page_url: str, words: Words) -> Claim:
    key, state = thing.identity("id"), words.state(thing.text("status"))
    said_at, starts = thing.instant("last_update_at"), thing.instant("started_at") or thing.instant("starts_at")
    body = _text.plain(thing.text("last_update_message"))
    # The widget has no id for its statements; a new one has a new time.
    updates = (Update(f"{thing.text('last_update_at')} {state}", state, body, said_at),) if said_at else ()
    is_maintenance = state in MAINTENANCE_STATES
    impact = SEVERITY[words.status(thing.text("current_worst_impact"))]
    return Claim(
        external_id=key,
        title=_text.title(thing.text("name")),
        state=state,
        impact=Impact.MAINTENANCE if is_maintenance else impact,
        kind=Kind.MAINTENANCE if is_maintenance else Kind.INCIDENT,
        components=_widget_components(thing, words),
        updates=updates,
        url=_urls.shown(thing.text("url")) or _urls.incident_page(page_url, key),
        started_at=thing.instant("started_at"),
        starts_at=starts if is_maintenance else None,
        ends_at=thing.instant("ends_at") or thing.instant("scheduled_end_at") if is_maintenance else None,
    )


def _widget_components(thing: Thing, words: Words) -> tuple[Component, ...]:
    found = []
    for part in thing.things("affected_components"):
        key = part.identity("id")
        name, group = _text.one_line(part.text("name")) or key, _text.one_line(part.text("group_name")) or None
        found.append(Component(key, name, words.status(part.text("current_status")), group))
    return _listed.components(found)
