"""Apple's system status, of its services and of those for developers: `system_status_en_US.js`.

Facts: seven captures of 2020 and 2021 (insidegui/StatusBuddy), three of them written anew by an app, without
`messageId` and `statusType` and with times in seconds since 2001; an event of 2017 of the kind Performance
(70-10/apple-system-status); the keys of a resolved event of 2026-07 quoted by a third party.  The file is JSON, or
JSON in a call `jsonCallback(...)`, as the developers' file still is for its readers.  That `upcoming` is what a
planned maintenance says is reported by others: no real capture seen.

Stable: `messageId`, which is the same under every service that the event touches; where there is none, the
service and the start as printed.  Services have no ids: their names stand for them, so a file in another language
is another source.  Not stable: `datePosted`, which was one and the same for events weeks apart.

It is a complete open set: every service is listed with its events, and an event stays for days after its end
(in the captures for up to 24), so its end is found in the document itself.

There is no list of updates: one message is replaced in place, from "are affected" to "were affected".  It is read as
one statement for each stage, at the event's start, or at its end; of what is still to come there is none, as nothing
tells when it was said.  It can not tell phases, a title (the kind and the service are worded), nor when an event was
written.  One event may go on for one service and be over for another: it is open then.  That an outage is major, and an
issue and a performance problem minor, is our reading.  `drpost` comes with a message to all (`drMessage`): it is not
read, but the page is then never called well.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.errors import ParseError
from bot.feeds import _hosts, _listed, _text, _urls
from bot.feeds._json import Thing, decode
from bot.feeds._severity import SEVERITY, gravest
from bot.feeds._times import from_epoch, from_millis
from bot.feeds._words import Words
from bot.model import Claim, Component, ComponentStatus, Impact, Kind, Snapshot, Source, State, Update

EXPECTS: Final = "json"
VOLATILE = re.compile(rb'"datePosted"\s*:\s*(?:"[^"]*"|null)')
# Apple keeps much more than this on the same hosts: the path tells.
HOSTS: Final[tuple[str, ...]] = ()

_PAGE = "https://www.apple.com/support/systemstatus/"
_DEVELOPERS_PAGE = "https://developer.apple.com/system-status/"
_DATA = "https://www.apple.com/support/systemstatus/data"
_LOCAL_PAGE = re.compile(r"(?:/[a-z]{2}(?:-[a-z]{2})?)?/support/systemstatus(?:/|$)", re.IGNORECASE)
_CALL = re.compile(rb"\s*[A-Za-z_$][\w$.]{0,80}\s*\(")
_TYPES = {
    "outage": (Kind.INCIDENT, Impact.MAJOR, ComponentStatus.PARTIAL_OUTAGE),
    "issue": (Kind.INCIDENT, Impact.MINOR, ComponentStatus.DEGRADED_PERFORMANCE),
    "performance": (Kind.INCIDENT, Impact.MINOR, ComponentStatus.DEGRADED_PERFORMANCE),
    "maintenance": (Kind.MAINTENANCE, Impact.MAINTENANCE, ComponentStatus.UNDER_MAINTENANCE),
}
# https://developer.apple.com/documentation/foundation/nsdate/timeintervalsincereferencedate
_2001 = 978_307_200
_SECONDS = re.compile(r"\d{9}")
_NO_TYPE = (Kind.INCIDENT, Impact.UNKNOWN, ComponentStatus.UNKNOWN)
_STATES = {
    "ongoing": State.INVESTIGATING,
    "upcoming": State.SCHEDULED,
    "resolved": State.RESOLVED,
    "completed": State.COMPLETED,
}
_OF_MAINTENANCES = {State.SCHEDULED, State.COMPLETED}
# Where an event stands, if it stands differently for its services.
_FIRST = (State.INVESTIGATING, State.IN_PROGRESS, State.UNKNOWN, State.SCHEDULED, State.RESOLVED, State.COMPLETED)


@dataclass(frozen=True, slots=True)
class _Event:
    """One event under one service."""

    id: str
    service: str
    type: str
    kind: Kind
    impact: Impact
    status: ComponentStatus
    state: State
    words: str
    start: datetime | None
    end: datetime | None


def parse(body: bytes, source: Source) -> Snapshot:
    """Return every service, and every event once."""
    payload, words = decode(_bare(body)), Words()
    services = payload.things("services")
    if not services or not all(service.has("events") for service in services):
        raise ParseError("no list `services` in which each has a list `events`, at $")
    told: dict[str, list[_Event]] = {}
    for service in services:
        name = _text.one_line(service.identity("serviceName")) or service.identity("serviceName")
        told.setdefault(name, []).extend(_event(event, name, words) for event in service.things("events"))
    events: dict[str, list[_Event]] = {}
    for event in (event for name in sorted(told) for event in told[name]):
        events.setdefault(event.id, []).append(event)
    components = tuple(Component(name, name, _worst(told[name])) for name in sorted(told))
    now = [SEVERITY[component.status] for component in components]
    return Snapshot(
        vendor=source.vendor,
        format="apple",
        incidents=_listed.claims(_claim(found, source) for found in events.values()),
        components=components,
        indicator=gravest((*now, Impact.UNKNOWN if payload.flag("drpost") else Impact.NONE), Impact.NONE),
        complete_open_set=True,
        page_name="Apple",
        page_url=_page(source),
        unknown_words=words.unknown,
    )


def endpoints(source: Source) -> tuple[str, ...]:
    """Return the document of the page, in English whatever the page's language, or the address itself if it is one."""
    if _urls.split(source).path.endswith((".js", ".json")):
        return (source.url,)
    return (f"{_DATA}/{'developer/' if _page(source) == _DEVELOPERS_PAGE else ''}system_status_en_US.js",)


