"""Zendesk's status: the public API `/api/incidents/active` and `/maintenance`, and what its own page reads.

Facts: https://developer.zendesk.com/api-reference/status_api/status_api/ with its example; the clients
Nightious-Tools/zendesk-knowledge-mcp and libzapi (the whole type, sideloads, an incident of its own at
`/api/incidents/<id>`).  What the page reads, `/api/ssp/incidents.json`, writes the same in camel case and is not
documented: its shape is taken from gzuercher/status-page-to-chat's fixture, and from a project that captured it in
September 2026 and counted 17 incidents, all of them over.  No real capture of either seen by us.

Stable: the ids of incidents, updates and services (that both doors give an incident the same id is unverified).
Not stable: titles, impacts.  `status` goes stale: in that capture one still said "monitoring" two months after its
`resolvedAt`; so a time of resolution outweighs it.

The list of active incidents is documented as complete, and so is that of maintenances to come; they are read
together.  What the page reads is a window.  `{"data": [], "included": []}` is what any of them says when all is well:
which one spoke can not be told, and of all three it is taken as complete.

It can not tell the phase of a statement (only the incident has one), nor how a service is that no incident touches.
Whether a maintenance has begun is told by `status` if at all: its words are unverified.  A vanished incident is asked
for by its id, then looked up in the two other lists.  At most ten requests a minute are allowed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Final
from urllib.parse import quote

from bot.errors import ParseError
from bot.feeds import _listed, _severity, _text, _urls
from bot.feeds._json import Once, Thing, decode
from bot.feeds._times import instant
from bot.feeds._updates import oldest_first
from bot.feeds._words import Words
from bot.model import Claim, Component, ComponentStatus, Impact, Kind, Snapshot, Source, State, Update

EXPECTS: Final = "json"
VOLATILE: Final = None
HOSTS: Final = ("status.zendesk.com",)

_ACTIVE, _MAINTENANCE, _SSP = "/api/incidents/active", "/api/incidents/maintenance", "/api/ssp/incidents.json"
_SIDELOADS = "include%5B%5D=incident_updates&include%5B%5D=incident_services&include%5B%5D=incident_services.service"
# The same words, said of maintenance; one without a word is still to come.
_OF_MAINTENANCE: Mapping[State, State] = {
    State.INVESTIGATING: State.IN_PROGRESS,
    State.IDENTIFIED: State.IN_PROGRESS,
    State.MONITORING: State.VERIFYING,
    State.RESOLVED: State.COMPLETED,
}


class _Included:
    """What the incidents of an answer refer to."""

    def __init__(self, listed: Iterable[Thing], words: Words) -> None:
        self._things = {(_kind(thing), thing.identity("id")): thing for thing in listed}
        self.service, self.statement = Once(self._service), Once(partial(_statement, words=words))

    def related(self, thing: Thing, kind: str, *names: str) -> Iterator[Thing]:
        relations = thing.thing("relationships")
        for name in names:
            for link in relations.thing(name).things("data"):
                item = self._things.get((kind, link.identity("id")))
                if item is not None:
                    yield item

    def _service(self, item: Thing) -> Component:
        """Return a service that an incident touches, as it is as long as the incident lasts."""
        told = item.thing("attributes")
        key = told.optional_id("service_id") or told.optional_id("serviceId") or item.identity("id")
        service = self._things.get(("service", key), Thing({})).thing("attributes")
        name = _text.one_line(told.text("serviceName") or service.text("name")) or key
        is_well = _time(told, "resolved_at", "resolvedAt") is not None
        return Component(key, name, ComponentStatus.OPERATIONAL if is_well else _status(told))


def parse(body: bytes, source: Source) -> Snapshot:
    """Return what any of the lists, or one incident of its own, says."""
    payload, words = decode(body), Words()
    incidents = _incidents(payload)
    included = _Included(payload.things("included"), words)
    claims = _listed.claims(_claim(thing, included, source, words) for thing in incidents)
    is_list = isinstance(payload.fields.get("data"), list)
    complete = is_list and not any(thing.thing("attributes").has("startedAt") for thing in incidents)
    impacts = [claim.impact for claim in claims if claim.is_open and claim.state is not State.SCHEDULED]
    return Snapshot(
        vendor=source.vendor,
        format="zendesk",
        incidents=claims,
        indicator=max(impacts, key=lambda impact: impact.rank, default=Impact.NONE if complete else Impact.UNKNOWN),
        complete_open_set=complete,
        page_url=_urls.origin(source),
        unknown_words=words.unknown,
    )


def endpoints(source: Source) -> tuple[str, ...]:
    """Return the active incidents, of one account if the address names its subdomain, then what the page reads."""
    parts = _urls.split(source)
    if "/api/" in parts.path:
        return (source.url,)
    query = f"?{parts.query}" if parts.query else ""
    return tuple(f"{_urls.origin(source)}{path}{query}" for path in (_ACTIVE, _SSP))


def beside(endpoint: str) -> tuple[str, ...]:
    """Return the maintenances, for the active incidents."""
    return (endpoint.replace(_ACTIVE, _MAINTENANCE, 1),) if _ACTIVE in endpoint else ()


def follow_up(source: Source, external_id: str) -> tuple[str, ...]:
    """Return where an incident that is no longer active may still be read."""
    origin = _urls.origin(source)
    one = f"{origin}/api/incidents/{quote(external_id, safe='')}?{_SIDELOADS}"
    return (one, f"{origin}{_SSP}", f"{origin}{_MAINTENANCE}")


def linked(_page: str, _source: Source) -> tuple[str, ...]:
    """Return nothing: its host is known."""
    return ()


def _incidents(payload: Thing) -> tuple[Thing, ...]:
    data = payload.fields.get("data")
    incidents = (payload.thing("data"),) if isinstance(data, dict) else payload.things("data")
    if not incidents and not (payload.has("data") and payload.has("included")):
        raise ParseError("no lists `data` and `included` at $")
    for thing in incidents:
        if _kind(thing) != "incident":
            raise ParseError(f"not an incident of Zendesk's at {thing.path}")
    return incidents


def _kind(thing: Thing) -> str:
    """Return what a thing is, in one spelling: `incidentService` is `incident_service`."""
    return "".join(f"_{sign.lower()}" if sign.isupper() else sign for sign in thing.identity("type"))


def _claim(thing: Thing, included: _Included, source: Source, words: Words) -> Claim:
    told = thing.thing("attributes")
    is_maintenance = told.has("maintenance_start_time")
    ended = _time(told, "resolved_at", "resolvedAt")
    state = State.RESOLVED if ended else words.state(told.text("status"))
    if is_maintenance:
        state = _OF_MAINTENANCE.get(state, state if told.has("status") else State.SCHEDULED)
    components = _listed.components(_services(thing, included, is_over=state.is_over))
    updates = oldest_first(_statements(thing, included))
    return Claim(
        external_id=thing.identity("id"),
        title=_text.title(told.text("title") or told.text("name")),
        state=state,
        impact=Impact.MAINTENANCE if is_maintenance else _impact(told, components, words),
        kind=Kind.MAINTENANCE if is_maintenance else Kind.INCIDENT,
        components=components,
        updates=updates,
        url=_urls.origin(source),
        started_at=_time(told, "started_at", "startedAt"),
        published_at=updates[0].at if updates else None,
        resolved_at=ended,
        starts_at=told.instant("maintenance_start_time"),
        ends_at=told.instant("maintenance_end_time"),
    )


def _impact(told: Thing, components: tuple[Component, ...], words: Words) -> Impact:
    if told.has("impact"):
        return words.impact(told.text("impact"))
    return _severity.worst((_status(told), *(part.status for part in components)), Impact.UNKNOWN)


def _status(told: Thing) -> ComponentStatus:
    if told.flag("outage"):
        return ComponentStatus.MAJOR_OUTAGE
    return ComponentStatus.DEGRADED_PERFORMANCE if told.flag("degradation") else ComponentStatus.UNKNOWN


def _services(thing: Thing, included: _Included, *, is_over: bool) -> Iterator[Component]:
    """Give the services that an incident touches."""
    for item in included.related(thing, "incident_service", "incident_services", "incidentServices"):
        service = included.service(item)
        yield replace(service, status=ComponentStatus.OPERATIONAL) if is_over else service


def _statement(item: Thing, words: Words) -> tuple[datetime | None, State, str]:
    told = item.thing("attributes")
    at = _time(told, "created_at", "createdAt")
    return at, words.state(told.text("status")), _text.plain(told.text("description"))


def _statements(thing: Thing, included: _Included) -> Iterator[Update]:
    for item in included.related(thing, "incident_update", "incident_updates", "incidentUpdates"):
        spoken, state, body = included.statement(item)
        at = spoken or _time(thing.thing("attributes"), "started_at", "startedAt")
        if at is None:
            raise ParseError(f"no time that can be read at {item.path}, nor at {thing.path}")
        yield Update(item.identity("id"), state, body, at)


def _time(told: Thing, *names: str) -> datetime | None:
    return next((at for name in names if (at := instant(told.text(name)))), None)
