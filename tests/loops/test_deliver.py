"""From what is due to what the channels show, whatever goes wrong on the way."""

from __future__ import annotations

import asyncio
import random
from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.core.backoff import DELIVERY
from bot.errors import Busy, PermanentFailure, PlatformStopped, TemporaryFailure, UnknownOutcome
from bot.loops import deliver as deliver_module
from bot.model import AnnouncementState, Destination
from bot.store import announcements, parking
from bot.store.database import Database
from bot.store.tables import ANNOUNCEMENT, ENTRY
from tests.databases import opened as another_instance
from tests.fakes import FakePlatform, ManualClock
from tests.loops.desk import Desk, thread
from tests.loops.world import until
from tests.store.world import LEADS, LEASE, OPS

BUSY = TemporaryFailure("HTTP 503")
ASKED_TO_WAIT = TemporaryFailure("HTTP 429", timedelta(seconds=30))


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


async def test_a_new_incident_is_posted_once(desk: Desk) -> None:
    await desk.opens()
    await desk.settles()

    assert desk.fake.root("ops").headline == "Acme: Errors"
    assert desk.fake.sent() == ["post"]
    assert await desk.is_content()


async def test_what_is_said_later_goes_into_the_thread_and_the_root_follows(desk: Desk) -> None:
    await desk.opens()
    await desk.settles()
    await desk.says("We found the cause.", "A fix is on its way.")
    await desk.settles()

    root = desk.fake.root("ops")
    assert thread(root) == ["We found the cause.", "A fix is on its way."]
    assert await desk.is_content()


async def test_each_place_gets_its_own_root_and_thread(desk: Desk) -> None:
    await desk.opens(to=(OPS, LEADS))
    await desk.says("We found the cause.")
    await desk.settles()

    assert thread(desk.fake.root("ops")) == thread(desk.fake.root("leads")) == ["We found the cause."]


async def test_a_root_that_shows_the_truth_is_not_touched(desk: Desk) -> None:
    await desk.opens()
    await desk.settles()
    calls = len(desk.fake.calls)
    await desk.settles_in(hours=24)

    assert len(desk.fake.calls) == calls


async def test_a_reply_that_fails_holds_back_those_after_it(desk: Desk) -> None:
    await desk.opens()
    await desk.settles()
    await desk.says("First.", "Second.")
    desk.fake.fails_with(BUSY)
    await desk.settles()
    after_the_failure = thread(desk.fake.root("ops"))
    await desk.settles_in(seconds=2)

    assert after_the_failure == []
    assert thread(desk.fake.root("ops")) == ["First.", "Second."]


async def test_a_place_that_hangs_delays_no_other_place(desk: Desk) -> None:
    desk.fake.hangs_for("ops")
    await desk.opens(to=(OPS, LEADS))
    async with desk.delivers():
        await until(lambda: shows(desk.fake, "leads"))
        await desk.says("We found the cause.")
        desk.delivering.due.set()
        await until(lambda: shows(desk.fake, "leads", "We found the cause."))

        assert "ops" not in desk.fake.channels


async def test_a_platform_that_hangs_delays_no_other_platform(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliver_module, "AT_ONCE", 3)
    clock = ManualClock()
    quick = FakePlatform(clock, name="quick")
    desk = Desk(database, clock, others=(quick,))
    for number in range(4):
        desk.fake.hangs_for(f"ops{number}")
        await desk.opens(f"slow-{number}", to=(Destination("fake", f"ops{number}"),))
    await desk.opens("quick", to=(Destination("quick", "ops"),))
    async with desk.delivers():
        await until(lambda: shows(quick, "ops"))

        assert desk.fake.channels == {}
        assert len(desk.delivering.under_way["fake"]) == 3


async def shows(platform: FakePlatform, address: str, *words: str) -> bool:
    channel = platform.channels.get(address, [])
    return bool(channel) and set(words) <= set(thread(channel[0]))


async def test_a_wait_that_the_platform_asks_for_is_kept(desk: Desk) -> None:
    desk.fake.fails_with(ASKED_TO_WAIT)
    await desk.opens()
    await desk.settles()
    await desk.settles_in(seconds=29)
    tries_before = desk.fake.sent()
    await desk.settles_in(seconds=1)

    assert tries_before == ["post"]
    assert len(desk.fake.channels["ops"]) == 1


