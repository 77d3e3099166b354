"""Vendors' words as plain text: markup goes, words stay."""

from __future__ import annotations

import re
from functools import lru_cache
from html import unescape
from html.entities import html5

from bot.core.strangers import SEQUENCE, cut

# The database finds what it knows by ids, and an entry of an index of PostgreSQL is at most a third of a page of 8 kB.
# https://www.postgresql.org/docs/current/btree.html
LONGEST_ID = 500
# A heading, a name: far more than any page was seen to write, and than any platform shows.
LONGEST_NAME = 500
# One statement: as much as the longest message of any platform,
# https://docs.slack.dev/reference/methods/chat.postMessage (truncating content).
LONGEST_TEXT = 40_000

_BLOCKS = "address|article|blockquote|br|dd|div|dl|dt|figure|h[1-6]|header|footer|hr|ol|p|pre|section|table|tbody|tr|ul"
_INLINE = "abbr|b|big|cite|code|em|font|i|img|kbd|mark|q|s|samp|small|span|strike|strong|sub|sup|time|tt|u|var"
# What follows a tag's name: `name=value` pairs and nothing else, so that `if a <b and c> d` is no tag.
_ATTRIBUTES = r"""(?>(?:\s+[\w:@.-]+\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'<>]+))*)\s*/?"""
_TAG = re.compile(r"<(?:/?[A-Za-z]|!--)")
_INLINE_TAG = re.compile(rf"</?(?:{_INLINE}){_ATTRIBUTES}>", re.IGNORECASE)
_BLOCK_TAG = re.compile(rf"</?(?:{_BLOCKS}){_ATTRIBUTES}>", re.IGNORECASE)
_ITEM_TAG = re.compile(rf"<li{_ATTRIBUTES}>", re.IGNORECASE)
_CELL_TAG = re.compile(rf"<t[dh]{_ATTRIBUTES}>", re.IGNORECASE)
_LEFT_TAG = re.compile(rf"</?(?:a|li|td|th){_ATTRIBUTES}>", re.IGNORECASE)
_LINK = re.compile(
    rf"<a\s[^<>]*?href\s*=\s*(?:\"(?P<double>[^\"<>]*)\"|'(?P<single>[^'<>]*)'){_ATTRIBUTES}>(?P<text>[^<>]*)</a\s*>",
    re.IGNORECASE,
)
# Both stop at the next mark of their own kind: a body full of unclosed ones must not take minutes.
_UNSEEN = re.compile(r"<!--(?:(?!<!--).)*?-->|<(script|style)\b[^<>]*>[^<]*</\1\s*>", re.IGNORECASE | re.DOTALL)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|(?P<name>[A-Za-z][A-Za-z0-9]{1,31}));")
_LINE_END = re.compile(r"\r\n?|[\x85\u2028\u2029]")
# Besides control characters: the marks that turn what follows them around, https://unicode.org/reports/tr9/.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_UNTITLED = "Untitled incident"


def cleaned(text: str) -> str:
    r"""Return text that can be stored and sent: no lone surrogates, `\n` as line end, no control characters.

    What a terminal obeys goes as a whole, and so do the marks that turn the direction of what follows.
    """
    if text.isprintable():  # nearly all names, ids and times: nothing to look for
        return text
    text = _LINE_END.sub("\n", SEQUENCE.sub("", text))
    return _SURROGATE.sub("\ufffd", _CONTROL.sub("", text))


def plain(text: str | None) -> str:
    """Return a body as typed, without its markup; Markdown and a `<` that opens no known tag stay."""
    return cut(_plain(text or ""), LONGEST_TEXT)


def _plain(text: str) -> str:
    text = cleaned(text)
    if _TAG.search(text):
        text = _without_tags(text)
    if "&" in text:
        text = cleaned(_ENTITY.sub(_character, text))
    text = text.replace("\u00a0", " ")
    if "\n" not in text:
        return text.strip()
    lines = [line.rstrip() for line in text.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _without_tags(text: str) -> str:
    text = _LINK.sub(_with_address, _INLINE_TAG.sub("", _UNSEEN.sub("", text)))
    for tag, instead in ((_ITEM_TAG, "\n- "), (_CELL_TAG, " "), (_BLOCK_TAG, "\n"), (_LEFT_TAG, "")):
        text = tag.sub(instead, text)
    return text


def from_html(html: str | None) -> str:
    """Return HTML as plain text; unlike in a typed body, its own line ends and runs of space mean nothing."""
    lines = [line.strip() for line in plain(re.sub(r"\s+", " ", html or "")).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines))


def one_line(text: str | None) -> str:
    """Return a name as one line, which may be empty."""
    if not text:
        return ""
    return _known_line(text) if len(text) <= LONGEST_NAME else _line(text)


def _line(text: str) -> str:
    return cut(" ".join(plain(text).split()), LONGEST_NAME)


# A page names the same components at every look.
_known_line = lru_cache(maxsize=10_000)(_line)


def title(text: str | None) -> str:
    """Return an incident's heading as one line, or one that says that there is none."""
    return one_line(text) or _UNTITLED


def _with_address(match: re.Match[str]) -> str:
    address, text = (match["double"] or match["single"] or "").strip(), match["text"].strip()
    if not address.lower().startswith(("http://", "https://")) or address in text:
        return match["text"]
    return f"{match['text']} ({address})" if text else address


def _character(match: re.Match[str]) -> str:
    if match["name"]:
        return html5.get(match["name"] + ";", match[0])
    return unescape(match[0])
