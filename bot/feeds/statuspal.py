"""StatusPal: `https://statuspal.io/api/v2/status_pages/<subdomain>/summary`, and statuspal.eu's alike.

Facts: real summaries of four pages of 2022 to 2025 (Exoscale, hosttech, Ascent, Maslak) among the tests of
Linuxfabrik/monitoring-plugins, the documentation's example beside them, and Exoscale's own client.  Lists:
services (a tree), incidents, maintenances, upcoming_maintenances, info_notices.  Kinds of updates: issue,
investigating, monitoring, resolved, scheduled, retroactive (the community edition's seeds), essential (one of
those summaries); the others in the tables below are guesses.  No capture of ours.  Notices are not told.

Stable: the ids of services, incidents and updates; the subdomain names the page.  Custom kinds exist.

Times have no zone and are UTC: Exoscale's client says so, and a notice of work "from 14:00" in Zurich was
posted at 11:44.  (A client of ArvanCloud's page takes them for Tehran's; that page was not seen.)

The summary is a complete open set: everything active, and the maintenances to come.  What ended leaves it and
is in `/incidents` (twenty, newest first) and `/incidents/<id>`, whose shape is taken from others' words
(`{incidents, links, meta}`; `{incident}`), not from an answer.  There an end that is told is the end, also of a
maintenance: without a clock nothing tells one that is still to come.

It can not tell phases but by the kind of the newest update; `current_incident_type: null` is well.
The subdomain of a page on its own domain stands at best in its HTML.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final
from urllib.parse import quote

from bot.errors import ParseError
from bot.feeds import _listed, _text, _urls
from bot.feeds._json import Thing, decode
from bot.feeds._updates import ended_at, oldest_first
from bot.feeds._words import Words
from bot.model import Claim, Component, ComponentStatus, Impact, Kind, Snapshot, Source, State, Update

EXPECTS: Final = "json"
VOLATILE: Final[re.Pattern[bytes] | None] = None
HOSTS: Final = ("*.statuspal.io", "*.statuspal.eu", "statuspal.io", "statuspal.eu")

_PAGE = re.compile(r"/api/v[12]/status_pages/(?P<name>[^/]+)")
_HOST = re.compile(r"(?P<name>[a-z0-9-]+)\.statuspal\.(?P<land>io|eu)")
# A mere link is no mark, unless the page is made of StatusPal's files: many link to the page of a vendor that they use.
_FILES = re.compile(r"<(?:link|script|img)\b[^<>]{0,200}?\bstatuspal\.(?:io|eu)\b", re.IGNORECASE)
_MARK = re.compile(
    r"(?P<link><a\b[^<>]{0,200}?)?(?:https?:)?//(?P<name>[a-z0-9-]{1,63})\.statuspal\.(?P<land>io|eu)\b"
    r"|statuspal\.(?P<land2>io|eu)/api/v[12]/status_pages/(?P<name2>[a-z0-9-]{1,63})",
    re.IGNORECASE,
)
_NOBODYS = {"www", "api", "app", "meta", "cdn", "assets", "static", "docs"}
_DEEPEST = 20  # a service within a service within …
_STATUSES: Mapping[str, ComponentStatus] = {
    "info": ComponentStatus.OPERATIONAL,
    "performance": ComponentStatus.DEGRADED_PERFORMANCE,
    "minor": ComponentStatus.PARTIAL_OUTAGE,
    "major": ComponentStatus.MAJOR_OUTAGE,
    "scheduled": ComponentStatus.UNDER_MAINTENANCE,
    "emergency_maintenance": ComponentStatus.UNDER_MAINTENANCE,
}
_IMPACTS: Mapping[str, Impact] = {
    "info": Impact.NONE,
    "performance": Impact.MINOR,
    "minor": Impact.MINOR,
    "major": Impact.MAJOR,
    "scheduled": Impact.MAINTENANCE,
    "emergency_maintenance": Impact.MAINTENANCE,
}
_STATES: Mapping[str, State] = {
    "issue": State.INVESTIGATING,
    "investigating": State.INVESTIGATING,
    "update": State.INVESTIGATING,
    "info": State.INVESTIGATING,
    "essential": State.INVESTIGATING,
    "identified": State.IDENTIFIED,
    "monitoring": State.MONITORING,
    "resolved": State.RESOLVED,
    "retroactive": State.RESOLVED,
}
_MAINTENANCE_STATES: Mapping[str, State] = {
    "scheduled": State.SCHEDULED,
    "issue": State.IN_PROGRESS,
    "update": State.IN_PROGRESS,
    "essential": State.IN_PROGRESS,
    "started": State.IN_PROGRESS,
    "in_progress": State.IN_PROGRESS,
    "resolved": State.COMPLETED,
    "completed": State.COMPLETED,
}


def parse(body: bytes, source: Source) -> Snapshot:
    """Return what a summary says, or the list of incidents, or one of them."""
    payload = decode(body)
    is_summary = payload.has("services") and payload.has("status_page")
    is_history = payload.has("incidents") and payload.has("meta")
    if not is_summary and not is_history and not payload.thing("incident").has("service_ids"):
        raise ParseError("no services with a status_page, and no incidents of StatusPal, at $")
    words = Words()
    page = payload.thing("status_page")
    services = _listed.by_id(_flat(payload.things("services"), words))
    single = (payload.thing("incident"),) if payload.has("incident") else ()
    claims = [_claim(thing, services, words) for thing in (*payload.things("incidents"), *single)]
    for key, state in (("maintenances", State.IN_PROGRESS), ("upcoming_maintenances", State.SCHEDULED)):
        claims += [_claim(thing, services, words, state) for thing in payload.things(key)]
    return Snapshot(
        vendor=source.vendor,
        format="statuspal",
        incidents=_listed.claims(claims),
        components=_listed.components(services.values()),
        indicator=_indicator(page, words),
        complete_open_set=is_summary and payload.has("incidents") and payload.has("maintenances"),
        page_id=page.optional_id("subdomain"),
        page_name=_text.one_line(page.text("name")) or None,
        page_url=None if _PAGE.search(source.url) else _urls.origin(source),
        unknown_words=words.unknown,
    )


def endpoints(source: Source) -> tuple[str, ...]:
    """Return the summary of a page on StatusPal's own hosts; of others only `linked` may know the subdomain."""
    found = _HOST.fullmatch(_urls.split(source).hostname or "")
    if found is None or _PAGE.search(source.url):
        return (source.url,)
    return (_summary(found["name"], found["land"]),)


