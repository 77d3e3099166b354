"""AWS's public health events: `https://health.aws.amazon.com/public/currentevents`, and their history.

Facts: no whole answer was captured by us.  The shape is that of an event of 2023, which inket/stts quotes from a web
archive and which has no `arn` (its service and date stand for it), of two events of 2026 which a third party quotes
from the live answer, and of what others' clients read; the endpoint is nowhere documented.  The body is UTF-16, which
is decoded as any other.  The history (`historyevents.json`, an object of lists by service) is read by four clients,
from buckets that are named after regions.  `status.aws.amazon.com/data.json` answers a list of the same events today.

Stable: `arn`, the event's id; the key of a service, `ec2-us-east-1`.  A log entry has no id: its time stands for it.
Not stable: `summary`; `region_name` is for people, and null where the event is of no region.

`currentevents` is a complete open set: AWS's own page is made of it, and an event leaves it after its end; `[]`
when all is well.  As that has no mark of its own, it is believed only at AWS's addresses, or of a source of this
format.  Of what is over only the two weeks before the newest change are read, as the history holds years.

An event is over if its status is 0, if it has an `end_time`, or if its last log entry has status 0: `status` is the
peak in some answers and is then never turned back.  If all its services are well again and it is not closed, it is
watched; in the history it is over then.  Whether the history always says how an event ended is unverified.
Status 1 is called informational, 2 degradation, 3 disruption; here minor, major, critical, as it was at its worst.
It can not tell phases.  `date`, `end_time` and the log are in seconds, the changes of services in milliseconds
(these are not read).  Events may stay open for months: `group` is the region, to filter by.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import quote

from bot.errors import ParseError
from bot.feeds import _hosts, _listed, _text, _urls
from bot.feeds._json import Thing, decode_any
from bot.feeds._severity import gravest
from bot.feeds._times import from_epoch
from bot.feeds._updates import by_time, ended_at
from bot.feeds._words import Words
from bot.model import Claim, Component, ComponentStatus, Impact, Snapshot, Source, State, Update

EXPECTS: Final = "json"
VOLATILE: Final = None
# status.aws.amazon.com only leads here, but its RSS and the old data.json are other formats.
HOSTS: Final = ("health.aws.amazon.com",)

_PAGE = "https://health.aws.amazon.com/health/status"
_CURRENT = "https://health.aws.amazon.com/public/currentevents"
_HISTORY = "https://history-events-us-west-2-prod.s3.amazonaws.com/historyevents.json"
_RECENT = timedelta(days=14)
_ARN = "arn:aws"
_RESOLVED = re.compile(r"\s*\[RESOLVED\]\s*", re.IGNORECASE)
_REGION = re.compile(r"-(?P<region>(?:[a-z]{2}|us-gov|us-iso[a-z]?)-[a-z]+-\d+)$")
_CODES = {
    "0": (Impact.NONE, ComponentStatus.OPERATIONAL),
    "1": (Impact.MINOR, ComponentStatus.DEGRADED_PERFORMANCE),
    "2": (Impact.MAJOR, ComponentStatus.PARTIAL_OUTAGE),
    "3": (Impact.CRITICAL, ComponentStatus.MAJOR_OUTAGE),
}
_NO_CODE = (Impact.UNKNOWN, ComponentStatus.UNKNOWN)
_WELL = "0"


def parse(body: bytes, source: Source) -> Snapshot:
    """Return the events that are current, or those of the history that ended lately."""
    payload = decode_any(body)
    is_history = isinstance(payload, Thing)
    listed = tuple(_of_all_services(payload)) if isinstance(payload, Thing) else payload
    if not listed and (is_history or not (source.format == "aws" or _is_awss(source))):
        raise ParseError("no events, and not a list at an address of AWS's, at $")
    for thing in listed:
        if not _is_event(thing):
            raise ParseError(f"no event of AWS's (with `arn` and `date`) at {thing.path}")
    words = Words()
    in_order = _listed.claims(_of_now([_claim(thing, words, is_history=is_history) for thing in listed]))
    calm = Impact.UNKNOWN if is_history else Impact.NONE
    return Snapshot(
        vendor=source.vendor,
        format="aws",
        incidents=in_order,
        indicator=gravest((calm, *(claim.impact for claim in in_order if claim.is_open)), calm),
        complete_open_set=not is_history,
        page_name="AWS",
        page_url=_PAGE,
        unknown_words=words.unknown,
    )


def endpoints(source: Source) -> tuple[str, ...]:
    """Return what is current, or the address itself where it is a document already."""
    path = _urls.split(source).path
    return (source.url,) if path.startswith("/public/") or path.endswith(".json") else (_CURRENT,)


def follow_up(_source: Source, _external_id: str) -> tuple[str, ...]:
    """Return the history: how an event ended is nowhere else."""
    return (_HISTORY,)


def linked(_page: str, source: Source) -> tuple[str, ...]:
    """Return what to poll if the address is AWS's own: there is only one such page."""
    is_page = _hosts.at(source, (*HOSTS, "status.aws.amazon.com"))
    return endpoints(source) if is_page and not _urls.split(source).path.endswith(".rss") else ()


