"""OnlineOrNot: a status page's summary, `https://api.onlineornot.com/v1/status_pages/<page>/summary`.

Facts: https://developers.onlineornot.com/api/status-page-components (the words), and OpenRouter's answers of
2026 as three clients quote them: success, result {status {description}, status_page {id, name, subdomain,
custom_domain, status}, components [{id, name, status, group_id}], active_incidents [{id, title, impact,
started, updated_at, ended}], scheduled_maintenance []}.  <page> is a subdomain of onlineornot.com or the host
of a custom domain.  No capture seen by us, and nobody shows a maintenance: its `title`, `started` or
`start_date`, `ended` and `status` are guesses.

Stable: the ids of page, components and incidents.

A complete open set: the list is called active, and clients saw ended incidents drop out of it; so an end is
told by absence alone.  Nothing to follow up: what has ended is shown in HTML only.

It can not tell phases (open is investigating), texts, which components an incident touches, nor the name of a
component's group.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

from bot.errors import ParseError
from bot.feeds import _listed, _text, _urls
from bot.feeds._json import Thing, decode
from bot.feeds._severity import SEVERITY, worst
from bot.feeds._words import Words
from bot.model import Claim, Component, ComponentStatus, Impact, Kind, Snapshot, Source, State

EXPECTS: Final = "json"
VOLATILE: Final[re.Pattern[bytes] | None] = None
HOSTS: Final = ("*.onlineornot.com",)

_SUMMARY = "https://api.onlineornot.com/v1/status_pages/{}/summary"
_DOMAIN = ".onlineornot.com"
_MARKS = ("powered by onlineornot", "//onlineornot.com", "//www.onlineornot.com")
_STATUSES: Mapping[str, ComponentStatus] = {
    "operational": ComponentStatus.OPERATIONAL,
    "all_systems_operational": ComponentStatus.OPERATIONAL,
    "no_impact": ComponentStatus.OPERATIONAL,
    "degraded_performance": ComponentStatus.DEGRADED_PERFORMANCE,
    "partial_outage": ComponentStatus.PARTIAL_OUTAGE,
    "major_outage": ComponentStatus.MAJOR_OUTAGE,
    "maintenance": ComponentStatus.UNDER_MAINTENANCE,
    "under_maintenance": ComponentStatus.UNDER_MAINTENANCE,
}
_IMPACTS: Mapping[str, Impact] = {word: SEVERITY[status] for word, status in _STATUSES.items()}
_MAINTENANCE_STATES: Mapping[str, State] = {
    "scheduled": State.SCHEDULED,
    "in_progress": State.IN_PROGRESS,
    "completed": State.COMPLETED,
}


def parse(body: bytes, source: Source) -> Snapshot:
    """Return what a summary says."""
    payload = decode(body)
    result = payload.thing("result")
    about = result.thing("status_page")
    if not about.has("name") or not result.has("components") or not result.has("active_incidents"):
        raise ParseError("no status_page with components and active_incidents at $.result")
    words = Words()
    page = _address(about, source)
    components = _listed.components(_component(thing, words) for thing in result.things("components"))
    claims = [_incident(thing, page, words) for thing in result.things("active_incidents")]
    claims += [_maintenance(thing, page, words) for thing in result.things("scheduled_maintenance")]
    return Snapshot(
        vendor=source.vendor,
        format="onlineornot",
        incidents=_listed.claims(claims),
        components=components,
        indicator=_indicator(result, components, words),
        complete_open_set=True,
        page_id=about.optional_id("id"),
        page_name=_text.one_line(about.text("name")) or None,
        page_url=page,
        unknown_words=words.unknown,
    )


def endpoints(source: Source) -> tuple[str, ...]:
    """Return the summary of a page, by its subdomain or by its own host."""
    host = _urls.split(source).hostname or ""
    if _urls.split(source).path.endswith("/summary") or not host:
        return (source.url,)
    return (_SUMMARY.format(quote(host.removesuffix(_DOMAIN), safe="")),)


def follow_up(_source: Source, _external_id: str) -> tuple[str, ...]:
    """Return nothing: what has ended is shown in HTML alone."""
    return ()


def linked(page: str, source: Source) -> tuple[str, ...]:
    """Return the summary of a page that says who made it."""
    lowered = page.lower()
    return endpoints(source) if any(mark in lowered for mark in _MARKS) else ()


def _address(about: Thing, source: Source) -> str | None:
    """Return the page's own domain, else its place at OnlineOrNot, else where it was asked for."""
    own, name = about.text("custom_domain"), about.text("subdomain")
    if own:
        return _urls.shown((own if "://" in own else f"https://{own}").rstrip("/"))
    if name:
        return _urls.shown(f"https://{name}{_DOMAIN}")
    return None if _urls.split(source).path.endswith("/summary") else _urls.origin(source)


def _component(thing: Thing, words: Words) -> Component:
    key = thing.identity("id")
    status = words.among(thing.text("status"), _STATUSES, ComponentStatus.UNKNOWN)
    return Component(key, _text.one_line(thing.text("name")) or key, status)


def _indicator(result: Thing, components: tuple[Component, ...], words: Words) -> Impact:
    about = result.thing("status_page")
    status = result.thing("status") if isinstance(result.fields.get("status"), dict) else result
    word = about.text("status") or status.text("description") or status.text("status")
    if word:
        return words.among(word, _IMPACTS, Impact.UNKNOWN)
    return worst((component.status for component in components), Impact.UNKNOWN)


def _incident(thing: Thing, page: str | None, words: Words) -> Claim:
    key = thing.identity("id")
    impact = words.among(thing.text("impact"), _IMPACTS, Impact.UNKNOWN)
    is_maintenance = impact is Impact.MAINTENANCE
    ended = thing.instant("ended")
    if ended:
        state = State.COMPLETED if is_maintenance else State.RESOLVED
    else:
        state = State.IN_PROGRESS if is_maintenance else State.INVESTIGATING
    return Claim(
        external_id=key,
        title=_text.title(thing.text("title")),
        state=state,
        impact=impact,
        kind=Kind.MAINTENANCE if is_maintenance else Kind.INCIDENT,
        url=_urls.shown(_urls.incident_page(page, key)) if page else None,
        started_at=thing.instant("started"),
        published_at=thing.instant("created_at"),
        resolved_at=ended,
    )


def _maintenance(thing: Thing, page: str | None, words: Words) -> Claim:
    starts, ended = thing.instant("started") or thing.instant("start_date"), thing.instant("ended")
    state = words.among(thing.text("status"), _MAINTENANCE_STATES, State.UNKNOWN)
    if not thing.has("status"):
        state = State.COMPLETED if ended else State.SCHEDULED
    return Claim(
        external_id=f"maintenance-{thing.identity('id')}",
        title=_text.title(thing.text("title")),
        state=state,
        impact=Impact.MAINTENANCE,
        kind=Kind.MAINTENANCE,
        url=page,
        started_at=starts,
        resolved_at=ended if state.is_over else None,
        starts_at=starts,
        ends_at=ended,
    )
