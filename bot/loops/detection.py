"""Which format a page speaks: what its host is known for, what its HTML leads to, what is found where pages keep it.

A body counts only if a format can read it: a host that answers 200 to everything proves nothing.  Every address is
asked once, one after the other; a host that does not answer, or has had enough of us, is soon left alone.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from bot import plugins
from bot.core import misses
from bot.core.misses import Miss, Tried
from bot.errors import EgressDenied, FetchError, NotFound, ParseError
from bot.fetch import Expect, Fetched, Fetcher
from bot.loops.candidates import Candidate, Page, front_of, guessed, is_own_host, led_to, named
from bot.model import AUTO, Snapshot, Source, State

_MOST = 40
_GIVEN_UP_AFTER = 2
# A body that begins with a tag is a web page, but for these.
_FEED = (b"<?xml", b"<rss", b"<feed", b"<rdf:rdf")
_XHTML = (b"<!doctype html", b"<html")


@dataclass(frozen=True, slots=True)
class Found:
    """A format, where it begins to read (a page's address or a document's own), and what was read."""

    format: str
    url: str
    endpoint: str
    snapshot: Snapshot


@dataclass(slots=True)
class Detection:
    """What came of looking; `found` is None if no format reads anything there, and `miss` tells why in one line."""

    url: str
    found: Found | None = None
    miss: str = ""
    tried: list[Tried] = field(default_factory=list[Tried])


@dataclass(slots=True)
class _Search:
    """`page` is the page as it was led to, `second` what is read only if nothing tells more."""

    fetcher: Fetcher
    detection: Detection
    page: Page
    asked: set[str] = field(default_factory=set[str])
    dead: Counter[str] = field(default_factory=Counter[str])
    second: Found | None = None


async def detect(fetcher: Fetcher, url: str) -> Detection:
    """Look for a format that can read a page; one that lists all that is open is better than a mere feed."""
    detection = Detection(_with_scheme(url))
    if not _host(detection.url):
        detection.miss = "this is no web address; one looks like https://status.example.com"
        return detection
    search = _Search(fetcher, detection, _page(detection.url))
    await _look_at_page(search, may_be_plain="://" not in url)
    if detection.found is None:
        await _look_around(search)
    detection.found = detection.found or search.second
    if detection.found is None:
        detection.miss = misses.told(detection.url, search.page.source.url, search.page.html, detection.tried)
    return detection


async def _look_at_page(search: _Search, *, may_be_plain: bool) -> None:
    """Read what was pasted: a page, or a document.  `may_be_plain`: no scheme was named, so it may be without TLS."""
    url = search.detection.url
    fetched = await _fetched(search, url)
    if fetched is None and may_be_plain and _has_no_tls(search.detection.tried[-1]):
        plain = url.replace("https://", "http://", 1)
        fetched = await _fetched(search, plain)
        if fetched is not None or search.detection.tried[-1].miss is not Miss.SILENT:
            search.dead.clear()
            search.detection.url, search.page = plain, _page(plain)
    if fetched is None or fetched.body is None:
        return
    search.page = _page(fetched.url, _html(fetched.body))
    if not search.page.html:
        await _judge(search, Candidate(AUTO, fetched.url), fetched.body)


def _has_no_tls(tried: Tried) -> bool:
    """Whether nobody answered with TLS; a certificate that is not valid is no reason to do without."""
    return tried.miss is Miss.SILENT and "certificate" not in tried.reason


async def _look_around(search: _Search) -> None:
    """Ask what the page leads to, then what its front page does, then where platforms keep their documents."""
    await _ask_all(search, named(search.page))
    if search.detection.found is None:
        await _look_at_front(search)
        await _ask_all(search, led_to(search.page.front_html, search.page.at_front))
        await _ask_all(search, guessed(search.page, search.detection.url))


async def _look_at_front(search: _Search) -> None:
    front = search.page.front
    if front in search.asked or f"{front}/" in search.asked or not _is_alive(search, front):
        return
    fetched = await _fetched(search, front)
    if fetched is not None and fetched.body and _host(fetched.url) == _host(front):
        search.page = replace(search.page, front=front_of(fetched.url), front_html=_html(fetched.body))


async def _ask_all(search: _Search, candidates: Iterable[Candidate]) -> None:
    for candidate in candidates:
        if len(search.asked) >= _MOST or search.detection.found is not None:
            break
        await _ask(search, candidate)


async def _ask(search: _Search, candidate: Candidate) -> None:
    if candidate.address in search.asked or not _is_alive(search, candidate.address):
        return
    fetched = await _fetched(search, candidate.address)
    if fetched is not None and fetched.body is not None:
        await _judge(search, candidate, fetched.body)


async def _fetched(search: _Search, address: str) -> Fetched | None:
    search.asked.add(address)
    try:
        # What a page names is not asked for in our name: only the internet is, unless the page is one of ours.
        return await search.fetcher.get(address, expect=Expect.ANY, led_from=search.page.source.url)
    except FetchError as error:
        miss = _miss(error)
        if str(error) == "HTTP 429" or miss is Miss.OURS:
            search.dead[_host(address)] += _GIVEN_UP_AFTER
        search.dead[_host(address)] += miss is Miss.SILENT or "redirects" in str(error)
        search.detection.tried.append(Tried(address, str(error), miss))
        return None


def _miss(error: FetchError) -> Miss:
    text = str(error)
    if isinstance(error, EgressDenied) or "url" in text:
        return Miss.OURS
    if text in {"HTTP 401", "HTTP 403"}:
        return Miss.WALLED
    if isinstance(error, NotFound) or text.startswith("HTTP ") or "redirect" in text:
        return Miss.REFUSED
    return Miss.UNREADABLE if text.startswith("the answer") else Miss.SILENT


async def _judge(search: _Search, candidate: Candidate, body: bytes) -> None:
    """Keep what a format reads in the body, preferably the one that it was asked for; a mere feed is second best."""
    try:
        # Some thirty formats look at it, and a page may be large: nothing else is to wait for that.
        name, snapshot = await asyncio.to_thread(_read, search.page.source, candidate.format, body)
    except ParseError as error:
        search.detection.tried.append(Tried(candidate.address, str(error)))
        return
    hit = _placed(search, Found(name, candidate.address, candidate.address, snapshot))
    is_meant = candidate.is_sure and name == candidate.format
    if not is_meant and not is_own_host(name, _host(hit.endpoint)):
        if plugins.format_named(name).EXPECTS == "feed":
            _keep_second(search, hit)
            return
        if _says_nothing(snapshot):
            search.detection.tried.append(Tried(candidate.address, "empty lists, which any host may answer"))
            return
    search.detection.found = await _best_of(search, hit)


async def _best_of(search: _Search, hit: Found) -> Found:
    """Return the same page from the address that its format likes best: no imitation, and no part of it only."""
    form = plugins.format_named(hit.format)
    is_pasted = hit.url == hit.endpoint
    if is_pasted and hit.snapshot.page_id is None:
        return hit
    for source in (search.page.at_front, search.page.source):
        for address in form.endpoints(replace(source, format=hit.format)):
            if address == hit.endpoint:
                break
            if address in search.asked or _host(address) != _host(hit.endpoint):
                continue
            better = await _read_as(search, hit.format, address)
            if better is not None and (not is_pasted or better.snapshot.page_id == hit.snapshot.page_id):
                return better
    return hit


async def _read_as(search: _Search, name: str, address: str) -> Found | None:
    """Return what an address says in a format, if it lists all that is open."""
    fetched = await _fetched(search, address)
    if fetched is None or not fetched.body:
        return None
    try:
        source = replace(search.page.source, format=name)
        snapshot = await asyncio.to_thread(plugins.format_named(name).parse, fetched.body, source)
    except ParseError as error:
        search.detection.tried.append(Tried(address, str(error)))
        return None
    return _placed(search, Found(name, address, address, snapshot)) if snapshot.complete_open_set else None


def _read(draft: Source, name: str, body: bytes) -> tuple[str, Snapshot]:
    if name not in {AUTO, plugins.PLAIN}:
        try:
            return name, plugins.format_named(name).parse(body, replace(draft, format=name))
        except ParseError as error:
            reason = error
        try:
            return plugins.detect(body, draft)
        except ParseError:
            raise reason from None
    try:
        return plugins.detect(body, draft)
    except ParseError as error:
        # What each of thirty formats missed in it is of no use to anybody.
        raise ParseError(str(error).partition("; ")[0]) from None


def _says_nothing(snapshot: Snapshot) -> bool:
    return not (snapshot.incidents or snapshot.components or snapshot.page_id or snapshot.page_name)


def _keep_second(search: _Search, hit: Found) -> None:
    """A feed of which most entries do not tell how anything stands may be anybody's news."""
    claims = hit.snapshot.incidents
    known = sum(claim.state is not State.UNKNOWN for claim in claims)
    if not known or 2 * known < len(claims):
        reason = f"{'most entries do not say' if known else 'no entry says'} how anything stands"
        search.detection.tried.append(Tried(hit.endpoint, reason, Miss.NEWS))
    elif search.second is None or search.second.format == plugins.PLAIN != hit.format:
        search.second = hit


