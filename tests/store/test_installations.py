from __future__ import annotations

from bot.store.database import Database
from bot.store.installations import Kept


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