def follow_up(source: Source, external_id: str) -> tuple[str, ...]:
    """Return where an incident that left the summary can still be read."""
    address = endpoints(source)[0]
    page, found, _ = address.partition("/summary")
    if not found:
        return ()
    return (f"{page}/incidents/{quote(external_id, safe='')}", f"{page}/incidents")


def linked(page: str, _source: Source) -> tuple[str, ...]:
    """Return the summary of the page whose address at StatusPal the HTML names."""
    is_theirs = _FILES.search(page) is not None
    for found in _MARK.finditer(page):
        if found["link"] and not is_theirs:
            continue
        name, land = (found["name"] or found["name2"]).lower(), (found["land"] or found["land2"]).lower()
        if name not in _NOBODYS:
            return (_summary(name, land),)
    return ()


def _summary(name: str, land: str) -> str:
    return f"https://statuspal.{land}/api/v2/status_pages/{name}/summary"


def _indicator(page: Thing, words: Words) -> Impact:
    if page.fields.get("current_incident_type", "") is None:
        return Impact.NONE
    return words.among(page.text("current_incident_type"), _IMPACTS, Impact.UNKNOWN)


def _flat(services: Iterable[Thing], words: Words) -> Iterator[Component]:
    """Return the services of a tree that have none below them; the others lend their names."""
    left = [(thing, "", 0) for thing in services]
    while left:
        thing, group, depth = left.pop()
        key, children = thing.identity("id"), [one for one in thing.things("children") if one.fields]
        name = _text.one_line(thing.text("name")) or key
        if children and depth < _DEEPEST:
            left += [(child, f"{group} / {name}" if group else name, depth + 1) for child in children]
            continue
        yield Component(key, name, _status(thing, words), group or None)


def _status(thing: Thing, words: Words) -> ComponentStatus:
    if thing.fields.get("current_incident_type", "") is None:
        return ComponentStatus.OPERATIONAL
    return words.among(thing.text("current_incident_type"), _STATUSES, ComponentStatus.UNKNOWN)


def _claim(thing: Thing, services: Mapping[str, Component], words: Words, planned: State | None = None) -> Claim:
    kind = thing.text("type")
    impact = words.among(kind, _IMPACTS, Impact.UNKNOWN)
    is_maintenance = planned is not None or impact is Impact.MAINTENANCE
    states = _MAINTENANCE_STATES if is_maintenance else _STATES
    updates = oldest_first(_update(update, thing, states, words) for update in thing.things("updates"))
    starts, ends = thing.instant("starts_at"), thing.instant("ends_at")
    state = planned or _state(updates, is_over=ends is not None, is_maintenance=is_maintenance)
    return Claim(
        external_id=thing.identity("id"),
        title=_text.title(thing.text("title")),
        state=state,
        impact=Impact.MAINTENANCE if is_maintenance else impact,
        kind=Kind.MAINTENANCE if is_maintenance else Kind.INCIDENT,
        components=_touched(thing, services),
        updates=updates,
        url=_urls.shown(thing.text("url")),
        started_at=starts,
        published_at=thing.instant("inserted_at"),
        resolved_at=(ended_at(updates) or ends) if state.is_over else None,
        starts_at=starts if is_maintenance else None,
        ends_at=ends if is_maintenance else None,
    )


def _state(updates: tuple[Update, ...], *, is_over: bool, is_maintenance: bool) -> State:
    """Return where an incident stands; an end that is told is its end, and a list of the past holds ended work."""
    if is_over:
        return State.COMPLETED if is_maintenance else State.RESOLVED
    if updates:
        return updates[-1].state
    return State.IN_PROGRESS if is_maintenance else State.INVESTIGATING


def _update(update: Thing, thing: Thing, states: Mapping[str, State], words: Words) -> Update:
    at = update.instant("posted_at") or update.instant("inserted_at") or thing.instant("starts_at")
    if at is None:
        raise ParseError(f"no time that can be read at {update.path}, nor at {thing.path}")
    state = words.among(update.text("type"), states, State.UNKNOWN)
    return Update(update.identity("id"), state, _text.plain(update.text("description")), at)


def _touched(thing: Thing, services: Mapping[str, Component]) -> tuple[Component, ...]:
    """Return the services of an incident that are none's parents; the list names both."""
    listed = thing.fields.get("service_ids")
    ids = {str(one) for one in listed if isinstance(one, int | str)} if isinstance(listed, list) else set()
    return tuple(services[key] for key in sorted(ids) if key in services)
