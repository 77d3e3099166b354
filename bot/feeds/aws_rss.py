"""AWS by RSS: `https://status.aws.amazon.com/rss/all.rss` and one such feed for each service and region.

Facts: items that others quote, of 2020 to 2023: titles "Service is operating normally: [RESOLVED] subject",
"Informational message: …", "Performance issues: …", "Service disruption: …"; a `guid`
`http://status.aws.amazon.com/#<service>_<epoch>`; and `pubDate` in Seattle's clock.  No feed was captured by us.
Prefer the format `aws`, which knows what is open.

An item is one statement.  Which belong together nothing tells but the service and the subject: those with both the
same are one incident, from the first statement to the one that is marked as resolved.  Its id is the first one's.
Stable: guids.  A window: absence means nothing.  It can not tell components but by the service's short name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Final

from bot.errors import ParseError
from bot.feeds import _feed, _text, _urls
from bot.feeds._entries import Entry
from bot.feeds._times import from_epoch
from bot.feeds._updates import oldest_first
from bot.feeds._words import Words
from bot.model import Claim, Component, ComponentStatus, Impact, Snapshot, Source, State, Update

EXPECTS: Final = "feed"
VOLATILE = _feed.VOLATILE
HOSTS: Final = ("status.aws.amazon.com",)

_ALL = "https://status.aws.amazon.com/rss/all.rss"
_PAGE = "https://health.aws.amazon.com/health/status"
_GUID = re.compile(r"https?://status\.aws\.amazon\.com/#(?P<service>[\w.-]{1,100})_(?P<epoch>\d{9,11})")
_REGION = re.compile(r"-(?P<region>(?:[a-z]{2}|us-gov|us-iso[a-z]?)-[a-z]+-\d)$")
# A subject may have a colon of its own: only what begins like one of AWS's kinds is a kind.
_TITLE = re.compile(
    r"(?:(?P<kind>(?:Service|Informational|Performance)\b[A-Za-z ]{0,60}):\s*)?"
    r"(?P<mark>\[RESOLVED\]\s*)?(?P<subject>.*)",
    re.DOTALL,
)
_IMPACTS: Mapping[str, Impact] = {
    "service_is_operating_normally": Impact.NONE,
    "informational_message": Impact.MINOR,
    "performance_issues": Impact.MAJOR,
    "service_degradation": Impact.MAJOR,
    "service_disruption": Impact.CRITICAL,
}
_STATUS = {
    Impact.NONE: ComponentStatus.OPERATIONAL,
    Impact.MINOR: ComponentStatus.DEGRADED_PERFORMANCE,
    Impact.MAJOR: ComponentStatus.PARTIAL_OUTAGE,
    Impact.CRITICAL: ComponentStatus.MAJOR_OUTAGE,
}


@dataclass(frozen=True, slots=True)
class _Said:
    """One item: what it says of which service, and when."""

    id: str
    service: str
    at: datetime
    subject: str
    impact: Impact
    is_over: bool
    body: str

    @property
    def about(self) -> tuple[str, str]:
        return self.service, self.subject.casefold()


def parse(body: bytes, source: Source) -> Snapshot:
    """Return the incidents that the statements make up."""
    found = _feed.read(body)
    if not found.title.endswith("Service Status") or "aws.amazon.com" not in found.link:
        raise ParseError("the feed is not one of AWS's: its title and link do not say so")
    words = Words()
    said = [one for entry, own in zip(found.entries, found.ids, strict=True) if (one := _said(entry, own, words))]
    said.sort(key=lambda one: (*one.about, one.at, one.id))
    groups = (group for _, group in groupby(said, key=lambda one: one.about))
    claims = (_claim(spell) for group in groups for spell in _spells(group))
    return _feed.snapshot(found, claims, words, source, "aws-rss")


def endpoints(source: Source) -> tuple[str, ...]:
    """Return the feed itself, or the one of everything."""
    return (source.url,) if _urls.split(source).path.endswith(".rss") else (_ALL,)


def follow_up(_source: Source, _external_id: str) -> tuple[str, ...]:
    """Return nothing: nothing vanishes from a window."""
    return ()


def linked(_page: str, _source: Source) -> tuple[str, ...]:
    """Return nothing: its host is known."""
    return ()


def _said(entry: Entry, own: str, words: Words) -> _Said | None:
    """Return an item as a statement; None for one that is of no service."""
    guid, title = _GUID.fullmatch(own), _TITLE.fullmatch(_text.one_line(entry.title))
    at = from_epoch(guid["epoch"]) if guid else None
    if guid is None or title is None or at is None:
        return None
    impact = words.among(title["kind"], _IMPACTS, Impact.UNKNOWN)
    is_over = title["mark"] is not None or impact is Impact.NONE
    subject = title["subject"].strip()
    return _Said(own, guid["service"], at, subject, impact, is_over, _text.from_html(entry.html))


def _spells(said: Iterable[_Said]) -> Iterator[list[_Said]]:
    """Give the statements of each trouble: after its end, the same words are of another one."""
    spell: list[_Said] = []
    for one in said:
        if spell and spell[-1].is_over and not one.is_over:
            yield spell
            spell = []
        spell.append(one)
    if spell:
        yield spell


def _claim(spell: list[_Said]) -> Claim:
    first, last = spell[0], spell[-1]
    worst = max((one.impact for one in spell), key=lambda impact: impact.rank)
    status = ComponentStatus.OPERATIONAL if last.is_over else _STATUS.get(last.impact, ComponentStatus.UNKNOWN)
    found = _REGION.search(first.service)
    updates = (
        Update(one.id, State.RESOLVED if one.is_over else State.INVESTIGATING, one.body, one.at) for one in spell
    )
    return Claim(
        external_id=first.id.rpartition("#")[2],
        title=_text.title(first.subject),
        state=State.RESOLVED if last.is_over else State.INVESTIGATING,
        impact=worst,
        components=(Component(first.service, _short(first.service), status, found and found["region"]),),
        updates=oldest_first(updates),
        url=_PAGE,
        started_at=first.at,
        published_at=first.at,
        resolved_at=next((one.at for one in spell if one.is_over), None) if last.is_over else None,
    )


def _short(service: str) -> str:
    return _REGION.sub("", service)
