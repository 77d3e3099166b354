"""The forget loop: what is older than it is to be kept goes, hour by hour, however much that is."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from sqlalchemy import Connection, delete, update

from bot.core.audit import CameOf, Deed
from bot.core.keeping import RECORD, Keep
from bot.core.wanted import Wanted
from bot.loops.forget import PAUSE, Forgetting, forget, forget_old
from bot.store import audit, incidents
from bot.store.audit import AT_ONCE, Signature
from bot.store.database import Database
from bot.store.tables import ANNOUNCEMENT, AUDIT, INCIDENT, REVISIT
from tests.fakes import ManualClock
from tests.loops.acme import alone, incident, summary
from tests.loops.world import acme

ROW = {column.name: "" for column in AUDIT.c if column.name != "id"} | {"came_of": "done"}


async def test_what_is_old_goes_when_its_time_has_come(database: Database) -> None:
    clock = ManualClock()
    one = Deed(at=clock.now(), person="slack:U1", name="lead", platform="slack", action="ack", command="ack")
    await audit.note(database, Signature(one), CameOf.DONE, "")
    loop = asyncio.create_task(forget(Forgetting(database, Keep(), clock)))

    assert await clock.until_someone_sleeps() == PAUSE
    assert len(await audit.deeds(database, Wanted(), None)) == 1
    clock.move(days=400, hours=1)
    await clock.until_someone_sleeps()
    loop.cancel()

    assert await audit.deeds(database, Wanted(), None) == ()


async def test_a_great_many_go_in_several_transactions(database: Database) -> None:
    clock = ManualClock()
    old = clock.now() - timedelta(days=2)
    rows = [{**ROW, "request": str(number), "at": old} for number in range(AT_ONCE + 1)]
    await database.write(lambda connection: connection.execute(AUDIT.insert(), rows))

    forgetting = asyncio.create_task(forget_old(Forgetting(database, Keep(deeds=timedelta(days=1)), clock)))
    clock.move(seconds=(await clock.until_someone_sleeps()).total_seconds())

    assert await forgetting == {"deeds": AT_ONCE + 1}


OWN_PAGE = "/api/v2/incidents/i1.json"
BEGUN = ("investigating", "Some requests fail.", 1.0)
OVER = ("resolved", "All is well again.", 9.0)


async def test_what_was_forgotten_is_not_told_again_when_its_page_still_shows_it(database: Database) -> None:
    async with acme(database) as world:
        await world.look()
        world.shows(summary(incident("i1", BEGUN)))
        await world.look_in(minutes=1)
        world.answers(OWN_PAGE, alone(incident("i1", BEGUN, OVER)))
        world.shows(summary())
        await world.look_in(minutes=9)
        await database.write(nothing_is_owed)
        world.clock.move(days=100)
        gone = await forget_old(Forgetting(database, Keep(incidents=RECORD), world.clock))
        world.shows(summary(incident("i1", BEGUN, OVER)))
        await world.look()
        shown_again = await incidents.recent_incidents(database, 9)
        world.shows(summary(incident("i1", BEGUN, OVER, ("investigating", "It fails again.", 144_100.0))))
        await world.look_in(minutes=5)
        again = await world.incident()
        words = [entry.text for entry in await world.timeline()]

        assert gone == {"incidents": 1}
        assert shown_again == ()
        assert again.is_open
        assert words[-1] == "It fails again."
        assert not {"Some requests fail.", "All is well again."}.intersection(words)


def nothing_is_owed(connection: Connection) -> None:
    """Let everything be told and written that was to be."""
    connection.execute(update(ANNOUNCEMENT).values(due_at=None))
    connection.execute(update(INCIDENT).values(report_at=None))
    connection.execute(delete(REVISIT))
