"""RSS and Atom, read: entries in one shape, and what they say as claims.  The formats that are feeds share it."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from hashlib import blake2b
from typing import Any

from bot.core.kin import MARK
from bot.errors import ParseError
from bot.feeds import _entries, _listed, _text, _urls
from bot.feeds._entries import Entry
from bot.feeds._times import from_parts, instant
from bot.feeds._updates import ended_at, oldest_first
from bot.feeds._words import Words
from bot.model import Claim, Snapshot, Source

# The feed's own times, which tell of its building, and comments.  An entry's times stay: its end follows
# them before the next entry begins.  The look ahead ends at the next of the same name: no body makes it slow.
VOLATILE = re.compile(
    rb"<!--(?:(?!<!--).)*?-->"
    rb"|<(?P<rss>lastBuildDate|pubDate)>[^<]*</(?P=rss)>(?=(?:(?!</?item[\s>]|<(?P=rss)>).)*(?:<item[\s>]|</channel>))"
    rb"|<updated>[^<]*</updated>(?=(?:(?!</?entry[\s>]|<updated>).)*(?:<entry[\s>]|</feed>))",
    re.DOTALL,
)

_API_ID = re.compile(r"/incidents/([A-Za-z0-9_-]+)/?(?:[?#].*)?$")
_OF_A_SITREP = re.compile(rf"tag:sitrep,\d{{4}}:(?P<sitrep>{re.escape(MARK)}[^/\s]{{1,200}})/")
_NO_SCHEME = re.compile(r"(?:[A-Za-z0-9-]{1,63}\.){1,9}[A-Za-z]{2,63}/")
_NO_YEAR = re.compile(r"\d{5,}-")
_CLOSED = (b"</feed>", b"</rss>", b"</rdf:RDF>")
# The largest one seen has 95 kB; feedparser reads some two megabytes a second.
_LARGEST = 2**20
# It is tags that take the time, up to 25 millionths of a second each; the largest feed seen has some thousand.
_MOST_TAGS = 30_000
# With this type and no charset, feedparser believes the XML declaration, and UTF-8 where there is none.
_HEADERS = {"content-type": "application/xml"}
_LONGEST_STAMP = 100
_ENCODING = re.compile(rb"""\A[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
# A document type with declarations of its own, and an entity among them that is made of others.
_DECLARES = re.compile(r"\A(?:\s++|<\?.*?\?>|<!--.*?-->)*+<!DOCTYPE[^>\[]*+\[", re.DOTALL)
_OF_OTHERS = re.compile(r"""<!ENTITY\s[^<>"']{0,300}(?:"[^"]*?&(?!\#)|'[^']*?&(?!\#))""")
# Whoever looks for the first element, or for what is in a tag, looks at what comes before it again and again.
_LONGEST_PROLOGUE, _LONGEST_TAG = 10_000, 100_000
_FIRST = re.compile(rb"<[A-Za-z]")
_LONG_TAG = re.compile(rb"<[A-Za-z][^<>]{%d}" % _LONGEST_TAG)
# What feedparser was seen to raise, or may, on bodies that are no feeds.
_CHOKES = (ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError)


@dataclass(frozen=True, slots=True)
class Document:
    """A feed: what it says of itself, and its entries, whatever their order.

    `ids` are the entries' own as written, empty where one has none.
    """

    id: str
    title: str
    link: str
    subtitle: str
    entries: tuple[Entry, ...]
    ids: tuple[str, ...]


def read(body: bytes) -> Document:
    """Return a feed's entries.  Raises ParseError for a body that is no feed."""
    found = _outcome(body)
    if isinstance(found, str):
        raise ParseError(found)
    return found


@lru_cache(1)
def _outcome(body: bytes) -> Document | str:
    """Return a feed, or why it is none: who looks for a page's format asks every format that is a feed in turn."""
    try:
        return _document(body)
    except ParseError as error:
        return str(error)


def _document(body: bytes) -> Document:
    document = _read(body)
    about = document["feed"]
    fallback = _time(about, "updated")
    raw = list(document["entries"])
    if document["bozo"] and not body.replace(b"\0", b"").rstrip().endswith(_CLOSED):
        raw = raw[:-1]  # the body was cut off, and its last entry with it
    return Document(
        id=_word(about, "id"),
        title=_word(about, "title"),
        link=_word(about, "link"),
        subtitle=_word(about, "subtitle"),
        entries=tuple(_entry(one, fallback) for one in raw),
        ids=tuple(_word(one, "id") for one in raw),
    )


def said(found: Document, source: Source, name: str) -> Snapshot:
    """Return what the entries say; a feed is a window, so absence means nothing."""
    words = Words()
    return snapshot(found, (_entries.claim(entry, words) for entry in found.entries), words, source, name)


def snapshot(document: Document, claims: Iterable[Claim], words: Words, source: Source, name: str) -> Snapshot:
    """Return claims as what the feed says."""
    return Snapshot(
        vendor=source.vendor,
        format=name,
        incidents=_listed.claims(_merged(claims)),
        page_name=_text.one_line(document.title).removesuffix(" - Incident History") or None,
        page_url=_urls.shown(document.link),
        unknown_words=words.unknown,
        page_id=found["sitrep"] if (found := _OF_A_SITREP.match(document.id)) else None,
    )


def _read(body: bytes) -> Any:
    """Return feedparser's document; it is never given anything that it could open."""
    import feedparser  # noqa: PLC0415  # a tenth of a second, and only for those who watch a feed

    if not body.lstrip(b"\xef\xbb\xbf\xfe\xff\x00 \t\r\n").startswith(b"<"):
        raise ParseError("the body is empty" if not body.strip() else "the body is not XML: it does not begin with <")
    if len(body) > _LARGEST:
        raise ParseError(f"the feed is larger than {_LARGEST // 2**20} MiB")
    tags = body.count(b"<")
    if tags > _MOST_TAGS:
        raise ParseError(f"the feed has {tags:,} tags, and more than {_MOST_TAGS:,} are not read")
    plain = body.replace(b"\0", b"")
    first = _FIRST.search(plain)
    if first is not None and first.start() > _LONGEST_PROLOGUE:
        raise ParseError(f"the feed begins after more than {_LONGEST_PROLOGUE:,} bytes of something else")
    if _LONG_TAG.search(plain):
        raise ParseError(f"a tag of the feed is longer than {_LONGEST_TAG:,} bytes")
    if _grows(body):
        raise ParseError("the body declares entities that are made of others, as no status feed needs to")
    _leave_authors_alone()
    try:
        document = feedparser.parse(
            io.BytesIO(body), response_headers=_HEADERS, resolve_relative_uris=False, sanitize_html=False
        )
    except _CHOKES as error:
        raise ParseError("the body is not a feed that can be read") from error
    if not document.get("version"):
        raise ParseError("the body is neither RSS nor Atom (a web page?)")
    return document


def _leave_authors_alone() -> None:
    """Keep feedparser from taking apart what authors are called: its pattern for that is slow, and nobody asks for it.

    A name of 100 kB takes it half a minute, in which nothing else in the process runs.
    """
    from feedparser.mixin import _FeedParserMixin  # noqa: PLC0415  (as above)

    _FeedParserMixin._sync_author_detail = _nothing  # noqa: SLF001  (there is no other way to it)


def _nothing(*_: object, **__: object) -> None:
    pass


def _grows(body: bytes) -> bool:
    """Whether a document declares entities made of entities: a thousand bytes of them are megabytes of text.

    https://en.wikipedia.org/wiki/Billion_laughs_attack
    """
    texts = [body.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xfe\xff").decode("latin-1")]
    declared = _ENCODING.match(body)
    if declared:
        with suppress(LookupError, ValueError):  # no encoding of text: feedparser can not read it either
            texts.append(body.decode(declared[1].decode(), errors="replace").lstrip("\ufeff"))
    return any(_DECLARES.match(text) and _OF_OTHERS.search(text) for text in texts)


def _entry(raw: dict[str, Any], fallback: datetime | None) -> Entry:
    published, updated = _time(raw, "published"), _time(raw, "updated")
    title, link = _word(raw, "title"), _link(_single_slashes(_word(raw, "link")))
    stamp = _word(raw, "updated") or _word(raw, "published")
    found = _API_ID.search(link or "")
    key = found[1] if found else _word(raw, "id") or link or _hash(title, stamp)
    return Entry(
        external_id=key if len(key) <= _text.LONGEST_ID else _hash(key),
        title=title,
        html=_html(raw),
        url=link,
        published=published,
        updated=updated or (None if published else fallback),
        stamp=" ".join(stamp.split())[:_LONGEST_STAMP],
        window_end=_time(raw, "maintenanceenddate"),
        categories=tuple(_word(tag, "term") for tag in dict.get(raw, "tags") or ()),
    )


def _link(written: str) -> str | None:
    """Return an address that may be shown; OnlineOrNot leaves the scheme out."""
    return _urls.shown(f"https://{written}" if _NO_SCHEME.match(written) else written)


def _merged(claims: Iterable[Claim]) -> Iterable[Claim]:
    """Return claims by id; entries that speak of the same incident are told as one, the newest leading."""
    found: dict[str, Claim] = {}
    for claim in claims:
        other = found.get(claim.external_id)
        found[claim.external_id] = claim if other is None else _joined(other, claim)
    return found.values()


def _joined(one: Claim, other: Claim) -> Claim:
    older, newer = sorted((one, other), key=lambda claim: (claim.updates[-1].at, claim.updates[-1].id))
    updates = oldest_first((*older.updates, *newer.updates))
    starts = [start for start in (one.started_at, other.started_at) if start]
    start = min(starts, default=None)
    return replace(newer, updates=updates, started_at=start, published_at=start, resolved_at=ended_at(updates))


def _word(raw: dict[str, Any], key: str) -> str:
    # Not `raw.get`: feedparser's own answers with `published` where there is no `updated`, and warns.
    value = dict.get(raw, key)
    return _text.cleaned(value).strip() if isinstance(value, str) else ""


def _time(raw: dict[str, Any], key: str) -> datetime | None:
    """Return a time as written where it is ISO 8601, which keeps its fraction, else as feedparser reads it.

    Of a year of five digits, as Stripe's maintenances had, feedparser makes another year: it is no time.
    """
    word = _word(raw, key)
    written = instant(word)
    if written or _NO_YEAR.match(word):
        return written
    parsed = dict.get(raw, f"{key}_parsed")
    return from_parts(parsed) if isinstance(parsed, tuple) else None


def _html(raw: dict[str, Any]) -> str:
    """Return the longest text of an entry: the short one may be a teaser."""
    contents = [_word(content, "value") for content in dict.get(raw, "content") or ()]
    return max((*contents, _word(raw, "summary")), key=len)


def _single_slashes(url: str) -> str:
    # incident.io writes `https://status.example.com//incidents/01…`.
    return re.sub(r"(?<!:)//+", "/", url)


def _hash(*words: str) -> str:
    return blake2b("\n".join(words).encode(), digest_size=12).hexdigest()
