"""What goes into the database comes out as it was."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import StatementError

from bot.model import (
    Claim,
    ClaimView,
    Component,
    ComponentStatus,
    Impact,
    Intent,
    Kind,
    Page,
    Source,
    SourceKind,
    State,
    Statement,
    StepKind,
    Transition,
)
from bot.store import codec
from bot.store.database import Database
from bot.store.tables import GAP
from tests.store.world import NOW, entry, incident

BERLIN = datetime(2026, 7, 1, 14, 30, 15, 123456, tzinfo=ZoneInfo("Europe/Berlin"))
KABUL = datetime(2026, 1, 1, 3, 0, tzinfo=timezone(timedelta(hours=4, minutes=30)))
# The same hour twice: at the end of summer time.
FIRST_HALF_PAST_TWO = datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"), fold=0)
SECOND_HALF_PAST_TWO = datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"), fold=1)
COMPONENT = Component("c1", "API — “v2” 🚒", ComponentStatus.PARTIAL_OUTAGE, "Core")
HOSTILE = "nul \x00, lone \x1b[31m, quotes '\" and \\, 'DROP TABLE claim;--, \u202e, 🚒"


async def stored(database: Database, began: datetime, ended: datetime) -> tuple[datetime, datetime]:
    row = insert(GAP).values(source="acme", began_at=began, ended_at=ended, reason="")
    await database.write(lambda connection: connection.execute(row))
    query = select(GAP.c.began_at, GAP.c.ended_at)
    began, ended = await database.read(lambda connection: connection.execute(query).one())
    return began, ended


@pytest.mark.parametrize("moment", [NOW, BERLIN, KABUL], ids=["utc", "berlin", "kabul"])
async def test_an_instant_comes_back_as_the_same_instant_in_utc(database: Database, moment: datetime) -> None:
    back, _ = await stored(database, moment, moment)

    assert back == moment
    assert back.tzinfo is UTC


async def test_an_hour_that_comes_twice_is_two_instants(database: Database) -> None:
    first, second = await stored(database, FIRST_HALF_PAST_TWO, SECOND_HALF_PAST_TWO)

    assert second - first == timedelta(hours=1)


async def test_a_time_without_a_zone_is_refused(database: Database) -> None:
    naive = NOW.replace(tzinfo=None)

    with pytest.raises(StatementError, match="without a zone"):
        await stored(database, naive, NOW)


async def test_instants_are_compared_as_instants_whatever_their_zone(database: Database) -> None:
    await stored(database, KABUL, BERLIN)

    until = select(GAP.c.id).where(GAP.c.began_at <= KABUL.astimezone(UTC))
    before = select(GAP.c.id).where(GAP.c.ended_at < BERLIN.astimezone(UTC))
    assert len(await database.read(lambda connection: connection.execute(until).all())) == 1
    assert len(await database.read(lambda connection: connection.execute(before).all())) == 0


VIEW = ClaimView(
    key="acme|1",
    kind=Kind.MAINTENANCE,
    title="Upgrade",
    state=State.VERIFYING,
    impact=Impact.MAINTENANCE,
    components=(COMPONENT,),
    url="https://status.acme.example/1",
    starts_at=BERLIN,
)
VALUES: tuple[tuple[codec.Codec[Any], object], ...] = (
    (codec.CLAIM, Claim(external_id="1", title=HOSTILE, state=State.UNKNOWN, components=(COMPONENT,), starts_at=NOW)),
    (codec.INCIDENT, replace(incident(), claims=(VIEW,), latest=Statement(text=HOSTILE, author="Acme", at=NOW))),
    (codec.ENTRY, replace(entry(3, text=HOSTILE), claim=VIEW, transitions=(Transition("impact", "none", "minor"),))),
    (codec.INTENT, Intent("key", StepKind.CATCH_UP, 3, NOW)),
    (codec.SOURCE, Source(key="k", vendor="v", name="n", format="f", url="u", kind=SourceKind.PROBE, regions=("r",))),
    (codec.PAGE, Page(indicator=Impact.CRITICAL, components=(COMPONENT,), unknown_words=("odd",))),
    (codec.SEEN, frozenset({"1|identified|ab", HOSTILE})),
)


@pytest.mark.parametrize(("one", "value"), VALUES, ids=[type(value).__name__ for _, value in VALUES])
def test_a_value_written_as_json_comes_back_equal(one: codec.Codec[Any], value: object) -> None:
    assert one.load(one.dump(value)) == value
