"""What nobody asks for any more goes; what is still owed, agreed, open or needed stays, however old it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, func, insert, select, update

from bot.model import Impact, State
from bot.store import forgetting, incidents
from bot.store.database import Database
from bot.store.tables import (
    ANNOUNCEMENT,
    CHAT_ROUTE,
    CLAIM,
    DIGEST,
    ENTRY,
    INCIDENT,
    LISTED,
    MUTING,
    OVERRIDE,
    REPORT_ADDITION,
    REVISIT,
)
from tests.loops.night import DAILY, Night
from tests.store.world import NOW, claim, decision, entry, memory, opened, settled

YEAR = timedelta(days=365)
LATER = NOW + YEAR
BELONGS = (INCIDENT, ENTRY, ANNOUNCEMENT, LISTED)


async def count(database: Database, *tables: Any) -> list[int]:
    def work(connection: Connection) -> list[int]:
        return [connection.execute(select(func.count()).select_from(table)).scalar_one() for table in tables]

    return await database.read(work)


async def written(database: Database, statement: Any, rows: list[dict[str, Any]] | None = None) -> None:
    await database.write(lambda connection: connection.execute(statement, rows or {}))


async def over(database: Database, name: str = "acme-1", **changed: Any) -> None:
    """Let an incident open, be told and be over, all at noon."""
    one = await opened(database, name)
    ended = replace(one, state=State.RESOLVED, resolved_at=NOW, last_seq=2, **changed)
    known = {name: memory(claim(name, State.RESOLVED))}
    await incidents.commit(
        database,
        decision(ended, entries=(entry(2, name),), before=(one,), to=(), claims=known, attachments={name: name}),
    )
    await settled(database)
    await written(database, update(INCIDENT).where(INCIDENT.c.id == name).values(report_at=None))


async def test_an_incident_goes_with_all_that_belongs_to_it_but_not_what_its_page_said(database: Database) -> None:
    await over(database)
    added = {"number": 1, "section": "cause", "at": NOW, "person": "slack:U1", "author": "lead", "text": "A cable."}
    await written(database, insert(REPORT_ADDITION), [{"incident": "acme-1", **added}])

    assert await forgetting.incidents(database, LATER) == 1
    assert await count(database, *BELONGS, REPORT_ADDITION) == [0] * 5
    assert await count(database, CLAIM) == [1]
    assert await database.read(lambda connection: connection.execute(select(CLAIM.c.incident)).scalar()) is None


async def test_what_is_open_stays_and_what_ended_later_too(database: Database) -> None:
    await opened(database, "acme-open")
    await over(database)

    assert await forgetting.incidents(database, NOW) == 0
    assert await forgetting.incidents(database, LATER) == 1
    assert await count(database, INCIDENT) == [1]


async def _is_unsent(database: Database) -> None:
    await written(database, update(ANNOUNCEMENT).values(due_at=NOW))


async def _is_in_somebodys_hands(database: Database) -> None:
    await written(database, update(ANNOUNCEMENT).values(owner="two"))


async def _is_owed_a_report(database: Database) -> None:
    await written(database, update(INCIDENT).values(report_at=NOW))


async def _is_to_be_read_again(database: Database) -> None:
    await written(database, insert(REVISIT), [{"source": "acme", "external_id": "acme-1", "due_at": NOW}])


@pytest.mark.parametrize("still", [_is_unsent, _is_in_somebodys_hands, _is_owed_a_report, _is_to_be_read_again])
async def test_what_something_is_owed_of_stays(database: Database, still: Any) -> None:
    await over(database)
    await still(database)

    assert await forgetting.incidents(database, LATER) == 0
    assert await count(database, INCIDENT, ENTRY) == [1, 2]


async def test_what_is_told_together_goes_together_and_the_list_of_them_last(database: Database) -> None:
    for name in ("acme-1", "acme-2", "acme-all"):
        await over(database, name)
    members = INCIDENT.c.id.in_(("acme-1", "acme-2"))
    await written(database, update(INCIDENT).where(members).values(burst="acme-all"))
    of_burst = update(INCIDENT).where(INCIDENT.c.id == "acme-all")
    await written(database, of_burst.values(cause="acme", resolved_at=LATER))
    while_it_lasts = await forgetting.incidents(database, NOW + YEAR / 2)
    await written(database, of_burst.values(resolved_at=NOW))

    assert while_it_lasts == 0
    assert [await forgetting.incidents(database, LATER) for _ in range(3)] == [2, 1, 0]


async def test_many_go_a_few_at_a_time(database: Database) -> None:
    await over(database)
    rows = await database.read(lambda connection: connection.execute(select(INCIDENT)).mappings().all())
    some = [{**rows[0], "id": f"acme-{number}"} for number in range(2, forgetting.INCIDENTS_AT_ONCE + 2)]
    await written(database, insert(INCIDENT), some)

    assert [await forgetting.incidents(database, LATER) for _ in range(2)] == [forgetting.INCIDENTS_AT_ONCE, 1]


async def test_digests_go_but_for_the_last_of_each_sort_and_the_next_one_comes_as_always(database: Database) -> None:
    night = Night(database, (DAILY,))
    await night.settles()
    for number in range(3):
        await night.opens(f"acme-{number}", Impact.MINOR)
        await night.ends(f"acme-{number}")
        await night.passes(hours=24)
    before = await count(database, DIGEST)
    gone = await forgetting.summaries(database, LATER)
    await night.opens("acme-9", Impact.MINOR)
    await night.passes(hours=24)

    assert 2 <= gone < before[0]
    assert night.headlines()[-1] == "Since Wed 4 Mar 09:00: 1 incident, 1 goes on"
    assert len(night.headlines()) == 4


async def test_a_digest_that_lists_what_goes_on_stays(database: Database) -> None:
    night = Night(database, (DAILY,))
    await night.settles()
    await night.opens("acme-1", Impact.MINOR)
    await night.passes(hours=24)
    await night.passes(hours=24)
    name = await database.read(lambda connection: connection.execute(select(func.min(DIGEST.c.name))).scalar())
    await written(database, update(ANNOUNCEMENT).where(ANNOUNCEMENT.c.incident == "acme-1").values(digest=name))
    before = await count(database, DIGEST)

    assert await forgetting.summaries(database, LATER) <= before[0] - 2


MADE = {"made_at": NOW, "removed_by": "", "body": "{}"}


async def test_agreements_that_hold_no_more_go_and_those_that_hold_stay(database: Database) -> None:
    mute = {**MADE, "vendor": "acme", "ends_with_incidents": False}
    await written(
        database,
        insert(MUTING),
        [
            {**mute, "until": NOW, "removed_at": None},
            {**mute, "until": None, "removed_at": NOW},
            {**mute, "until": None, "removed_at": None},
            {**mute, "until": LATER, "removed_at": None},
        ],
    )
    duty = {**MADE, "rota": "platform", "starts_at": NOW}
    await written(
        database,
        insert(OVERRIDE),
        [{**duty, "ends_at": NOW, "removed_at": None}, {**duty, "ends_at": LATER, "removed_at": None}],
    )
    route = {**MADE, "destination": "slack:C1"}
    await written(
        database,
        insert(CHAT_ROUTE),
        [{**route, "vendor": "acme", "removed_at": NOW}, {**route, "vendor": "acme", "removed_at": None}],
    )
    await forgetting.agreements(database, LATER)

    assert await count(database, MUTING, OVERRIDE, CHAT_ROUTE) == [2, 1, 1]


async def test_a_mute_that_is_over_stays_while_anything_of_its_vendor_is_open(database: Database) -> None:
    await opened(database)
    row = {**MADE, "vendor": "acme", "ends_with_incidents": False, "until": NOW, "removed_at": None}
    await written(database, insert(MUTING), [row])

    assert await forgetting.agreements(database, LATER) == 0
