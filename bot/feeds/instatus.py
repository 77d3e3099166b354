"""Instatus: a page's `/summary.json` and `/v3/summary.json`, and beside it `/v3/components.json`.

Facts: https://instatus.com/help/api/public-data (an example; the words) and what others quote from live pages of
2026: Recraft and Manychat (summaries, in the tests of a Swift client), Wistia (components), Koyeb and Zed
(`/v2/components.json`, of the same shape).  No capture seen by us.  Pages of Checkly have a summary of the same shape
in words of their own (HAS_ISSUES, `startedAt`, `severity`, `affectedServices`): Mistral's of 2026-09-17, in the tests
of another Swift client, where both lists stand, empty or not: without them a page in those words is none of Checkly's.
How it names the times of a maintenance, and where its components are told, is not known.

Stable: the ids of incidents, maintenances and components.  The page has none.  The address of an incident,
whose last part is its id, stands for an id that is absent, as in the documentation's older example.

The summary is a complete open set by its field names, `activeIncidents` and `activeMaintenances`, and by
what clients observe; both are left out when they are empty.  What ended is told in `/history.rss` alone,
which is another format: nothing to follow up.

`page.status` hides things: Manychat's said UP while an incident was open.  It can not tell what was said
(no texts), nor which components an incident touches (`/v2/components.json` may list `activeIncidents` by
component; reported by one, not read), nor the end of a maintenance but by its duration in minutes.
HASISSUES has no severity.  `status.instatus.com` is a customer's demonstration with incidents open for ever.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

from bot.errors import ParseError
from bot.feeds import _jstimes, _listed, _text, _urls
from bot.feeds._json import Thing, decode
from bot.feeds._severity import SEVERITY
from bot.feeds._words import Words
from bot.model import Claim, Component, ComponentStatus, Impact, Kind, Snapshot, Source, State

EXPECTS: Final = "json"
# No claim is made of it: it moves with every edit.
VOLATILE = re.compile(rb'"updatedAt"\s*:\s*"[^"]*"')
HOSTS: Final = ("*.instatus.com", "*.checkly-status-page.com")

_SLOTS = ("custom-html-above-header", "custom-html-below-footer")
_LONGEST = 1_000_000  # minutes: two years
_PAGE: Mapping[str, Impact] = {
    "up": Impact.NONE,
    "hasissues": Impact.UNKNOWN,
    "undermaintenance": Impact.MAINTENANCE,
}
# Checkly's.
_THEIR_LISTS = ("activeIncidents", "activeMaintenances")
_THEIR_PAGE: Mapping[str, Impact] = {
    "operational": Impact.NONE,
    "has_issues": Impact.UNKNOWN,
    "under_maintenance": Impact.MAINTENANCE,
}
_STATUSES: Mapping[str, ComponentStatus] = {
    "operational": ComponentStatus.OPERATIONAL,
    "undermaintenance": ComponentStatus.UNDER_MAINTENANCE,
    "degradedperformance": ComponentStatus.DEGRADED_PERFORMANCE,
    "minoroutage": ComponentStatus.DEGRADED_PERFORMANCE,
    "partialoutage": ComponentStatus.PARTIAL_OUTAGE,
    "majoroutage": ComponentStatus.MAJOR_OUTAGE,
}
_IMPACTS: Mapping[str, Impact] = {word: SEVERITY[status] for word, status in _STATUSES.items()}
# Checkly's: its API has CRITICAL (https://www.checklyhq.com/docs/api-reference/status-page-incidents), Mistral's page
# MAJOR and MEDIUM.
_SEVERITIES: Mapping[str, Impact] = {
    "minor": Impact.MINOR,
    "medium": Impact.MINOR,
    "major": Impact.MAJOR,
    "critical": Impact.CRITICAL,
}
_STATES: Mapping[str, State] = {
    "investigating": State.INVESTIGATING,
    "identified": State.IDENTIFIED,
    "monitoring": State.MONITORING,
    "resolved": State.RESOLVED,
}
_MAINTENANCE_STATES: Mapping[str, State] = {
    "notstartedyet": State.SCHEDULED,
    "inprogress": State.IN_PROGRESS,
    "verifying": State.VERIFYING,
    "completed": State.COMPLETED,
}


def parse(body: bytes, source: Source) -> Snapshot:
    """Return what a summary says of the open incidents, or what the other document says of the components."""
    payload = decode(body)
    if payload.has("page"):
        return _summary(payload, source)
    return _components(payload.things("components"), source)


def endpoints(source: Source) -> tuple[str, ...]:
    """Return the summary of a page, or the address itself where it is a document already."""
    if _urls.split(source).path.endswith(".json"):
        return (source.url,)
    page = _urls.origin(source)
    return (f"{page}/v3/summary.json", f"{page}/summary.json")


def beside(endpoint: str) -> tuple[str, ...]:
    """Return the components of the page whose summary is at an address."""
    page, found, _ = endpoint.partition("/summary.json")
    if not found:
        return ()
    return (f"{page.removesuffix('/api/v2').removesuffix('/v3').removesuffix('/v2')}/v3/components.json",)


def follow_up(_source: Source, _external_id: str) -> tuple[str, ...]:
    """Return nothing: no document of this format tells of what has ended."""
    return ()


def linked(page: str, source: Source) -> tuple[str, ...]:
    """Return the summary of a page that has the two slots of Instatus' template, or says who made it."""
    if all(slot in page for slot in _SLOTS) or "powered by instatus" in page.lower():
        return endpoints(source)
    return ()


