"""`mute vendor`, `mute component`, `unmute …`, `mutes`: from the words to the database, and back in answers."""

from __future__ import annotations

import asyncio
from datetime import time, timedelta

import pytest

from bot.core.access import Access
from bot.core.escalation import Plans
from bot.core.rules import Handover, Oncall
from bot.core.rules import Person as OnDuty
from bot.loops.escalate import Escalating, escalate_due
from bot.model import ChangeKind, Impact
from bot.store import incidents, mutes
from bot.store.database import Database
from tests.commands.office import LEAD, Office, commands, text
from tests.databases import opened
from tests.unit.build import component, down, fine

MEANWHILE = "What begins meanwhile is kept, and told when the mute is over if it still goes on."
BERLIN = Oncall(
    name="platform",
    people=(OnDuty(name="First", slack="U1"),),
    handover=Handover(0, time(9)),
    timezone="Europe/Berlin",
)


@pytest.fixture
async def office(database: Database) -> Office:
    one = Office(database)
    await one.watches("Acme", fine("API"), down("Sora"))
    return one


async def looked(office: Office) -> int:
    return await escalate_due(Escalating(office.database, Plans(), office.clock, asyncio.Event()))


async def kinds(office: Office, name: str = "acme-1") -> list[ChangeKind]:
    return [one.kind for one in await incidents.timeline(office.database, name)]


async def test_a_vendor_is_muted_for_a_while_with_all_that_is_open_of_it(office: Office) -> None:
    await office.opens()

    reply = await office.says("mute vendor acme 4h because their data centre moves")

    assert text(reply).split("\n") == [
        "Muted: Acme",
        "Until 2026-03-01 16:00 UTC",
        "The channels hear of it only if it becomes critical.",
        f"1 open incident is muted with it. {MEANWHILE}",
    ]
    assert commands(reply) == ["unmute vendor acme"]
    assert await kinds(office) == [ChangeKind.OPENED, ChangeKind.MUTED]
    said = text(await office.says("status acme"))
    assert "Muted with Acme until 2026-03-01 16:00 UTC by on-call: their data centre moves" in said
    assert " · muted" in text(await office.says("incidents"))


async def test_the_same_word_twice_is_kept_once_and_a_longer_one_takes_its_place(office: Office) -> None:
    await office.opens()
    await office.says("mute vendor acme 4h")

    assert "Muted already: Acme" in text(await office.says("mute vendor ACME 4h"))
    assert "Muted: Acme" in text(await office.says("mute vendor acme for good", by=LEAD))
    (one,) = await mutes.standing(office.database, office.clock.now())
    assert (one.by, one.for_good) == ("lead", True)
    assert await kinds(office) == [ChangeKind.OPENED, ChangeKind.MUTED, ChangeKind.MUTED]
    assert "Muted with Acme for good by lead" in text(await office.says("status acme"))


async def test_it_ends_to_the_second_and_of_two_who_look_one_says_so(office: Office, database_url: str) -> None:
    await office.opens()
    await office.says("mute vendor acme 4h")
    await looked(office)
    office.clock.move(hours=3, minutes=59, seconds=59)
    assert await looked(office) == 0
    office.clock.move(seconds=1)

    async with opened(database_url) as another:
        twice = Escalating(another, Plans(), office.clock, asyncio.Event())
        done = await asyncio.gather(looked(office), escalate_due(twice))

    assert sum(done) == 1
    assert (await kinds(office))[-1] is ChangeKind.UNMUTED
    assert (await office.now()).muted is None
    assert "Nothing is muted" in text(await office.says("mutes"))


async def test_who_takes_it_back_is_named_in_the_thread(office: Office) -> None:
    await office.opens()
    await office.says("mute vendor acme for good")

    said = text(await office.says("unmute vendor acme", by=LEAD))
    await looked(office)

    assert "Unmuted: Acme" in said
    assert "Unmuted with Acme by lead" in text(await office.says("details acme-1"))
    assert "Acme is not muted" in text(await office.says("unmute vendor acme"))


async def test_components_are_muted_by_the_names_that_people_have_for_them(office: Office) -> None:
    await office.opens(components=(component("Sora"),))
    await office.opens("acme-2", components=(component("Sora"), component("API")))

    said = text(await office.says("mute component acme: sora for good"))

    assert "Muted: Acme (sora)\nFor good\nThe channels hear nothing of it, however bad it gets." in said
    assert ((await office.now()).muted is not None, (await office.now("acme-2")).muted) == (True, None)
    assert "Unmuted: Acme (sora)" in text(await office.says("unmute component acme: SORA"))


