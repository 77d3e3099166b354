"""Where the channel has to be told by itself: once, before the thread, whatever goes wrong on the way."""

from __future__ import annotations

import asyncio
import random
from typing import cast

import pytest

from bot.errors import TemporaryFailure, UnknownOutcome
from bot.model import ChangeKind
from bot.store.database import Database
from tests.fakes import ApartPlatform
from tests.loops.desk import Desk, thread


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database, make=ApartPlatform)


def aloud(desk: Desk) -> list[str]:
    """Return the vendor's words that the channel heard."""
    fake = cast("ApartPlatform", desk.fake)
    return [part.text for one in fake.aloud.get("ops", []) for part in one.message.parts if hasattr(part, "text")]


async def test_what_the_channel_must_hear_is_said_there_and_then_in_the_thread(desk: Desk) -> None:
    await desk.opens()
    await desk.says("Still looking.")
    await desk.says("It is over.", kind=ChangeKind.RESOLVED)
    await desk.settles()

    assert desk.fake.sent() == ["post", "reply", "broadcast", "reply"]
    assert aloud(desk) == ["It is over."]
    assert thread(desk.fake.root("ops")) == ["Still looking.", "It is over."]
    assert await desk.is_content()


async def test_a_platform_that_shows_a_reply_in_the_channel_is_not_asked_to_say_it_twice(database: Database) -> None:
    desk = Desk(database)
    await desk.opens()
    await desk.says("It is over.", kind=ChangeKind.RESOLVED)
    await desk.settles()

    assert desk.fake.sent() == ["post", "reply"]


async def test_what_was_said_aloud_and_never_heard_of_is_found_in_the_channel(desk: Desk) -> None:
    await desk.opens()
    await desk.settles()
    await desk.says("It is over.", kind=ChangeKind.RESOLVED)
    desk.fake.loses_the_answer()
    await desk.settles()
    await desk.settles_in(minutes=5)

    assert aloud(desk) == ["It is over."]
    assert thread(desk.fake.root("ops")) == ["It is over."]


async def test_who_dies_after_saying_it_aloud_does_not_say_it_again(desk: Desk) -> None:
    await desk.opens()
    await desk.settles()
    await desk.says("It is over.", kind=ChangeKind.RESOLVED)
    desk.fake.hangs_after_posting()
    await desk.begins()
    await desk.fake.until_called(2)
    await desk.restart()
    await desk.settles_in(minutes=5)

    assert [call.verb for call in desk.fake.calls].count("find") == 1
    assert aloud(desk) == ["It is over."]
    assert thread(desk.fake.root("ops")) == ["It is over."]


async def test_a_root_that_is_gone_when_the_channel_shall_hear_it_is_replaced_and_it_is_said_once(desk: Desk) -> None:
    await desk.opens()
    await desk.settles()
    desk.fake.deletes_root("ops")
    await desk.says("It is over.", kind=ChangeKind.RESOLVED)
    await desk.settles()

    assert aloud(desk) == ["It is over."]
    assert thread(desk.fake.root("ops")) == ["It is over."]


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_happens_the_channel_hears_everything_once_and_in_order(desk: Desk, seed: int) -> None:
    dice = random.Random(seed)
    faults = (
        lambda: desk.fake.fails_with(TemporaryFailure("HTTP 503")),
        lambda: desk.fake.fails_with(UnknownOutcome("the connection was lost")),
        desk.fake.loses_the_answer,
        desk.fake.crashes_after_posting,
        lambda: None,
    )
    await desk.opens()
    words = [f"Word {number}." for number in range(8)]
    for word in words:
        dice.choice(faults)()
        await desk.says(word, kind=ChangeKind.ACKNOWLEDGED)
        if dice.random() < 0.5:
            desk.fake.hangs_after_posting()
            await desk.begins()
            await asyncio.sleep(0.005)
            desk.fake.behaves()
            await desk.restart()
        else:
            await desk.round()
        desk.clock.move(seconds=dice.choice((0, 1, 30)))
    while not await desk.is_content():
        await desk.settles_in(minutes=10)

    assert aloud(desk) == words
    assert thread(desk.fake.root("ops")) == words
