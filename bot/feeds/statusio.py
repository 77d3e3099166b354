"""Status.io's public answer, `https://api.status.io/1.0/status/<page id>`.

Facts: three captures of 2020, Docker's and two of GitLab's (from the tests of amureki/statuscheck), one of them of a
security event; the fields of Status.io's own library for Go (statusio/statusio-go); the kinds of events from
https://kb.status.io/notifications/webhook.  Codes as read by many clients: 100 operational, 200 planned maintenance,
300 degraded, 400 partial disruption, 500 disruption, 600 security event.  The page id, 24 hexadecimal digits, is not
in the answer: it stands in the address and in the page's HTML (`statuspage_id` or `pageId = '…'`, quoted by
APVentureEngine/vendor-status-watch and by another client; not seen by us).

Stable: the ids of the page, its components and its incidents.  Messages have no id: their time and state
stand for one.  In the captures they are oldest first, other clients say newest first: they are sorted.

It is a complete open set: both captures list what is open, under way and to come, and clients who watched
(GitLab's page, 2026) say that a resolved incident leaves the list.  How it ended is then only on its page in
HTML (`/pages/incident/<page>/<id>`): nothing to follow up.

`status_overall` hides things: GitLab's said "planned maintenance" while an incident with 400 was open.
It can not tell which container (region, host) of which component an incident touches, so components are told
as a whole.  What 600 means for a component is unknown; as an impact it counts as major: a guess.  Of a
maintenance only the states 100 and 200 were seen, before and after its start; that 400 means a resolved
incident is what two clients believe and nobody shows: it is left UNKNOWN, which is open.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

from bot.errors import ParseError
from bot.feeds import _listed, _text, _urls
from bot.feeds._json import Thing, decode
from bot.feeds._updates import ended_at, oldest_first
from bot.feeds._words import Words
from bot.model import Claim, Component, ComponentStatus, Impact, Kind, Snapshot, Source, State, Update

EXPECTS: Final = "json"
# When a component was last touched; no claim is made of it.
VOLATILE = re.compile(rb'"updated"\s*:\s*"[^"]*"')
HOSTS: Final = ("*.status.io",)

_ID = r"([0-9a-f]{24})(?![0-9a-f])"
_DOCUMENT = re.compile(rf"/1\.0/status/{_ID}/?$")
_PAGE = re.compile(rf"/pages/(?:[a-z]{{1,20}}/)?{_ID}")
_MARKS = re.compile(
    rf"(?:statuspage_?id|page_?id)[\"'\s:=]{{1,20}}{_ID}"
    rf"|api\.status\.io/1\.0/status/{_ID}"
    rf"|/pages/(?:history|incident|maintenance)/{_ID}",
    re.IGNORECASE,
)
_STATUSES: Mapping[str, ComponentStatus] = {
    "100": ComponentStatus.OPERATIONAL,
    "200": ComponentStatus.UNDER_MAINTENANCE,
    "300": ComponentStatus.DEGRADED_PERFORMANCE,
    "400": ComponentStatus.PARTIAL_OUTAGE,
    "500": ComponentStatus.MAJOR_OUTAGE,
    "600": ComponentStatus.UNKNOWN,
}
_IMPACTS: Mapping[str, Impact] = {
    "100": Impact.NONE,
    "200": Impact.MAINTENANCE,
    "300": Impact.MINOR,
    "400": Impact.MAJOR,
    "500": Impact.CRITICAL,
    "600": Impact.MAJOR,
}
_STATES: Mapping[str, State] = {
    "100": State.INVESTIGATING,
    "200": State.IDENTIFIED,
    "300": State.MONITORING,
    "investigating": State.INVESTIGATING,
    "identified": State.IDENTIFIED,
    "monitoring": State.MONITORING,
    "resolved": State.RESOLVED,
}
_MAINTENANCE_STATES: Mapping[str, State] = {"100": State.SCHEDULED, "200": State.IN_PROGRESS}
_LISTS: Mapping[str, State] = {"active": State.IN_PROGRESS, "upcoming": State.SCHEDULED}


def parse(body: bytes, source: Source) -> Snapshot:
    """Return what the page says of its components, its incidents and its maintenances."""
    payload = decode(body)
    result = payload.thing("result")
    if not result.has("status_overall") or not result.has("status"):
        raise ParseError(f"no status_overall and list `status` at {result.path}")
    words = Words()
    known = _listed.by_id(_component(thing, words) for thing in result.things("status"))
    claims = [_incident(thing, source, known, words) for thing in result.things("incidents")]
    planned = result.thing("maintenance")
    for key, state in _LISTS.items():
        claims += [_maintenance(thing, state, source, known, words) for thing in planned.things(key)]
    return Snapshot(
        vendor=source.vendor,
        format="statusio",
        incidents=_listed.claims(claims),
        components=_listed.components(known.values()),
        indicator=words.among(result.thing("status_overall").text("status_code"), _IMPACTS, Impact.UNKNOWN),
        complete_open_set=result.has("incidents") and all(planned.has(key) for key in _LISTS),
        page_id=_page_id(source),
        page_url=_page_address(source),
        unknown_words=words.unknown,
    )


def endpoints(source: Source) -> tuple[str, ...]:
    """Return the public answer; of a page on its own host only `linked` can tell where that is."""
    found = _page_id(source)
    if found is None or _DOCUMENT.search(_urls.split(source).path):
        return (source.url,)
    return (_api(found),)


def follow_up(_source: Source, _external_id: str) -> tuple[str, ...]:
    """Return nothing: what has ended is shown in HTML alone."""
    return ()


def linked(page: str, _source: Source) -> tuple[str, ...]:
    """Return the public answer of the page whose id stands in the HTML.

    Freshstatus' pages hold ids of the same form, which mean nothing here.
    """
    if "freshstatus" in page.lower():
        return ()
    found = _MARKS.search(page)
    return (_api(next(filter(None, found.groups())).lower()),) if found else ()


def _api(page_id: str) -> str:
    return f"https://api.status.io/1.0/status/{page_id}"


def _page_id(source: Source) -> str | None:
    path = _urls.split(source).path
    found = _DOCUMENT.search(path) or _PAGE.search(path)
    return found[1] if found else None


def _page_address(source: Source) -> str | None:
    """Return where people read the page; the host of the API shows none."""
    return None if _urls.split(source).hostname == "api.status.io" else _urls.origin(source)


def _component(thing: Thing, words: Words) -> Component:
    key = thing.identity("id")
    status = words.among(thing.text("status_code"), _STATUSES, ComponentStatus.UNKNOWN)
    return Component(key, _text.one_line(thing.text("name")) or key, status)


def _incident(thing: Thing, source: Source, known: Mapping[str, Component], words: Words) -> Claim:
    key, opened = thing.identity("_id"), thing.instant("datetime_open")
    updates = _updates(thing, _STATES, words)
    state = updates[-1].state if updates else State.INVESTIGATING
    said = sorted(
        (message.text("datetime") or "", message.text("status") or "") for message in thing.things("messages")
    )
    return Claim(
        external_id=key,
        title=_text.title(thing.text("name")),
        state=state,
        impact=words.among((said[-1][1] if said else "") or thing.text("status_code"), _IMPACTS, Impact.UNKNOWN),
        components=_touched(thing, known),
        updates=updates,
        url=_link("incident", source, key),
        started_at=opened,
        published_at=updates[0].at if updates else opened,
        resolved_at=ended_at(updates),
    )


def _maintenance(thing: Thing, state: State, source: Source, known: Mapping[str, Component], words: Words) -> Claim:
    key, opened = thing.identity("_id"), thing.instant("datetime_open")
    return Claim(
        external_id=key,
        title=_text.title(thing.text("name")),
        state=state,
        impact=Impact.MAINTENANCE,
        kind=Kind.MAINTENANCE,
        components=_touched(thing, known),
        updates=_updates(thing, _MAINTENANCE_STATES, words),
        url=_link("maintenance", source, key),
        started_at=opened,
        published_at=opened,
        starts_at=thing.instant("datetime_planned_start"),
        ends_at=thing.instant("datetime_planned_end"),
    )


def _updates(thing: Thing, states: Mapping[str, State], words: Words) -> tuple[Update, ...]:
    return oldest_first(_update(message, thing, states, words) for message in thing.things("messages"))


def _update(message: Thing, thing: Thing, states: Mapping[str, State], words: Words) -> Update:
    at = message.instant("datetime") or thing.instant("datetime_open")
    if at is None:
        raise ParseError(f"no time that can be read at {message.path}, nor at {thing.path}")
    word = message.text("state")
    key = f"{message.text('datetime') or ''} {word or ''}".strip()
    return Update(key, words.among(word, states, State.UNKNOWN), _text.plain(message.text("details")), at)


def _touched(thing: Thing, known: Mapping[str, Component]) -> tuple[Component, ...]:
    """Return the components as the page has them now, else by the name that the incident knows."""
    found = []
    for part in thing.things("components_affected"):
        key = part.identity("_id")
        found.append(known.get(key) or Component(key, _text.one_line(part.text("name")) or key))
    return _listed.components(found)


def _link(kind: str, source: Source, key: str) -> str | None:
    page, page_id = _page_address(source), _page_id(source)
    return f"{page}/pages/{kind}/{page_id}/{quote(key, safe='')}" if page and page_id else None