def _placed(search: _Search, hit: Found) -> Found:
    """Return a hit with the shortest address from which its format finds it: its page's, else its own."""
    form, page = plugins.format_named(hit.format), search.page
    if hit.endpoint == page.source.url or hit.format == plugins.PLAIN:
        return hit
    for base in [page.source.url] if page.is_known_by_path(form) else page.above:
        if hit.endpoint in form.endpoints(replace(page.source, format=hit.format, url=base)):
            return replace(hit, url=base.partition("#")[0].rstrip("/"))
    front = front_of(hit.endpoint)
    leads_elsewhere = _host(front) != _host(page.source.url)
    is_read_there = hit.endpoint in form.endpoints(replace(page.source, format=hit.format, url=front))
    return replace(hit, url=front) if leads_elsewhere and is_read_there else hit


def _is_alive(search: _Search, address: str) -> bool:
    return search.dead[_host(address)] < _GIVEN_UP_AFTER


def _html(body: bytes) -> str:
    """Return a web page's text; nothing for a document."""
    head = body[:1024].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    is_page = head.startswith(b"<") and (not head.startswith(_FEED) or any(mark in head for mark in _XHTML))
    return body.decode(errors="replace") if is_page else ""


def _page(url: str, html: str = "") -> Page:
    return Page(_draft(url), front_of(url), html)


def _draft(url: str) -> Source:
    return Source(key="detect", vendor="unknown", name=_host(url), format=AUTO, url=url)


def _with_scheme(url: str) -> str:
    url = url.strip()
    return url if "://" in url else f"https://{url}"


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""
