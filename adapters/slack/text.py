"""Strangers' words in Slack's clothes: escaped, cut at a word, with nothing in them that acts.

Slack reads three characters as its own (`&`, `<`, `>`), and in mrkdwn also marks that make bold, italics, code, quotes
and emoji: https://docs.slack.dev/messaging/formatting-message-text.  There is no escape for those, so they are parted
from their words by a character of no width.  Where nothing is linked or dated, `plain_text` is used instead, which
reads nothing at all.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from urllib.parse import quote

from bot.core.message import Item, Link, Message, Moment, Part, Quote, Span, plain_part
from bot.core.strangers import cut, host, safe

_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_APART = "\u2060"  # word joiner: no width, no line break
# Slack takes their wide forms for marks too.
_MARKS = re.compile("([*_~\uff0a\uff3f\uff5e])")
_CODE = re.compile("[`\uff40]")
_QUOTED = re.compile(r"^(\s*)(?=&gt;|\uff1e)", re.MULTILINE)
_EMOJI = re.compile(r":(?=[\w+'-]+:)")
# Blocks parse bare mentions unless told not to, notifications may; a mention that nobody meant must not depend on it.
_MENTION = re.compile(r"@(?=\w)")
_SHORTEST = 20


def escaped(text: str) -> str:
    """Return text of which Slack reads nothing as its own, for places where marks do nothing."""
    return safe(text).translate(_ESCAPES)


def literal(text: str) -> str:
    """Return text for mrkdwn in which no mark, emoji or mention takes effect."""
    text = _MENTION.sub(f"@{_APART}", _EMOJI.sub(f":{_APART}", escaped(text)))
    # Code needs no word at its edges: only another character keeps a back-tick from meaning it.
    text = _CODE.sub("\u02cb", _QUOTED.sub(rf"\1{_APART}", text))
    return _MARKS.sub(rf"{_APART}\1{_APART}", text)


def one_line(text: str) -> str:
    """Return `literal` text on one line."""
    return literal(" ".join(text.split()))


def date(at: datetime) -> str:
    """Return an instant that each reader sees in their own time; with UTC for clients that can not.

    https://docs.slack.dev/messaging/formatting-message-text#date-formatting
    """
    return f"<!date^{int(at.timestamp())}^{{date_short_pretty}} {{time}}|{at.astimezone(UTC):%d %b %H:%M} UTC>"


def link(url: str, words: str) -> str:
    """Return a link that says where it leads; the bare words if it leads nowhere on the web."""
    address = web_address(url)
    if address is None:
        return one_line(words)
    return f"<{address}|{one_line(words).replace('|', '¦')}>"


def web_address(url: str) -> str | None:
    """Return an address as it may stand inside `<…>`; None for anything but http and https."""
    if not host(url):
        return None
    return quote(safe(url), safe="%/:?#[]@!$&'()*+,;=~").replace("&", "&amp;")


def mrkdwn(spans: tuple[Span, ...]) -> str:
    """Return a line with its times and links."""
    return "".join(_mrkdwn(span) for span in spans)


def _mrkdwn(span: Span) -> str:
    if isinstance(span, Moment):
        return date(span.at)
    return link(span.url, span.text) if isinstance(span, Link) else literal(span.replace("\n", " "))


def cut_literal(text: str, most: int) -> str:
    """Return `text` as `literal` does, cut so that what is sent has at most `most` characters."""
    fits = cut(text, most)
    while (sent := literal(fits)) and len(sent) > most:
        fits = cut(fits, len(fits) - max(1, (len(sent) - most) // 6))  # one character becomes six at most
    return sent


def fallback(message: Message, most: int) -> str:
    """Return the message as text alone, for notifications and screen readers; no mark in it is cut in two."""
    rows = [cut_literal(message.headline, most // 4)]
    room = most - len(rows[0])
    for part in message.parts:
        row = _row(part, room - 1)
        if not row:
            break
        rows.append(row)
        room -= len(row) + 1
    return "\n".join(rows)


def _row(part: Part, most: int) -> str:
    """Return one part as text, nothing if not even its beginning fits."""
    if most < _SHORTEST:
        return ""
    if isinstance(part, Quote):
        source = f"\n— {one_line(cut(part.author, 80))}" + (f", {date(part.at)}" if part.at else "")
        room = most - len(source) - 2
        return f"“{cut_literal(part.text, room)}”{source}" if room >= _SHORTEST else ""
    if isinstance(part, Item):
        return cut_literal(plain_part(part), most)
    row = "".join(_plain(span) for span in part.spans)
    return row if len(row) <= most else cut_literal(plain_part(part), most)


def _plain(span: Span) -> str:
    if isinstance(span, Moment):
        return date(span.at)
    return one_line(span.text) if isinstance(span, Link) else literal(span.replace("\n", " "))


__all__ = [
    "cut",
    "cut_literal",
    "date",
    "escaped",
    "fallback",
    "host",
    "link",
    "literal",
    "mrkdwn",
    "one_line",
    "safe",
    "web_address",
]
