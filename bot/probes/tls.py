"""Looks at a server's certificate: whether it is valid for its name, and how long it still is."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from pydantic import Field

from bot.model import ProbeResult
from bot.ports import Setup, Web
from bot.probes._address import host_and_port
from bot.probes._keys import Keys

HTTPS = 443


class Options(Keys):
    """What is expected of the certificate."""

    days: Annotated[int, Field(ge=0)] = Field(
        default=14, description="For so many days it still has to be valid; default 14.", examples=["30"]
    )
    name: str | None = Field(
        default=None,
        description="The name that it has to be valid for; default the host of the target.",
        examples=['"api.example.com"'],
    )


def read_target(text: str) -> None:
    """Raise ValueError if a target is none."""
    host_and_port(text, HTTPS)


async def check(setup: Setup, _web: Web, at: datetime) -> ProbeResult:
    """Shake hands once."""
    host, port = host_and_port(setup.target, HTTPS)
    options: Options = setup.options
    loop = asyncio.get_running_loop()
    began, until, reason = loop.time(), None, ""
    try:
        async with asyncio.timeout(setup.timeout.total_seconds()):
            until = await _valid_until(host, port, options.name or host)
    except TimeoutError:
        reason = f"no answer within {setup.timeout.total_seconds():g} s"
    except ssl.SSLCertVerificationError as error:
        reason = f"the certificate of {host} is not valid: {error.verify_message.rstrip('.')}"
    except ssl.SSLError as error:
        reason = f"no secure connection to {host} ({(error.reason or 'it failed').replace('_', ' ').lower()})"
    except socket.gaierror:
        reason = f"no address for {host}"
    except OSError as error:
        reason = f"no connection to {host}: {os.strerror(error.errno).lower() if error.errno else 'it failed'}"
    latency = timedelta(seconds=loop.time() - began)
    if until is None:
        return ProbeResult(ok=False, at=at, reason=reason, latency=latency)
    left = until - at
    if left < timedelta(days=options.days):
        reason = f"the certificate of {host} is valid for {left.days} days more, until {until:%Y-%m-%d}"
    facts = (("valid until", f"{until:%Y-%m-%d %H:%M} UTC"),)
    return ProbeResult(ok=not reason, at=at, reason=reason, latency=latency, facts=facts)


async def _valid_until(host: str, port: int, name: str) -> datetime:
    """Return when the certificate ends; the handshake has proven it, its name and its chain."""
    context = ssl.create_default_context()
    _reader, writer = await asyncio.open_connection(host, port, ssl=context, server_hostname=name)
    try:
        certificate: dict[str, Any] = writer.get_extra_info("peercert")
        return datetime.fromtimestamp(ssl.cert_time_to_seconds(certificate["notAfter"]), UTC)
    finally:
        writer.close()
        with suppress(OSError, ssl.SSLError):
            await writer.wait_closed()
