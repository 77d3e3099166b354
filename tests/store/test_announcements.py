from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection, func, select, update

from bot.model import AnnouncementState, Destination, Intent, Ref, StepKind
from bot.store import announcements, incidents, parking
from bot.store.announcements import Outcome
from bot.store.database import Database
from bot.store.errands import Errand
from bot.store.tables import ANNOUNCEMENT
from tests.databases import meanwhile
from tests.databases import opened as another_instance
from tests.store.world import (
    LEADS,
    LEASE,
    NOW,
    OPS,
    claimed,
    decision,
    done,
    entry,
    incident,
    later,
    only,
    opened,
    settled,
    updated,
)

FAKE = {"fake"}


def told(errands: Iterable[Errand]) -> list[str]:
    return [errand.announcement.incident for errand in errands]


def failed(errand: Errand, *, again_in: timedelta, intent: Intent | None = None) -> Outcome:
    after = replace(errand.announcement, attempts=errand.announcement.attempts + 1, error="HTTP 500", intent=intent)
    return Outcome(announcement=after, revision=errand.revision, due_at=NOW + again_in)


def given(errand: Errand, state: AnnouncementState) -> Outcome:
    after = replace(errand.announcement, state=state, error="no access")
    return Outcome(announcement=after, revision=errand.revision, due_at=None)


async def test_a_new_incident_is_due_once_wherever_it_goes(database: Database) -> None:
    await opened(database, to=(OPS, LEADS))

    errands = await claimed(database)

    assert {errand.announcement.destination for errand in errands} == {OPS, LEADS}
    assert {errand.step.kind for errand in errands} == {StepKind.POST}


async def test_an_incident_is_announced_once_in_each_place(database: Database) -> None:
    before = await opened(database)
    after = replace(before, last_seq=2)
    await incidents.commit(database, decision(after, entries=(entry(2),), before=(before,), to=(OPS, LEADS)))

    found = await announcements.of_incident(database, "acme-1")

    assert [one.destination for one in found] == [OPS, LEADS]


async def test_what_one_has_claimed_another_does_not_get(database: Database) -> None:
    await opened(database)
    await claimed(database, "one")

    assert await claimed(database, "another") == ()
    assert await announcements.next_due(database, NOW, FAKE) is None


async def test_instances_that_claim_at_the_same_time_never_get_the_same_one(database_url: str) -> None:
    async with another_instance(database_url) as one, another_instance(database_url) as two:
        many = tuple(incident(f"acme-{number}") for number in range(60))
        await incidents.commit(one, decision(*many, entries=tuple(entry(1, i.id) for i in many)))
        turns = (claimed(instance, name, room=5) for _ in range(12) for instance, name in ((one, "1"), (two, "2")))

        got = [errand.announcement.incident for turn in await asyncio.gather(*turns) for errand in turn]

    assert sorted(got) == sorted(i.id for i in many)


async def test_an_instance_does_not_wait_for_another_that_is_just_claiming(postgres_url: str) -> None:
    async with another_instance(postgres_url) as one:
        await opened(one, "acme-1")
        await opened(one, "acme-2")

        def work(connection: Connection) -> list[str]:
            held = select(ANNOUNCEMENT.c.id).where(ANNOUNCEMENT.c.incident == "acme-1").with_for_update()
            connection.execute(held)
            return told(meanwhile(postgres_url, claimed))

        assert await one.write(work) == ["acme-2"]


async def test_a_lease_that_has_run_out_is_free_for_others(database: Database) -> None:
    await opened(database)
    await claimed(database, "killed")

    (again,) = await claimed(database, "another", NOW + LEASE)

    assert again.announcement.fence == 2


async def test_a_step_is_recorded_as_intended_before_it_is_sent(database: Database) -> None:
    await opened(database)

    (errand,) = await claimed(database)

    recorded = (await only(database)).intent
    assert recorded == Intent(errand.step.key, StepKind.POST, 1, NOW)
    assert errand.unfinished is None


async def test_a_step_that_nobody_reported_on_is_unfinished_for_the_next(database: Database) -> None:
    await opened(database)
    (begun,) = await claimed(database, "killed")

    (again,) = await claimed(database, "another", NOW + LEASE)

    assert again.unfinished == Intent(begun.step.key, StepKind.POST, 1, NOW)


async def test_the_intent_stays_with_the_step_that_was_begun_first(database: Database) -> None:
    before = await opened(database)
    await settled(database)
    before = await updated(database, before)
    (begun,) = await claimed(database, "killed")
    await updated(database, before, text="And another word.")

    (again,) = await claimed(database, "another", NOW + LEASE)

    assert again.unfinished is not None
    assert again.unfinished.key == begun.step.key
    assert (await only(database)).intent == again.unfinished


