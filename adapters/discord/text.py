"""Strangers' words in Discord's clothes: every mark disarmed, cut at a word, with nothing in them that acts.

A backslash takes the meaning from any mark: https://support.discord.com/hc/en-us/articles/210298617.  It does not from
a mention in a message's content, which the server reads as it was sent; so an `@` is parted from its word by a
character of no width.  A bare address is not made a link either: what can be pressed is ours.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import quote

from bot.core.message import Link, Moment, Span
from bot.core.strangers import cut, host, safe

# Within so long no clock shows the same time twice, whichever day it is for the reader.
_HALF_A_DAY = timedelta(hours=12)
_APART = "\u2060"  # word joiner: no width, no line break
_MARKS = re.compile(r"([\\`*_~|<\[\]])")
# What makes headings, quotes, lists and small print, at the beginning of a line.
_FIRST = re.compile(r"^(\s*)([-+#>]|\d{1,10}(?=\.))", re.MULTILINE)
_MENTION = re.compile(r"@(?=[\w&!])")
_ADDRESS = re.compile(r"(?<=:)(?=//)|(?<=discord\.gg)(?=/)|(?<=com/invite)(?=/)", re.IGNORECASE)


def literal(text: str) -> str:
    """Return text in which no mark, mention or address takes effect."""
    text = _MARKS.sub(r"\\\1", safe(text))
    text = _FIRST.sub(_disarmed, text)
    return _MENTION.sub(f"@{_APART}", _ADDRESS.sub(r"\\", text))


def _disarmed(found: re.Match[str]) -> str:
    """A number is parted from its full stop, any other mark is escaped."""
    if found[2].isdigit():
        return f"{found[1]}{found[2]}{_APART}"
    return f"{found[1]}\\{found[2]}"


def one_line(text: str) -> str:
    """Return `literal` text on one line."""
    return literal(" ".join(text.split()))


def date(at: datetime) -> str:
    """Return an instant that each reader sees in their own time.

    https://docs.discord.com/developers/reference#message-formatting-timestamp-styles
    """
    return _styled(at, "f")


def _styled(at: datetime, style: str) -> str:
    return f"<t:{int(at.timestamp())}:{style}>"


class Dates:
    """Writes the instants of one text, one after the other: soon after one with its date the time of day is enough."""

    def __init__(self) -> None:
        self._dated: datetime | None = None

    def __call__(self, at: datetime) -> str:
        """Return an instant as it is written after those before it."""
        if self._dated is not None and timedelta() <= at - self._dated < _HALF_A_DAY:
            return _styled(at, "t")
        self._dated = at
        return date(at)


def link(url: str, words: str) -> str:
    """Return a link that says where it leads; the bare words if it leads nowhere on the web."""
    address = web_address(url)
    return one_line(words) if address is None else f"[{one_line(words)}]({address})"


def web_address(url: str) -> str | None:
    """Return an address as it may stand in the brackets of a link; None for anything but http and https."""
    if not host(url):
        return None
    return quote(safe(url), safe="%/:?#@!$&'*+,;=~-._")


def line(spans: tuple[Span, ...], write: Callable[[datetime], str] = date) -> str:
    """Return a line with its times and links."""
    return "".join(_span(span, write) for span in spans)


def _span(span: Span, write: Callable[[datetime], str]) -> str:
    if isinstance(span, Moment):
        return f"{write(span.at)} ({_styled(span.at, 'R')})" if span.ago else write(span.at)
    return link(span.url, span.text) if isinstance(span, Link) else literal(span.replace("\n", " "))


def cut_literal(text: str, most: int) -> str:
    """Return `text` as `literal` does, cut so that what is sent has at most `most` characters."""
    fits = cut(safe(text), most)
    while len(sent := literal(fits)) > most:
        fits = cut(fits, len(fits) - max(1, (len(sent) - most) // 2))  # one character becomes two
    return sent
