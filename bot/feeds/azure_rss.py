"""Azure's status: the RSS feed of azure.status.microsoft, which has items only while something is wrong.

Facts: one capture without items (2026-07-31); of items what others report who read them in 2026: a title "service -
region - how it stands", the newest words in `description`, `pubDate` as the time of the last change with a bare `Z` for
its zone, services and regions as `category` (names: https://learn.microsoft.com/azure/reliability/regions-list).
No capture of an item seen; whether `guid` is an item's own is unverified, so one that only repeats the page's address
is not believed, and the title without its last clause stands for it.

A feed without items proves nothing: on 2026-07-23 an instance in the region that was down served an empty one for
hours, so the host that is not routed by place is asked (`rssfeed.`), and beside it `status.cloud.microsoft`, which says
in a word whether Azure is well.  Absence means something where the feed has other items, or where that word is good.

Stable: the item's id.  Not stable: the end of the title, which tells the state, or its beginning (`Resolved - …`); the
description is replaced in place.  A post incident review (PIR, once RCA) comes days after the end and is no trouble.
It can not tell severity, nor when it began.  A vanished item can be read nowhere.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from bot.errors import ParseError
from bot.feeds import _entries, _feed, _text, _urls
from bot.feeds._entries import Entry
from bot.feeds._feed import Document
from bot.feeds._json import decode
from bot.feeds._words import Words
from bot.model import Claim, Component, Impact, Snapshot, Source, State

EXPECTS: Final = "feed"
# Of the word beside the feed: the clock of the request, and that of the last refresh.
_CLOCKS = rb'|"(?:InternalDateTime|AuthoredDateTime|LastUpdatedTime)"\s*:\s*"[^"]*"'
VOLATILE = re.compile(_feed.VOLATILE.pattern + _CLOCKS, re.DOTALL)
HOSTS: Final = ("azure.status.microsoft", "rssfeed.azure.status.microsoft", "status.azure.com")

_FEED = "https://rssfeed.azure.status.microsoft/en-us/status/feed/"
_WORD = "https://status.cloud.microsoft/api/posts/azure"
_TITLE = "azure status"
_WELL: Mapping[str, Impact] = {
    "available": Impact.NONE,
    "operational": Impact.NONE,
    "service_restored": Impact.NONE,
    "service_degradation": Impact.UNKNOWN,
}
_CLAUSES = re.compile(r"\s+[-–—:;]\s+|\.\s+")
_BEFORE = re.compile(
    r"\s*(?:[\[(]\s*(?P<boxed>resolved|mitigated)\s*[\])]\s*[-–—:]?|(?P<bare>resolved|mitigated)\s*[-–—:])\s*",
    re.IGNORECASE,
)
_REVIEW = re.compile(
    r"\s*(?:(?:preliminary|final)\s+)?(?:post[- ]incident review|pir|rca)(?:\s*\((?:pir|rca)\))?\s*[-–—:]\s*",
    re.IGNORECASE,
)
_STATES = {
    "resolved": State.RESOLVED,
    "mitigated": State.MONITORING,
    "investigating": State.INVESTIGATING,
    "identified": State.IDENTIFIED,
    "mitigating": State.IDENTIFIED,
    "monitoring": State.MONITORING,
}
_GEOGRAPHY = r"(?:north|south|east|west|central|southeast|northeast|northwest|southwest)"
_COUNTRY = (
    r"(?:us|usgov|uk|europe|asia|australia|austria|belgium|brazil|canada|chile|china|denmark|france|germany|india|"
    r"indonesia|israel|italy|japan|jio|korea|malaysia|mexico|new zealand|norway|poland|qatar|south africa|spain|sweden|"
    r"switzerland|taiwan|uae)"
)
_REGION = re.compile(
    rf"(?:{_GEOGRAPHY}\s+)*{_COUNTRY}(?:\s+{_GEOGRAPHY})*(?:\s+\d)?|{_COUNTRY}\s+gov\s+\w{{2,20}}", re.IGNORECASE
)


def parse(body: bytes, source: Source) -> Snapshot:
    """Return what the items say, or what the word beside them says."""
    if body.lstrip()[:1] == b"{" and source.format == "azure-rss":
        return _word(body, source)
    found = _feed.read(body)
    if _text.one_line(found.title).casefold() != _TITLE:
        raise ParseError("the feed is not Azure's: its title is not “Azure Status”")
    words = Words()
    ids = _ids(found)
    claims = [_claim(entry, own) for entry, own in zip(found.entries, ids, strict=True)]
    return replace(_feed.snapshot(found, claims, words, source, "azure-rss"), complete_open_set=bool(claims))


def endpoints(source: Source) -> tuple[str, ...]:
    """Return the feed on the host that is the same everywhere."""
    return (source.url,) if "/feed" in _urls.split(source).path else (_FEED,)


def beside(endpoint: str) -> tuple[str, ...]:
    """Return where it is said in a word whether Azure is well."""
    return (_WORD,) if "azure.status.microsoft" in endpoint else ()


def follow_up(_source: Source, _external_id: str) -> tuple[str, ...]:
    """Return nothing: what the feed no longer has can be read nowhere."""
    return ()


def linked(_page: str, _source: Source) -> tuple[str, ...]:
    """Return nothing: its hosts are known."""
    return ()


def _word(body: bytes, source: Source) -> Snapshot:
    payload, words = decode(body), Words()
    if not payload.has("Status") or not payload.has("Title"):
        raise ParseError("no Status and Title at $")
    indicator = words.among(payload.text("Status"), _WELL, Impact.UNKNOWN)
    return Snapshot(
        vendor=source.vendor,
        format="azure-rss",
        indicator=indicator,
        complete_open_set=indicator is Impact.NONE,
        unknown_words=words.unknown,
    )


def _ids(found: Document) -> list[str]:
    """Return each item's id; one that different items have, or that is the page's address, is none."""
    page = found.link.rstrip("/")
    titles: defaultdict[str, set[str]] = defaultdict(set)
    for entry, one in zip(found.entries, found.ids, strict=True):
        titles[one].add(entry.title)
    return [one if len(titles[one]) == 1 and one.rstrip("/") != page else "" for one in found.ids]


def _claim(entry: Entry, own: str) -> Claim:
    title, state = _judged(_text.one_line(entry.title))
    if not own and not title:
        raise ParseError(f"an item with neither an id nor a title, of {entry.stamp or 'no time'}")
    named = replace(entry, title=title, external_id=own or title.casefold())
    claim = _entries.single(named, state, _text.from_html(entry.html), _parts(entry.categories))
    # The one time that an item has is that of its last change; a review is written days after the end.
    ended = None if state is State.POSTMORTEM else claim.resolved_at
    return replace(claim, title=_text.title(title), started_at=None, published_at=None, resolved_at=ended)


def _judged(title: str) -> tuple[str, State]:
    """Return a title without the word for how it stands, and the state; only the first mark or the last clause counts.

    What is said in between may be of a part: "Resolved in North Europe. Impact continues in West Europe".
    """
    review = _REVIEW.match(title)
    if review:
        return title[review.end() :], State.POSTMORTEM
    before = _BEFORE.match(title)
    if before:
        return title[before.end() :], _STATES[(before["boxed"] or before["bare"]).lower()]
    clauses = _CLAUSES.split(title)
    state = _STATES.get(clauses[-1].strip(" .").lower())
    if state is None or len(clauses) == 1:
        return title, State.INVESTIGATING
    return title[: title.rindex(clauses[-1])].rstrip(" -–—:;."), state


def _parts(categories: Sequence[str]) -> tuple[Component, ...]:
    """Return each service in each region that is named beside it."""
    names = sorted({_text.one_line(one) for one in categories} - {""})
    regions = [name for name in names if _REGION.fullmatch(name)]
    services = [name for name in names if name not in regions]
    if not regions:
        return tuple(Component(name, name) for name in services)
    if not services:
        return tuple(Component(name, name, group=name) for name in regions)
    return tuple(Component(f"{name} {region}", name, group=region) for name in services for region in regions)
