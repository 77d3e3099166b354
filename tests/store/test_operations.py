"""What the pages of one incident and of Sitrep itself are read from, on either engine."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import insert, update

from bot.store import operations, sources
from bot.store.database import Database
from bot.store.tables import ANNOUNCEMENT, GAP, INSTANCE, POLL
from bot.store.whole import whole
from tests.store.world import NOW, opened, source

HOUR = timedelta(hours=1)


async def troubled(database: Database) -> None:
    """Have one incident, told in two places of which one is gone, and a page that can not be read."""
    await sources.register(database, [source()], NOW - 9 * HOUR)
    await opened(database)
    gap = {"source": "acme", "began_at": NOW - 2 * HOUR, "ended_at": NOW + HOUR, "reason": "HTTP 503"}
    parked = update(ANNOUNCEMENT).values(state="parked", error="the channel is archived")
    lost = update(POLL).values(failing_since=NOW, failures=3, failure="HTTP 503")
    for one in (parked, lost):
        await database.write(lambda connection, one=one: connection.execute(one))  # type: ignore[misc]  # bound at once
    await database.write(lambda connection: connection.execute(insert(GAP), [gap]))


async def test_what_is_stuck_and_what_can_not_be_read_is_found_with_what_it_is_of(database: Database) -> None:
    await troubled(database)

    found = await operations.running(database, NOW + HOUR)

    assert [(one.error, title) for one, title in found.stuck] == [("the channel is archived", "Errors")]
    assert (found.stuck_total, found.stale, found.stale_total) == (1, ("acme",), 1)
    assert [(gap.name, gap.reason) for gap in found.gaps] == [("Acme", "HTTP 503")]
    assert dict(found.counts)["incidents"] == 1
    assert found.size > 0


async def test_an_incident_is_read_with_where_it_is_told_and_when_its_page_was_not_read(database: Database) -> None:
    await troubled(database)

    found = await whole(database, "acme-1", NOW + HOUR)

    assert found is not None
    assert [one.error for one in found.told] == ["the channel is archived"]
    assert {gap.reason for gap in found.unread} == {"HTTP 503"}
    assert (found.count, len(found.entries), found.earlier) == (len(found.entries), len(found.entries), ())
    assert await whole(database, "nobody", NOW) is None


async def test_the_instances_that_share_a_database_are_known_with_their_last_sign_of_life(database: Database) -> None:
    row = {"id": "here-1", "version": "1.2", "joined_at": NOW, "seen_at": NOW + HOUR, "revision": "0001"}
    await database.write(lambda connection: connection.execute(insert(INSTANCE), [row]))

    (one,) = (await operations.running(database, NOW + HOUR)).instances

    assert (one.id, one.version, one.joined_at, one.seen_at) == ("here-1", "1.2", NOW, NOW + HOUR)