async def test_a_component_that_is_not_there_is_answered_with_what_is_like_it(office: Office) -> None:
    reply = await office.says("mute component acme: Soar 4h")

    assert "Nothing on Acme's page is called “Soar”. Nothing was changed" in text(reply)
    assert commands(reply) == ["mute component acme: Sora 4h"]
    assert await mutes.standing(office.database, office.clock.now()) == ()


async def test_without_a_length_it_is_asked_for_how_long(office: Office) -> None:
    reply = await office.says("mute vendor acme because they know")

    assert "For how long shall Acme be muted?" in text(reply)
    assert commands(reply)[0] == "mute vendor acme 1h because they know"
    assert "For good" in text(await office.says(commands(reply)[-1]))


async def test_a_vendor_without_an_open_incident_is_not_guessed(office: Office) -> None:
    reply = await office.says("mute acme 4h because they know")

    assert "No incident of Acme is open. Shall Acme itself be muted?" in text(reply)
    assert commands(reply) == ["mute vendor acme 4h because they know"]
    assert len(commands(await office.says("mute acme"))) == 4
    assert "No open incident is called “nobody”" in text(await office.says("mute nobody"))
    assert await mutes.standing(office.database, office.clock.now()) == ()


async def test_until_resolved_ends_when_nothing_of_the_vendor_is_open_any_more(office: Office) -> None:
    assert "Nothing of Acme is open" in text(await office.says("mute vendor acme until resolved"))
    await office.opens()

    assert "Until nothing of it is open" in text(await office.says("mute vendor acme until resolved"))

    await looked(office)
    assert len(await mutes.standing(office.database, office.clock.now())) == 1


async def test_a_time_is_read_by_utc_or_by_the_clock_of_the_rotas_and_that_is_said(office: Office) -> None:
    await office.opens()
    assert "“18:00” was read by the clock of UTC." in text(await office.says("mute acme-1 until 18:00"))
    mute = (await office.now()).muted
    assert mute is not None
    assert mute.until == office.clock.now() + timedelta(hours=6)

    office.desk.rotas = (BERLIN,)
    said = text(await office.says("mute vendor acme until Mon 09:00"))

    assert "Until 2026-03-02 08:00 UTC\n“Mon 09:00” was read by the clock of Europe/Berlin." in said
    assert "“25:00” is no time that is still to come" in text(await office.says("mute until 25:00"))
    assert "90 days at most" in text(await office.says("mute until 2027-01-01 09:00"))


async def test_an_incident_may_be_muted_for_good(office: Office) -> None:
    await office.opens()

    said = text(await office.says("mute acme-1 for good because we left them"))

    assert "Muted for good: the thread goes on, the channel hears nothing more of it" in said
    assert "Muted for good by on-call: we left them" in said
    assert "It is muted already" in text(await office.says("mute acme-1 for good"))


async def test_all_that_is_muted_is_listed_with_who_until_and_why_and_can_be_taken_back(office: Office) -> None:
    await office.watches("Other")
    await office.opens()
    await office.opens("other-1", vendor="other", impact=Impact.MINOR)
    await office.says("mute vendor acme 4h because they know")
    await office.says("mute other-1 2h", by=LEAD)

    reply = await office.says("mutes")

    assert text(reply).split("\n") == [
        "2 things are muted",
        "- Acme · until 2026-03-01 16:00 UTC · hushes 1 open incident",
        "  By on-call since 2026-03-01 12:00 UTC: they know",
        "- Other: Errors · until 2026-03-01 14:00 UTC",
        "  By lead since 2026-03-01 12:00 UTC",
        "  other-1",
    ]
    assert commands(reply) == ["unmute vendor acme", "unmute other-1"]
    for one in commands(reply):
        assert "Unmuted" in text(await office.says(one))
    assert text(await office.says("muted")) == "Nothing is muted"


async def test_what_is_unmuted_alone_stays_so_while_its_vendor_is_muted(office: Office) -> None:
    await office.opens()
    await office.says("mute vendor acme 4h")
    await office.says("unmute acme-1")

    await looked(office)

    assert (await office.now()).muted is None


@pytest.mark.parametrize("words", ["mute vendor acme 4h", "unmute vendor acme", "mute component acme: API 4h"])
async def test_only_responders_mute_and_everybody_may_look(database: Database, words: str) -> None:
    office = Office(database, access=Access(admins=("fake:2",), responders=()))
    await office.watches("Acme", fine("API"))

    assert "Only responders may" in text(await office.says(words))
    assert "Only responders" not in text(await office.says(words, by=LEAD))
    assert "muted" in text(await office.says("mutes"))