async def test_news_do_not_shorten_a_wait_that_the_platform_asked_for(desk: Desk) -> None:
    await desk.opens()
    await desk.settles()
    desk.fake.fails_with(ASKED_TO_WAIT)
    await desk.says("We found the cause.")
    await desk.settles()
    await desk.says("A fix is on its way.")
    await desk.settles_in(seconds=29)
    before = thread(desk.fake.root("ops"))
    await desk.settles_in(seconds=1)

    assert before == []
    assert thread(desk.fake.root("ops")) == ["We found the cause.", "A fix is on its way."]


async def test_a_platform_that_is_down_is_tried_less_and_less_often(desk: Desk) -> None:
    desk.fake.fails_with(BUSY, times=12)
    await desk.opens()
    waits = []
    for _ in range(12):
        await desk.settles()
        due = (await desk.announcement()).due_at
        assert due is not None
        waits.append((due - desk.clock.now()).total_seconds())
        desk.clock.move(seconds=waits[-1])
    await desk.settles()

    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600]
    assert len(desk.fake.channels["ops"]) == 1


async def test_a_success_ends_the_counting_of_failures(desk: Desk) -> None:
    desk.fake.fails_with(BUSY, times=3)
    await desk.opens()
    for _ in range(4):
        await desk.settles_in(minutes=1)

    now = await desk.announcement()
    assert (now.attempts, now.error) == (0, "")


async def test_a_post_whose_answer_was_lost_is_found_and_not_repeated(desk: Desk) -> None:
    desk.fake.loses_the_answer()
    await desk.opens()
    await desk.says("We found the cause.")
    await desk.settles()
    await desk.settles_in(minutes=1)

    assert thread(desk.fake.root("ops")) == ["We found the cause."]
    assert [call.verb for call in desk.fake.calls[:2]] == ["post", "find"]
    assert await desk.is_content()


async def test_a_reply_whose_answer_was_lost_is_found_and_not_repeated(desk: Desk) -> None:
    await desk.opens()
    await desk.settles()
    desk.fake.loses_the_answer()
    await desk.says("First.", "Second.")
    await desk.settles()
    await desk.settles_in(minutes=1)

    assert thread(desk.fake.root("ops")) == ["First.", "Second."]


async def test_an_edit_whose_answer_was_lost_is_simply_repeated(desk: Desk) -> None:
    await desk.opens()
    await desk.settles()
    await desk.says("First.")
    await desk.round()
    await desk.round()
    desk.fake.loses_the_answer()
    await desk.settles()
    await desk.settles_in(minutes=1)

    assert "find" not in [call.verb for call in desk.fake.calls]
    assert await desk.is_content()


async def test_an_edit_whose_answer_was_lost_is_taken_back_if_it_is_no_longer_true(desk: Desk) -> None:
    await desk.opens()
    await desk.settles()
    desk.fake.loses_the_answer()
    await desk.is_called("Errors everywhere")
    await desk.settles()
    await desk.is_called("Errors")
    await desk.settles_in(minutes=1)

    assert desk.fake.root("ops").headline == "Acme: Errors"


async def test_an_edit_in_which_we_died_is_taken_back_if_it_is_no_longer_true(desk: Desk) -> None:
    await desk.opens()
    await desk.settles()
    await desk.is_called("Errors everywhere")
    await dies_after_sending(desk)
    await desk.is_called("Errors")
    await desk.settles()

    assert desk.fake.root("ops").headline == "Acme: Errors"


async def test_what_turns_out_not_to_be_posted_is_posted(desk: Desk) -> None:
    desk.fake.fails_with(UnknownOutcome("the connection was lost"))
    await desk.opens()
    await desk.settles()
    await desk.settles_in(minutes=1)

    assert len(desk.fake.channels["ops"]) == 1
    assert [call.verb for call in desk.fake.calls] == ["post", "find", "post"]


async def test_reading_back_is_tried_until_it_answers(desk: Desk) -> None:
    desk.fake.loses_the_answer()
    desk.fake.fails_with(BUSY, times=3)
    await desk.opens()
    for _ in range(6):
        await desk.settles_in(minutes=1)

    assert len(desk.fake.channels["ops"]) == 1
    assert [call.verb for call in desk.fake.calls] == ["post", "find", "find", "find", "find", "edit"]


