"""What the tests of the fetcher share: a fetcher that may go to local servers, and names that lead there."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from aiohttp.abc import AbstractResolver, ResolveResult

from bot.fetch import EgressPolicy, Fetcher, FetchLimits

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LOCAL = EgressPolicy.allowing("127.0.0.1")
_PEM = Path(__file__).with_name("self-signed.pem")


class FakeResolver(AbstractResolver):
    """Looks names up in a table; a list of answers is given one by one, the last one for ever."""

    def __init__(self, **names: Sequence[Sequence[str]]) -> None:
        self._names = {name.replace("_", "."): list(answers) for name, answers in names.items()}
        self.asked: list[str] = []

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        self.asked.append(host)
        answers = self._names.get(host)
        if answers is None:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        addresses = answers.pop(0) if len(answers) > 1 else answers[0]
        return [_result(host, port, address) for address in addresses]

    async def close(self) -> None:
        pass


def local_fetcher(
    *,
    limits: FetchLimits | None = None,
    egress: EgressPolicy = LOCAL,
    resolver: FakeResolver | None = None,
    proxy: str | None = None,
    tls: ssl.SSLContext | None = None,
) -> Fetcher:
    return Fetcher(
        now=lambda: NOW,
        limits=limits or FetchLimits(),
        egress=egress,
        resolver=resolver or FakeResolver(status_test=[["127.0.0.1"]], cdn_test=[["127.0.0.1"]]),
        proxy=proxy,
        tls=tls,
    )


@cache
def server_tls() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_PEM)
    return context


@cache
def trusting_tls() -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(_PEM))


def _result(host: str, port: int, address: str) -> ResolveResult:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=socket.AI_NUMERICHOST)
