"""Meta's status, metastatus.com: `/data/orgs.json` for all its products, `/data/outages/<product>.json` for one.

Facts: only what others' clients read, of 2024 to 2026: a list of products [{id, name, services [{id, name, status,
time}]}], and of outages [{id, service_id, status, time, posts [{description, status, time}]}], with the older ones in
`/data/outages/<product>.history.json`.  No documentation, and no real capture seen.

Stable: the ids of products (`whatsapp-business-api`), of services within a product, of outages.  Posts have none: their
time and status stand for one.  An outage has no title, and names its service by number alone.

A page of one product (https://metastatus.com/whatsapp-business-api) has its outages, which are taken as complete:
one that vanishes is looked up in the history.  The front page has no list of outages for all, so a source with that
address knows services only; a service in trouble is all that it tells.  `[]` is what a list of outages says when all is
well, and is believed only where this format is named.

It can not tell phases: what is not resolved is investigating.  Its words are of severity: low, medium and high
disruptions, here minor, major and critical ("Some disruption" and "Major outage" are quoted by one client alone).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final
from urllib.parse import quote

from bot.errors import ParseError
from bot.feeds import _listed, _severity, _text, _urls
from bot.feeds._json import Thing, decode_list
from bot.feeds._times import from_epoch, instant
from bot.feeds._updates import ended_at, oldest_first
from bot.feeds._words import Words
from bot.model import Claim, Component, ComponentStatus, Impact, Snapshot, Source, State, Update

EXPECTS: Final = "json"
VOLATILE: Final = None
HOSTS: Final = ("metastatus.com", "www.metastatus.com")

_ORGS = "/data/orgs.json"
_OUTAGES = re.compile(r"/data/outages/(?P<org>[\w-]+)(?:\.history)?\.json")
_PAGE = re.compile(r"/(?P<org>[\w-]+)/?")
_STATUSES: Mapping[str, ComponentStatus] = {
    "no_known_issues": ComponentStatus.OPERATIONAL,
    "resolved": ComponentStatus.OPERATIONAL,
    "low_disruptions": ComponentStatus.DEGRADED_PERFORMANCE,
    "some_disruption": ComponentStatus.DEGRADED_PERFORMANCE,
    "some_disruptions": ComponentStatus.DEGRADED_PERFORMANCE,
    "medium_disruptions": ComponentStatus.PARTIAL_OUTAGE,
    "high_disruptions": ComponentStatus.MAJOR_OUTAGE,
    "major_disruptions": ComponentStatus.MAJOR_OUTAGE,
    "major_outage": ComponentStatus.MAJOR_OUTAGE,
}


def parse(body: bytes, source: Source) -> Snapshot:
    """Return what the list of products, or of one product's outages, says."""
    listed = decode_list(body)
    if listed and all(thing.has("services") for thing in listed):
        return _products(listed, source)
    if listed and not all(thing.has("posts") for thing in listed):
        raise ParseError("neither products with `services` nor outages with `posts` at $")
    if not listed and source.format != "meta":
        raise ParseError("an empty list, which any format may say")
    words, org = Words(), _org(source)
    claims = _listed.claims(_claim(thing, org, source, words) for thing in listed)
    return Snapshot(
        vendor=source.vendor,
        format="meta",
        incidents=claims,
        complete_open_set=".history." not in source.url,
        page_url=_page(source, org),
        unknown_words=words.unknown,
    )


def endpoints(source: Source) -> tuple[str, ...]:
    """Return the outages of the product whose page it is, then, as for the front page, the list of products."""
    if _urls.split(source).path.endswith(".json"):
        return (source.url,)
    orgs, org = f"{_urls.origin(source)}{_ORGS}", _org(source)
    return (f"{_urls.origin(source)}/data/outages/{quote(org, safe='')}.json", orgs) if org else (orgs,)


def beside(endpoint: str) -> tuple[str, ...]:
    """Return the list of products, for outages: it names the services and tells how they are."""
    found = _OUTAGES.search(endpoint)
    return (endpoint[: found.start()] + _ORGS,) if found else ()


