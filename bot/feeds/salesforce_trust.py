"""Salesforce's Trust API, version 1: incidents, maintenances, and instances with both.

Facts: a captured `instances/status` of July 2020, 1,528 instances with one incident (amureki/statuscheck); the
fixtures and types of Heroku's command line of 2025 (heroku/cli), which reads `incidents/active`, `maintenances` and
`instances`; an instance of 2023 with an incident and a maintenance and two incidents of 2026, quoted by third
parties; the list of an instance's words, and an instance of `instances/status/preview`, from a forum.  That
`incidents/<id>`, `maintenances/<id>` and `instances/<key>/status` answer one object is how clients read them: no real
capture seen.  Salesforce announces a successor that wants a token.

Stable: the ids of incidents, maintenances and events, the keys of instances and services.  The two kinds of
ids are told apart by a prefix: nothing says that they come from one sequence.

An incident is open while one of its impacts has no end, or while it says so itself: in an answer of 2026 it has a
`status` (Active, Resolved).  `incidents/active` and `instances/status` are complete open sets of incidents; a list in
which something is over may be the history, and an instance that has no list of incidents, or is in trouble and names
none, is no proof of anything: neither is complete.  `[]` is `incidents/active` when all is well; as it has no mark of
its own, it is believed only at Salesforce's address, or of a source of this format. `incidents/active` lists no
maintenances, so absence proves nothing for those.

It can not tell: a title (the kind of the impact, which is a key, is worded), phases beyond those of a few event
types (the others are keys of a catalogue of texts, `localizations`, and count as no state, not as unknown words),
and often anything in prose.  What `message` says (root cause, action plan, path to resolution) has neither id nor
time: each is an update under its name, as of the last change of its incident; a root cause is one once that is over.
Whatever is listed under many instances is one; `group` of an instance is its location (NA, EMEA, APAC).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Final
from urllib.parse import quote

from bot.errors import ParseError
from bot.feeds import _hosts, _listed, _text, _urls
from bot.feeds._json import Thing, decode_any
from bot.feeds._severity import SEVERITY, gravest
from bot.feeds._updates import oldest_first
from bot.feeds._words import Words
from bot.model import Claim, Component, ComponentStatus, Impact, Kind, Snapshot, Source, State, Update

EXPECTS: Final = "json"
VOLATILE = re.compile(rb'"(?:updatedAt|(?:start|end)Time(?:Created|Modified)At)"\s*:\s*(?:"[^"]*"|null)')
HOSTS: Final = ("api.status.salesforce.com", "status.salesforce.com")

_PAGE = "https://status.salesforce.com"
_API = "https://api.status.salesforce.com/v1"
_MAINTENANCE = "maintenance-"
_INSTANCES = {
    "ok": ComponentStatus.OPERATIONAL,
    "informational_core": ComponentStatus.OPERATIONAL,
    "informational_noncore": ComponentStatus.OPERATIONAL,
    "maintenance_core": ComponentStatus.UNDER_MAINTENANCE,
    "maintenance_noncore": ComponentStatus.UNDER_MAINTENANCE,
    "minor_incident_core": ComponentStatus.DEGRADED_PERFORMANCE,
    "minor_incident_noncore": ComponentStatus.DEGRADED_PERFORMANCE,
    "major_incident_core": ComponentStatus.MAJOR_OUTAGE,
    "major_incident_noncore": ComponentStatus.PARTIAL_OUTAGE,
}
_NEEDS_A_REASON = {ComponentStatus.DEGRADED_PERFORMANCE, ComponentStatus.PARTIAL_OUTAGE, ComponentStatus.MAJOR_OUTAGE}
_SEVERITIES = {
    "informational": (Impact.NONE, ComponentStatus.OPERATIONAL),
    "maintenance": (Impact.MAINTENANCE, ComponentStatus.UNDER_MAINTENANCE),
    "minor": (Impact.MINOR, ComponentStatus.DEGRADED_PERFORMANCE),
    "major": (Impact.MAJOR, ComponentStatus.MAJOR_OUTAGE),
}
_NO_SEVERITY = (Impact.UNKNOWN, ComponentStatus.UNKNOWN)
_EVENTS = {
    "investigating": State.INVESTIGATING,
    "investigatingCauseOfIssue": State.INVESTIGATING,
    "herokuIncidentInvestigating": State.INVESTIGATING,
    "monitoring": State.MONITORING,
    "herokuIncidentMonitoring": State.MONITORING,
    "resolved": State.RESOLVED,
    "scheduled": State.SCHEDULED,
}
_STATUSES = {"active": State.INVESTIGATING, "resolved": State.RESOLVED}
_PLANS = {
    "confirmed": State.SCHEDULED,
    "scheduled": State.SCHEDULED,
    "inprogress": State.IN_PROGRESS,
    "resolved": State.COMPLETED,
    "completed": State.COMPLETED,
    "canceled": State.COMPLETED,
    "cancelled": State.COMPLETED,
}
_MESSAGES = {"pathToResolution": "Path to resolution", "actionPlan": "Action plan", "rootCause": "Root cause"}
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def parse(body: bytes, source: Source) -> Snapshot:
    """Return what a list of instances, incidents or maintenances says, or one of them."""
    payload = decode_any(body)
    is_list = not isinstance(payload, Thing)
    listed = payload if not isinstance(payload, Thing) else (payload,)
    if not listed and not (source.format == "salesforce-trust" or _hosts.at(source, HOSTS)):
        raise ParseError("an empty list that is not at Salesforce's address, at $")
    words = Words()
    if listed and all(_is_instance(thing) for thing in listed):
        return _instances(listed, source, words)
    if not all(thing.has("IncidentImpacts") or thing.has("MaintenanceImpacts") for thing in listed):
        raise ParseError("no instances with `Incidents`, nor `IncidentImpacts` or `MaintenanceImpacts`, at $")
    found = ((_is_planned(thing), thing, thing.texts("instanceKeys")) for thing in listed)
    claims = _claims(found, {}, words)
    is_whole = is_list and all(claim.is_open and claim.kind is Kind.INCIDENT for claim in claims)
    return _snapshot(source, claims, {}, words, is_whole=is_whole)


def endpoints(source: Source) -> tuple[str, ...]:
    """Return what is active now, what one instance says, or the address itself where it is a document already."""
    path = _urls.split(source).path
    if path.startswith("/v1/"):
        return (source.url,)
    if match := re.match(r"/instances/([\w-]+)/?$", path):
        return (f"{_API}/instances/{match[1]}/status",)
    return (f"{_API}/incidents/active",)


def follow_up(_source: Source, external_id: str) -> tuple[str, ...]:
    """Return where one incident or maintenance can be read."""
    if external_id.startswith(_MAINTENANCE):
        return (f"{_API}/maintenances/{quote(external_id.removeprefix(_MAINTENANCE), safe='')}",)
    return (f"{_API}/incidents/{quote(external_id, safe='')}",)


def linked(_page: str, source: Source) -> tuple[str, ...]:
    """Return what to poll if the address is Salesforce's own: there is only one such page."""
    return endpoints(source) if _hosts.at(source, HOSTS) else ()


