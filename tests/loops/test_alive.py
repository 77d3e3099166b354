"""Somebody else is told every minute that we live, while all is well, and never anything secret in the log."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from bot.fetch import EgressPolicy, Fetcher
from bot.loops.alive import Alive, beat
from bot.vitals import Turns, Vitals
from tests.fakes import ManualClock
from tests.servers import Answer, Server, serve

PING = "/ping/canary-8d1f0c"


@dataclass(slots=True)
class Heart:
    server: Server
    alive: Alive


async def yes() -> bool:
    return True


async def no() -> bool:
    return False


@pytest.fixture
async def heart() -> AsyncIterator[Heart]:
    clock = ManualClock()
    async with (
        serve({PING: Answer(body="OK")}) as server,
        Fetcher(egress=EgressPolicy.allowing("127.0.0.1"), now=clock.now) as web,
    ):
        vitals = Vitals(yes, Turns(lambda: 0.0))
        for loop in ("watch", "deliver"):
            vitals.turns.turned(loop)
        yield Heart(server, Alive(server.url + PING, web, vitals, clock))


async def test_while_all_is_well_somebody_hears_of_it(heart: Heart) -> None:
    assert await beat(heart.alive)
    assert [(hit.method, hit.path) for hit in heart.server.hits] == [("GET", PING)]


async def test_while_a_loop_hangs_or_the_database_does_not_answer_nobody_does(
    heart: Heart, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    heart.alive.vitals.answers = no
    first, second = await beat(heart.alive), await beat(heart.alive)
    heart.alive.vitals.answers = yes
    heart.alive.vitals.turns.now = lambda: 1000.0
    third = await beat(heart.alive)

    assert (first, second, third) == (False, False, False)
    assert heart.server.hits == []
    assert [one.getMessage().partition(":")[0] for one in caplog.records] == ["heartbeat withheld"]


async def test_before_anything_is_watched_nothing_is_sent(heart: Heart) -> None:
    heart.alive.vitals.turns.counts.clear()

    assert not await beat(heart.alive)


@pytest.mark.parametrize("broken", ["status", "gone", "denied"])
async def test_that_it_is_not_heard_is_logged_once_without_the_address(
    heart: Heart, broken: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    if broken == "status":
        heart.server.answers[PING] = Answer(status=404, body=f"no check {PING}")
    if broken == "gone":
        heart.alive.url = f"http://127.0.0.1:1{PING}"
    if broken == "denied":
        heart.alive.url = heart.server.url.replace("127.0.0.1", "127.0.0.2") + PING

    heard = [await beat(heart.alive), await beat(heart.alive)]

    mine = [one.getMessage() for one in caplog.records if one.name == "bot.loops.alive"]
    assert heard == [False, False]
    assert len(mine) == 1
    assert mine[0].startswith("heartbeat not heard: ")
    assert not any("canary" in one.getMessage() for one in caplog.records if one.name != "aiohttp.access")
    assert "canary" not in repr(heart.alive)
