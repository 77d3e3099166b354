"""What waits when a clock is set: as long as it would have, and never until a time that was wrong."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection, select, update

from bot.core.escalation import Course
from bot.model import Source
from bot.store import codec, sources, timers
from bot.store.database import Database
from bot.store.tables import ANNOUNCEMENT, INCIDENT, POLL
from tests.commands.office import Office
from tests.fakes import NOON

AHEAD = timedelta(days=90)
SOON, LATER = timedelta(seconds=20), timedelta(hours=3)
HOUR = timedelta(hours=1)
URL = "https://status.acme.example"


async def waiting(database: Database) -> tuple[datetime, datetime | None, datetime | None, str]:
    def work(connection: Connection) -> tuple[datetime, datetime | None, datetime | None, str]:
        poll = connection.execute(select(POLL.c.due_at, POLL.c.last_look)).first()
        incident = connection.execute(select(INCIDENT.c.report_at, INCIDENT.c.courses)).first()
        assert poll is not None
        assert incident is not None
        return poll.due_at, poll.last_look, incident.report_at, incident.courses

    return await database.read(work)


async def begun(database: Database, wait: timedelta = SOON) -> Office:
    """Let a page be watched, and an incident be open on which a plan has run since noon."""
    office = Office(database)
    await office.watches("Acme")
    await office.opens()
    course = codec.COURSES.dump((Course(plan="all", episode=NOON, running=NOON),))

    def work(connection: Connection) -> None:
        connection.execute(update(POLL).values(due_at=NOON + wait, last_look=NOON))
        connection.execute(update(INCIDENT).values(report_at=NOON + wait, courses=course))

    await database.write(work)
    return office


async def test_what_waits_is_moved_with_the_clock_and_back(database: Database) -> None:
    await begun(database)
    before = await waiting(database)
    await timers.move(database, AHEAD)
    due_at, last_look, report_at, courses = await waiting(database)
    await timers.move(database, -AHEAD)

    assert (due_at, last_look, report_at) == (NOON + AHEAD + SOON, NOON + AHEAD, NOON + AHEAD + SOON)
    assert codec.COURSES.load(courses)[0].running == NOON + AHEAD
    assert await waiting(database) == before


async def test_what_waits_for_a_time_that_was_wrong_is_looked_at_now(database: Database) -> None:
    await begun(database, AHEAD)
    count = await timers.settle(database, NOON)
    due_at, _, report_at, _ = await waiting(database)

    assert count >= 2
    assert (due_at, report_at) == (NOON, NOON)


async def test_what_waits_as_usual_is_left_alone(database: Database) -> None:
    await begun(database)

    assert await timers.settle(database, NOON) == 0


async def test_a_lease_that_ends_in_a_time_that_was_wrong_is_free(database: Database) -> None:
    await begun(database)
    held = update(ANNOUNCEMENT).values(owner="one", lease_until=NOON + LATER)
    await database.write(lambda connection: connection.execute(held))
    await timers.settle(database, NOON)
    owners = await database.read(lambda connection: connection.execute(select(ANNOUNCEMENT.c.owner)).scalars().all())

    assert set(owners) <= {None}


async def once_an_hour(database: Database, wait: timedelta) -> None:
    """Let a page be watched that is read once an hour, and be due only after `wait`."""
    one = Source(key="feed:acme", vendor="acme", name="Acme", format="statuspage", url=URL, interval=HOUR)
    await sources.register(database, [one], NOON)
    await database.write(lambda connection: connection.execute(update(POLL).values(due_at=NOON + wait)))


@pytest.mark.parametrize("wait", [HOUR, HOUR * 1.1])
async def test_a_page_that_is_read_once_an_hour_is_not_read_whenever_a_program_begins(
    database: Database, wait: timedelta
) -> None:
    await once_an_hour(database, wait)

    assert await timers.settle(database, NOON) == 0


async def test_it_is_if_it_would_wait_for_longer_than_that(database: Database) -> None:
    await once_an_hour(database, 2 * HOUR)

    assert await timers.settle(database, NOON) == 1
    assert await database.read(lambda connection: connection.execute(select(POLL.c.due_at)).scalar()) == NOON
