"""What people do, in the database: once, in one transaction, and found again by what they name."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from bot.core.actions import Acted, act
from bot.core.converge import without_root
from bot.core.fold import fold
from bot.model import Action, Asked, Command, Impact, Incident, Person, Ref, State, TimelineEntry, Who
from bot.store import announcements, incidents, lookups
from bot.store.announcements import Outcome
from bot.store.database import Database
from bot.store.incidents import Conflict
from tests.databases import meanwhile
from tests.store.world import NOW, OPS, decision, later, only, opened, settled, updated

ONCALL = Person("fake", "1", "on-call")


def doing(action: Action, by: Person = ONCALL, **rest: object) -> Asked:
    return Asked(command=Command(action=action, **rest), person=by)  # type: ignore[arg-type]  # whatever it is about


async def acts(database: Database, asked: Asked, name: str = "acme-1") -> Acted | None:
    def decide(incident: Incident, recent: Sequence[TimelineEntry]) -> Acted:
        return act(incident, asked, later(minutes=5), recent)

    return await incidents.act(database, name, decide, later(minutes=5))


async def test_what_somebody_did_is_in_the_timeline_and_the_incident_is_its_fold(database: Database) -> None:
    before = await opened(database)

    acted = await acts(database, doing(Action.ACK))

    (now,) = await incidents.open_incidents(database)
    entries = await incidents.timeline(database, "acme-1")
    assert acted is not None
    assert [(entry.seq, entry.who) for entry in entries] == [(1, Who.VENDOR), (2, Who.PERSON)]
    assert now == acted.incident == fold(before, entries[1:])


async def test_what_somebody_did_is_due_wherever_it_is_told_and_nowhere_else(database: Database) -> None:
    await opened(database)
    await opened(database, "acme-2")
    await settled(database)

    await acts(database, doing(Action.NOTE, text="We failed over."))

    due = await announcements.next_due(database, later(hours=1), [OPS.platform])
    assert due == later(minutes=5)
    assert [errand.announcement.incident for errand in await settled(database, later(minutes=6))] == ["acme-1"]


async def test_what_changes_nothing_makes_nothing_due(database: Database) -> None:
    await opened(database)
    await acts(database, doing(Action.ACK))
    await settled(database, later(minutes=6))

    await acts(database, doing(Action.ACK))

    assert await announcements.next_due(database, later(hours=1), [OPS.platform]) is None


async def test_nobody_can_act_on_what_is_not_there(database: Database) -> None:
    assert await acts(database, doing(Action.ACK), "acme-9") is None


async def test_of_many_who_press_at_once_one_has_it(database: Database) -> None:
    await opened(database)
    people = [Person("fake", str(number), f"dev {number}") for number in range(8)]

    await asyncio.gather(*(acts(database, doing(Action.ACK, by)) for by in people))
    await asyncio.gather(*(acts(database, doing(Action.AFFECTED, by)) for by in people))

    (now,) = await incidents.open_incidents(database)
    assert now.affected == 8
    assert [entry.seq for entry in await incidents.timeline(database, "acme-1")] == list(range(1, 11))


async def test_a_snapshot_that_was_decided_before_somebody_acted_is_decided_anew(database: Database) -> None:
    before = await opened(database)
    await acts(database, doing(Action.ACK))

    with pytest.raises(Conflict):
        await updated(database, before)


async def test_an_act_sees_what_another_instance_has_just_written(database: Database, database_url: str) -> None:
    await opened(database)
    meanwhile(database_url, lambda other: acts(other, doing(Action.ACK, Person("fake", "2", "lead"))))

    acted = await acts(database, doing(Action.ACK))

    assert acted is not None
    assert acted.incident.acked is not None
    assert acted.incident.acked.name == "lead"


async def test_an_incident_is_found_by_its_root_also_by_one_that_was_deleted(database: Database) -> None:
    await opened(database)
    await settled(database)
    told = await only(database)
    assert told.root is not None

    assert await lookups.of_root(database, "fake", told.root) == "acme-1"
    gone = Outcome(announcement=without_root(told), revision=0, due_at=None)
    await announcements.record(database, [gone])
    assert await lookups.of_root(database, "fake", told.root) == "acme-1"
    assert await lookups.of_root(database, "other", told.root) is None
    assert await lookups.of_root(database, "fake", Ref("elsewhere")) is None


async def test_an_id_is_found_exactly_before_those_that_begin_so(database: Database) -> None:
    for name in ("acme-1", "acme-10", "acme-1%"):
        await opened(database, name)

    assert [brief.id for brief in await lookups.named(database, "acme-1")] == ["acme-1"]
    assert {brief.id for brief in await lookups.named(database, "ACME-1")} == {"acme-1", "acme-10", "acme-1%"}
    assert [brief.id for brief in await lookups.named(database, "acme-1%")] == ["acme-1%"]
    assert [brief.id for brief in await lookups.named(database, "acme-10%")] == []
    assert await lookups.named(database, "") == ()


async def test_the_newest_open_incident_comes_first_and_what_is_planned_last(database: Database) -> None:
    for number, state in enumerate((State.INVESTIGATING, State.MONITORING, State.SCHEDULED, State.RESOLVED)):
        one = replace(await opened(database, f"acme-{number}"), state=state, started_at=later(minutes=number))
        after = replace(one, last_seq=2, resolved_at=NOW if state.is_over else None)
        before = replace(one, last_seq=1)
        await incidents.commit(database, decision(after, before=(before,), to=()))

    assert [brief.id for brief in await lookups.briefs(database)] == ["acme-1", "acme-0", "acme-2"]
    total, newest = await lookups.some(database, 1)
    assert (total, [one.id for one in newest]) == (3, ["acme-1"])
    total, newest = await lookups.some(database, 9, are_open=False)
    assert total == len(newest) == 4


async def test_however_many_are_open_the_worst_are_among_those_that_are_shown(database: Database) -> None:
    for number, impact in enumerate((Impact.MINOR, Impact.CRITICAL, Impact.NONE, Impact.MAJOR)):
        one = await opened(database, f"acme-{number}")
        worse = replace(one, impact=impact, started_at=later(minutes=number), last_seq=2)
        await incidents.commit(database, decision(worse, before=(one,), to=()))

    total, worst = await lookups.some(database, 2)

    assert (total, [one.id for one in worst]) == (4, ["acme-1", "acme-3"])


async def test_the_last_lines_of_a_history_are_read_oldest_first(database: Database) -> None:
    one = await opened(database)
    for _ in range(3):
        one = await updated(database, one)

    found = await lookups.one(database, "acme-1", 2)

    assert found is not None
    assert (found[0].last_seq, [entry.seq for entry in found[1]]) == (4, [3, 4])
    assert await lookups.one(database, "acme-9", 2) is None
