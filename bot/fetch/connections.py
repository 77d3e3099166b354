"""The connections: pools, opened when they are first needed."""

from __future__ import annotations

import ssl
from functools import cache, lru_cache

import aiohttp
import httpx
from aiohttp.abc import AbstractResolver
from httpx_aiohttp import AiohttpTransport

from bot.errors import BadRequest, FetchError
from bot.fetch.answer import FetchLimits
from bot.fetch.egress import EgressPolicy, GuardedResolver
from bot.fetch.target import Target

# Content security policies of real pages outgrow aiohttp's 8 KiB.
_MAX_HEADER = 32 * 1024
_REMEMBERED = 4096


class Connections:
    """Sends requests to where the policy lets them go.  A `resolver` that is passed in is closed by who made it.

    What is read again and again has a pool of connections that are kept.  A check has a fresh connection each time: it
    is to see what a new client sees, it takes as long as the last one did, and a server that has just closed an idle
    connection is not in trouble.
    """

    def __init__(
        self,
        *,
        limits: FetchLimits,
        egress: EgressPolicy,
        proxy: str | None,
        tls: ssl.SSLContext | None,
        resolver: AbstractResolver | None,
    ) -> None:
        """Open nothing yet: sockets and certificates wait for the first request."""
        self._limits = limits
        self._egress = egress
        # What passed passes again; what was refused is not remembered.
        self._check_host = lru_cache(_REMEMBERED)(egress.check_host)
        self._proxy = proxy
        self._tls = tls
        self._resolver = resolver
        self._kept: AiohttpTransport | None = None
        self._fresh: dict[tuple[str, bool], AiohttpTransport] = {}
        self._closed = False

    async def send(self, request: httpx.Request, target: Target) -> httpx.Response:
        """Return the answer as soon as its headers have come."""
        self._check(target)
        if self._kept is None:
            context = self._tls or _trusted()
            self._kept = AiohttpTransport(verify=context, client=lambda: self._session(self._pool(context)))
        return await self._kept.handle_async_request(request)

    async def send_once(self, request: httpx.Request, target: Target, trust: str, verify: bool) -> httpx.Response:  # noqa: FBT001  a setting of a request
        """Return the answer as soon as its headers have come, over a connection of its own."""
        self._check(target)
        transport = self._fresh.get((trust, verify))
        if transport is None:
            context = self._context(trust, verify)
            transport = AiohttpTransport(verify=context, client=lambda: self._session(self._no_pool(context)))
            self._fresh[trust, verify] = transport
        return await transport.handle_async_request(request)

    async def aclose(self) -> None:
        """Close all of them; nothing can be sent afterwards."""
        self._closed = True
        for transport in filter(None, (self._kept, *self._fresh.values())):
            await transport.aclose()

    def _check(self, target: Target) -> None:
        self._check_host(target.host)
        if self._closed:
            raise FetchError("the fetcher is closed")

    def _context(self, trust: str, verify: bool) -> ssl.SSLContext:  # noqa: FBT001  a setting of a request
        if not verify:
            unchecked = ssl.create_default_context()
            unchecked.check_hostname = False
            unchecked.verify_mode = ssl.CERT_NONE
            return unchecked
        if not trust:
            return self._tls or _trusted()
        try:
            return ssl.create_default_context(cafile=trust)
        except OSError:
            raise BadRequest(f"the file of certificates {trust} can not be read") from None

    def _pool(self, context: ssl.SSLContext) -> aiohttp.TCPConnector:
        return aiohttp.TCPConnector(
            ssl=context,
            resolver=self._guarded(),
            ttl_dns_cache=int(self._limits.dns_ttl.total_seconds()),
            keepalive_timeout=self._limits.keep_alive.total_seconds(),
            limit=self._limits.at_once,
            limit_per_host=self._limits.per_host,
        )

    def _no_pool(self, context: ssl.SSLContext) -> aiohttp.TCPConnector:
        return aiohttp.TCPConnector(
            ssl=context,
            resolver=self._guarded(),
            ttl_dns_cache=int(self._limits.dns_ttl.total_seconds()),
            force_close=True,
            limit=self._limits.checks_at_once,
        )

    def _guarded(self) -> AbstractResolver:
        inner = self._resolver or aiohttp.ThreadedResolver()
        return inner if self._proxy else GuardedResolver(inner, self._egress)

    def _session(self, connector: aiohttp.TCPConnector) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            proxy=self._proxy,
            max_line_size=_MAX_HEADER,
            max_field_size=_MAX_HEADER,
        )


@cache
def _trusted() -> ssl.SSLContext:
    """Return what certificates are checked against, loaded once: certifi's, or those of SSL_CERT_FILE."""
    return httpx.create_ssl_context()