def _is_event(thing: Thing) -> bool:
    if thing.has("arn"):
        return thing.identity("arn").startswith(_ARN) and thing.has("date")
    return all(thing.has(key) for key in ("service", "date", "event_log", "impacted_services"))


def _is_awss(source: Source) -> bool:
    return _hosts.at(source, (*HOSTS, "status.aws.amazon.com"))


def _of_all_services(payload: Thing) -> Iterable[Thing]:
    for service in payload.fields:
        yield from payload.things(service)


def _of_now(claims: list[Claim]) -> list[Claim]:
    newest = max((at for claim in claims if (at := _changed(claim))), default=None)
    return [
        claim for claim in claims if claim.is_open or newest is None or newest - (_changed(claim) or newest) <= _RECENT
    ]


def _changed(claim: Claim) -> datetime | None:
    return max((update.at for update in claim.updates), default=claim.resolved_at or claim.started_at)


def _claim(thing: Thing, words: Words, *, is_history: bool) -> Claim:
    arn, date = thing.text("arn"), from_epoch(thing.text("date"))
    summary = _text.one_line(thing.text("summary"))
    updates = _updates(thing, date, words)
    end = from_epoch(thing.text("end_time"))
    services = _services(thing, words)
    recovered = bool(services) and all(one.status is ComponentStatus.OPERATIONAL for one in services)
    is_closed = end is not None or thing.text("status") == _WELL or _RESOLVED.match(summary) is not None
    is_over = is_closed or bool(updates and updates[-1].state.is_over) or (is_history and recovered)
    last = updates[-1].at if updates else None
    return Claim(
        external_id=arn or f"{thing.identity('service')}-{thing.identity('date')}",
        title=_title(thing, _RESOLVED.sub("", summary, count=1)),
        state=State.RESOLVED if is_over else State.MONITORING if recovered else State.INVESTIGATING,
        impact=_at_worst(thing, words),
        components=tuple(replace(one, status=ComponentStatus.OPERATIONAL) for one in services) if is_over else services,
        updates=updates,
        url=(_urls.shown(f"{_PAGE}?eventID={quote(arn, safe=':/')}") if arn else None) or _PAGE,
        started_at=date,
        published_at=updates[0].at if updates else date,
        resolved_at=(end or ended_at(updates) or last) if is_over else None,
    )


def _title(thing: Thing, summary: str) -> str:
    """Return `Multiple services (UAE): Region Availability`: a summary alone says little."""
    service = _text.one_line(thing.text("service_name"))
    place = _text.one_line(thing.text("region_name")) or _region(thing)
    about = f"{service} ({place})" if service and place else service or place or ""
    return _text.title(": ".join(part for part in (about, summary) if part))


def _region(thing: Thing) -> str | None:
    """Return the region as it is written in configurations; `global` for what has none."""
    _, _, _, region, *_ = (*(thing.text("arn") or "").split(":"), "", "", "", "")
    found = _REGION.search(thing.text("service") or "")
    return region or (found["region"] if found else None)


def _at_worst(thing: Thing, words: Words) -> Impact:
    services = thing.thing("impacted_services")
    codes = [thing.text("status"), *(entry.text("status") for entry in thing.things("event_log"))]
    codes += [services.thing(key).text("max") for key in services.fields]
    found = [words.among(code, _CODES, _NO_CODE)[0] for code in codes if code is not None]
    return gravest(found, Impact.UNKNOWN)


def _services(thing: Thing, words: Words) -> tuple[Component, ...]:
    services, region = thing.thing("impacted_services"), _region(thing)
    found = [_service(key, services.thing(key), "current", region, words) for key in sorted(services.fields)]
    if not found and thing.has("service"):
        found = [_service(thing.identity("service"), thing, "status", region, words)]
    return tuple(found)


def _service(key: str, thing: Thing, code: str, region: str | None, words: Words) -> Component:
    own = _REGION.search(key)
    name = _text.one_line(thing.text("service_name")) or _text.one_line(key) or key
    status = words.among(thing.text(code), _CODES, _NO_CODE)[1]
    return Component(key, name, status, own["region"] if own else region)


def _updates(event: Thing, date: datetime | None, words: Words) -> tuple[Update, ...]:
    return by_time(_statement(entry, date, words) for entry in event.things("event_log"))


def _statement(entry: Thing, date: datetime | None, words: Words) -> tuple[datetime, State, str]:
    at = from_epoch(entry.text("timestamp")) or date
    if at is None:
        raise ParseError(f"no time that can be read at {entry.path}, nor at its event")
    code = entry.text("status")
    words.among(code, _CODES, _NO_CODE)
    said = entry.text("message") or entry.text("summary")
    return at, State.RESOLVED if code == _WELL else State.UNKNOWN, _text.plain(said)
