"""Better Stack (once Better Uptime): a status page's `/index.json`, JSON:API.

Facts: https://betterstack.com/docs/uptime/status-pages/subscribing-to-status-updates/subscribing-to-api and
https://betterstack.com/docs/uptime/api/status-page-reports-api-response-params (fields, words), and what
others quote from live pages of 2026: status.betterstack.com, Moddy, Polar, Turso.  No capture seen by us.
One reader got HTML under `/index.json` from a page on 2026-07-30 (Stormboard): such a page has no JSON.

Stable: the ids of the page, its resources, reports and updates (numbers as strings, or numbers).

Taken for a complete open set: the page is drawn from this document, and resolved reports were still listed
three weeks later, so an end is seen before a report leaves.  Not documented.  Nothing to follow up.

`ends_at` is null on resolved reports: `aggregate_state`, "resolved", alone tells the end.  It can not tell
phases: what is not resolved is investigating, and monitoring where its resources are said to be operational
again (a guess: the documentation knows that word for a report, nobody shows one).  A maintenance is in
progress while one of its resources is under maintenance on the page, else scheduled.  Resources that are not
monitored say nothing and are left out.  The page's announcement, a free text without time, is not told.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.errors import ParseError
from bot.feeds import _listed, _text, _urls
from bot.feeds._json import Thing, decode
from bot.feeds._severity import SEVERITY, worst
from bot.feeds._updates import ended_at, oldest_first
from bot.feeds._words import Words
from bot.model import Claim, Component, ComponentStatus, Impact, Kind, Snapshot, Source, State, Update

EXPECTS: Final = "json"
# Ninety days of uptime for each resource, and when the page was last edited.
VOLATILE = re.compile(
    rb'"status_history"\s*:\s*\[[^\[\]]*\]|"availability"\s*:\s*[\d.eE+-]+|"updated_at"\s*:\s*"[^"]*"'
)
HOSTS: Final = ("*.betteruptime.com",)

_MARKS = ("status-page__overview", "betteruptime.com", "powered by better stack", "powered by better uptime")
_RESOLVED = "resolved"
_STATUSES: Mapping[str, ComponentStatus] = {
    "operational": ComponentStatus.OPERATIONAL,
    "degraded": ComponentStatus.DEGRADED_PERFORMANCE,
    "downtime": ComponentStatus.MAJOR_OUTAGE,
    "maintenance": ComponentStatus.UNDER_MAINTENANCE,
    "not_monitored": ComponentStatus.UNKNOWN,
    _RESOLVED: ComponentStatus.OPERATIONAL,
}
_IMPACTS: Mapping[str, Impact] = {word: SEVERITY[status] for word, status in _STATUSES.items()}


@dataclass(frozen=True, slots=True)
class _Page:
    """What reports refer to: resources by id, updates by report."""

    resources: Mapping[str, Component]
    said: Mapping[str, list[Thing]]
    url: str


def parse(body: bytes, source: Source) -> Snapshot:
    """Return what the page says of its resources and of the reports that it lists."""
    payload = decode(body)
    data = payload.thing("data")
    about = data.thing("attributes")
    if data.text("type") != "status_page" or not about.has("aggregate_state"):
        raise ParseError(f"no status page with an aggregate_state at {data.path}")
    words = Words()
    included = payload.things("included")
    page = _Page(_resources(included, words), _said(included), _address(about, source))
    reports = [thing for thing in included if thing.text("type") == "status_report"]
    silent = {thing.text("id") for thing in included if thing.thing("attributes").text("status") == "not_monitored"}
    return Snapshot(
        vendor=source.vendor,
        format="betterstack",
        incidents=_listed.claims(_claim(report, page, words) for report in reports),
        components=_listed.components(part for key, part in page.resources.items() if key not in silent),
        indicator=words.among(about.text("aggregate_state"), _IMPACTS, Impact.UNKNOWN),
        complete_open_set=payload.has("included"),
        page_id=data.identity("id"),
        page_name=_text.one_line(about.text("company_name")) or None,
        page_url=page.url,
        unknown_words=words.unknown,
    )


def endpoints(source: Source) -> tuple[str, ...]:
    """Return the page's one document, or the address itself where it is that already."""
    if _urls.split(source).path.endswith(".json"):
        return (source.url,)
    return (f"{_urls.origin(source)}/index.json",)


def follow_up(_source: Source, _external_id: str) -> tuple[str, ...]:
    """Return nothing: what has left the document is shown in HTML alone."""
    return ()


def linked(page: str, source: Source) -> tuple[str, ...]:
    """Return the document of a page that is built of Better Stack's blocks, or says who made it."""
    lowered = page.lower()
    return endpoints(source) if any(mark in lowered for mark in _MARKS) else ()


def _address(about: Thing, source: Source) -> str:
    domain = _urls.shown(f"https://{about.text('custom_domain')}") if about.has("custom_domain") else None
    return domain or _urls.origin(source)