async def test_after_an_error_that_nobody_expects_it_is_read_back_too(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    desk.fake.crashes_after_posting()
    await desk.opens()
    await desk.settles()
    await desk.settles_in(minutes=1)

    assert len(desk.fake.channels["ops"]) == 1
    assert "nobody thought of this" in caplog.text


async def test_a_message_is_found_although_the_platforms_clock_is_behind_ours(database: Database) -> None:
    desk = Desk(database)
    desk.fake.clock = ManualClock(desk.clock.now() - timedelta(minutes=2))
    await desk.opens()
    await dies_after_sending(desk)
    await desk.settles()

    assert len(desk.fake.channels["ops"]) == 1


async def dies_after_sending(desk: Desk) -> None:
    """Send the next message, die before that is written down, and come back."""
    desk.fake.hangs_after_posting()
    await desk.begins()
    await desk.fake.until_called(len(desk.fake.calls) + 1)
    await desk.restart()


async def test_who_dies_between_sending_and_writing_it_down_does_not_send_again(desk: Desk) -> None:
    await desk.opens()
    await dies_after_sending(desk)
    await desk.settles()

    assert len(desk.fake.channels["ops"]) == 1
    assert [call.verb for call in desk.fake.calls][:2] == ["post", "find"]
    assert await desk.is_content()


async def test_who_dies_between_a_reply_and_writing_it_down_does_not_send_it_again(desk: Desk) -> None:
    await desk.opens()
    await desk.settles()
    await desk.says("First.")
    await dies_after_sending(desk)
    await desk.says("Second.")
    await desk.settles()

    assert thread(desk.fake.root("ops")) == ["First.", "Second."]


async def test_who_dies_during_an_edit_and_then_after_a_reply_does_not_send_the_reply_again(desk: Desk) -> None:
    await desk.opens()
    await desk.settles()
    await desk.says("First.")
    await desk.round()
    # Only the edit of the root is left.
    await dies_after_sending(desk)
    await desk.says("Second.")
    await dies_after_sending(desk)
    await desk.settles()

    assert desk.fake.sent() == ["post", "reply", "edit", "reply", "edit"]
    assert thread(desk.fake.root("ops")) == ["First.", "Second."]


async def test_who_dies_before_sending_sends_once(desk: Desk) -> None:
    await desk.opens()
    await announcements.claim_due(
        desk.database, "killed", desk.clock.now(), room={"fake": 1}, longest={"fake": 4_000}, lease=LEASE
    )
    await desk.restart()
    await desk.settles()

    assert [call.verb for call in desk.fake.calls] == ["find", "post"]


async def test_who_was_asleep_longer_than_its_lease_sends_nothing(desk: Desk) -> None:
    await desk.opens()
    begun = await desk.begins()
    desk.clock.move(seconds=deliver_module.LEASE.total_seconds() + 1)
    await desk.settles()
    on_waking = desk.fake.calls.copy()
    await desk.settles()

    assert (begun, on_waking) == (1, [])
    assert [call.verb for call in desk.fake.calls] == ["post"]


async def test_a_step_that_never_ends_is_cut_off_and_read_back(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deliver_module, "LONGEST_STEP", timedelta(seconds=0.05))
    desk.fake.hangs_after_posting()
    await desk.opens()
    await desk.settles()
    cut_off = await desk.announcement()
    await desk.settles_in(minutes=1)

    assert cut_off.error == "no answer within 0.05 s"
    assert len(desk.fake.channels["ops"]) == 1


async def test_a_place_that_is_forbidden_is_parked_and_shown_and_the_others_go_on(desk: Desk) -> None:
    desk.fake.forbids("ops")
    await desk.opens(to=(OPS, LEADS))
    await desk.says("We found the cause.")
    await desk.settles()
    await desk.settles_in(hours=24)

    (shown,) = await parking.troubled(desk.database)
    assert (shown.state, shown.destination, shown.error) == (AnnouncementState.PARKED, OPS, "no access to ops")
    assert thread(desk.fake.root("leads")) == ["We found the cause."]
    assert [call.address for call in desk.fake.calls].count("ops") == 1


async def test_what_was_unknown_when_a_place_was_parked_is_still_read_back_later(desk: Desk) -> None:
    desk.fake.loses_the_answer()
    desk.fake.fails_with(PermanentFailure("the history can not be read"))
    await desk.opens()
    await desk.settles()
    await desk.settles_in(minutes=1)
    revived = update(ANNOUNCEMENT).values(state="live", due_at=desk.clock.now())
    await desk.database.write(lambda connection: connection.execute(revived))
    await desk.settles()

    assert len(desk.fake.channels["ops"]) == 1


async def test_after_its_last_try_an_announcement_is_given_up_and_shown(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    await desk.opens()
    tried = update(ANNOUNCEMENT).values(attempts=DELIVERY.attempts - 1)
    await desk.database.write(lambda connection: connection.execute(tried))
    desk.fake.fails_with(BUSY)
    await desk.settles()
    await desk.settles_in(hours=24)

    (shown,) = await parking.troubled(desk.database)
    assert (shown.state, shown.error, shown.attempts) == (AnnouncementState.DEAD, "HTTP 503", DELIVERY.attempts)
    assert desk.fake.sent() == ["post"]
    assert "given up incident=acme-1 destination=fake:ops: HTTP 503" in caplog.text


async def test_an_incident_that_can_not_be_told_does_not_keep_the_others_waiting(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    await desk.opens("acme-1")
    await desk.opens("acme-2")
    spoilt = update(ENTRY).where(ENTRY.c.incident == "acme-1").values(body="{}")
    await desk.database.write(lambda connection: connection.execute(spoilt))
    await desk.settles()

    (parked,) = await parking.troubled(desk.database)
    assert (parked.incident, parked.state) == ("acme-1", AnnouncementState.PARKED)
    assert parked.error == "can not be told: ValidationError"
    assert "can not be told incident=acme-1 destination=fake:ops" in caplog.text
    assert [one.incident for one in await announcements.of_incident(desk.database, "acme-2") if one.root] == ["acme-2"]


async def test_a_root_that_was_deleted_is_replaced_and_the_thread_goes_on_there(desk: Desk) -> None:
    await desk.opens()
    await desk.says("First.")
    await desk.settles()
    desk.fake.deletes_root("ops")
    await desk.says("Second.")
    await desk.settles()
    await desk.says("Third.")
    await desk.settles()

    assert thread(desk.fake.root("ops")) == ["Second.", "Third."]
    assert await desk.is_content()


async def test_the_root_that_replaces_a_deleted_one_is_told_which_it_was(desk: Desk) -> None:
    await desk.opens()
    await desk.settles()
    first = desk.fake.root("ops").ref
    desk.fake.deletes_root("ops")
    await desk.says("Second.")
    await desk.settles()

    assert desk.fake.root("ops").earlier == first


async def test_each_edit_of_the_root_that_replaces_a_deleted_one_is_told_so_too(desk: Desk) -> None:
    await desk.opens()
    await desk.settles()
    first = desk.fake.root("ops").ref
    desk.fake.deletes_root("ops")
    await desk.says("Second.")
    await desk.settles()
    await desk.is_called("Outage")
    await desk.settles()

    assert desk.fake.root("ops").before
    assert desk.fake.root("ops").earlier == first


async def test_waiting_for_a_rate_limit_is_no_failed_try(desk: Desk) -> None:
    await desk.opens()
    for _ in range(DELIVERY.attempts + 5):
        desk.fake.fails_with(Busy("one message a second", timedelta(seconds=1)))
        await desk.settles()
        await desk.settles_in(seconds=2)
    await desk.settles()

    assert desk.fake.root("ops").headline == "Acme: Errors"
    assert await parking.troubled(desk.database) == ()
    (one,) = await announcements.of_incident(desk.database, "acme-1")
    assert (one.attempts, one.error) == (0, "")


async def test_a_platform_that_will_not_have_us_is_left_alone_and_loses_nothing(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    desk.fake.fails_with(PlatformStopped("the token was revoked"))
    await desk.opens("acme-1")
    await desk.settles()
    await desk.opens("acme-2")
    await desk.settles()

    assert desk.fake.sent() == ["post"]
    assert desk.delivering.stopped == {"fake": "the token was revoked"}
    assert "fake stopped, nothing is posted there until the next start: the token was revoked" in caplog.text

    desk.start()
    await desk.settles()

    assert len(desk.fake.channels["ops"]) == 2
    assert await desk.is_content()


async def test_a_deleted_root_that_only_had_to_be_edited_is_replaced(desk: Desk) -> None:
    await desk.opens()
    await desk.settles()
    await desk.says("First.")
    await desk.round()
    desk.fake.deletes_root("ops")
    await desk.settles()

    assert desk.fake.root("ops").headline == "Acme: Errors"
    assert await desk.is_content()


async def test_what_has_gathered_up_is_told_in_one_message(desk: Desk) -> None:
    words = [f"Word {number}." for number in range(20)]
    await desk.opens()
    await desk.settles()
    await desk.says(*words)
    await desk.settles()

    root = desk.fake.root("ops")
    assert len(root.thread) == 1
    assert thread(root) == words


async def test_what_has_gathered_up_is_cut_where_a_message_of_the_platform_ends(database: Database) -> None:
    desk = Desk(database)
    desk.fake.longest = 300
    words = [f"{number} " + "word " * 15 for number in range(20)]
    await desk.opens()
    await desk.settles()
    await desk.says(*words)
    await desk.settles()

    root = desk.fake.root("ops")
    assert thread(root) == words
    assert 1 < len(root.thread) < 20


async def test_the_loop_wakes_at_once_when_something_is_due(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deliver_module, "LONGEST_NAP", timedelta(days=1))
    async with desk.delivers():
        await asyncio.sleep(0.01)
        await desk.opens()
        desk.delivering.due.set()
        await desk.fake.until_called(1)

    assert desk.fake.sent()[0] == "post"


async def test_the_loop_goes_on_until_every_channel_shows_the_truth(desk: Desk) -> None:
    for number in range(5):
        await desk.opens(f"acme-{number}", to=(Destination("fake", f"ops{number}"),))
        await desk.says("First.", "Second.", name=f"acme-{number}")
    async with desk.delivers():
        await until(desk.is_content)

    assert [thread(desk.fake.root(f"ops{number}")) for number in range(5)] == [["First.", "Second."]] * 5


async def test_who_is_told_to_stop_finishes_the_steps_under_way_and_writes_them_down(desk: Desk) -> None:
    desk.fake.hangs()
    await desk.opens()
    async with desk.delivers() as task:
        await desk.fake.until_called(1)
        task.cancel()
        await asyncio.sleep(0.01)
        desk.fake.answers_again()
        await asyncio.wait([task])

    now = await desk.announcement()
    assert (now.last_seq, now.intent) == (1, None)


async def test_a_step_that_hangs_at_the_end_is_left_to_its_intent(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deliver_module, "LAST_WAIT", timedelta(seconds=0.02))
    desk.fake.hangs_after_posting()
    await desk.opens()
    async with desk.delivers() as task:
        await desk.fake.until_called(1)
        task.cancel()
        await asyncio.wait([task])
        left = await desk.announcement()
        await desk.restart()
        await desk.settles()

    assert left.intent is not None
    assert len(desk.fake.channels["ops"]) == 1


async def test_two_instances_share_the_work_and_tell_everything_once(database_url: str) -> None:
    async with another_instance(database_url) as first, another_instance(database_url) as second:
        clock = ManualClock()
        one = Desk(first, clock, "one")
        two = Desk(second, clock, "two")
        two.fake = one.fake
        two.start()
        names = [f"acme-{number}" for number in range(8)]
        for name in names:
            await one.opens(name, to=(Destination("fake", name),))
            await one.says("First.", "Second.", name=name)

        async with one.delivers(), two.delivers():
            await until(one.is_content)

        assert [thread(one.fake.root(name)) for name in names] == [["First.", "Second."]] * len(names)


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_happens_every_word_is_told_once_and_in_order(database: Database, seed: int) -> None:
    dice = random.Random(seed)
    desk = Desk(database)
    names = ["a", "b", "c"]
    said: dict[str, list[str]] = {name: [] for name in names}
    for name in names:
        await desk.opens(name, to=(Destination("fake", name),))
    for number in range(16):
        goes_wrong(desk.fake, dice)
        name = dice.choice(names)
        said[name].append(f"Word {number}.")
        await desk.says(said[name][-1], name=name)
        await one_round(desk, dies=dice.random() < 0.25)
        desk.clock.move(seconds=dice.choice((0, 1, 30)))
    while not await desk.is_content():
        await desk.settles_in(minutes=10)

    assert {name: thread(desk.fake.root(name)) for name in names} == said
    assert await desk.is_content()


def goes_wrong(platform: FakePlatform, dice: random.Random) -> None:
    faults = (
        lambda: platform.fails_with(BUSY),
        lambda: platform.fails_with(ASKED_TO_WAIT),
        lambda: platform.fails_with(UnknownOutcome("the connection was lost")),
        platform.loses_the_answer,
        platform.crashes_after_posting,
        lambda: None,
        lambda: None,
    )
    dice.choice(faults)()


async def one_round(desk: Desk, *, dies: bool) -> None:
    """Do one round; who dies in it has sent something perhaps, and written nothing down."""
    if not dies:
        await desk.round()
        return
    desk.fake.hangs_after_posting()
    await desk.begins()
    await asyncio.sleep(0.005)
    desk.fake.behaves()
    await desk.restart()
