"""Statuspage's history feeds, `/history.atom` and `/history.rss`: for pages whose JSON can not be had.

Facts: 190 captures of GitHub's history.atom (2022 to 2026; 11 of them are tests), compared entry by entry, and one of
Meraki's (2026); the RSS of GitHub (25 items), Staffbase and GOV.UK of 2021 to 2024, in the tests of others.
OnlineOrNot imitates the RSS, with links that have no scheme.  The ids of incidents are those of the JSON, because the
links have them, so a source may change between the two.  `<published>` is the time of the newest statement, not of the
start; statements have no year (see `_paragraphs`).

Stable: the incident's id in the link.  Not stable: `<updated>`, titles, and even the text under a statement: in most
entries a root cause is added days after the end.
A window of the newest 25: absence means nothing.  It can not tell impact, components, or the page as a whole.
"""

from __future__ import annotations

import re
from typing import Final

from bot.errors import ParseError
from bot.feeds import _feed, _urls
from bot.feeds._feed import Document
from bot.model import Snapshot, Source

EXPECTS: Final = "feed"
VOLATILE = _feed.VOLATILE
HOSTS: Final = ("*.statuspage.io",)

_HISTORY = re.compile(r"tag:[^,\s]+,2005:/history")
_GENERATOR = "Statuspage"


def parse(body: bytes, source: Source) -> Snapshot:
    """Return what the history says of each incident and maintenance."""
    found = _feed.read(body)
    if not _is_history(found):
        raise ParseError("the feed is not a history of Statuspage's: neither its id nor its description says so")
    return _feed.said(found, source, "statuspage-atom")


def endpoints(source: Source) -> tuple[str, ...]:
    """Return the feed itself, or where pages keep it."""
    if _urls.split(source).path.endswith((".atom", ".rss")):
        return (source.url,)
    return (f"{_urls.origin(source)}/history.atom", f"{_urls.origin(source)}/history.rss")


def follow_up(_source: Source, _external_id: str) -> tuple[str, ...]:
    """Return nothing: nothing vanishes from a window."""
    return ()


def linked(_page: str, _source: Source) -> tuple[str, ...]:
    """Return nothing: a page that has this feed has its JSON too, which tells more."""
    return ()


def _is_history(found: Document) -> bool:
    return _HISTORY.fullmatch(found.id) is not None or found.subtitle == _GENERATOR
