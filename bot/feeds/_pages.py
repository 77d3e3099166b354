"""What a page's HTML tells of itself, for whoever wants to know which platform it is of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import urljoin

from bot.feeds import _urls
from bot.model import Source

_LINK = re.compile(r"<link\b(?P<attributes>[^<>]{1,2000})>", re.IGNORECASE)
_ATTRIBUTE = re.compile(
    r"""(?P<name>[a-z]{1,20})\s*=\s*(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<bare>[^\s"'>]+))""", re.IGNORECASE
)
_FEEDS = frozenset({"application/atom+xml", "application/rss+xml"})


def feeds(page: str, source: Source) -> Iterator[str]:
    """Give the addresses of the feeds that a page says it has.

    https://html.spec.whatwg.org/multipage/links.html#rel-alternate
    """
    for match in _LINK.finditer(page):
        found = {
            one["name"].lower(): one["double"] or one["single"] or one["bare"] or ""
            for one in _ATTRIBUTE.finditer(match["attributes"])
        }
        if found.get("type", "").strip().lower() in _FEEDS and "alternate" in found.get("rel", "").lower():
            address = absolute(unescape(found.get("href", "")), source)
            if address:
                yield address


def absolute(href: str, source: Source) -> str | None:
    """Return where a link on the page leads, if that is on the web."""
    try:
        return _urls.shown(urljoin(_urls.split(source).geturl(), href.strip()))
    except ValueError:
        return None
