from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from bot.store.database import Database
from bot.store.installations import Kept
from bot.store.tables import SPENT_PASS
from tests.fakes import NOON


async def test_what_is_kept_of_a_workspace_is_found_replaced_and_forgotten(database: Database) -> None:
    kept = Kept(database, "slack")
    await kept.save("T1", "one")
    await kept.save("T2", "two")
    await kept.save("T1", "one again")
    before = [await kept.find(team) for team in ("T1", "T2", "T3")]
    await kept.drop("T1")
    await kept.drop("T3")

    assert before == ["one again", "two", None]
    assert [await kept.find(team) for team in ("T1", "T2")] == [None, "two"]


async def test_platforms_do_not_see_each_others_workspaces(database: Database) -> None:
    await Kept(database, "slack").save("T1", "one")
    await Kept(database, "discord").drop("T1")

    assert await Kept(database, "discord").find("T1") is None
    assert await Kept(database, "slack").find("T1") == "one"


async def test_what_is_good_once_is_good_for_one_instance_alone(database: Database) -> None:
    one, another, until = Kept(database, "slack"), Kept(database, "slack"), NOON + timedelta(minutes=10)

    assert [await kept.spend("state:1", NOON, until) for kept in (one, another)] == [True, False]
    assert await Kept(database, "discord").spend("state:1", NOON, until)


async def test_it_is_forgotten_when_it_would_be_good_no_more_anyway(database: Database) -> None:
    kept, until = Kept(database, "slack"), NOON + timedelta(minutes=10)
    await kept.spend("state:1", NOON, until)
    await kept.spend("state:2", until, until + timedelta(minutes=10))
    marks = await database.read(lambda connection: connection.execute(select(SPENT_PASS.c.mark)).scalars().all())

    assert marks == ["slack:state:2"]
