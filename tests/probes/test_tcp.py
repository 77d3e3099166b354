from __future__ import annotations

import asyncio

import pytest

from bot.model import Fault
from bot.plugins import probe_named
from tests.probes.world import BRIEF, checked, closed_port, resetting, silence, talking

KEY = "s3cret-key-0123456789"


async def redis(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer each line as a Redis does."""
    while line := await reader.readline():
        words = {b"PING\r\n": b"+PONG\r\n", f"AUTH {KEY}\r\n".encode(): b"+OK\r\n"}
        writer.write(words.get(line, b"-ERR unknown command '" + line.strip() + b"'\r\n"))


async def test_a_port_that_lets_us_in_is_well() -> None:
    async with talking(silence) as address:
        result = await checked("tcp", address)

    assert (result.ok, result.reason, result.fault) == (True, "", None)
    assert result.latency is not None
    assert [name for name, _ in result.facts] == ["connected"]


async def test_the_answer_that_is_expected() -> None:
    async with talking(redis) as address:
        assert (await checked("tcp", address, send="PING\r\n", expect="+PONG")).ok


async def test_a_secret_is_sent_and_never_shown() -> None:
    async with talking(redis) as address:
        right = await checked("tcp", address, send="AUTH ${KEY}\r\n", expect="+OK", secrets={"KEY": KEY})
        wrong = await checked("tcp", address, send="HELLO ${KEY}\r\n", expect="+OK", secrets={"KEY": KEY}, within=BRIEF)

    assert right.ok
    assert KEY not in repr(wrong)


async def test_another_answer_is_shown_once_the_server_hangs_up() -> None:
    async def rude(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"\x1b[31mgo away\x00" + KEY.encode() + b"\r\n")

    async with talking(rude) as address:
        result = await checked("tcp", address, expect="welcome", secrets={"KEY": KEY})

    assert result.fault is Fault.WRONG
    assert result.reason == 'said " [31mgo away *** ", and nothing that was expected'


async def test_a_server_that_talks_without_end_is_left() -> None:
    async def chatter(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            writer.write(b"bla " * 1000)
            await writer.drain()

    async with talking(chatter) as address:
        result = await checked("tcp", address, expect="ok")

    assert result.fault is Fault.WRONG
    assert len(result.reason) < 150


async def test_a_server_that_hangs_up_without_a_word() -> None:
    async def shy(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        return

    async with talking(shy) as address:
        result = await checked("tcp", address, expect="ok")

    assert (result.reason, result.fault) == ("hung up without a word", Fault.EMPTY)


async def test_a_server_that_says_nothing() -> None:
    async with talking(silence) as address:
        result = await checked("tcp", address, expect="ok", within=BRIEF)

    assert (result.reason, result.fault) == ("no answer within 300 ms", Fault.TIMEOUT)


async def test_nobody_listens_at_any_of_the_addresses() -> None:
    port = closed_port()
    result = await checked("tcp", f"localhost:{port}")

    assert (result.reason, result.fault) == (f"no connection to localhost:{port}: connection refused", Fault.CONNECTION)


async def test_the_second_address_will_do() -> None:
    # localhost is ::1 as well on most machines; the server listens at 127.0.0.1 only.
    async with talking(silence) as address:
        assert (await checked("tcp", address.replace("127.0.0.1", "localhost"))).ok


async def test_the_connection_is_reset() -> None:
    async with resetting() as address:
        result = await checked("tcp", address, expect="ok")

    assert result.fault in {Fault.CONNECTION, Fault.EMPTY}
    assert not result.ok


async def test_a_name_without_an_address() -> None:
    result = await checked("tcp", "nowhere.invalid:5432")

    assert result.fault is Fault.CONNECTION
    assert result.reason.startswith("no address for nowhere.invalid")


async def test_slower_than_it_may_be() -> None:
    async with talking(silence) as address:
        result = await checked("tcp", address, slower_than="0.001ms")

    assert result.fault is Fault.SLOW


@pytest.mark.parametrize("text", ["", "db", "db:", "db:0", "db:65536", "db:x", "http://db:1/", "a b:1"])
def test_a_target_that_is_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a host and a port; write for example db\.example\.com:5432"):
        probe_named("tcp").read_target(text)


@pytest.mark.parametrize("text", ["db.example.com:5432", "[::1]:80", "127.0.0.1:1", "my_db:5432"])
def test_a_target_that_is_one(text: str) -> None:
    probe_named("tcp").read_target(text)
