from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import Connection, func, select, update

from bot.core.health import Health
from bot.core.memory import Memory
from bot.model import Incident, Source, State
from bot.store import announcements, incidents, polls, sources
from bot.store.database import Database
from bot.store.incidents import Conflict, Gathered, LeaseLost
from bot.store.tables import ANNOUNCEMENT, CLAIM, ENTRY, GAP, INCIDENT
from tests.databases import opened as another_instance
from tests.store.world import (
    LEADS,
    LEASE,
    NOW,
    OPS,
    WELL,
    claim,
    claimed,
    decision,
    done,
    entry,
    incident,
    later,
    look,
    memory,
    opened,
    source,
    updated,
)

TABLES = (ANNOUNCEMENT, CLAIM, ENTRY, GAP, INCIDENT)


async def gathered(database: Database, *listed: str, by: Source | None = None, health: Health = WELL) -> Gathered:
    return await incidents.gather(database, by or source(), health, listed, NOW)


async def rows(database: Database) -> dict[str, int]:
    """Return how many rows each table has, without those that have none."""

    def work(connection: Connection) -> dict[str, int]:
        return {t.name: connection.execute(select(func.count()).select_from(t)).scalar_one() for t in TABLES}

    counts = await database.read(work)
    return {name: count for name, count in counts.items() if count}


async def leased(database: Database) -> None:
    await sources.register(database, [source()], NOW)
    await polls.claim_due(database, "one", NOW, limit=1, lease=LEASE)


async def test_a_decision_is_written_as_a_whole(database: Database) -> None:
    await leased(database)
    one = incident()
    whole = decision(
        one,
        entries=(entry(1),),
        claims={"1": memory(claim())},
        attachments={"1": "acme-1"},
        to=(OPS, LEADS),
        left=look(),
    )

    await incidents.commit(database, whole)

    assert await rows(database) == {"announcement": 2, "claim": 1, "incident": 1, "timeline_entry": 1}
    assert await incidents.open_incidents(database) == (one,)
    assert await incidents.timeline(database, "acme-1") == (entry(1),)
    assert await polls.next_due(database, NOW) == later(seconds=30)


async def test_a_decision_that_can_not_be_written_to_its_end_leaves_nothing(database: Database) -> None:
    await leased(database)
    # What is written last can not be: the announcements.
    away = "ALTER TABLE announcement RENAME COLUMN platform TO somewhere"
    await database.write(lambda connection: connection.exec_driver_sql(away))
    whole = decision(
        incident(), entries=(entry(1),), claims={"1": memory(claim())}, attachments={"1": "acme-1"}, left=look()
    )

    with pytest.raises(Exception, match="platform"):
        await incidents.commit(database, whole)

    back = "ALTER TABLE announcement RENAME COLUMN somewhere TO platform"
    await database.write(lambda connection: connection.exec_driver_sql(back))
    assert await rows(database) == {}
    (watched,) = await sources.all_watched(database)
    assert watched.health == Health()


async def test_an_incident_that_moved_on_meanwhile_makes_the_decision_void(database: Database) -> None:
    before = await opened(database)
    await updated(database, before, text="Somebody was quicker.")
    late = replace(before, last_seq=2)

    with pytest.raises(Conflict):
        await incidents.commit(
            database, decision(late, entries=(entry(2, text="Too late."),), before=(before,), to=(LEADS,))
        )

    assert [one.text for one in await incidents.timeline(database, "acme-1")][1:] == ["Somebody was quicker."]
    assert len(await announcements.of_incident(database, "acme-1")) == 1


async def test_a_change_without_a_word_does_not_undo_what_somebody_else_has_changed(database: Database) -> None:
    before = await opened(database)
    after = await updated(database, before, text="Somebody was quicker.")

    with pytest.raises(Conflict):
        await incidents.commit(database, decision(replace(before, title="Errors everywhere"), before=(before,)))

    assert await incidents.open_incidents(database) == (after,)


