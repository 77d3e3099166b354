"""Slack's own status API: `current` and `history` of version 2.0.0, and of version 1.0.0.

Facts: Slack's documentation (https://docs.slack.dev/reference/slack-status-api); a captured `current` of July
2020 with two incidents (amureki/statuscheck); what Slack's own library for Java logged from 2019 to 2022: 60 incidents
of `current` and the whole `history` of 2019, 116 items (slackapi/java-slack-sdk); a quiet answer of 2026-09-23
quoted by a third party.  In version 1 `current` is one incident, and shows it for an hour after its end.

Stable: the incident's id, a number or a string.  A note has no id: its time stands for it, so an edited note
keeps it.  Services have no ids: their names stand for them.  Not stable: titles, `date_updated`.

`current` is a complete open set: documented to list all active incidents.  Where it says `active` and lists
none, or a word that we do not know, nothing is concluded.  A resolved incident vanishes from it; `history` has
its end.  `history` is a window.  `current` of version 1 may hide others behind the one that it shows: it is complete
only while it says `ok`; what it shows then is over.  A quiet one has no mark of its own, and is believed only at
Slack's addresses, or of a source of this format.

It can not tell: phases (what is active is investigating, and a note has no state), when an incident ended (the
last note stands for it), the window of a maintenance (`date_created` may be when it was written or when it
begins), and all of Slack's components: only services in trouble are named.  That a notice is minor, an
incident minor and an outage critical is our reading; a `maintenance` among the types is reported by others.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from bot.errors import ParseError
from bot.feeds import _hosts, _listed, _text, _urls
from bot.feeds._json import Thing, decode_any
from bot.feeds._severity import gravest
from bot.feeds._updates import by_time
from bot.feeds._words import MAINTENANCE_STATES, Words
from bot.model import Claim, Component, ComponentStatus, Impact, Kind, Snapshot, Source, State

EXPECTS: Final = "json"
VOLATILE = re.compile(rb'"date_updated"\s*:\s*(?:"[^"]*"|null)')
HOSTS: Final = ("slack-status.com", "status.slack.com")

_PAGE = "https://slack-status.com"
_TYPES = {
    "incident": (Kind.INCIDENT, Impact.MINOR, ComponentStatus.DEGRADED_PERFORMANCE),
    "outage": (Kind.INCIDENT, Impact.CRITICAL, ComponentStatus.MAJOR_OUTAGE),
    "notice": (Kind.NOTICE, Impact.MINOR, ComponentStatus.DEGRADED_PERFORMANCE),
    "maintenance": (Kind.MAINTENANCE, Impact.MAINTENANCE, ComponentStatus.UNDER_MAINTENANCE),
}
_NO_TYPE = (Kind.INCIDENT, Impact.UNKNOWN, ComponentStatus.UNKNOWN)
_STATES = {
    "active": State.INVESTIGATING,
    "resolved": State.RESOLVED,
    "scheduled": State.SCHEDULED,
    "completed": State.COMPLETED,
    "cancelled": State.COMPLETED,
    "canceled": State.COMPLETED,
}
_AS_MAINTENANCE = {State.INVESTIGATING: State.IN_PROGRESS, State.RESOLVED: State.COMPLETED}


def parse(body: bytes, source: Source) -> Snapshot:
    """Return what is active now, or what the history says."""
    payload = decode_any(body)
    words = Words()
    if isinstance(payload, Thing):
        return _current(payload, source, words)
    if not payload or not all(_is_incident(thing) for thing in payload):
        raise ParseError("no incidents of Slack (with `date_created`, `title` and `notes`) at $")
    claims = _listed.claims(_claim(thing, words) for thing in payload)
    return Snapshot(
        vendor=source.vendor,
        format="slack",
        incidents=claims,
        page_name="Slack",
        page_url=_PAGE,
        unknown_words=words.unknown,
    )


def endpoints(source: Source) -> tuple[str, ...]:
    """Return what is active now, or the address itself where it is a document already."""
    if _urls.split(source).path.startswith("/api/"):
        return (source.url,)
    return (f"{_home(source)}/api/v2.0.0/current",)


def follow_up(source: Source, _external_id: str) -> tuple[str, ...]:
    """Return the history: how an incident ended is nowhere else."""
    return (f"{_home(source)}/api/v2.0.0/history",)


def linked(_page: str, source: Source) -> tuple[str, ...]:
    """Return what to poll if the address is Slack's own: there is only one such page."""
    return endpoints(source) if _hosts.at(source, HOSTS) else ()


