"""The connections: pools, opened when they are first needed."""

from __future__ import annotations

import ssl
from dataclasses import replace
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
        self._for_strangers = egress.for_strangers()
        self._check_host = lru_cache(_REMEMBERED)(egress.check_host)
        self._check_led = lru_cache(_REMEMBERED)(self._for_strangers.check_host)
        self._proxy = proxy
        self._tls = tls
        self._resolver = resolver
        self._kept: dict[bool, AiohttpTransport] = {}
        self._fresh: dict[tuple[str, bool, bool], AiohttpTransport] = {}
        self._closed = False

    def leading(self, came_from: Target, to: Target) -> Target:
        """Return where one page leads, marked if only the internet may be reached that way."""
        is_led = came_from.is_led_to or (to.host != came_from.host and not self._egress.is_inside(came_from.host))
        return replace(to, is_led_to=True) if is_led else to

    async def send(self, request: httpx.Request, target: Target) -> httpx.Response:
        """Return the answer as soon as its headers have come."""
        self._check(target)
        transport = self._kept.get(target.is_led_to)
        if transport is None:
            context, guarded = self._tls or _trusted(), self._guarded(target)
            transport = AiohttpTransport(verify=context, client=lambda: self._session(self._pool(context, guarded)))
            self._kept[target.is_led_to] = transport
        return await transport.handle_async_request(request)

    async def send_once(self, request: httpx.Request, target: Target, trust: str, verify: bool) -> httpx.Response:  # noqa: FBT001  a setting of a request
        """Return the answer as soon as its headers have come, over a connection of its own."""
        self._check(target)
        transport = self._fresh.get((trust, verify, target.is_led_to))
        if transport is None:
            context, guarded = self._context(trust, verify), self._guarded(target)
            transport = AiohttpTransport(verify=context, client=lambda: self._session(self._no_pool(context, guarded)))
            self._fresh[trust, verify, target.is_led_to] = transport
        return await transport.handle_async_request(request)

    async def aclose(self) -> None:
        """Close all of them; nothing can be sent afterwards."""
        self._closed = True
        for transport in (*self._kept.values(), *self._fresh.values()):
            await transport.aclose()

    def _check(self, target: Target) -> None:
        (self._check_led if target.is_led_to else self._check_host)(target.host)
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

    def _pool(self, context: ssl.SSLContext, resolver: AbstractResolver) -> aiohttp.TCPConnector:
        return aiohttp.TCPConnector(
            ssl=context,
            resolver=resolver,
            ttl_dns_cache=int(self._limits.dns_ttl.total_seconds()),
            keepalive_timeout=self._limits.keep_alive.total_seconds(),
            limit=self._limits.at_once,
            limit_per_host=self._limits.per_host,
        )

    def _no_pool(self, context: ssl.SSLContext, resolver: AbstractResolver) -> aiohttp.TCPConnector:
        return aiohttp.TCPConnector(
            ssl=context,
            resolver=resolver,
            ttl_dns_cache=int(self._limits.dns_ttl.total_seconds()),
            force_close=True,
            limit=self._limits.checks_at_once,
        )

    def _guarded(self, target: Target) -> AbstractResolver:
        inner = self._resolver or aiohttp.ThreadedResolver()
        policy = self._for_strangers if target.is_led_to else self._egress
        return inner if self._proxy else GuardedResolver(inner, policy)

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