async def test_an_incident_that_somebody_else_has_begun_makes_the_decision_void(database: Database) -> None:
    await opened(database)

    with pytest.raises(Conflict):
        await incidents.commit(database, decision(incident(), entries=(entry(1),), claims={"1": memory(claim())}))

    assert await rows(database) == {"announcement": 1, "incident": 1, "timeline_entry": 1}


async def test_of_two_instances_that_change_the_same_incident_at_once_one_wins(database_url: str) -> None:
    async with another_instance(database_url) as one, another_instance(database_url) as two:
        before = await opened(one)
        changes = (updated(instance, before, text=text) for instance, text in ((one, "First."), (two, "Second.")))

        results = await asyncio.gather(*changes, return_exceptions=True)

        assert sorted(type(result).__name__ for result in results) == ["Conflict", "Incident"]
        assert len(await incidents.timeline(one, "acme-1")) == 2


async def test_a_decision_from_a_look_whose_lease_was_lost_is_void(database: Database) -> None:
    await leased(database)
    await polls.claim_due(database, "another", NOW + LEASE, limit=1, lease=LEASE)
    stale = decision(incident(), entries=(entry(1),), claims={"1": memory(claim())}, left=look(fence=1))

    with pytest.raises(LeaseLost):
        await incidents.commit(database, stale)

    assert await rows(database) == {}


async def test_what_was_committed_is_gathered(database: Database) -> None:
    one = incident()
    known = Memory(claim(), frozenset({"a", "b"}), missing_since=later(minutes=1))
    await incidents.commit(
        database, decision(one, entries=(entry(1),), claims={"1": known}, attachments={"1": "acme-1"})
    )

    found = await gathered(database)

    assert found.known.claims == {"1": known}
    assert (found.known.first_look, found.known.last_look) == (NOW, NOW)
    assert found.around.attached == {"1": "acme-1"}
    assert found.around.incidents == {"acme-1": one}


async def test_a_closed_claim_is_gathered_only_when_it_is_listed(database: Database) -> None:
    over = memory(claim(state=State.RESOLVED))
    await incidents.commit(database, decision(claims={"1": over}))

    assert (await gathered(database)).known.claims == {}
    assert (await gathered(database, "1")).known.claims == {"1": over}


async def test_what_another_source_of_the_vendor_claims_is_a_sibling(database: Database) -> None:
    await incidents.commit(
        database,
        decision(incident(), entries=(entry(1),), claims={"1": memory(claim())}, attachments={"1": "acme-1"}),
    )
    mirror = source("mirror")

    found = await gathered(database, "1", by=mirror)

    assert (found.known.claims, found.around.attached) == ({}, {})
    assert found.around.siblings == {"1": "acme-1"}
    assert set(found.around.incidents) == {"acme-1"}


async def test_what_other_vendors_claim_is_not_gathered(database: Database) -> None:
    await incidents.commit(
        database,
        decision(incident(), entries=(entry(1),), claims={"1": memory(claim())}, attachments={"1": "acme-1"}),
    )
    stranger = replace(source("stranger"), vendor="stranger")

    found = await gathered(database, "1", by=stranger)

    assert (found.around.siblings, found.around.incidents) == ({}, {})


async def test_a_claim_keeps_its_incident(database: Database) -> None:
    await incidents.commit(database, decision(incident(), claims={"1": memory(claim())}, attachments={"1": "acme-1"}))
    edited = memory(claim(words="We are still looking into it."))

    await incidents.commit(database, decision(claims={"1": edited}))

    found = await gathered(database)
    assert found.known.claims == {"1": edited}
    assert found.around.attached == {"1": "acme-1"}


async def test_a_claim_can_move_to_a_newer_incident(database: Database) -> None:
    await incidents.commit(database, decision(incident(), claims={"1": memory(claim())}, attachments={"1": "acme-1"}))
    again = decision(incident("acme-2"), claims={"1": memory(claim())}, attachments={"1": "acme-2"})

    await incidents.commit(database, again)

    assert (await gathered(database)).around.attached == {"1": "acme-2"}