def _is_instance(thing: Thing) -> bool:
    # `instances/status/preview` leaves the incidents out.
    return thing.has("key") and (thing.has("Incidents") or (thing.has("status") and thing.has("isActive")))


def _instances(listed: tuple[Thing, ...], source: Source, words: Words) -> Snapshot:
    components = _listed.by_id(_instance(thing, words) for thing in listed)
    found = [
        (key == "Maintenances", item, (*item.texts("instanceKeys"), thing.identity("key")))
        for thing in listed
        for key in ("Incidents", "Maintenances")
        for item in thing.things(key)
    ]
    reasons = {key for is_planned, _, keys in found if not is_planned for key in keys}
    troubled = {key for key, component in components.items() if component.status in _NEEDS_A_REASON}
    claims = _claims(found, components, words)
    is_whole = troubled <= reasons and all(thing.has("Incidents") for thing in listed)
    return _snapshot(source, claims, components, words, is_whole=is_whole)


def _instance(thing: Thing, words: Words) -> Component:
    key = thing.identity("key")
    status = words.among(thing.text("status"), _INSTANCES, ComponentStatus.UNKNOWN)
    return Component(key, _text.one_line(key), status, _text.one_line(thing.text("location")) or None)


def _snapshot(
    source: Source, claims: tuple[Claim, ...], components: Mapping[str, Component], words: Words, *, is_whole: bool
) -> Snapshot:
    open_now = [claim.impact for claim in claims if claim.is_open and claim.state is not State.SCHEDULED]
    calm = Impact.NONE if is_whole else Impact.UNKNOWN
    found = (calm, *open_now, *(SEVERITY[component.status] for component in components.values()))
    return Snapshot(
        vendor=source.vendor,
        format="salesforce-trust",
        incidents=claims,
        components=tuple(components[key] for key in sorted(components)),
        indicator=gravest(found, calm),
        complete_open_set=is_whole,
        page_name="Salesforce",
        page_url=_PAGE,
        unknown_words=words.unknown,
    )


def _is_planned(thing: Thing) -> bool:
    return not thing.has("IncidentImpacts")


def _claims(
    found: Iterable[tuple[bool, Thing, Iterable[str]]], known: Mapping[str, Component], words: Words
) -> tuple[Claim, ...]:
    """Return each incident and maintenance once, with all instances under which it was listed."""
    things: dict[str, Thing] = {}
    instances: dict[str, set[str]] = {}
    for is_planned, thing, keys in found:
        key = f"{_MAINTENANCE if is_planned else ''}{thing.identity('id')}"
        things[key] = things[key] if key in things and _lasts(things[key]) else thing
        instances.setdefault(key, set()).update(keys)
    return _listed.claims(
        (_maintenance if key.startswith(_MAINTENANCE) else _incident)(key, thing, instances[key], known, words)
        for key, thing in things.items()
    )


def _lasts(thing: Thing) -> bool:
    """Whether one of the impacts of an incident or a maintenance has no end."""
    impacts = (*thing.things("IncidentImpacts"), *thing.things("MaintenanceImpacts"))
    return not all(impact.instant("endTime") for impact in impacts)


