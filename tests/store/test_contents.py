"""What thousands of announcements of one incident share is read once; what is each one's own is its own."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, select, update

from bot.core.holding import Ruling
from bot.core.rules import Route
from bot.loops.take_in import Rules
from bot.model import Destination, Impact
from bot.store import polls, sources
from bot.store.contents import contents_of
from bot.store.database import Database
from bot.store.errands import announcement_of
from bot.store.tables import ANNOUNCEMENT
from tests.bench.pages import summary
from tests.bench.taking_in import NOON, taken_in
from tests.bench.watches import source_at

CHANNELS = tuple(Destination("slack", f"C{number}") for number in range(30))


async def opened(database: Database, *, mention: bool = False) -> Ruling:
    """Have one incident that is to be told in every channel."""
    page = source_at("https://0.example", 0, timedelta(seconds=30))
    await sources.add(database, page, NOON)
    calls = ((Impact.MINOR, "@here"),) if mention else ()
    rules = Rules((Route(name="all", to=CHANNELS, mention=calls),))
    (watched,) = await polls.claim_due(database, "x", NOON, limit=1, lease=timedelta(hours=1))
    await taken_in(database, watched, summary(incidents=1, updates=3), NOON, rules)
    return rules.ruling


async def test_a_line_that_every_channel_lacks_is_read_once(database: Database) -> None:
    ruling = await opened(database)

    def lines(connection: Connection) -> Any:
        rows = connection.execute(select(*ANNOUNCEMENT.c)).mappings().all()
        found = contents_of(connection, rows, ruling)
        return len(rows), [len(some) for some in found._lines.values()], found.unsent(announcement_of(rows[0]))

    channels, read, unsent = await database.read(lines)
    assert channels == len(CHANNELS)
    assert read == [len(unsent)]


async def test_each_channel_gets_the_lines_that_it_lacks_and_no_others(database: Database) -> None:
    ruling = await opened(database)
    far = update(ANNOUNCEMENT).where(ANNOUNCEMENT.c.destination == "slack:C7").values(last_seq=1)
    await database.write(lambda connection: connection.execute(far))

    def unsent(connection: Connection) -> Any:
        rows = connection.execute(select(*ANNOUNCEMENT.c)).mappings().all()
        found = contents_of(connection, rows, ruling)
        return {row["destination"]: [one.seq for one in found.unsent(announcement_of(row))] for row in rows}

    lacking = await database.read(unsent)
    assert lacking["slack:C7"] == [seq for seq in lacking["slack:C8"] if seq > 1]
    assert lacking["slack:C8"][0] == 1


async def test_a_line_calls_in_each_channel_only_those_who_are_called_there(database: Database) -> None:
    ruling = await opened(database, mention=True)

    def called(connection: Connection) -> Any:
        rows = connection.execute(select(*ANNOUNCEMENT.c)).mappings().all()
        found = contents_of(connection, rows, ruling)
        return {
            row["destination"]: [call.to for one in found.unsent(announcement_of(row)) for call in one.calls]
            for row in rows
        }

    assert await database.read(called) == {str(to): [str(to)] for to in CHANNELS}