async def test_an_unfinished_edit_gives_way_to_the_intent_of_the_next_step(database: Database) -> None:
    """An edit may be done twice; a reply that is sent instead of it must be found again."""
    before = await opened(database)
    await settled(database)
    retitled = replace(before, title="Errors everywhere")
    await incidents.commit(database, decision(retitled, before=(before,)))
    (begun,) = await claimed(database, "killed")
    await updated(database, retitled)

    (again,) = await claimed(database, "another", NOW + LEASE)

    assert (begun.step.kind, again.step.kind) == (StepKind.EDIT, StepKind.REPLY)
    assert again.unfinished is None
    recorded = (await only(database)).intent
    assert recorded is not None
    assert recorded.key == again.step.key


async def test_the_outcome_of_a_step_is_recorded_and_the_announcement_given_back(database: Database) -> None:
    await opened(database)
    (errand,) = await claimed(database)

    await announcements.record(database, [done(errand)])

    now = await only(database)
    assert (now.root, now.last_seq, now.root_hash, now.intent) == (Ref("root"), 1, errand.step.root_hash, None)
    assert await announcements.next_due(database, NOW, FAKE) == NOW


async def test_an_outcome_whose_lease_was_lost_is_left_to_the_new_holder(database: Database) -> None:
    await opened(database)
    (late,) = await claimed(database, "slow")
    (current,) = await claimed(database, "quick", NOW + LEASE)

    await announcements.record(database, [done(late)])

    assert (await only(database)).root is None
    await announcements.record(database, [done(current)])
    assert (await only(database)).root == Ref("root")


async def test_many_outcomes_are_recorded_together_less_those_that_came_too_late(database: Database) -> None:
    for number in range(10):
        await opened(database, f"acme-{number}")
    errands = await claimed(database, "slow")
    quick = await claimed(database, "quick", NOW + LEASE, room=3)

    await announcements.record(database, [done(errand) for errand in errands])

    lost = {errand.announcement.incident for errand in quick}
    for errand in errands:
        (told,) = await announcements.of_incident(database, errand.announcement.incident)
        assert (told.root is None) == (told.incident in lost)


async def test_a_channel_that_shows_the_truth_is_not_due_any_more(database: Database) -> None:
    await opened(database)
    await settled(database)

    assert await claimed(database, now=later(days=1)) == ()
    assert await announcements.next_due(database, NOW, FAKE) is None


async def test_what_comes_in_while_a_step_is_out_keeps_the_announcement_due(database: Database) -> None:
    before = await opened(database)
    (errand,) = await claimed(database)
    await updated(database, before, now=later(seconds=1))

    await announcements.record(database, [done(errand, due_at=None)])

    (after,) = await claimed(database, now=later(seconds=1))
    assert (after.step.kind, after.step.through) == (StepKind.REPLY, 2)


async def test_a_reply_is_made_of_what_the_thread_does_not_have_yet(database: Database) -> None:
    before = await opened(database)
    await settled(database)
    before = await updated(database, before, text="A second word.")
    await updated(database, before, text="A third word.")

    steps = [errand.step for errand in await settled(database)]

    assert [entry.text for step in steps for entry in step.entries] == ["A second word.", "A third word."]


async def test_a_failed_step_is_not_tried_again_before_its_time(database: Database) -> None:
    await opened(database)
    (errand,) = await claimed(database)
    await announcements.record(database, [failed(errand, again_in=timedelta(seconds=30))])

    assert await claimed(database, now=later(seconds=29)) == ()
    assert await announcements.next_due(database, NOW, FAKE) == later(seconds=30)
    assert told(await claimed(database, now=later(seconds=30))) == ["acme-1"]


async def test_news_do_not_shorten_the_wait_that_a_platform_has_asked_for(database: Database) -> None:
    before = await opened(database)
    (errand,) = await claimed(database)
    await announcements.record(database, [failed(errand, again_in=timedelta(seconds=30))])
    await updated(database, before, now=later(seconds=5))

    assert await claimed(database, now=later(seconds=29)) == ()
    assert told(await claimed(database, now=later(seconds=30))) == ["acme-1"]


async def test_news_that_come_while_a_step_fails_do_not_shorten_the_wait_either(database: Database) -> None:
    before = await opened(database)
    (errand,) = await claimed(database)
    await updated(database, before, now=later(seconds=1))
    await announcements.record(database, [failed(errand, again_in=timedelta(seconds=30))])

    assert await claimed(database, now=later(seconds=29)) == ()
    assert told(await claimed(database, now=later(seconds=30))) == ["acme-1"]


async def test_the_urgent_come_first_then_the_longest_due(database: Database) -> None:
    await opened(database, "second", now=later(seconds=1))
    await opened(database, "third", now=later(seconds=2))
    await opened(database, "urgent", now=later(seconds=3), urgent=True)

    assert told(await claimed(database, now=later(seconds=9))) == ["urgent", "second", "third"]


