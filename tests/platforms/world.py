"""Hosts that answer as a platform does: real sockets on 127.0.0.1, names that lead there, and TLS.

async with web([STATUSPAGE]) as there:
    detection = await detect(there.fetcher, "https://status.acme.example")
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from aiohttp.abc import AbstractResolver, ResolveResult

from bot.fetch import EgressPolicy, Fetcher, FetchLimits
from tests.fakes import ManualClock
from tests.feeds.samples import body
from tests.fetch.world import FakeResolver, server_tls
from tests.loops.acme import NOON
from tests.servers import Answer, Server, serve

_PEM = Path(__file__).parent.parent / "fetch" / "self-signed.pem"
HTTPS, HTTP = 443, 80
# Nobody listens there: https://www.rfc-editor.org/rfc/rfc863 (discard), which no machine of ours serves.
_NOBODY = 9


_NOT_FOUND = Answer(status=404, content_type="text/html", body="<!doctype html><title>Not found</title>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What one host answers: by path, and everywhere else.  `http`: also, or alone, without TLS; else it is sent on."""

    answers: Mapping[str, Answer]
    otherwise: Answer = _NOT_FOUND
    http: bool = False
    https: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Paste:
    """What a person pastes, and what must come of it: a format and where it begins to read, or a miss and its reason.

    `watch` is the address to be watched, if it is not the page's.
    """

    address: str
    format: str | None = None
    endpoint: str = ""
    watch: str = ""
    because: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """A platform: its hosts, what is pasted of them, and where it is known from how its pages begin."""

    name: str
    sites: Mapping[str, Site]
    pasted: Sequence[Paste]
    known_from: str
    imitation: bool = False


@dataclass(slots=True)
class Web:
    """All hosts of some platforms, and what they were asked."""

    fetcher: Fetcher
    servers: Sequence[Server]

    def forget(self) -> None:
        """Count anew from here."""
        for server in self.servers:
            server.hits.clear()

    @property
    def requests(self) -> int:
        return sum(len(server.hits) for server in self.servers)


class _Names(AbstractResolver):
    """Leads the names of our hosts to the port on which they are served, with TLS or without."""

    def __init__(self, sites: Mapping[str, Site], ports: Mapping[int, int]) -> None:
        self._sites, self._ports = sites, ports
        self._inner = FakeResolver(**{host.replace(".", "_"): [["127.0.0.1"]] for host in sites})

    async def resolve(self, host: str, port: int = 0, family: int = 0) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port)
        is_served = self._sites[host].https or port != HTTPS
        return [ResolveResult(**{**one, "port": self._ports[port] if is_served else _NOBODY}) for one in found]

    async def close(self) -> None:
        pass


@asynccontextmanager
async def web(platforms: Iterable[Platform]) -> AsyncIterator[Web]:
    """Serve every host of some platforms until the block ends."""
    sites = {host: site for one in platforms for host, site in one.sites.items()}
    secure = {f"//{host}{path}": answer for host, site in sites.items() for path, answer in _all(site).items()}
    plain = {f"//{host}{path}": answer for host, site in sites.items() for path, answer in _in_clear(host, site)}
    async with serve(secure, tls=server_tls()) as first, serve(plain) as second:
        names = _Names(sites, {HTTPS: first.port, HTTP: second.port})
        async with Fetcher(
            now=ManualClock(NOON).now,
            egress=EgressPolicy.allowing("127.0.0.1"),
            tls=_trusting(),
            resolver=names,
            limits=FetchLimits(),
        ) as fetcher:
            yield Web(fetcher, (first, second))


def page(head: str = "", text: str = "", title: str = "Acme Status") -> Answer:
    """Return a web page with what is told of its head and its body."""
    return Answer.html(
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{title}</title>\n{head}\n</head>\n'
        f"<body>\n{text}\n</body>\n</html>\n"
    )


def document(form: str, case: str, content_type: str = "application/json; charset=utf-8") -> Answer:
    """Return one of the examples of a format, as a host answers it."""
    return Answer(body=body(form, case), content_type=content_type)


def atom(form: str, case: str) -> Answer:
    return document(form, case, "application/atom+xml; charset=utf-8")


def rss(form: str, case: str) -> Answer:
    return document(form, case, "application/rss+xml; charset=utf-8")


def at(answer: Answer, status: int) -> Answer:
    """Return the same answer with another status."""
    return replace(answer, status=status)


def _all(site: Site) -> Mapping[str, Answer]:
    return {**site.answers, "/*": site.otherwise}


def _in_clear(host: str, site: Site) -> Iterable[tuple[str, Answer]]:
    if site.http:
        return _all(site).items()
    return ((path, Answer.redirect(f"https://{host}{path.replace('*', 'lost')}", 301)) for path in _all(site))


@cache
def _trusting() -> ssl.SSLContext:
    """Return what trusts our certificate, whatever the name."""
    context = ssl.create_default_context(cafile=str(_PEM))
    context.check_hostname = False
    return context