def _incident(key: str, thing: Thing, instances: set[str], known: Mapping[str, Component], words: Words) -> Claim:
    impacts = sorted(thing.things("IncidentImpacts"), key=lambda i: (i.text("startTime") or "", i.text("id") or ""))
    ends = [impact.instant("endTime") for impact in impacts]
    word = words.among(thing.text("status"), _STATUSES, None)
    is_over = all(ends) if ends and word is not State.INVESTIGATING else not ends and word is State.RESOLVED
    said = [(_severity(impact, words), impact) for impact in impacts]
    (impact, status), worst = max(said, key=lambda one: one[0][0].rank, default=(_NO_SEVERITY, Thing({})))
    events = _updates(thing, "IncidentEvents")
    return Claim(
        external_id=key,
        title=_text.title(_HUMP.sub(" ", worst.text("type") or thing.text("type") or "").capitalize()),
        state=State.RESOLVED if is_over else _phase(events),
        impact=impact,
        components=_components(thing, instances, known, ComponentStatus.OPERATIONAL if is_over else status),
        updates=oldest_first((*events, *_messages(thing, is_over=is_over))),
        url=f"{_PAGE}/incidents/{quote(key, safe='')}",
        started_at=min((at for one in impacts if (at := one.instant("startTime"))), default=thing.instant("createdAt")),
        published_at=thing.instant("createdAt"),
        resolved_at=max((end for end in ends if end), default=None) if is_over else None,
    )


def _messages(thing: Thing, *, is_over: bool) -> Iterator[Update]:
    """Give what `message` says, each under what it is called, as of the last change: it has no time of its own."""
    at = thing.instant("updatedAt") or thing.instant("createdAt")
    for name, title in _MESSAGES.items():
        text = _text.plain(thing.thing("message").text(name))
        state = State.POSTMORTEM if is_over and name == "rootCause" else State.UNKNOWN
        if text and at is not None:
            yield Update(f"message-{name}", state, f"{title}: {text}", at)


def _severity(impact: Thing, words: Words) -> tuple[Impact, ComponentStatus]:
    return words.among(impact.text("severity"), _SEVERITIES, _NO_SEVERITY)


def _phase(updates: tuple[Update, ...]) -> State:
    """Return the phase of the last event that has one, while an impact goes on."""
    said = (update.state for update in reversed(updates) if update.state in {State.INVESTIGATING, State.MONITORING})
    return next(said, State.INVESTIGATING)


def _maintenance(key: str, thing: Thing, instances: set[str], known: Mapping[str, Component], words: Words) -> Claim:
    state = _stage(thing, words)
    starts, ends = thing.instant("plannedStartTime"), thing.instant("plannedEndTime")
    status = ComponentStatus.UNDER_MAINTENANCE if state is State.IN_PROGRESS else ComponentStatus.OPERATIONAL
    return Claim(
        external_id=key,
        title=_text.title(thing.text("name")),
        state=state,
        impact=Impact.MAINTENANCE,
        kind=Kind.MAINTENANCE,
        components=_components(thing, instances, known, status),
        updates=_updates(thing, "MaintenanceEvents"),
        url=f"{_PAGE}/maintenances/{quote(key.removeprefix(_MAINTENANCE), safe='')}",
        started_at=starts,
        published_at=thing.instant("createdAt"),
        resolved_at=(_last_end(thing) or ends) if state.is_over else None,
        starts_at=starts,
        ends_at=ends,
    )


def _stage(thing: Thing, words: Words) -> State:
    """Return where a maintenance stands: as its impacts show it, which are there once it began, else as planned."""
    planned = words.among(thing.thing("message").text("eventStatus"), _PLANS, State.UNKNOWN)
    if planned.is_over or not thing.things("MaintenanceImpacts"):
        return planned
    return State.COMPLETED if _last_end(thing) else State.IN_PROGRESS


def _last_end(thing: Thing) -> datetime | None:
    """Return when the last impact of a maintenance ended, None while one of them lasts."""
    ends = [impact.instant("endTime") for impact in thing.things("MaintenanceImpacts")]
    known = [end for end in ends if end]
    return max(known) if known and len(known) == len(ends) else None


def _components(
    thing: Thing, instances: set[str], known: Mapping[str, Component], status: ComponentStatus
) -> tuple[Component, ...]:
    """Return the instances as the page has them now, and the services as bad as the incident is."""
    keys = instances | set(thing.texts("serviceKeys"))
    return tuple(known.get(key) or Component(key, _text.one_line(key) or key, status) for key in sorted(keys))


def _updates(thing: Thing, key: str) -> tuple[Update, ...]:
    return oldest_first(_update(event, thing) for event in sorted(thing.things(key), key=lambda e: e.text("id") or ""))


def _update(event: Thing, thing: Thing) -> Update:
    at = event.instant("createdAt") or thing.instant("createdAt")
    if at is None:
        raise ParseError(f"no time that can be read at {event.path}, nor at {thing.path}")
    state = _EVENTS.get(event.text("type") or "", State.UNKNOWN)
    return Update(event.identity("id"), state, _text.plain(event.text("message")), at)
