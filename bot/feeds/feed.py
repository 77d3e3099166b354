"""RSS and Atom, of whatever page: for vendors that offer nothing better.

Facts: 275 entries of GitHub's history.atom (2024 and 2026), Azure's empty feed; of the RSS of Statuspage, of
incident.io's feeds and of AWS's only what others quote (see `_paragraphs`, `_entries`): no real capture seen.

Stable: the API id in a link `/incidents/<id>`, which the JSON of the same page uses too; else the entry's
id or guid; else its link; else its title and time.  An update has no id in a feed: the time as printed and
its label stand for it, so an edited text keeps it.  (In incident.io's RSS, which shows the newest statement
under the time of the first, a second statement of the same state therefore looks like an edit.)  Entries
with one id are one incident.  An item of AWS (`#<service>_<epoch>`) is one statement and becomes one
incident: nothing tells which belong together.

A feed is a window: absence means nothing, and an incident that leaves it open stays open.
It can not tell severity and, except for incident.io's, components.  Where an entry names no state, it is
UNKNOWN.  An entry without any time is a ParseError: without one nothing can be told in order.
"""

from __future__ import annotations

from typing import Final

from bot.feeds import _feed, _pages, _urls
from bot.model import Snapshot, Source

EXPECTS: Final = "feed"
HOSTS: Final = ()
VOLATILE = _feed.VOLATILE


def parse(body: bytes, source: Source) -> Snapshot:
    """Return what the entries of a feed say; their order means nothing."""
    return _feed.said(_feed.read(body), source, "feed")


def endpoints(source: Source) -> tuple[str, ...]:
    """Return the address itself if it is a feed's, else where pages mostly keep theirs."""
    if _urls.split(source).path.strip("/"):
        return (source.url,)
    names = ("history.atom", "history.rss", "feed.atom", "feed.rss", "feed")
    return tuple(f"{_urls.origin(source)}/{name}" for name in names)


def follow_up(_source: Source, _external_id: str) -> tuple[str, ...]:
    """Return nothing: nothing vanishes from a window."""
    return ()


def linked(page: str, source: Source) -> tuple[str, ...]:
    """Return the feeds that a page says it has."""
    return tuple(dict.fromkeys(_pages.feeds(page, source)))
