"""Hund's status pages, of which only the Atom feed `/state_feed/feed` can be read by everybody; the API wants a token.

Facts: its shape as others describe it from Bitwarden's and Elavon's pages of 2026 (bracketed states in titles, ids that
end in `State::FeedNotifier::Entry/<id>`, links to `/issues/<id>`), and Hund's own documentation of its API
(https://hund.io/help/api).  No real capture seen.

Stable: the entry's id.  Not stable: the title, whose bracket tells the state; there is one text, the newest.
A window: absence means nothing.  It can not tell impact or components.  A title without a bracket is an open incident.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from bot.errors import ParseError
from bot.feeds import _entries, _feed, _text, _urls
from bot.feeds._entries import Entry
from bot.feeds._feed import Document
from bot.feeds._words import Words
from bot.model import Claim, Impact, Kind, Snapshot, Source, State

EXPECTS: Final = "feed"
VOLATILE = _feed.VOLATILE
HOSTS: Final = ("*.hund.io",)

_PATH = "/state_feed/feed"
_ENTRY = re.compile(r"FeedNotifier::Entry/(?P<id>[\w-]+)$")
_BRACKET = re.compile(r"\s*\[(?P<label>[^\[\]]{1,40})\]\s*")
_MAINTENANCE = re.compile(r"(?:pending:?\s*)?(?:scheduled\s+)?maintenance\b|wartung", re.IGNORECASE)
_MARK = re.compile(r"\bhund\.io\b|/state_feed/", re.IGNORECASE)
_STATES: Mapping[str, State] = {
    "investigating": State.INVESTIGATING,
    "problem_identified": State.IDENTIFIED,
    "identified": State.IDENTIFIED,
    "monitoring": State.MONITORING,
    "update": State.INVESTIGATING,
    "resolved": State.RESOLVED,
    "fixed": State.RESOLVED,
    "ended": State.RESOLVED,
    "completed": State.RESOLVED,
    "gelöst": State.RESOLVED,
    "behoben": State.RESOLVED,
    "beendet": State.RESOLVED,
    "pending": State.SCHEDULED,
    "scheduled": State.SCHEDULED,
    "in_progress": State.IN_PROGRESS,
    "started": State.IN_PROGRESS,
}
# The same words, said of maintenance.
_OF_MAINTENANCE = {
    State.RESOLVED: State.COMPLETED,
    State.INVESTIGATING: State.IN_PROGRESS,
    State.IDENTIFIED: State.IN_PROGRESS,
    State.MONITORING: State.VERIFYING,
}


def parse(body: bytes, source: Source) -> Snapshot:
    """Return what the feed says of each issue."""
    found = _feed.read(body)
    if not (_PATH in found.id or any(_ENTRY.search(one) for one in found.ids)):
        raise ParseError("the feed is not one of Hund's: neither its id nor its entries' say so")
    words = Words()
    claims = [_claim(entry, own, words) for entry, own in zip(found.entries, found.ids, strict=True)]
    return _feed.snapshot(_named(found), claims, words, source, "hund")


def endpoints(source: Source) -> tuple[str, ...]:
    """Return the page's one feed."""
    if _PATH in _urls.split(source).path:
        return (source.url,)
    return (f"{_urls.origin(source)}{_PATH}.atom", f"{_urls.origin(source)}{_PATH}")


def follow_up(_source: Source, _external_id: str) -> tuple[str, ...]:
    """Return nothing: nothing vanishes from a window."""
    return ()


def linked(page: str, source: Source) -> tuple[str, ...]:
    """Return the feed of a page that names it, or who made it."""
    return endpoints(source) if _MARK.search(page) else ()


def _named(found: Document) -> Document:
    return replace(found, link=found.link.partition(_PATH)[0])


def _claim(entry: Entry, own: str, words: Words) -> Claim:
    bracket = _BRACKET.match(entry.title)
    title = _text.one_line(entry.title[bracket.end() :] if bracket else entry.title)
    state = words.among(bracket["label"], _STATES, State.UNKNOWN) if bracket else State.INVESTIGATING
    is_maintenance = _MAINTENANCE.match(title) is not None or state in {State.SCHEDULED, State.IN_PROGRESS}
    if is_maintenance:
        state = _OF_MAINTENANCE.get(state, state)
    found = _ENTRY.search(own)
    named = replace(entry, title=title, external_id=found["id"] if found else entry.external_id)
    return replace(
        _entries.single(named, state, _text.from_html(entry.html), ()),
        kind=Kind.MAINTENANCE if is_maintenance else Kind.INCIDENT,
        impact=Impact.MAINTENANCE if is_maintenance else Impact.UNKNOWN,
        title=_text.title(title),
    )
