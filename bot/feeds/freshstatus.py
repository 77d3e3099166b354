"""Freshstatus, the status pages of Freshworks: the public API behind every page, public-api.freshstatus.io.

Facts: what others' clients read in 2025 and 2026: `/v1/public-incidents/?account_id=<n>`, a page of results [{id,
title, description, start_time, end_time, is_planned, scheduled_start_time, scheduled_end_time, affected_components
[{component, new_status}]}], one of them at `/v1/public-incidents/<id>/`; and `/v1/public-components/?account_id=<n>`, a
tree of components whose leaves have one of OP, PD, PO, MO, UM.  Not documented, and no real capture seen.

Stable: the ids of incidents and components, which are numbers.

An account is a number that only the page's HTML knows; where in it is unverified, and the best way to watch such a page
is the address of the API with its `account_id`.  Asked for what has no end, the list is a complete open set, unless it
goes on (`next`).  An empty list is believed only where this format is named: other APIs say the same.

A component that the vendor itself leaves out of its verdict (`ignore_overall_status`) is unknown: a whole region that
is being closed stood so for months.  It can not tell phases, impact in words, or the single statements, if they are
there at all; nor whether a maintenance has begun.  A vanished incident is asked for by its id.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final
from urllib.parse import parse_qs, quote

from bot.errors import ParseError
from bot.feeds import _listed, _severity, _text, _urls
from bot.feeds._json import Thing, decode
from bot.feeds._words import Words
from bot.model import Claim, Component, ComponentStatus, Impact, Kind, Snapshot, Source, State, Update

EXPECTS: Final = "json"
VOLATILE: Final = None
HOSTS: Final = ("*.freshstatus.io",)

_API = "https://public-api.freshstatus.io/v1"
_OPEN = "&end_time__isempty=true"
_MARK = re.compile(r"freshstatus\.io", re.IGNORECASE)
_ACCOUNT = re.compile(r'\baccount_?id\\?"?\s*[=:]\s*\\?"?(?P<id>\d{1,12})\b', re.IGNORECASE)
_STATUSES: Mapping[str, ComponentStatus] = {
    "op": ComponentStatus.OPERATIONAL,
    "pd": ComponentStatus.DEGRADED_PERFORMANCE,
    "po": ComponentStatus.PARTIAL_OUTAGE,
    "mo": ComponentStatus.MAJOR_OUTAGE,
    "um": ComponentStatus.UNDER_MAINTENANCE,
}


def parse(body: bytes, source: Source) -> Snapshot:
    """Return what the list of incidents, one of them, or the tree of components says."""
    payload = decode(body)
    if payload.has("components"):
        return _tree(payload, source)
    is_list = isinstance(payload.fields.get("results"), list)
    listed = payload.things("results") if is_list else (payload,)
    if not all(thing.has("affected_components") for thing in listed):
        raise ParseError("neither a tree of `components` nor incidents with `affected_components` at $")
    if not listed and source.format != "freshstatus":
        raise ParseError("an empty list, which any API may say")
    words = Words()
    claims = _listed.claims(_claim(thing, words) for thing in listed)
    return Snapshot(
        vendor=source.vendor,
        format="freshstatus",
        incidents=claims,
        complete_open_set=is_list and not payload.has("next"),
        page_url=_page(source),
        unknown_words=words.unknown,
    )


def endpoints(source: Source) -> tuple[str, ...]:
    """Return the open incidents of the account that the address names; a page's own address names none."""
    parts = _urls.split(source)
    if "/v1/public-components/" in parts.path or "end_time" in parts.query:
        return (source.url,)
    account = _account(source)
    return (_incidents(account),) if account else ()


def beside(endpoint: str) -> tuple[str, ...]:
    """Return the tree of components, for the incidents."""
    found = _ACCOUNT.search(endpoint)
    if found is None or "/public-incidents/" not in endpoint:
        return ()
    return (f"{_API}/public-components/?account_id={found['id']}",)


def follow_up(source: Source, external_id: str) -> tuple[str, ...]:
    """Return the incident's own address."""
    account = _account(source)
    one = f"{_API}/public-incidents/{quote(external_id, safe='')}/?account_id={account}"
    return (one,) if account else ()


