"""Bursts in a channel that is quiet, and that is shown only a part of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

from bot.core.bursts import Terms
from bot.core.holding import Ruling
from bot.core.message import Call, Reach, plain
from bot.core.rules import Match, Quiet, Route
from bot.loops.take_in import Rules
from bot.model import Impact
from bot.store.database import Database
from tests.fakes import Posted
from tests.loops.desk import Desk as Delivery
from tests.loops.test_bursts import ALL, LEADS, Town, item
from tests.unit.build import component

QUIET = Quiet(time(11), time(13), "UTC")
CALLS = ((Impact.MINOR, "fake:7"), (Impact.MAJOR, "@here"))
OF_API = Route(name="api", match=Match(components=("API",)), to=(LEADS,), mention=CALLS, quiet=QUIET, go_on=True)


async def morning(database: Database) -> list[Posted]:
    """Let five begin at noon, two of them of the API and minor, and pass the time until nobody is asleep."""
    town = Town(database, Rules((OF_API, ALL), bursts=Terms()))
    town.delivery = Delivery(database, town.clock, ruling=Ruling((OF_API, ALL)))
    parts = [component("API" if n < 2 else "Web") for n in range(5)]
    begun = [item(n, impact=Impact.MINOR if n < 2 else Impact.MAJOR) for n in range(5)]
    await town.shows(0, *(replace(one, components=(part,)) for one, part in zip(begun, parts, strict=True)))
    await town.tells("leads")
    town.clock.move(minutes=61)
    return await town.tells("leads")


async def test_the_digest_of_a_night_tells_each_channel_of_what_it_is_shown(database: Database) -> None:
    digest, root = await morning(database)

    assert "Acme: 2 incidents at once · minor" in plain(digest.message)
    assert root.headline == "Acme: 2 incidents at once"


async def test_whom_the_night_kept_from_being_called_is_called_for_what_the_channel_is_shown(
    database: Database,
) -> None:
    _, root = await morning(database)

    first, *_ = root.before or [root.message]
    assert [*first.calls] == [Call(Reach.PERSON, "7")]
