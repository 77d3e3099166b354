"""The audit trail: no deed without its row, no request with two, and what is old is forgotten."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.actions import Acted, Outcome, act
from bot.core.audit import CameOf, Deed
from bot.core.wanted import Wanted
from bot.model import Action
from bot.store import audit, incidents
from bot.store.audit import DoneBefore, Signature, signing
from bot.store.database import Database
from tests.databases import opened
from tests.loops.acme import NOON
from tests.store.world import decision, entry, incident
from tests.unit.build import asked

ACK = Deed(at=NOON, person="slack:U1", name="On-call", platform="slack", action="ack", command="ack", request="slack:1")


async def all_of(database: Database) -> list[tuple[str, CameOf, str]]:
    return [(one.request, one.came_of, one.incident) for one in await audit.deeds(database, Wanted(), None)]


async def acks(database: Database, deed: Deed = ACK, name: str = "acme-1") -> Acted | None:
    def decide(one: object, recent: object) -> Acted:
        return act(one, asked(Action.ACK), NOON, recent)  # type: ignore[arg-type]  # an incident and its entries

    with signing(Signature(deed)):
        return await incidents.act(database, name, decide, NOON)


async def opens(database: Database, name: str = "acme-1") -> None:
    await incidents.commit(database, decision(incident(name), entries=(entry(1, name),)))


async def test_a_deed_and_its_row_are_one_transaction(database: Database) -> None:
    await opens(database)

    done = await acks(database)

    assert done is not None
    assert done.outcome is Outcome.DONE
    assert await all_of(database) == [("slack:1", CameOf.DONE, "acme-1")]


async def test_what_fails_after_its_row_leaves_neither(database: Database) -> None:
    def fails(connection: object) -> None:
        raise RuntimeError("the plug was pulled")

    with signing(Signature(ACK)), pytest.raises(RuntimeError):
        await database.write(fails)

    assert await all_of(database) == []


async def test_a_request_that_is_delivered_again_is_done_and_recorded_once(database: Database) -> None:
    await opens(database)
    await acks(database)
    before = await incidents.timeline(database, "acme-1")

    with pytest.raises(DoneBefore):
        await acks(database)

    assert await incidents.timeline(database, "acme-1") == before
    assert await all_of(database) == [("slack:1", CameOf.DONE, "acme-1")]


async def test_what_came_to_nothing_may_be_done_when_it_is_delivered_again(database: Database) -> None:
    await audit.note(database, Signature(ACK), CameOf.FAILED, "No incident is open")
    await opens(database)

    await acks(database)

    (row,) = await audit.deeds(database, Wanted(), None)
    assert (row.came_of, row.answer, row.incident) == (CameOf.DONE, "", "acme-1")


async def test_what_was_done_is_never_said_to_have_failed(database: Database) -> None:
    await opens(database)
    await acks(database)

    await audit.note(database, Signature(ACK), CameOf.DENIED, "Only responders may acknowledge here")

    assert await all_of(database) == [("slack:1", CameOf.DONE, "acme-1")]


async def test_a_deed_of_several_transactions_has_one_row_with_the_outcome_that_is_known(database: Database) -> None:
    await opens(database)
    await acks(database, replace(ACK, request="slack:0"))

    with signing(Signature(ACK)):
        await incidents.act(database, "acme-1", lambda one, _: Acted(Outcome.ALREADY, one), NOON)
        await database.write(lambda _: None)

    assert await all_of(database) == [("slack:1", CameOf.ALREADY, "acme-1"), ("slack:0", CameOf.DONE, "acme-1")]


async def test_what_was_done_in_a_first_transaction_stays_done(database: Database) -> None:
    signature = Signature(ACK)
    with signing(signature):
        await database.write(lambda _: None)
        await database.write(lambda _: False)

    await audit.note(database, signature, CameOf.ALREADY, "You have it already")

    (row,) = await audit.deeds(database, Wanted(), None)
    assert (row.came_of, row.answer) == (CameOf.DONE, "")


async def test_nothing_is_recorded_of_what_others_do_meanwhile(database: Database) -> None:
    async def somebody_else() -> None:
        await database.write(lambda _: None)

    other = asyncio.create_task(somebody_else())
    with signing(Signature(ACK)):
        await other
    await database.write(lambda _: None)

    assert await all_of(database) == []


async def test_of_two_instances_that_get_the_same_request_one_does_it(database_url: str, database: Database) -> None:
    await opens(database)
    if database.is_sqlite:
        found = await asyncio.gather(acks(database), acks(database), return_exceptions=True)
    else:
        async with opened(database_url) as other:
            found = await asyncio.gather(acks(database), acks(other), return_exceptions=True)

    assert sorted(type(one).__name__ for one in found) == ["Acted", "DoneBefore"]
    assert len(await incidents.timeline(database, "acme-1")) == 2
    assert await all_of(database) == [("slack:1", CameOf.DONE, "acme-1")]


async def test_what_has_no_name_of_its_own_gets_a_row_each(database: Database) -> None:
    terminal = replace(ACK, platform="console", request="")

    for _ in range(2):
        await audit.note(database, Signature(terminal), CameOf.FAILED, "No incident is open")

    assert len(await all_of(database)) == 2


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted(), ["3", "2", "1"]),
        (Wanted(who="ON-CALL"), ["3", "1"]),
        (Wanted(who="slack:U1"), ["3", "1"]),
        (Wanted(who="U2"), ["2"]),
        (Wanted(who="nobody"), []),
        (Wanted(incident="acme"), ["3", "1"]),
        (Wanted(incident="acme_1"), []),
        (Wanted(since=NOON + timedelta(minutes=2)), ["3", "2"]),
        (Wanted(who="On-call", since=NOON + timedelta(minutes=2)), ["3"]),
    ],
)
async def test_deeds_are_found_by_who_which_and_since_when(
    database: Database, wanted: Wanted, found: list[str]
) -> None:
    lead = replace(ACK, person="slack:U2", name="lead")
    for number, one in enumerate((ACK, lead, ACK), 1):
        made = replace(one, at=NOON + timedelta(minutes=number), request=f"{number}")
        made = replace(made, incident="" if one is lead else "acme-1")
        await audit.note(database, Signature(made), CameOf.DONE, "")

    assert [one.request for one in await audit.deeds(database, wanted, 9)] == found
    assert len(await audit.deeds(database, Wanted(), 2)) == 2


async def test_what_is_old_is_forgotten(database: Database) -> None:
    for number in range(3):
        made = replace(ACK, at=NOON + timedelta(days=number), request=f"{number}")
        await audit.note(database, Signature(made), CameOf.DONE, "")

    assert await audit.forget(database, NOON + timedelta(days=2)) == 2
    assert await audit.forget(database, NOON + timedelta(days=2)) == 0
    assert [one for one, *_ in await all_of(database)] == ["2"]
