"""Which format a page speaks: what its host is known for, what its HTML leads to, what is found where pages keep it.

A body counts only if a format can read it: a host that answers 200 to everything proves nothing.  Every address is
asked once, one after the other; a host that does not answer is soon left alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from bot import catalog, plugins
from bot.errors import FetchError, NotFound, ParseError
from bot.fetch import Expect, Fetched, Fetcher
from bot.model import AUTO, Snapshot, Source, State

_MOST = 40
_GIVEN_UP_AFTER = 2
_HTML = (b"<!doctype html", b"<html", b"<head", b"<body", b"<!--", b"<script")


@dataclass(frozen=True, slots=True)
class Tried:
    """An address that was asked for the sake of a format, and why it was not what was looked for."""

    address: str
    reason: str


@dataclass(frozen=True, slots=True)
class Found:
    """A format, where it begins to read (a page's address or a document's own), and what was read."""

    format: str
    url: str
    endpoint: str
    snapshot: Snapshot


@dataclass(slots=True)
class Detection:
    """What came of looking; `found` is None if no format reads anything there."""

    url: str
    found: Found | None = None
    tried: list[Tried] = field(default_factory=list[Tried])


@dataclass(slots=True)
class _Search:
    fetcher: Fetcher
    draft: Source
    detection: Detection
    asked: set[str] = field(default_factory=set[str])
    dead: Counter[str] = field(default_factory=Counter[str])
    plain: Found | None = None


async def detect(fetcher: Fetcher, url: str) -> Detection:
    """Look for a format that can read a page; one that lists all that is open is better than a mere feed."""
    url = url if "://" in url else f"https://{url}"
    draft = Source(key="detect", vendor="unknown", name=_host(url), format=AUTO, url=url)
    search = _Search(fetcher, draft, Detection(url))
    page = await _page(search)
    if search.detection.found is None:
        for name, address in _candidates(search.draft, page):
            if len(search.asked) >= _MOST or await _is_it(search, name, address):
                break
    search.detection.found = search.detection.found or search.plain
    return search.detection


async def _page(search: _Search) -> str:
    """Return the page's HTML, if it is HTML; a document that a format reads ends the search."""
    url = search.draft.url
    fetched = await _fetched(search, url)
    if fetched is None or fetched.body is None:
        return ""
    if _host(fetched.url) != _host(url):
        search.draft = replace(search.draft, url=_origin(fetched.url))
    head = fetched.body[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith(_HTML):
        return fetched.body.decode(errors="replace")
    _judge(search, AUTO, url, fetched.body)
    return ""


def _candidates(source: Source, page: str) -> Iterator[tuple[str, str]]:
    """Give formats with addresses to ask, the likeliest first; one address may come for several."""
    forms = {name: plugins.format_named(name) for name in _by_use(plugins.discover("bot.feeds"))}
    here = {name: form for name, form in forms.items() if _is_host(_host(source.url), form.HOSTS)}
    for name, form in here.items():
        yield from ((name, address) for address in form.endpoints(replace(source, format=name)))
    if page:
        for name, form in forms.items():
            yield from ((name, address) for address in form.linked(page, source))
    for name, form in forms.items():
        if name not in here and is_anywhere(form.HOSTS):
            guesses = form.endpoints(replace(source, format=name))
            # One that does not name the page is somebody's, whatever page is looked at.
            yield from ((name, address) for address in guesses if _host(source.url) in address)


def _by_use(names: Iterable[str]) -> list[str]:
    """Return formats in the order in which vendors use them, plain feeds last."""
    used = Counter(vendor.format for vendor in catalog.load().vendors)
    return sorted(names, key=lambda name: (name == plugins.PLAIN, -used[name], name))


def is_anywhere(hosts: tuple[str, ...]) -> bool:
    """Whether pages of a format live on hosts of their own; where all are named in full, they do not."""
    return not hosts or any(host.startswith("*.") for host in hosts)


def _is_host(host: str, hosts: tuple[str, ...]) -> bool:
    return any(host == one or (one.startswith("*.") and host.endswith(one[1:])) for one in hosts)


async def _is_it(search: _Search, name: str, address: str) -> bool:
    if address in search.asked or search.dead[_host(address)] >= _GIVEN_UP_AFTER:
        return False
    fetched = await _fetched(search, address)
    return fetched is not None and _judge(search, name, address, fetched.body or b"")


async def _fetched(search: _Search, address: str) -> Fetched | None:
    search.asked.add(address)
    try:
        return await search.fetcher.get(address, expect=Expect.ANY)
    except FetchError as error:
        answered = isinstance(error, NotFound) or str(error).startswith("HTTP ")
        search.dead[_host(address)] += not answered
        search.detection.tried.append(Tried(address, str(error)))
        return None


def _judge(search: _Search, name: str, address: str, body: bytes) -> bool:
    """Whether a format reads the body, preferably the one that it was asked for."""
    found: tuple[str, Snapshot] | None = None
    try:
        found = _read(search.draft, name, body)
    except ParseError as error:
        search.detection.tried.append(Tried(address, str(error)))
        return False
    form, snapshot = found
    is_document = address == search.draft.url
    hit = Found(form, address if is_document else search.draft.url, address, snapshot)
    if form == plugins.PLAIN:
        _keep_plain(search, replace(hit, url=address))
        return False
    if not _leads_back(hit, search.draft):
        hit = replace(hit, url=address)
    search.detection.found = hit
    return True


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
    return plugins.detect(body, draft)


def _keep_plain(search: _Search, hit: Found) -> None:
    """A feed that says of nothing how it stands may be anybody's news."""
    if all(claim.state is State.UNKNOWN for claim in hit.snapshot.incidents):
        search.detection.tried.append(Tried(hit.endpoint, "a feed, and no entry says how anything stands"))
    elif search.plain is None:
        search.plain = hit


def _leads_back(hit: Found, draft: Source) -> bool:
    """Whether the format finds its document from the page's address alone."""
    form = plugins.format_named(hit.format)
    return hit.endpoint in form.endpoints(replace(draft, format=hit.format))


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{parts.path}"