def follow_up(source: Source, _external_id: str) -> tuple[str, ...]:
    """Return the product's history."""
    org = _org(source)
    return (f"{_urls.origin(source)}/data/outages/{quote(org, safe='')}.history.json",) if org else ()


def linked(_page: str, _source: Source) -> tuple[str, ...]:
    """Return nothing: its host is known."""
    return ()


def _org(source: Source) -> str:
    """Return the product that an address is of, empty for the front page."""
    path = _urls.split(source).path
    found = _OUTAGES.fullmatch(path) or _PAGE.fullmatch(path)
    return found["org"] if found else ""


def _page(source: Source, org: str) -> str:
    return f"{_urls.origin(source)}/{org}" if org else _urls.origin(source)


def _products(listed: tuple[Thing, ...], source: Source) -> Snapshot:
    words, org = Words(), _org(source)
    wanted = [thing for thing in listed if org in {"", thing.identity("id")}]
    components = _listed.components(one for product in wanted for one in _services(product, words))
    if not components:
        raise ParseError(f"no services of {org or 'any product'} at $")
    return Snapshot(
        vendor=source.vendor,
        format="meta",
        components=components,
        indicator=_severity.worst((one.status for one in components), Impact.UNKNOWN),
        page_name=_text.one_line(wanted[0].text("name")) or None if org else None,
        page_url=_page(source, org),
        unknown_words=words.unknown,
    )


def _services(product: Thing, words: Words) -> list[Component]:
    """Return a product's services; most are called "Platform Status", so the product's name goes before."""
    key = product.identity("id")
    group = _text.one_line(product.text("name")) or key
    found = []
    for service in product.things("services"):
        number = service.identity("id")
        name = f"{group}: {_text.one_line(service.text('name')) or number}"
        status = words.among(service.text("status"), _STATUSES, ComponentStatus.UNKNOWN)
        found.append(Component(_part(key, number), name, status, group))
    return found


def _part(org: str, number: str) -> str:
    return f"{org}.{number}" if org else number


def _claim(thing: Thing, org: str, source: Source, words: Words) -> Claim:
    status = words.among(thing.text("status"), _STATUSES, ComponentStatus.UNKNOWN)
    updates = oldest_first(_post(post, words) for post in thing.things("posts"))
    state = _state(status, thing)
    bad = [one for one in (status, *_severities(thing)) if one is not ComponentStatus.OPERATIONAL]
    part = _part(org, thing.identity("service_id"))
    began = _time(thing)
    return Claim(
        external_id=thing.identity("id"),
        title=f"Disruptions ({org})" if org else "Disruptions",
        state=state,
        impact=_severity.SEVERITY[status] if not state.is_over else _severity.worst(bad, Impact.UNKNOWN),
        components=(Component(part, part, status),),
        updates=updates,
        url=_page(source, org),
        started_at=began,
        published_at=updates[0].at if updates else began,
        resolved_at=ended_at(updates) if state.is_over else None,
    )


def _severities(thing: Thing) -> list[ComponentStatus]:
    """Return how bad an outage was from post to post, which says more than "Resolved"."""
    quiet = Words()
    return [quiet.among(post.text("status"), _STATUSES, ComponentStatus.OPERATIONAL) for post in thing.things("posts")]


def _post(post: Thing, words: Words) -> Update:
    at = _time(post)
    if at is None:
        raise ParseError(f"no time that can be read at {post.path}")
    word = post.text("status")
    state = _state(words.among(word, _STATUSES, ComponentStatus.UNKNOWN), post)
    key = post.text("id") or f"{post.text('time')} {word or ''}".strip()
    return Update(key, state, _text.plain(post.text("description")), at)


def _state(status: ComponentStatus, thing: Thing) -> State:
    if status is ComponentStatus.UNKNOWN and thing.has("status"):
        return State.UNKNOWN
    return State.RESOLVED if status is ComponentStatus.OPERATIONAL else State.INVESTIGATING


def _time(thing: Thing) -> datetime | None:
    return instant(thing.text("time")) or from_epoch(thing.text("time"))
