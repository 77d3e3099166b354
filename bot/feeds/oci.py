"""Oracle Cloud: the summary report `/api/v2/components.json` and the feed `/api/v2/incident-summary.rss`.

Facts: the report's fields and words (https://docs.oracle.com/en-us/iaas/Content/General/Concepts/status-service.htm,
with an example); the feed as others describe it who read it in July and October 2026: one item per event, whose guid is
the event's OCID, whose title is `service | region | reference`, and whose description holds every statement, the newest
first.  No real capture of either was seen.  (The captures in outages/oci-outages, 2020 to 2022, are of another page:
it was on Statuspage then.)

Stable: the OCID, in both; services and regions by their canonical names.  Not stable: `pubDate`, which is the time of
the newest statement.  An item shows up again with each statement, under the same guid.

The report is a complete open set: it lists every service of every region with the events that touch it.  It is read
beside the feed, which has the words: the report alone knows neither titles, times nor phases.  Unverified: that an
event that names no single region is in the report too (if not, it stands in the feed, and `follow_up` finds it), and
that gov.ocistatus.com has both documents.

It can not tell severity where the feed speaks, nor components but the one service and region in a title.
A vanished event is looked up in the feed.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from bot.errors import ParseError
from bot.feeds import _entries, _feed, _listed, _paragraphs, _severity, _text, _urls
from bot.feeds._entries import Entry
from bot.feeds._feed import Document
from bot.feeds._json import Thing, decode
from bot.feeds._oci_regions import identifier
from bot.feeds._times import instant
from bot.feeds._words import Words
from bot.model import Claim, Component, ComponentStatus, Impact, Snapshot, Source, State

EXPECTS: Final = "feed"
VOLATILE = _feed.VOLATILE
HOSTS: Final = ("ocistatus.oraclecloud.com", "gov.ocistatus.com")

_FEED, _REPORT = "/api/v2/incident-summary.rss", "/api/v2/components.json"
_OCID = re.compile(r"ocid1\.oraclecloudincident\.[\w.-]+")
_VAR = re.compile(r"</?var\b[^<>]*>", re.IGNORECASE)
_EVERYWHERE = ("multiple", "all", "global")
# "Start Time: January 17, 2021, 17:35 UTC", as the documentation shows it.
_STARTED = re.compile(r"Start Time:\s*(?P<when>[A-Z][a-z]{2,8} \d{1,2}, \d{4},? \d{1,2}:\d{2}) UTC")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# The report writes them as one word, the documentation as two.
_STATUSES: Mapping[str, ComponentStatus] = {
    "normalperformance": ComponentStatus.OPERATIONAL,
    "normal_performance": ComponentStatus.OPERATIONAL,
    "informational": ComponentStatus.DEGRADED_PERFORMANCE,
    "servicedisruption": ComponentStatus.PARTIAL_OUTAGE,
    "service_disruption": ComponentStatus.PARTIAL_OUTAGE,
    "servicedown": ComponentStatus.MAJOR_OUTAGE,
    "service_down": ComponentStatus.MAJOR_OUTAGE,
}


def parse(body: bytes, source: Source) -> Snapshot:
    """Return what the report says of services and events, or what the feed says of events."""
    if body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{":
        return _report(decode(body), source)
    found = _feed.read(body)
    if not _is_ours(found):
        raise ParseError("the feed is not Oracle Cloud's: neither its link nor its items' ids say so")
    words = Words()
    claims = [_told(entry, own, words) for entry, own in zip(found.entries, found.ids, strict=True)]
    return _feed.snapshot(found, claims, words, source, "oci")


def endpoints(source: Source) -> tuple[str, ...]:
    """Return the feed first, which has the words, then the report."""
    if _urls.split(source).path.endswith((".rss", ".json")):
        return (source.url,)
    return (f"{_urls.origin(source)}{_FEED}", f"{_urls.origin(source)}{_REPORT}")


def beside(endpoint: str) -> tuple[str, ...]:
    """Return the report, for the feed: it knows the services, and whether an event is still on."""
    return (endpoint.removesuffix(_FEED) + _REPORT,) if endpoint.endswith(_FEED) else ()


def follow_up(source: Source, _external_id: str) -> tuple[str, ...]:
    """Return the feed: how an event ended is its newest statement."""
    return (f"{_urls.origin(source)}{_FEED}",)


def linked(_page: str, _source: Source) -> tuple[str, ...]:
    """Return nothing: its hosts are known."""
    return ()


def _is_ours(found: Document) -> bool:
    items = zip(found.entries, found.ids, strict=True)
    return "ocistatus" in found.link or any(_ocid(entry, own) for entry, own in items)


def _ocid(entry: Entry, own: str) -> str | None:
    match = _OCID.search(own) or _OCID.search(entry.url or "")
    return match[0] if match else None


def _told(entry: Entry, own: str, words: Words) -> Claim:
    html = _VAR.sub(" ", entry.html)  # the marks around a date may be all that parts it
    named = replace(entry, html=html, external_id=_ocid(entry, own) or entry.external_id)
    claim = _entries.claim(named, words)
    if not _paragraphs.split(html):  # the one time there is is that of the newest statement
        claim = replace(claim, started_at=None, published_at=None)
    started = _started(_text.from_html(html))
    return replace(claim, components=_titled(claim.title), started_at=started or claim.started_at)


def _titled(title: str) -> tuple[Component, ...]:
    """Return what a title `Compute | US East (Ashburn) | 210f910e` names, if that is one service or one region."""
    parts = [part.strip() for part in title.split("|")]
    if len(parts) < 3:  # noqa: PLR2004  # a service, a region, a reference
        return ()
    service, region = parts[0], identifier(parts[1])
    if region.casefold().startswith(_EVERYWHERE):
        return ()
    return (Component(f"{service}.{region}", service, group=region),)


def _started(text: str) -> datetime | None:
    match = _STARTED.search(text)
    if match is None:
        return None
    month, day, year, clock = match["when"].replace(",", " ").split()
    if month[:3].lower() not in _MONTHS:
        return None
    number = _MONTHS.index(month[:3].lower()) + 1
    return instant(f"{year}-{number:02}-{int(day):02}T{clock.zfill(5)}")


def _report(payload: Thing, source: Source) -> Snapshot:
    if not payload.has("regionHealthReports"):
        raise ParseError("no list `regionHealthReports` at $")
    words = Words()
    components: list[Component] = []
    touched: defaultdict[str, dict[str, Component]] = defaultdict(dict)
    severities: defaultdict[str, list[ComponentStatus]] = defaultdict(list)
    for service, component in _services(payload, words):
        components.append(component)
        for event in service.things("incidents"):
            key = event.identity("incidentId")
            touched[key][component.id] = component
            severities[key].append(words.among(event.text("severity"), _STATUSES, ComponentStatus.UNKNOWN))
    if not components:
        raise ParseError("no service at all at $.regionHealthReports")
    parts = _listed.components(components)
    return Snapshot(
        vendor=source.vendor,
        format="oci",
        incidents=_listed.claims(_event(key, severities[key], touched[key], source) for key in touched),
        components=parts,
        indicator=_severity.worst((one.status for one in parts), Impact.UNKNOWN),
        complete_open_set=True,
        page_url=_urls.origin(source),
        unknown_words=words.unknown,
    )


def _services(payload: Thing, words: Words) -> Iterator[tuple[Thing, Component]]:
    for region in payload.things("regionHealthReports"):
        group = _text.one_line(region.text("regionCanonicalName")) or identifier(region.identity("regionName"))
        for service in region.things("serviceHealthReports"):
            key = service.text("serviceCanonicalName") or service.identity("serviceId")
            name = _text.one_line(service.text("serviceName")) or key
            status = words.among(service.text("serviceStatus"), _STATUSES, ComponentStatus.UNKNOWN)
            yield service, Component(f"{key}.{group}", name, status, group)


def _event(key: str, severities: list[ComponentStatus], touched: Mapping[str, Component], source: Source) -> Claim:
    """Return an event as the report has it; its title must not change with the services that it comes to touch."""
    return Claim(
        external_id=key,
        title="Oracle Cloud service event",
        state=State.INVESTIGATING,
        impact=_severity.worst(severities, Impact.UNKNOWN),
        components=tuple(touched[one] for one in sorted(touched)),
        url=_urls.shown(f"{_urls.origin(source)}/#/incidents/{key}"),
    )
