"""AWS's legacy `https://status.aws.amazon.com/data.json`, for replays: dead since 2023.

Facts: six captures of December 2021 and July 2022 (539 items).  What AWS serves today
(`health.aws.amazon.com/public/currentevents`) is another format.

Stable: service and date together (the items of 2021-12-07 kept both when they moved to the archive).
The statements grow inside `description`, each headed by the clock of Seattle, with the date only where the
day changed; their number and printed time stand for an id.

`current` is a complete open set: an item stays there for hours after its end, with status 0 and
`[RESOLVED]` (seen within the series), and then moves to `archive`.  Of the archive only the two weeks
before its newest item are read, which is enough to learn how a vanished item ended; the rest is history.

It can not tell phases: what is not resolved is investigating.  Status 1 is called informational, 2
degradation, 3 disruption; here minor, major, critical.  Only service names tell components and regions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from bot.errors import ParseError
from bot.feeds import _clock, _listed, _text, _urls
from bot.feeds._json import Thing, decode
from bot.feeds._times import from_epoch
from bot.feeds._words import Words
from bot.model import Claim, Component, ComponentStatus, Impact, Snapshot, Source, State, Update

EXPECTS: Final = "json"
VOLATILE: Final = None
HOSTS: Final = ("status.aws.amazon.com",)

_PAGE = "https://status.aws.amazon.com/"
_RECENT = timedelta(days=14)
# The Chinese and Japanese pages say it in their own words.
_RESOLVED = re.compile(r"(?<!\s)\s*+\[(?:RESOLVED|解決済み|已解决)\]\s*+", re.IGNORECASE)
# The words before the first clock, of which there are none in the captures, count as a statement too.
_STATEMENT = re.compile(
    r'(?:\A|<span class="yellowfg">(?P<when>[^<>]{0,80})</span>)(?P<words>.*?)(?=<span class="yellowfg">|\Z)', re.DOTALL
)
_REGION = re.compile(r"-(?P<region>(?:[a-z]{2}|us-gov|us-iso[a-z]?)-[a-z]+-\d)$")
_STATUS = {
    "0": (Impact.NONE, ComponentStatus.OPERATIONAL),
    "1": (Impact.MINOR, ComponentStatus.DEGRADED_PERFORMANCE),
    "2": (Impact.MAJOR, ComponentStatus.PARTIAL_OUTAGE),
    "3": (Impact.CRITICAL, ComponentStatus.MAJOR_OUTAGE),
}


def parse(body: bytes, source: Source) -> Snapshot:
    """Return the current items, and those that were archived lately."""
    payload = decode(body)
    if not payload.has("current") or not payload.has("archive"):
        raise ParseError("no lists `current` and `archive` at $")
    words = Words()
    lately = [_claim(item, words, archived=True) for item in _lately(payload.things("archive"))]
    current = [_claim(item, words, archived=False) for item in payload.things("current")]
    return Snapshot(
        vendor=source.vendor,
        format="aws-datajson",
        incidents=_listed.claims((*lately, *current)),
        indicator=max((claim.impact for claim in current), key=lambda impact: impact.rank, default=Impact.NONE),
        complete_open_set=True,
        page_url=_PAGE,
        unknown_words=words.unknown,
    )


def endpoints(source: Source) -> tuple[str, ...]:
    """Return the one document that there was."""
    return (source.url if _urls.split(source).path.endswith(".json") else f"{_urls.origin(source)}/data.json",)


def follow_up(source: Source, _external_id: str) -> tuple[str, ...]:
    """Return the document itself: how an item ended is in its archive."""
    return endpoints(source)


def linked(_page: str, _source: Source) -> tuple[str, ...]:
    """Return nothing: the page is gone."""
    return ()


def _lately(archive: Iterable[Thing]) -> list[Thing]:
    dated = [(_date(item), item) for item in archive]
    newest = max((date for date, _ in dated), default=None)
    return [item for date, item in dated if newest and newest - date <= _RECENT]


def _date(item: Thing) -> datetime:
    date = from_epoch(item.text("date"))
    if date is None:
        raise ParseError(f"no usable date at {item.path}")
    return date


def _claim(item: Thing, words: Words, *, archived: bool) -> Claim:
    service, date = item.identity("service"), _date(item)
    summary, word = item.text("summary") or "", item.text("status") or ""
    impact, status = words.among(word, _STATUS, (Impact.UNKNOWN, ComponentStatus.UNKNOWN))
    is_over = archived or word == "0" or _RESOLVED.match(summary) is not None
    updates = _updates(item.text("description") or "", date, is_over=is_over)
    found = _REGION.search(service)
    name = _text.one_line(item.text("service_name")) or service
    part = Component(service, name, ComponentStatus.OPERATIONAL if is_over else status, found and found["region"])
    return Claim(
        external_id=f"{service}-{item.identity('date')}",
        title=_text.title(_RESOLVED.sub("", summary, count=1)),
        state=State.RESOLVED if is_over else State.INVESTIGATING,
        impact=impact,
        components=(part,),
        updates=updates,
        url=_PAGE,
        started_at=date,
        published_at=updates[0].at if updates else date,
        resolved_at=updates[-1].at if is_over and updates else None,
    )


def _updates(description: str, date: datetime, *, is_over: bool) -> tuple[Update, ...]:
    found: list[Update] = []
    at = date
    for number, match in enumerate(_STATEMENT.finditer(description)):
        when, words = _text.one_line(match["when"]), _text.from_html(match["words"])
        at = _next(when, at)
        if when or words:
            found.append(Update(f"{number} {when}".strip(), State.INVESTIGATING, words, at))
    if found and is_over:
        last = found[-1]
        found[-1] = Update(last.id, State.RESOLVED, last.body, last.at)
    return tuple(found)


def _next(when: str, before: datetime) -> datetime:
    """Return a printed clock time as the first such instant that is not before the one that came earlier."""
    printed = _clock.read(when)
    if printed is None:
        return before
    east = _clock.offset(printed.zone)
    if printed.is_dated:
        at = _clock.latest(printed, before + timedelta(days=183), east)
    else:
        local = before + east
        at = _clock.on(printed, local.year, local.month, local.day, east)
        if at and at < before - timedelta(hours=1):  # the first may be printed a little before its own date
            at += timedelta(days=1)
    return max(at, before) if at else before