def linked(page: str, _source: Source) -> tuple[str, ...]:
    """Return the open incidents of the account that a page of theirs names."""
    found = _ACCOUNT.search(page) if _MARK.search(page) else None
    return (_incidents(found["id"]),) if found else ()


def _incidents(account: str) -> str:
    return f"{_API}/public-incidents/?account_id={account}{_OPEN}"


def _account(source: Source) -> str:
    named = parse_qs(_urls.split(source).query).get("account_id", [""])[0]
    return named if named.isascii() and named.isdigit() else ""


def _page(source: Source) -> str | None:
    return None if _urls.origin(source) == _API.removesuffix("/v1") else _urls.origin(source)


def _claim(thing: Thing, words: Words) -> Claim:
    is_planned = thing.flag("is_planned")
    began, ended = thing.instant("start_time"), thing.instant("end_time")
    planned_end = thing.instant("scheduled_end_time")
    if is_planned and planned_end is None:  # the only end that a maintenance has is the planned one
        planned_end, ended = ended, None
    first = State.SCHEDULED if is_planned else State.INVESTIGATING
    over = State.COMPLETED if is_planned else State.RESOLVED
    components = _listed.components(_affected(thing, words, is_over=ended is not None))
    return Claim(
        external_id=thing.identity("id"),
        title=_text.title(thing.text("title")),
        state=over if ended else first,
        impact=Impact.MAINTENANCE if is_planned else _impact(thing),
        kind=Kind.MAINTENANCE if is_planned else Kind.INCIDENT,
        components=components,
        updates=tuple(_described(thing, first, began)),
        started_at=began if ended or not is_planned else None,
        published_at=began if not is_planned else None,
        resolved_at=ended,
        starts_at=(thing.instant("scheduled_start_time") or began) if is_planned else None,
        ends_at=planned_end if is_planned else None,
    )


def _described(thing: Thing, state: State, began: datetime | None) -> Iterator[Update]:
    at = thing.instant("created_at") or began or thing.instant("scheduled_start_time")
    body = _text.plain(thing.text("description"))
    if body and at:
        yield Update("description", state, body, at)


def _impact(thing: Thing) -> Impact:
    """Return how bad an incident is, or was, for the worst of its components."""
    quiet = Words()
    told = [quiet.among(one.text("new_status"), _STATUSES, ComponentStatus.UNKNOWN) for one in _touched(thing)]
    return _severity.worst(told, Impact.UNKNOWN)


def _touched(thing: Thing) -> tuple[Thing, ...]:
    return thing.things("affected_components")


def _affected(thing: Thing, words: Words, *, is_over: bool) -> Iterator[Component]:
    for one in _touched(thing):
        key = one.identity("component")
        status = words.among(one.text("new_status"), _STATUSES, ComponentStatus.UNKNOWN)
        yield Component(key, key, ComponentStatus.OPERATIONAL if is_over else status)


def _tree(payload: Thing, source: Source) -> Snapshot:
    words = Words()
    components, counted = [], []
    for leaf, group in _leaves(payload):
        key = leaf.identity("id")
        status = words.among(leaf.text("status"), _STATUSES, ComponentStatus.UNKNOWN)
        if leaf.thing("display_options").text("ignore_overall_status") == "true":
            status = ComponentStatus.UNKNOWN
        else:
            counted.append(status)
        components.append(Component(key, _text.one_line(leaf.text("name")) or key, status, group))
    if not any((leaf.text("status") or "").lower() in _STATUSES for leaf, _ in _leaves(payload)):
        raise ParseError("no component with a status of Freshstatus' (OP, PD, PO, MO, UM) at $.components")
    return Snapshot(
        vendor=source.vendor,
        format="freshstatus",
        components=_listed.components(components),
        indicator=_severity.worst(counted, Impact.UNKNOWN),
        page_url=_page(source),
        unknown_words=words.unknown,
    )


def _leaves(payload: Thing) -> Iterator[tuple[Thing, str | None]]:
    """Give the components that have none below them, each with the name of what it is directly in."""
    waiting: list[tuple[Thing, str | None]] = [(one, None) for one in payload.things("components")]
    while waiting:
        thing, group = waiting.pop()
        below = thing.things("components")
        if not below:
            yield thing, group
        name = _text.one_line(thing.text("name")) or None
        waiting.extend((one, name) for one in below)