async def test_a_source_that_was_never_looked_at_is_told_from_one_that_had_nothing(database: Database) -> None:
    assert (await gathered(database, health=Health())).known.first_look is None
    assert (await gathered(database)).known.first_look == NOW


async def test_incidents_are_listed_newest_first_the_open_ones_by_vendor_too(database: Database) -> None:
    def begun(name: str, hour: int, vendor: str = "acme", state: State = State.INVESTIGATING) -> Incident:
        return replace(incident(name, state=state), vendor=vendor, started_at=later(hours=hour))

    all_of_them = (begun("old", 1), begun("new", 3), begun("over", 4, state=State.RESOLVED), begun("other", 2, "other"))
    await incidents.commit(database, decision(*all_of_them, to=()))

    assert [one.id for one in await incidents.open_incidents(database)] == ["new", "other", "old"]
    assert [one.id for one in await incidents.open_incidents(database, "acme")] == ["new", "old"]
    assert [one.id for one in await incidents.recent_incidents(database, 2)] == ["over", "new"]


async def test_a_timeline_is_told_oldest_first(database: Database) -> None:
    one = incident(last_seq=12)
    await incidents.commit(database, decision(one, entries=tuple(entry(seq) for seq in range(12, 0, -1))))

    assert [told.seq for told in await incidents.timeline(database, "acme-1")] == list(range(1, 13))


async def test_many_incidents_at_once_are_written_in_one_transaction(database: Database) -> None:
    many = tuple(incident(f"acme-{number}") for number in range(200))
    said = tuple(entry(1, one.id) for one in many)

    await incidents.commit(database, decision(*many, entries=said, to=(OPS, LEADS)))

    assert await rows(database) == {"announcement": 400, "incident": 200, "timeline_entry": 200}


async def test_decisions_about_the_same_incidents_never_wait_for_each_other_for_ever(database_url: str) -> None:
    async with another_instance(database_url) as one, another_instance(database_url) as two:
        befores = [await opened(one, name, to=(OPS, LEADS)) for name in ("acme-1", "acme-2", "acme-3")]

        for seq in range(2, 8):
            afters = [replace(before, last_seq=seq) for before in befores]
            said = tuple(entry(seq, after.id) for after in afters)
            errands = await claimed(one, "one")
            results = await asyncio.gather(
                incidents.commit(one, decision(*afters, entries=said, before=tuple(befores))),
                incidents.commit(two, decision(*reversed(afters), entries=said, before=tuple(befores))),
                announcements.record(two, [done(errand) for errand in reversed(errands)]),
                return_exceptions=True,
            )
            assert {type(result).__name__ for result in results} == {"NoneType", "Conflict"}
            befores = afters


async def test_who_links_claims_and_who_hears_of_them_do_not_wait_for_each_other(postgres_url: str) -> None:
    """A person holds the incident first and then its claims, and so does a page."""
    async with another_instance(postgres_url) as one, another_instance(postgres_url) as another:
        known = {"1": memory(claim())}
        await incidents.commit(one, decision(incident(), entries=(entry(1),), claims=known))
        more = decision(incident(last_seq=2), before=(incident(),), entries=(entry(2),), claims=known)

        def work(connection: Connection) -> asyncio.Task[None]:
            connection.execute(select(INCIDENT.c.id).with_for_update())
            heard = asyncio.create_task(incidents.commit(another, more))
            while not connection.exec_driver_sql("SELECT count(*) FROM pg_locks WHERE NOT granted").scalar():
                assert not heard.done()
            connection.execute(update(CLAIM).values(is_trouble=False))
            return heard

        await (await asyncio.wait_for(one.write(work), timeout=20))

        assert len(await incidents.timeline(one, "acme-1")) == 2