async def test_an_announcement_that_has_become_urgent_overtakes(database: Database) -> None:
    await opened(database, "first")
    before = await opened(database, "second", now=later(seconds=1))
    await updated(database, before, now=later(seconds=2), urgent=True)

    assert told(await claimed(database, now=later(seconds=9), room=1)) == ["second"]


async def test_urgency_ends_when_the_channel_shows_the_truth(database: Database) -> None:
    before = await opened(database, "was-urgent", urgent=True)
    await settled(database)
    await updated(database, before, now=later(seconds=1))
    await opened(database, "urgent", now=later(seconds=2), urgent=True)

    assert told(await claimed(database, now=later(seconds=9))) == ["urgent", "was-urgent"]


async def test_each_platform_has_its_own_room(database: Database) -> None:
    for number in range(3):
        await opened(database, f"acme-{number}", to=(Destination("slack", "C1"), Destination("discord", "2")))

    errands = await announcements.claim_due(
        database,
        "one",
        NOW,
        room={"slack": 2, "discord": 1, "console": 5},
        longest=dict.fromkeys(("slack", "discord", "console"), 4_000),
        lease=LEASE,
    )

    taken = [errand.announcement.destination.platform for errand in errands]
    assert (taken.count("slack"), taken.count("discord"), len(taken)) == (2, 1, 3)


async def test_a_platform_without_room_is_left_alone(database: Database) -> None:
    await opened(database)

    assert await claimed(database, room=0) == ()
    assert told(await claimed(database, room=1)) == ["acme-1"]


async def test_what_waits_for_a_platform_that_nobody_has_is_not_due(database: Database) -> None:
    await opened(database, to=(Destination("slack", "C1"),))

    assert await announcements.next_due(database, NOW, FAKE) is None
    assert await announcements.next_due(database, NOW, {"slack"}) == NOW


@pytest.mark.parametrize("state", [AnnouncementState.PARKED, AnnouncementState.DEAD])
async def test_what_was_given_up_is_never_claimed_but_shown(database: Database, state: AnnouncementState) -> None:
    before = await opened(database)
    (errand,) = await claimed(database)
    await announcements.record(database, [given(errand, state)])
    await updated(database, before)

    assert await claimed(database, now=later(days=1)) == ()
    assert await announcements.next_due(database, NOW, FAKE) is None
    (shown,) = await parking.troubled(database)
    assert (shown.state, shown.error, shown.destination) == (state, "no access", OPS)


async def test_what_is_well_is_not_shown_as_troubled(database: Database) -> None:
    await opened(database)
    await settled(database)

    assert await parking.troubled(database) == ()


async def test_a_start_frees_the_leases_of_an_earlier_run_and_keeps_its_intents(database: Database) -> None:
    await opened(database)
    (begun,) = await claimed(database, "killed")

    await announcements.release_all(database)

    (again,) = await claimed(database, "started")
    assert again.unfinished is not None
    assert again.unfinished.key == begun.step.key


async def test_an_intent_that_is_still_unknown_survives_its_failure(database: Database) -> None:
    await opened(database)
    (errand,) = await claimed(database)
    unknown = Intent(errand.step.key, StepKind.POST, 1, NOW)
    await announcements.record(database, [failed(errand, again_in=timedelta(0), intent=unknown)])

    (again,) = await claimed(database)

    assert again.unfinished == unknown


async def test_no_more_are_claimed_than_there_is_room_for_however_many_there_are(database: Database) -> None:
    many = tuple(incident(f"acme-{number}") for number in range(300))
    await incidents.commit(database, decision(*many, entries=tuple(entry(1, one.id) for one in many)))

    got = await claimed(database, room=7)

    assert len(got) == 7
    held = select(func.count()).where(ANNOUNCEMENT.c.owner.is_not(None))
    assert await database.read(lambda connection: connection.execute(held).scalar()) == 7


async def test_an_announcement_is_claimed_again_after_a_person_has_revived_it(database: Database) -> None:
    await opened(database)
    (errand,) = await claimed(database)
    await announcements.record(database, [given(errand, AnnouncementState.PARKED)])

    revived = update(ANNOUNCEMENT).values(state="live", due_at=NOW)
    await database.write(lambda connection: connection.execute(revived))

    assert told(await claimed(database)) == ["acme-1"]


async def test_what_a_program_ahead_of_time_began_is_due_when_the_next_one_begins(database: Database) -> None:
    await opened(database, now=later(hours=3))
    await opened(database, "acme-2")
    (errand,) = await claimed(database)
    failed = replace(errand.announcement, attempts=1, error="no answer")
    again = Outcome(announcement=failed, revision=errand.revision, due_at=later(minutes=5))
    await announcements.record(database, [again])

    await parking.revive(database, NOW, "fake")
    assert await announcements.next_due(database, NOW, FAKE) == later(minutes=5)

    await parking.revive(database, NOW)
    assert told(await claimed(database)) == ["acme-1"]
    assert await announcements.next_due(database, NOW, FAKE) == later(minutes=5)
