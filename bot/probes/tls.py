"""Looks at a server's certificate: whether it is valid for its name, and how long it still is."""

from __future__ import annotations

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import Field

from bot.model import Fault, ProbeResult
from bot.ports import Setup, Web
from bot.probes._address import host_and_port
from bot.probes._keys import Keys, refuse_secret
from bot.probes._results import Facts, Objection, place_of, result_of
from bot.probes._sockets import connected, trust_of

HTTPS = 443

# https://www.openssl.org/docs/manmaster/man3/X509_STORE_CTX_get_error.html#ERROR-CODES
_PROBLEMS = {
    9: "is not valid yet",
    10: "has expired",
    18: "is signed by nobody but itself",
    19: "comes from an issuer that is not trusted",
    20: "comes from an issuer that is not trusted, or its chain is not whole",
    21: "comes from an issuer that is not trusted, or its chain is not whole",
    23: "is revoked",
    62: "is for another name",
    64: "is for another address",
}
# What is asked for before the handshake, line by line, and what the answer to it begins with.
# https://www.rfc-editor.org/rfc/rfc3207#section-4 and https://www.rfc-editor.org/rfc/rfc9051#section-6.2.1
_UPGRADES = {
    "smtp": ((b"", b"220 "), (b"EHLO sitrep.invalid\r\n", b"250 "), (b"STARTTLS\r\n", b"220 ")),
    "imap": ((b"", b"* OK"), (b"a STARTTLS\r\n", b"a OK")),
}
_MORE_LINES = b"-"


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
    ca: str | None = Field(
        default=None,
        description="A file of certificates to trust instead of the usual ones, in PEM.",
        examples=['"/etc/ssl/our-ca.pem"'],
    )
    starttls: Literal["smtp", "imap"] | None = Field(
        default=None,
        description="Where a conversation in clear comes first: smtp or imap.",
        examples=['"smtp"'],
    )


def read_target(text: str) -> None:
    """Raise ValueError if a target is none."""
    refuse_secret(text)
    host_and_port(text, HTTPS)


async def check(setup: Setup, _web: Web, at: datetime) -> ProbeResult:
    """Shake hands once."""
    return await result_of(setup, at, _look(setup, at))


async def _look(setup: Setup, at: datetime) -> Facts:
    options: Options = setup.options
    host, port = place_of(setup, HTTPS)
    until = await _valid_until(setup, host, port, trust_of(options.ca))
    left = until - at
    facts: Facts = (("valid until", f"{until:%Y-%m-%d %H:%M} UTC"), ("days left", str(left.days)))
    if left < timedelta(days=options.days):
        reason = f"the certificate of {host} is valid for {_days(left)} more, until {until:%Y-%m-%d %H:%M} UTC"
        raise Objection(Fault.WRONG, reason, facts)
    return facts


async def _valid_until(setup: Setup, host: str, port: int, context: ssl.SSLContext) -> datetime:
    """Return when the certificate ends; the handshake proves it, its name and its chain."""
    options: Options = setup.options
    began = asyncio.get_running_loop().time()
    async with connected(host, port, setup.timeout) as (reader, writer):
        try:
            async with asyncio.timeout_at(began + setup.timeout.total_seconds()):
                await _upgrade(reader, writer, options.starttls)
                await writer.start_tls(context, server_hostname=options.name or host)
        except ssl.SSLCertVerificationError as error:
            problem = _PROBLEMS.get(error.verify_code, f"is not valid: {error.verify_message.rstrip('.')}")
            raise Objection(Fault.WRONG, f"the certificate of {options.name or host} {problem}") from None
        except ssl.SSLError as error:
            said = (error.reason or "it failed").replace("_", " ").lower()
            raise Objection(Fault.CONNECTION, f"no secure connection to {host} ({said})") from None
        except ValueError:
            raise Objection(Fault.SETUP, f"{options.name or host} is not a name that can be asked for") from None
        except ConnectionError:
            raise Objection(Fault.CONNECTION, f"{host} hung up during the handshake") from None
        certificate: dict[str, Any] = writer.get_extra_info("peercert")
        # A goodbye in TLS is waited for, in the background, for half a minute.
        writer.transport.abort()
        return datetime.fromtimestamp(ssl.cert_time_to_seconds(certificate["notAfter"]), UTC)


async def _upgrade(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, spoken: str | None) -> None:
    """Ask for TLS in a protocol that begins without it."""
    for line, wanted in _UPGRADES.get(spoken or "", ()):
        writer.write(line)
        await writer.drain()
        heard = await _line(reader)
        while heard[3:4] == _MORE_LINES:
            heard = await _line(reader)
        if not heard.startswith(wanted):
            raise Objection(Fault.WRONG, f"the server does not offer STARTTLS by {spoken}")


async def _line(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.readline()
    except ValueError:
        # It does not end.
        return b""


def _days(left: timedelta) -> str:
    return "less than a day" if not left.days else f"{left.days} day{'' if left.days == 1 else 's'}"