def _home(source: Source) -> str:
    """Return where the API is; the old address only leads there."""
    return _PAGE if _hosts.at(source, ("status.slack.com",)) else _urls.origin(source)


def _is_incident(thing: Thing) -> bool:
    return all(thing.has(key) for key in ("id", "date_created", "title", "notes"))


def _current(payload: Thing, source: Source, words: Words) -> Snapshot:
    if payload.has("status") and not payload.has("active_incidents") and _is_first(payload, source):
        return _first(payload, source, words)
    if not payload.has("active_incidents") or not payload.has("status"):
        raise ParseError("no `status` and list `active_incidents` at $")
    claims = _listed.claims(_claim(thing, words) for thing in payload.things("active_incidents"))
    is_busy = words.among(payload.text("status"), {"ok": False, "active": True}, None)
    is_sound = is_busy is False or (is_busy is True and bool(claims))
    return _shown(claims, source, words, is_sound=is_sound)


def _is_first(payload: Thing, source: Source) -> bool:
    """Whether this is the answer of version 1: one incident, or none, which only its address can tell."""
    is_slacks = source.format == "slack" or _hosts.at(source, HOSTS)
    return _is_incident(payload) or (is_slacks and payload.has("date_updated"))


def _first(payload: Thing, source: Source, words: Words) -> Snapshot:
    is_calm = payload.text("status") == "ok"
    shown = Thing({**payload.fields, "status": "resolved"}, payload.path) if is_calm else payload
    tells = any(payload.has(key) for key in ("id", "title")) or bool(payload.things("notes"))
    claims = (_claim(shown, words),) if tells else ()
    return _shown(claims, source, words, is_sound=is_calm)


def _shown(claims: tuple[Claim, ...], source: Source, words: Words, *, is_sound: bool) -> Snapshot:
    calm = Impact.NONE if is_sound else Impact.UNKNOWN
    impacts = [claim.impact for claim in claims if claim.is_open and claim.state is not State.SCHEDULED]
    return Snapshot(
        vendor=source.vendor,
        format="slack",
        incidents=claims,
        indicator=gravest((calm, *impacts), calm),
        complete_open_set=is_sound,
        page_name="Slack",
        page_url=_PAGE,
        unknown_words=words.unknown,
    )


def _claim(thing: Thing, words: Words) -> Claim:
    key, created = thing.identity("id"), thing.instant("date_created")
    kind, impact, status = words.among(thing.text("type"), _TYPES, _NO_TYPE)
    state = words.among(thing.text("status"), _STATES, State.UNKNOWN)
    if kind is Kind.MAINTENANCE or state in MAINTENANCE_STATES:
        kind, impact, status = _TYPES["maintenance"]
        state = _AS_MAINTENANCE.get(state, state)
    now = status if not state.is_over and state is not State.SCHEDULED else ComponentStatus.OPERATIONAL
    updates = by_time((_said_at(note, created), State.UNKNOWN, _words(note)) for note in thing.things("notes"))
    names = {name for text in thing.texts("services") if (name := _text.one_line(text))}
    return Claim(
        external_id=key,
        title=_text.title(thing.text("title")),
        state=state,
        impact=impact,
        kind=kind,
        components=tuple(Component(name, name, now) for name in sorted(names)),
        updates=updates,
        url=_urls.shown(thing.text("url")) or _PAGE,
        started_at=created,
        published_at=updates[0].at if updates else created,
        resolved_at=updates[-1].at if updates and state.is_over else None,
    )


def _said_at(note: Thing, created: datetime | None) -> datetime:
    at = note.instant("date_created") or created
    if at is None:
        raise ParseError(f"no time that can be read at {note.path}, nor at its incident")
    return at


def _words(note: Thing) -> str:
    """Return a note's words, which are HTML or typed text with line ends of their own."""
    body = note.text("body") or ""
    return _text.from_html(body) if "</" in body else _text.plain(body)