def follow_up(source: Source, _external_id: str) -> tuple[str, ...]:
    """Return the document itself: an event stays in it for days after its end."""
    return endpoints(source)


def linked(_page: str, source: Source) -> tuple[str, ...]:
    """Return what to poll if the address is one of Apple's two pages: there are no others."""
    is_local = _LOCAL_PAGE.match(_urls.split(source).path) and _hosts.at(source, ("www.apple.com", "apple.com"))
    is_developers = _hosts.at(source, ("developer.apple.com",), "/system-status")
    return endpoints(source) if is_local or is_developers else ()


def _page(source: Source) -> str:
    parts = _urls.split(source)
    is_developers = parts.hostname == "developer.apple.com" or "/data/developer/" in parts.path
    return _DEVELOPERS_PAGE if is_developers else _PAGE


def _bare(body: bytes) -> bytes:
    """Return the JSON out of a call around it."""
    inner = body.removeprefix(b"\xef\xbb\xbf")
    call = _CALL.match(inner)
    inner = inner.rstrip(b" \t\r\n;")
    return inner[call.end() : -1] if call and inner.endswith(b")") else body


def _event(thing: Thing, service: str, words: Words) -> _Event:
    word = thing.text("statusType")
    kind, impact, status = words.among(word, _TYPES, _NO_TYPE)
    state = words.among(thing.text("eventStatus"), _STATES, State.UNKNOWN)
    if word is None and state in _OF_MAINTENANCES:
        kind, impact, status = _TYPES["maintenance"]
    if kind is Kind.MAINTENANCE:
        state = {State.INVESTIGATING: State.IN_PROGRESS, State.RESOLVED: State.COMPLETED}.get(state, state)
    said = (thing.text("message"), thing.text("usersAffected"))
    return _Event(
        id=thing.text("messageId") or f"{service} {thing.identity('epochStartDate')}",
        service=service,
        type=_text.one_line(word) or kind.value.capitalize(),
        kind=kind,
        impact=impact,
        status=status if not state.is_over and state is not State.SCHEDULED else ComponentStatus.OPERATIONAL,
        state=state,
        words="\n".join(plain for text in said if (plain := _text.plain(text))),
        start=_moment(thing.text("epochStartDate")),
        end=_moment(thing.text("epochEndDate")),
    )


def _moment(text: str | None) -> datetime | None:
    """Return a time in milliseconds since 1970 or, as Apple's own libraries write it, in seconds since 2001."""
    found = from_millis(text)
    return found if found or not _SECONDS.fullmatch(text or "") else from_epoch(str(int(text or "") + _2001))


def _worst(events: Iterable[_Event]) -> ComponentStatus:
    return max(
        (event.status for event in events),
        key=lambda status: (SEVERITY[status].rank, status),
        default=ComponentStatus.OPERATIONAL,
    )


def _claim(events: list[_Event], source: Source) -> Claim:
    events = sorted(
        events, key=lambda event: (_FIRST.index(event.state), -event.impact.rank, event.service, event.words)
    )
    main = events[0]
    starts = min((event.start for event in events if event.start), default=None)
    ends = max((event.end for event in events if event.end), default=None)
    of: dict[str, list[_Event]] = {}
    for event in events:
        of.setdefault(event.service, []).append(event)
    services = sorted(of)
    is_planned = main.kind is Kind.MAINTENANCE
    return Claim(
        external_id=main.id,
        title=_text.title(f"{services[0]}: {main.type}" if len(services) == 1 else f"{main.type} of several services"),
        state=main.state,
        impact=main.impact,
        kind=main.kind,
        components=tuple(Component(name, name, _worst(of[name])) for name in services),
        updates=_updates(main, events, ends if main.state.is_over else starts),
        url=_page(source),
        started_at=starts,
        resolved_at=ends if main.state.is_over else None,
        starts_at=starts if is_planned else None,
        ends_at=ends if is_planned else None,
    )


def _updates(main: _Event, events: list[_Event], at: datetime | None) -> tuple[Update, ...]:
    """Return what is said of the stage in which the event is: one statement, whose id is the stage."""
    if main.state is State.SCHEDULED:
        return ()
    said = list(dict.fromkeys(event.words for event in events if event.state is main.state and event.words))
    return (Update(main.state.value, main.state, "\n\n".join(sorted(said)), at),) if said and at else ()