def _resources(included: Iterable[Thing], words: Words) -> dict[str, Component]:
    included = tuple(included)
    sections = {
        thing.identity("id"): _text.one_line(thing.thing("attributes").text("name"))
        for thing in included
        if thing.text("type") == "status_page_section"
    }
    found = []
    for thing in included:
        if thing.text("type") == "status_page_resource":
            key, about = thing.identity("id"), thing.thing("attributes")
            name = _text.one_line(about.text("public_name")) or key
            status = words.among(about.text("status"), _STATUSES, ComponentStatus.UNKNOWN)
            group = sections.get(about.text("status_page_section_id") or "") or None
            found.append(Component(key, name, status, group))
    return _listed.by_id(found)


def _claim(report: Thing, page: _Page, words: Words) -> Claim:
    about = report.thing("attributes")
    starts = about.instant("starts_at")
    is_maintenance = about.text("report_type") == "maintenance"
    touched = _touched(about)
    parts = tuple(page.resources[key] for key in sorted(touched) if key in page.resources)
    said = page.said.get(report.identity("id"), [])
    updates = oldest_first(_update(one, report, starts, is_maintenance=is_maintenance) for one in said)
    state = _state(about, parts, words, is_maintenance=is_maintenance)
    return Claim(
        external_id=report.identity("id"),
        title=_text.title(about.text("title")),
        state=state,
        impact=Impact.MAINTENANCE if is_maintenance else _impact(about, said, words),
        kind=Kind.MAINTENANCE if is_maintenance else Kind.INCIDENT,
        components=parts,
        updates=updates,
        url=page.url,
        started_at=starts,
        published_at=updates[0].at if updates else None,
        resolved_at=(ended_at(updates) or about.instant("ends_at")) if state.is_over else None,
        starts_at=starts if is_maintenance else None,
        ends_at=about.instant("ends_at") if is_maintenance else None,
    )


def _state(about: Thing, parts: Iterable[Component], words: Words, *, is_maintenance: bool) -> State:
    word = about.text("aggregate_state")
    status = words.among(word, _STATUSES, ComponentStatus.UNKNOWN)
    if word == _RESOLVED:
        return State.COMPLETED if is_maintenance else State.RESOLVED
    if is_maintenance:
        under = any(part.status is ComponentStatus.UNDER_MAINTENANCE for part in parts)
        return State.IN_PROGRESS if under else State.SCHEDULED
    return State.MONITORING if status is ComponentStatus.OPERATIONAL else State.INVESTIGATING


def _impact(about: Thing, updates: Iterable[Thing], words: Words) -> Impact:
    """Return how bad it is now; of what is over, how bad it ever was said to be."""
    if about.text("aggregate_state") == _RESOLVED:
        said = [word for update in updates for word in _touched(update.thing("attributes")).values()]
    else:
        said = [*_touched(about).values(), about.text("aggregate_state") or ""]
    meant = [word for word in said if word and word != _RESOLVED]
    return worst((words.among(word, _STATUSES, ComponentStatus.UNKNOWN) for word in meant), Impact.UNKNOWN)


def _touched(about: Thing) -> dict[str, str]:
    """Return the resources of a report or an update, each with the word for how it is."""
    listed = about.things("affected_resources")
    return {part.identity("status_page_resource_id"): part.text("status") or "" for part in listed}


def _said(included: Iterable[Thing]) -> dict[str, list[Thing]]:
    """Return the updates by report: a report refers to them, or, as some pages have it, they refer to it."""
    included = tuple(included)
    updates = {thing.identity("id"): thing for thing in included if thing.text("type") == "status_update"}
    owners: dict[str, str] = {}
    for key, update in updates.items():
        owner = update.thing("relationships").thing("status_report").thing("data").text("id")
        if owner:
            owners[key] = owner
    for report in included:
        if report.text("type") == "status_report":
            for reference in report.thing("relationships").thing("status_updates").things("data"):
                owners[reference.identity("id")] = report.identity("id")
    found: dict[str, list[Thing]] = {}
    for key, owner in owners.items():
        if key in updates:
            found.setdefault(owner, []).append(updates[key])
    return found


def _update(update: Thing, report: Thing, planned: datetime | None, *, is_maintenance: bool) -> Update:
    about = update.thing("attributes")
    at = about.instant("published_at") or report.thing("attributes").instant("starts_at")
    if at is None:
        raise ParseError(f"no time that can be read at {about.path}, nor at {report.path}")
    said = set(_touched(about).values())
    if said == {_RESOLVED}:
        state = State.COMPLETED if is_maintenance else State.RESOLVED
    elif is_maintenance:
        state = State.SCHEDULED if planned and at < planned else State.IN_PROGRESS
    else:
        state = State.INVESTIGATING
    return Update(update.identity("id"), state, _text.plain(about.text("message")), at)
