"""Google's status dashboards, all of one engine: Cloud, Workspace, Firebase, Play, and others: `incidents.json`.

Facts: a captured `incidents.json` of Google Cloud of July 2022, 157 incidents of a year, all of them closed
(moritalous/cloud-status-history); an open one of 2022 and one of 2023 in the tests of Checkmk; open incidents of 2026
of Cloud and Workspace quoted by third parties, who also name the dashboards of Search and Ads; each dashboard publishes
its schema as `incidents.schema.json`.  Of Firebase and Play no capture was seen: that they are of the family is what
others' clients assume.  Until 2021 an incident had no id, no products, no locations and no status, and its newest
update was `most-recent-update`: its service and its number, which is one of that service, stand for an id.

Stable: the incident's id, a product's id, a location's id (`europe-west1`).  An update has no id: its `created` and
its status stand for it, so an edited text keeps it.  Not stable: `external_desc`, which grows, `modified`.

The document is a complete open set and a history: an incident is open while it has no `end`.  Of the closed ones
only those become claims that changed in the two weeks before the newest change of all, which is enough to learn
how a vanished item ended; the file may hold years and 1.5 MB.  Reports that are added days after the end are
late words and reopen nothing.  `[]` has no mark of its own: it is believed only at Google's addresses, or of a
source of this format.

It can not tell phases: what has no end is investigating, or monitoring once its last update says AVAILABLE.  It
tells products and locations, but not which product suffers where: both are components, and a location's `group` is
its region.  That an outage is critical, a disruption major and an information minor is our reading.  Texts are
Markdown with escapes; the escapes go, the marks stay.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import quote

from bot.errors import ParseError
from bot.feeds import _hosts, _listed, _text, _urls
from bot.feeds._json import Thing, decode_list
from bot.feeds._severity import gravest
from bot.feeds._updates import oldest_first
from bot.feeds._words import Words
from bot.model import Claim, Component, ComponentStatus, Impact, Snapshot, Source, State, Update

EXPECTS: Final = "json"
VOLATILE: Final = None
# Workspace and Ads share their hosts with much else: there the path tells.
HOSTS: Final = (
    "status.cloud.google.com",
    "status.firebase.google.com",
    "status.play.google.com",
    "status.search.google.com",
)

_BELOW = {"www.google.com": "/appsstatus/dashboard", "ads.google.com": "/status/publisher"}
_NAMES = {
    "status.cloud.google.com": "Google Cloud",
    "status.firebase.google.com": "Firebase",
    "status.play.google.com": "Google Play",
    "status.search.google.com": "Google Search",
    "www.google.com": "Google Workspace",
    "ads.google.com": "Google Ads",
}
_RECENT = timedelta(days=14)
_IMPACTS = {
    "service_outage": (Impact.CRITICAL, ComponentStatus.MAJOR_OUTAGE),
    "service_disruption": (Impact.MAJOR, ComponentStatus.PARTIAL_OUTAGE),
    "service_information": (Impact.MINOR, ComponentStatus.DEGRADED_PERFORMANCE),
    "available_information": (Impact.NONE, ComponentStatus.OPERATIONAL),
    "available": (Impact.NONE, ComponentStatus.OPERATIONAL),
}
# One to one with the impacts in the capture; for an incident that tells no impact.
_SEVERITIES = {
    "high": _IMPACTS["service_outage"],
    "medium": _IMPACTS["service_disruption"],
    "low": _IMPACTS["service_information"],
}
_NO_IMPACT = (Impact.UNKNOWN, ComponentStatus.UNKNOWN)
_NEWEST = ("most_recent_update", "most-recent-update")
_STATES = {
    "available": State.RESOLVED,
    "available_information": State.RESOLVED,
    "service_information": State.INVESTIGATING,
    "service_disruption": State.INVESTIGATING,
    "service_outage": State.INVESTIGATING,
}
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+.!|<>~-])")
_LABEL = re.compile(r"[*#\s]*(?:title|summary|description|incident report)\s*:[*\s]*", re.IGNORECASE)
_ZONE = re.compile(r"(?P<region>[a-z]+-[a-z]+\d+)-[a-z]")


def parse(body: bytes, source: Source) -> Snapshot:
    """Return the open incidents, and those that changed lately."""
    listed = decode_list(body)
    if not listed and not (source.format == "gcp" or _is_googles(source)):
        raise ParseError("an empty list that is not at an address of Google's, at $")
    for thing in listed:
        if not _is_incident(thing):
            raise ParseError(
                f"no incident of Google's (with `begin`, `updates` and `affected_products`) at {thing.path}"
            )
    words, base = Words(), _base(source)
    claims = _listed.claims(_claim(_key(thing), thing, base, words) for thing in _of_now(listed))
    return Snapshot(
        vendor=source.vendor,
        format="gcp",
        incidents=claims,
        indicator=gravest((claim.impact for claim in claims if claim.is_open), Impact.NONE),
        complete_open_set=True,
        page_name=_NAMES.get(_urls.split(source).hostname or ""),
        page_url=base,
        unknown_words=words.unknown,
    )


def endpoints(source: Source) -> tuple[str, ...]:
    """Return the dashboard's one document."""
    return (source.url,) if _urls.split(source).path.endswith(".json") else (f"{_base(source)}/incidents.json",)


def follow_up(source: Source, _external_id: str) -> tuple[str, ...]:
    """Return the document itself: a closed incident stays in it."""
    return endpoints(source)


