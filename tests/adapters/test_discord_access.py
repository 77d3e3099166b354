"""Two colleagues on a local Discord, from the press to the database: what each of them may, and what they read."""

from __future__ import annotations

from dataclasses import replace

from bot.core.access import Access
from bot.core.audit import CameOf
from bot.core.wanted import Wanted
from bot.store import audit
from bot.store.database import Database
from tests.adapters.discordscene import scene
from tests.commands.office import Office
from tests.localdiscord import local_discord, readable

# https://docs.discord.com/developers/resources/message#message-object-message-flags
EPHEMERAL = 1 << 6
SHUT = Access(admins=("discord:999",), responders=("discord:999",))


async def requests(office: Office) -> set[str]:
    return {one.request for one in await audit.deeds(office.database, Wanted(), None)}


async def trail(office: Office) -> list[tuple[str, CameOf]]:
    return [(one.command, one.came_of) for one in reversed(await audit.deeds(office.database, Wanted(), None))]


async def opened(database: Database, access: Access) -> Office:
    office = Office(database, access=access)
    await office.opens()
    return office


async def test_whoever_may_not_is_told_aside_and_no_form_is_opened(database: Database) -> None:
    office = await opened(database, SHUT)
    async with local_discord(limits=False) as local, scene(local, office.desk) as at:  # type: ignore[arg-type]  # it needs no fake
        root, said = await at.root(), []
        for button in ("Acknowledge", "sitrep:mute:acme-1", "Add note"):
            sent = await local.person().presses(root, button)
            is_aside = bool((await sent.answer())["data"]["flags"] & EPHEMERAL)
            said.append((is_aside, readable(await sent.said())))

    for (is_aside, words), verb in zip(said, ("acknowledge", "mute", "add notes"), strict=True):
        assert is_aside
        assert f"Only responders may {verb} here" in words
    assert await trail(office) == [
        ("ack acme-1", CameOf.DENIED),
        ("mute acme-1 until resolved", CameOf.DENIED),
        ("note acme-1", CameOf.DENIED),
    ]
    assert (await office.now()).last_seq == 1
    assert {len(await requests(office)), *(len(one.split(":")) for one in await requests(office))} == {3, 2}


async def test_in_a_channel_that_is_named_something_else_holds(database: Database) -> None:
    async with local_discord(limits=False) as local:
        ops = local.world.channel("ops")
        there = replace(SHUT, responders=None)
        office = await opened(database, replace(SHUT, channels=((f"discord:{ops.id}", there),)))
        async with scene(local, office.desk) as at:  # type: ignore[arg-type]  # it needs no fake
            here = readable(await (await local.person().presses(await at.root(), "Acknowledge")).said())
            other = local.world.channel("random")
            sent = await local.person().runs("incident unack", channel=other, which="acme-1")
            elsewhere = readable(await sent.said())

    assert "You have it" in here
    assert "Only responders may take an acknowledgement back here" in elsewhere
    assert [came for _, came in await trail(office)] == [CameOf.DONE, CameOf.DENIED]