def _summary(payload: Thing, source: Source) -> Snapshot:
    page = payload.thing("page")
    if not isinstance(page.fields.get("status"), str) or page.has("id") or payload.has("status"):
        raise ParseError(f"no page of Instatus, with a word for its status and without id, at {page.path}")
    if (page.text("status") or "").lower() in _THEIR_PAGE and not all(map(payload.has, _THEIR_LISTS)):
        raise ParseError(f"a page in Checkly's words, and without one of its lists, {' and '.join(_THEIR_LISTS)}, at $")
    words = Words()
    claims = [_incident(thing, words) for thing in payload.things("activeIncidents")]
    claims += [_maintenance(thing, words) for thing in payload.things("activeMaintenances")]
    page_url = _urls.shown(page.text("url")) or _urls.origin(source)
    return Snapshot(
        vendor=source.vendor,
        format="instatus",
        incidents=_listed.claims(claims),
        indicator=words.among(page.text("status"), {**_PAGE, **_THEIR_PAGE}, Impact.UNKNOWN),
        complete_open_set=True,
        page_name=_text.one_line(page.text("name")) or None,
        page_url=page_url.rstrip("/"),
        unknown_words=words.unknown,
    )


def _components(rows: tuple[Thing, ...], source: Source) -> Snapshot:
    if not any((row.text("status") or "").lower() in _STATUSES for row in rows) or any(
        row.has("page_id") for row in rows
    ):
        raise ParseError("no page, and no components with a status in Instatus' words, at $.components")
    words = Words()
    return Snapshot(
        vendor=source.vendor,
        format="instatus",
        components=_listed.components(_members(rows, words)),
        unknown_words=words.unknown,
    )


def _members(rows: tuple[Thing, ...], words: Words) -> Iterable[Component]:
    """Return the rows but those of groups, which are listed as rows of their own too."""
    groups = {row.thing("group").text("id") for row in rows if isinstance(row.fields.get("group"), dict)}
    for row in rows:
        key = row.identity("id")
        if key not in groups:
            name = _text.one_line(row.text("name")) or key
            status = words.among(row.text("status"), _STATUSES, ComponentStatus.UNKNOWN)
            yield Component(key, name, status, _group(row))


def _group(row: Thing) -> str | None:
    """Return a group's name; `group` may be the group or just its name."""
    inside = row.fields.get("group")
    return _text.one_line(row.thing("group").text("name") if isinstance(inside, dict) else row.text("group")) or None


def _identity(thing: Thing) -> str:
    address = (thing.text("url") or "").rstrip("/")
    return thing.text("id") or address.rpartition("/")[2] or thing.identity("id")


def _incident(thing: Thing, words: Words) -> Claim:
    is_checklys = thing.has("severity") and not thing.has("impact")
    word, table = (thing.text("severity"), _SEVERITIES) if is_checklys else (thing.text("impact"), _IMPACTS)
    return Claim(
        external_id=_identity(thing),
        title=_text.title(thing.text("name")),
        state=words.among(thing.text("status"), _STATES, State.UNKNOWN),
        impact=words.among(word, table, Impact.UNKNOWN),
        components=_listed.components(_touched(part) for part in thing.things("affectedServices")),
        url=_urls.shown(thing.text("url")),
        started_at=_jstimes.read(thing.text("started") or thing.text("startedAt")),
    )


def _touched(part: Thing) -> Component:
    key = part.identity("id")
    return Component(key, _text.one_line(part.text("name")) or key, group=_text.one_line(part.text("group")) or None)


def _maintenance(thing: Thing, words: Words) -> Claim:
    starts = _jstimes.read(thing.text("start"))
    return Claim(
        external_id=_identity(thing),
        title=_text.title(thing.text("name")),
        state=words.among(thing.text("status"), _MAINTENANCE_STATES, State.UNKNOWN),
        impact=Impact.MAINTENANCE,
        kind=Kind.MAINTENANCE,
        url=_urls.shown(thing.text("url")),
        started_at=starts,
        starts_at=starts,
        ends_at=_end(starts, thing.text("duration")),
    )


def _end(starts: datetime | None, minutes: str | None) -> datetime | None:
    if starts is None or not re.fullmatch(r"\d{1,7}", minutes or "") or int(minutes or 0) > _LONGEST:
        return None
    return starts + timedelta(minutes=int(minutes or 0))
