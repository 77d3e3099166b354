from __future__ import annotations

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.model import Fault, ProbeResult
from bot.plugins import probe_named
from tests.fetch.world import server_tls
from tests.probes.world import (
    BRIEF,
    authority_file,
    checked,
    closed_port,
    resetting,
    silence,
    talking,
    tls_server,
)

FAR = datetime(2035, 1, 1, tzinfo=UTC)


async def shown(tls: ssl.SSLContext, **keys: Any) -> ProbeResult:
    async with talking(silence, tls=tls) as address:
        return await checked("tls", address, **keys)


async def test_a_certificate_that_is_valid_for_long(tmp_path: Path) -> None:
    at = FAR - timedelta(days=100, hours=1)

    result = await shown(tls_server("127.0.0.1", until=FAR), ca=authority_file(tmp_path), at=at)

    assert (result.ok, result.reason) == (True, "")
    assert result.facts == (("valid until", "2035-01-01 00:00 UTC"), ("days left", "100"))


@pytest.mark.parametrize(
    ("left", "days", "said"),
    [
        (timedelta(days=13), 14, "13 days more"),
        (timedelta(days=1, hours=5), 14, "1 day more"),
        (timedelta(hours=5), 14, "less than a day more"),
        (timedelta(days=29), 30, "29 days more"),
    ],
)
async def test_a_certificate_that_ends_soon(tmp_path: Path, left: timedelta, days: int, said: str) -> None:
    result = await shown(tls_server("127.0.0.1", until=FAR), ca=authority_file(tmp_path), at=FAR - left, days=days)

    assert result.fault is Fault.WRONG
    assert result.reason == f"the certificate of 127.0.0.1 is valid for {said}, until 2035-01-01 00:00 UTC"


async def test_a_greeting_that_does_not_end_is_the_servers_fault() -> None:
    async def babble(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 " + b"x" * 1_000_000)
        await writer.drain()

    async with talking(babble) as address:
        result = await checked("tls", address, starttls="smtp")

    assert (result.fault, result.reason) == (Fault.WRONG, "the server does not offer STARTTLS by smtp")


async def test_a_certificate_that_has_expired(tmp_path: Path) -> None:
    expired = tls_server("127.0.0.1", until=datetime(2001, 1, 1, tzinfo=UTC))

    result = await shown(expired, ca=authority_file(tmp_path))

    assert (result.reason, result.fault) == ("the certificate of 127.0.0.1 has expired", Fault.WRONG)


async def test_a_certificate_for_another_name(tmp_path: Path) -> None:
    result = await shown(tls_server("status.test"), ca=authority_file(tmp_path), name="other.test")

    assert (result.reason, result.fault) == ("the certificate of other.test is for another name", Fault.WRONG)


async def test_a_certificate_for_another_address(tmp_path: Path) -> None:
    result = await shown(tls_server("status.test"), ca=authority_file(tmp_path))

    assert (result.reason, result.fault) == ("the certificate of 127.0.0.1 is for another address", Fault.WRONG)


async def test_the_name_that_is_asked_for(tmp_path: Path) -> None:
    assert (await shown(tls_server("status.test"), ca=authority_file(tmp_path), name="status.test")).ok


async def test_a_certificate_that_nobody_but_itself_has_signed() -> None:
    result = await shown(server_tls())

    assert (result.reason, result.fault) == (
        "the certificate of 127.0.0.1 is signed by nobody but itself",
        Fault.WRONG,
    )


async def test_an_issuer_that_nobody_knows() -> None:
    result = await shown(tls_server())

    assert result.fault is Fault.WRONG
    assert result.reason == (
        "the certificate of 127.0.0.1 comes from an issuer that is not trusted, or its chain is not whole"
    )


async def test_a_file_of_certificates_that_is_not_there() -> None:
    result = await shown(tls_server(), ca="/nowhere/ca.pem")

    assert (result.reason, result.is_ours) == ("the file of certificates /nowhere/ca.pem can not be read", True)


async def test_a_server_that_speaks_no_tls() -> None:
    async def plain(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await silence(_reader, writer)

    async with talking(plain) as address:
        result = await checked("tls", address)

    assert (result.reason, result.fault) == (
        "no secure connection to 127.0.0.1 (wrong version number)",
        Fault.CONNECTION,
    )


async def test_a_server_that_never_shakes_hands() -> None:
    async with talking(silence) as address:
        result = await checked("tls", address, within=BRIEF)

    assert (result.reason, result.fault) == ("no answer within 300 ms", Fault.TIMEOUT)


async def test_a_server_that_resets_the_connection() -> None:
    async with resetting() as address:
        result = await checked("tls", address)

    assert result.fault is Fault.CONNECTION
    assert not result.ok


async def test_nobody_listens() -> None:
    port = closed_port()
    result = await checked("tls", f"127.0.0.1:{port}")

    assert (result.reason, result.fault) == (f"no connection to 127.0.0.1:{port}: connection refused", Fault.CONNECTION)


def mail(tls: ssl.SSLContext, *lines: tuple[bytes, bytes]):  # type: ignore[no-untyped-def]  # see the line below
    """Return a server that answers these lines, and then speaks TLS."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for wanted, answer in lines:
            if wanted and await reader.readline() != wanted:
                return
            writer.write(answer)
            await writer.drain()
        await writer.start_tls(tls)
        await silence(reader, writer)

    return talk


SMTP = (
    (b"", b"220 mail.test ESMTP\r\n"),
    (b"EHLO sitrep.invalid\r\n", b"250-mail.test\r\n250-SIZE 1\r\n250 STARTTLS\r\n"),
    (b"STARTTLS\r\n", b"220 go ahead\r\n"),
)
IMAP = ((b"", b"* OK IMAP4rev2 ready\r\n"), (b"a STARTTLS\r\n", b"a OK begin\r\n"))


@pytest.mark.parametrize(("spoken", "lines"), [("smtp", SMTP), ("imap", IMAP)])
async def test_tls_after_a_conversation_in_clear(
    tmp_path: Path, spoken: str, lines: tuple[tuple[bytes, bytes], ...]
) -> None:
    async with talking(mail(tls_server(), *lines)) as address:
        result = await checked("tls", address, starttls=spoken, ca=authority_file(tmp_path))

    assert result.ok, result.reason


async def test_a_mail_server_without_tls() -> None:
    async with talking(mail(tls_server(), SMTP[0], (SMTP[1][0], b"502 what?\r\n"))) as address:
        result = await checked("tls", address, starttls="smtp")

    assert (result.reason, result.fault) == ("the server does not offer STARTTLS by smtp", Fault.WRONG)


def test_the_port_may_be_left_out() -> None:
    probe_named("tls").read_target("api.example.com")
