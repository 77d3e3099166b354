"""What arrives when others have gone on: it is taken back where it is there twice, and what is true is said again."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace

import pytest
from sqlalchemy import delete

from bot.core.message import Message, plain
from bot.errors import MessageGone, PermanentFailure, TemporaryFailure
from bot.loops.latecomers import AGAIN, TRIES, Latecomers, look
from bot.model import Ref
from bot.store import latecomers, timers
from bot.store.database import Database
from bot.store.latecomers import LOOKS
from bot.store.tables import ANNOUNCEMENT
from tests.fakes import FakePlatform, TwicePlatform
from tests.loops.desk import Desk, thread
from tests.loops.overtaken import FIRST, LAST, WORDS, Scene


@dataclass(slots=True)
class KnowsByKey(TwicePlatform):
    """Gives whoever sends a root again the one that has its key."""

    async def post(self, address: str, message: Message, key: str, earlier: Ref | None = None) -> Ref:
        known = [one for one in self.channels.get(address, ()) if one.key == key]
        return known[0].ref if known else await TwicePlatform.post(self, address, message, key, earlier)


@pytest.fixture
def scene(database: Database) -> Scene:
    return Scene(database)


async def test_a_reply_that_arrives_after_it_was_sent_again_is_there_once(scene: Scene) -> None:
    await scene.opens()
    await scene.desk.says(WORDS)
    await scene.is_sent_again_before_it_arrives()
    before = thread(scene.fake.root("ops"))
    taken = await scene.looks_in(FIRST)

    assert before == [WORDS, WORDS]
    assert taken == 1
    assert thread(scene.fake.root("ops")) == [WORDS]


async def test_the_first_of_two_stays_so_that_their_order_is_kept(scene: Scene) -> None:
    await scene.opens()
    await scene.desk.says(WORDS)
    await scene.desk.says("A fix is on its way.")
    await scene.is_sent_again_before_it_arrives()
    await scene.looks_in(FIRST)

    assert thread(scene.fake.root("ops")) == [WORDS, "A fix is on its way."]


async def test_of_two_roots_the_one_whose_thread_goes_on_stays(scene: Scene) -> None:
    await scene.desk.opens()
    scene.late.is_long_under_way()
    await scene.desk.round()
    scene.desk.clock.move(minutes=1)
    # It arrives between the look for it and the next try: it is the older one, and nobody knows it.
    await scene.desk.round()
    await scene.late.arrives()
    await scene.desk.settles()
    known = (await scene.desk.announcement()).root
    taken = await scene.looks_in(FIRST)
    await scene.desk.says(WORDS)
    await scene.desk.settles()

    assert taken == 1
    assert scene.fake.root("ops").ref == known
    assert thread(scene.fake.root("ops")) == [WORDS]


async def test_a_root_that_is_the_late_one_after_all_says_what_is_true(database: Database) -> None:
    """As on Discord, which gives whoever sends a message again within minutes the one that it has."""
    scene = Scene(database, KnowsByKey(Desk(database).clock))
    scene.fake.clock = scene.desk.clock
    await scene.desk.opens()
    scene.late.is_long_under_way()
    await scene.desk.round()
    scene.desk.clock.move(minutes=1)
    await scene.desk.round()
    await scene.desk.says(WORDS)
    await scene.late.arrives()
    await scene.desk.settles()
    before = scene.fake.root("ops").message
    taken = await scene.looks_in(FIRST)
    await scene.desk.settles()
    after = scene.fake.root("ops").message

    assert taken == 0
    assert WORDS not in plain(before)
    assert WORDS in plain(after)
    assert await scene.desk.is_content()


@pytest.mark.parametrize("hours", [0, 5])
async def test_who_was_stopped_at_the_last_moment_and_wakes_takes_back_what_others_have_sent_too(
    scene: Scene, hours: float
) -> None:
    await scene.opens()
    await scene.desk.says(WORDS)
    await scene.wakes_after_others_took_over(hours)
    before = thread(scene.fake.root("ops"))
    taken = await scene.looks_in(FIRST)

    assert before == [WORDS, WORDS]
    assert taken == 1
    assert thread(scene.fake.root("ops")) == [WORDS]


async def test_what_arrives_after_the_first_look_is_found_by_the_last_one(scene: Scene) -> None:
    await scene.opens()
    await scene.desk.says(WORDS)
    scene.late.is_long_under_way()
    await scene.desk.round()
    await scene.desk.settles_in(minutes=1)
    first = await scene.looks_in(FIRST)
    await scene.late.arrives()
    last = await scene.looks_in(LAST)

    assert (first, last) == (0, 1)
    assert thread(scene.fake.root("ops")) == [WORDS]
    assert not await scene.waits()


async def test_a_root_that_an_old_edit_may_have_reached_is_made_current(scene: Scene) -> None:
    await scene.opens()
    await scene.desk.is_called("Login is slow")
    await scene.desk.is_called("Login fails")
    scene.late.is_long_under_way()
    await scene.desk.round()
    await scene.desk.is_called("Login is down")
    await scene.desk.settles_in(minutes=1)
    await scene.late.arrives()
    stale = scene.fake.root("ops").headline
    await scene.looks_in(FIRST)
    await scene.desk.settles()

    assert stale == "Acme: Login fails"
    assert scene.fake.root("ops").headline == "Acme: Login is down"
    assert await scene.desk.is_content()


async def test_nothing_is_looked_for_where_all_was_found(scene: Scene) -> None:
    await scene.opens()
    await scene.desk.says(WORDS)
    scene.fake.loses_the_answer()
    await scene.desk.round()
    await scene.desk.settles_in(minutes=1)

    assert not await scene.waits()
    assert thread(scene.fake.root("ops")) == [WORDS]


@pytest.mark.parametrize("error", [TemporaryFailure("HTTP 503"), TimeoutError()])
async def test_a_platform_that_does_not_answer_is_asked_again(scene: Scene, error: Exception) -> None:
    await scene.opens()
    await scene.desk.says(WORDS)
    await scene.is_sent_again_before_it_arrives()
    scene.fake.fails_with(error, times=2)
    taken = [await scene.looks_in(wait) for wait in (FIRST, AGAIN, AGAIN)]

    assert taken == [0, 0, 1]


async def test_one_that_never_answers_is_not_asked_for_ever(scene: Scene) -> None:
    await scene.opens()
    await scene.desk.says(WORDS)
    await scene.is_sent_again_before_it_arrives()
    scene.fake.fails_with(TemporaryFailure("HTTP 503"), times=1_000)
    for _ in range(len(LOOKS) * TRIES):
        await scene.looks_in(LAST)

    assert not await scene.waits()


@pytest.mark.parametrize("error", [MessageGone("it is deleted"), PermanentFailure("no access")])
async def test_where_nothing_can_be_seen_nothing_is_taken_back(scene: Scene, error: Exception) -> None:
    await scene.opens()
    await scene.desk.says(WORDS)
    await scene.is_sent_again_before_it_arrives()
    scene.fake.fails_with(error, times=2)

    assert [await scene.looks_in(FIRST), await scene.looks_in(LAST)] == [0, 0]
    assert not await scene.waits()


async def test_as_long_as_others_are_at_it_nothing_is_taken_back(scene: Scene) -> None:
    await scene.opens()
    await scene.desk.says(WORDS)
    scene.late.is_long_under_way(times=2)
    await scene.desk.round()
    # Looked for in vain, and sent again; of that nobody hears either.
    scene.desk.clock.move(minutes=1)
    await scene.desk.round()
    await scene.desk.round()
    await scene.late.arrives()
    before = await scene.looks_in(FIRST)
    await scene.desk.settles_in(minutes=2)
    after = await scene.looks_in(AGAIN)

    assert (before, after) == (0, 1)
    assert thread(scene.fake.root("ops")) == [WORDS]


async def test_what_one_that_was_killed_has_sent_is_put_right_as_well(scene: Scene) -> None:
    await scene.opens()
    await scene.desk.is_called("Login is slow")
    scene.fake.hangs()
    asked = len(scene.fake.calls)
    await scene.desk.begins()
    await scene.fake.until_called(asked + 1)
    await scene.desk.restart()
    await scene.desk.is_called("Login is down")
    await scene.desk.settles()
    # What was under way when it was killed arrives now.
    root = scene.fake.root("ops")
    root.message = replace(root.message, headline="Acme: Login is slow")
    await scene.looks_in(FIRST)
    await scene.desk.settles()

    assert scene.fake.root("ops").headline == "Acme: Login is down"


async def test_two_that_look_at_once_do_not_both_do_it(scene: Scene) -> None:
    await scene.opens()
    await scene.desk.says(WORDS)
    await scene.is_sent_again_before_it_arrives()
    scene.desk.clock.move(seconds=FIRST.total_seconds())
    scene.fake.hangs_after_posting()
    one = asyncio.create_task(look(Latecomers(scene.desk.delivering, scene.desk.clock)))
    await scene.fake.until_called(len(scene.fake.calls) + 1)
    other = await look(Latecomers(scene.other.delivering, scene.desk.clock))
    scene.fake.answers_again()

    assert (other, await one) == (0, 1)


async def test_what_is_done_again_while_it_is_looked_for_is_looked_for_anew(scene: Scene) -> None:
    await scene.opens()
    await scene.desk.says(WORDS)
    await scene.is_sent_again_before_it_arrives()
    now = scene.desk.clock.move(seconds=FIRST.total_seconds() + LAST.total_seconds())
    (late,) = await latecomers.claim(scene.desk.database, now)
    again = latecomers.Expected(late.announcement, late.generation, late.step, now)
    await scene.desk.database.write(lambda connection: latecomers.expect(connection, [again]))
    await latecomers.give_up(scene.desk.database, late)

    assert await scene.waits() == 1


async def test_what_is_forgotten_is_not_looked_for(scene: Scene) -> None:
    await scene.opens()
    await scene.desk.says(WORDS)
    await scene.is_sent_again_before_it_arrives()
    await scene.desk.database.write(lambda connection: connection.execute(delete(ANNOUNCEMENT)))

    assert [await scene.looks_in(FIRST), await scene.looks_in(LAST)] == [0, 0]
    assert not await scene.waits()


async def test_a_clock_that_is_set_back_keeps_nobody_from_looking(scene: Scene) -> None:
    await scene.opens()
    await scene.desk.says(WORDS)
    await scene.is_sent_again_before_it_arrives()
    scene.desk.clock.move(days=-30)
    await timers.settle(scene.desk.database, scene.desk.clock.now())

    # What was sent in a time that is still to come is found as well: it is asked for from before now on.
    assert await scene.looks_in(FIRST) == 1


async def test_a_platform_that_takes_nothing_back_is_left_alone(database: Database) -> None:
    scene = Scene(database, FakePlatform(Desk(database).clock))
    await scene.opens()
    await scene.desk.says(WORDS)
    await scene.wakes_after_others_took_over()
    asked = len(scene.fake.calls)

    assert await scene.looks_in(FIRST) == 0
    assert len(scene.fake.calls) == asked
