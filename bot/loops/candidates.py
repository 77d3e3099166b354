"""Where the documents of a page may be, the likeliest first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from urllib.parse import urlsplit

from bot import catalog, plugins
from bot.model import Source
from bot.plugins import Format


@dataclass(frozen=True, slots=True)
class Candidate:
    """An address to ask for the sake of a format.  `is_sure`: its host or its page's HTML says that it is of that."""

    format: str
    address: str
    is_sure: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """A page that was pasted, and the front page of its host, which it may be itself."""

    source: Source
    front: str
    html: str = ""
    front_html: str = ""

    @property
    def at_front(self) -> Source:
        return replace(self.source, url=self.front)

    @property
    def above(self) -> tuple[str, ...]:
        """The front page, what lies between, and the page itself, without its query and with it."""
        parts = urlsplit(self.source.url).path.strip("/").split("/")
        between = ("/".join((self.front, *parts[:depth])) for depth in range(1, len(parts) + 1))
        return tuple(dict.fromkeys((self.front, *between, self.source.url)))

    def is_known_by_path(self, form: Format) -> bool:
        """Whether the path tells that a page is of a format, so that its host alone would not."""
        return bool(form.linked("", self.source)) and not form.linked("", self.at_front)


def front_of(url: str) -> str:
    """Return the front page of an address's host."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def named(page: Page) -> Iterator[Candidate]:
    """Give what the host is known for, then what the page's HTML leads to."""
    for name in _by_use():
        if is_own_host(name, _host(page.source.url)):
            yield from _endpoints(name, (page.source, page.at_front), is_sure=True)
    yield from led_to(page.html, page.source)


def led_to(html: str, source: Source) -> Iterator[Candidate]:
    """Give what the HTML of a page leads to; a feed that it names may be of any format."""
    for name in _by_use():
        for address in plugins.format_named(name).linked(html, source):
            yield Candidate(name, address, is_sure=name != plugins.PLAIN)


def guessed(page: Page, pasted: str) -> Iterator[Candidate]:
    """Give where each platform keeps its documents on the page's own host; one address may come for several.

    Other hosts are asked only if the page leads there: they need not hear which pages somebody looks at.
    """
    fronts = dict.fromkeys((page.front, front_of(pasted)))
    sources = (page.source, *(replace(page.source, url=front) for front in fronts))
    hosts = {_host(source.url) for source in sources}
    for name in _by_use():
        if is_anywhere(plugins.format_named(name).HOSTS):
            found = _endpoints(name, sources, is_sure=False)
            yield from (one for one in found if _host(one.address) in hosts)


def _endpoints(name: str, sources: Iterable[Source], *, is_sure: bool) -> Iterator[Candidate]:
    for source in sources:
        for address in plugins.format_named(name).endpoints(replace(source, format=name)):
            yield Candidate(name, address, is_sure)


def is_own_host(name: str, host: str) -> bool:
    """Whether a format is spoken at a host, and nothing else."""
    hosts = plugins.format_named(name).HOSTS
    return any(host == one or (one.startswith("*.") and host.endswith(one[1:])) for one in hosts)


def is_anywhere(hosts: tuple[str, ...]) -> bool:
    """Whether pages of a format live on hosts of their own; where all are named in full, they do not."""
    return not hosts or any(host.startswith("*.") for host in hosts)


@cache
def _by_use() -> tuple[str, ...]:
    """Return formats in the order in which vendors use them, plain feeds last."""
    used = Counter(vendor.format for vendor in catalog.load().vendors)
    names = plugins.discover("bot.feeds")
    return tuple(sorted(names, key=lambda name: (name == plugins.PLAIN, -used[name], name)))


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").lower()