def linked(_page: str, source: Source) -> tuple[str, ...]:
    """Return what to poll if the address is one of Google's dashboards."""
    return endpoints(source) if _is_googles(source) else ()


def _is_googles(source: Source) -> bool:
    return _hosts.at(source, HOSTS) or any(_hosts.at(source, (host,), below) for host, below in _BELOW.items())


def _base(source: Source) -> str:
    """Return the dashboard's own address, under which everything of it is."""
    parts = _urls.split(source)
    if parts.path.endswith(".json"):
        return f"{_urls.origin(source)}{parts.path.rpartition('/')[0]}"
    return f"{_urls.origin(source)}{_BELOW.get(parts.hostname or '', '')}"


def _is_incident(thing: Thing) -> bool:
    is_told = any(thing.has(key) for key in ("updates", *_NEWEST, "external_desc"))
    return thing.has("begin") and is_told and (thing.has("affected_products") or thing.has("uri"))


def _key(thing: Thing) -> str:
    """Return the id; before there were ids, numbers were those of a service."""
    if thing.has("id") or not thing.has("service_key"):
        return thing.identity("id")
    number = thing.identity("number")
    if not number.isdecimal():
        raise ParseError(f"no usable number at {thing.path}: {number}")
    return f"{thing.identity('service_key')}-{number}"


def _of_now(listed: tuple[Thing, ...]) -> list[Thing]:
    changed = [(_ended(thing), _changed(thing), thing) for thing in listed]
    newest = max((at for _, at, _ in changed if at), default=None)
    return [
        thing
        for end, at, thing in changed
        if end is None or at is None or (newest is not None and newest - at <= _RECENT)
    ]


def _ended(thing: Thing) -> datetime | None:
    return thing.instant("end")


def _changed(thing: Thing) -> datetime | None:
    return thing.instant("modified") or _ended(thing)


def _claim(key: str, thing: Thing, base: str, words: Words) -> Claim:
    end, created = _ended(thing), thing.instant("created")
    impact, status = _how_bad(thing, words)
    updates = _updates(thing, words)
    recovered = bool(updates) and updates[-1].state.is_over
    path = (thing.text("uri") or f"incidents/{quote(key, safe='')}").lstrip("/")
    return Claim(
        external_id=key,
        title=_title(thing.text("external_desc") or ""),
        state=State.RESOLVED if end else State.MONITORING if recovered else State.INVESTIGATING,
        impact=impact,
        components=_components(thing, ComponentStatus.OPERATIONAL if end else status),
        updates=updates,
        url=_urls.shown(path) or _urls.shown(f"{base}/{path}") or base,
        started_at=thing.instant("begin"),
        published_at=created or (updates[0].at if updates else None),
        resolved_at=end,
    )


def _how_bad(thing: Thing, words: Words) -> tuple[Impact, ComponentStatus]:
    if thing.has("status_impact"):
        return words.among(thing.text("status_impact"), _IMPACTS, _NO_IMPACT)
    return words.among(thing.text("severity"), _SEVERITIES, _NO_IMPACT)


def _title(description: str) -> str:
    """Return the first line that says something; in Workspace's it stands under a label in bold."""
    start = description[: _text.LONGEST_TEXT]
    lines = (_LABEL.sub("", line, count=1) if _LABEL.match(line) else line for line in start.split("\n"))
    return _text.title(next((bare for line in lines if (bare := _unescaped(line).strip("*# \t"))), None))


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(r"\1", text)


def _components(thing: Thing, status: ComponentStatus) -> tuple[Component, ...]:
    """Return the products as bad as the incident is, and the locations: those that suffer, those that did."""
    found: dict[str, Component] = {}
    for location in thing.things("previously_affected_locations"):
        found[location.identity("id")] = _location(location, ComponentStatus.OPERATIONAL)
    for location in thing.things("currently_affected_locations"):
        found[location.identity("id")] = _location(location, status)
    for product in thing.things("affected_products"):
        key = product.identity("id")
        name = product.text("current_title") or product.text("title")
        found[key] = Component(key, _text.one_line(name) or key, status)
    if not thing.things("affected_products") and thing.has("service_key"):
        key = thing.identity("service_key")
        found[key] = Component(key, _text.one_line(thing.text("service_name")) or key, status)
    return tuple(found[key] for key in sorted(found))


def _location(thing: Thing, status: ComponentStatus) -> Component:
    key = thing.identity("id")
    zone = _ZONE.fullmatch(key)
    return Component(key, _text.one_line(thing.text("title")) or key, status, zone["region"] if zone else key)


def _updates(incident: Thing, words: Words) -> tuple[Update, ...]:
    listed = incident.things("updates") or tuple(incident.thing(key) for key in _NEWEST if incident.has(key))
    return oldest_first(_update(update, incident, words) for update in listed)


def _update(thing: Thing, incident: Thing, words: Words) -> Update:
    at = thing.instant("when") or thing.instant("created") or incident.instant("created") or incident.instant("begin")
    if at is None:
        raise ParseError(f"no time that can be read at {thing.path}, nor at {incident.path}")
    word = thing.text("status")
    key = f"{(thing.instant('created') or at).isoformat()} {word or ''}".strip()
    body = _text.plain(_unescaped(thing.text("text") or ""))
    return Update(key, words.among(word, _STATES, State.UNKNOWN), body, at)
