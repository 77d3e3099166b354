"""`oncall`: who it is, until when, who is next; and who has it instead."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from bot.core.access import Access
from bot.core.rules import Handover, Oncall
from bot.core.rules import Person as OnDuty
from bot.model import Person
from bot.store.database import Database
from tests.commands.office import LEAD, Office, commands, text

FIRST, SECOND, THIRD = (OnDuty(name=name, slack=f"U{name}") for name in ("First", "Second", "Third"))
MONDAYS = Handover(0, time(9))
# 1 March 2026 is a Sunday.
PLATFORM = Oncall(
    name="platform", people=(FIRST, SECOND), handover=MONDAYS, timezone="Europe/Berlin", starts=date(2026, 2, 23)
)
BEHIND = Oncall(
    name="behind",
    people=(SECOND, FIRST),
    handover=MONDAYS,
    timezone="Europe/Berlin",
    duty="platform",
    starts=date(2026, 2, 23),
)
DATA = Oncall(name="data", people=(THIRD,), handover=MONDAYS, timezone="UTC")
SOMEBODY = Person("slack", "UFirst", "first")


@pytest.fixture
def office(database: Database) -> Office:
    return with_rotas(Office(database))


def with_rotas(office: Office, *rotas: Oncall) -> Office:
    office.desk.rotas = rotas or (PLATFORM, DATA)
    return office


async def test_it_tells_who_has_it_until_when_and_who_is_next(office: Office) -> None:
    said = text(await office.says("oncall"))

    assert "- platform · First, until 2026-03-02 08:00 UTC\n  Then Second, until 2026-03-09 08:00 UTC" in said
    assert "- data · Third, always" in said
    assert "platform" not in text(await office.says("oncall data"))


async def test_layers_of_one_duty_stand_together(office: Office) -> None:
    with_rotas(office, PLATFORM, BEHIND)

    said = text(await office.says("@sitrep oncall platform"))

    assert "- platform, first · First, until" in said
    assert "- platform, second (behind) · Second, until" in said


async def test_a_rota_that_does_not_exist_is_answered_with_those_that_do(office: Office) -> None:
    reply = await office.says("oncall plattform")

    assert "No rota is called “plattform”" in text(reply)
    assert commands(reply) == ["oncall platform", "oncall data"]


async def test_without_a_rota_it_says_what_to_write(office: Office) -> None:
    office.desk.rotas = ()

    for words in ("oncall", "oncall override me for 8h"):
        assert "An [[oncall]] in sitrep.toml says who takes turns." in text(await office.says(words))


async def test_somebody_else_has_it_for_a_while_and_it_is_shown_by_whom_that_was_agreed(office: Office) -> None:
    agreed = text(await office.says("oncall override second until 18:00", by=LEAD))

    assert "Second is on call for platform\nFrom 2026-03-01 12:00 UTC until 2026-03-01 17:00 UTC" in agreed
    said = text(await office.says("oncall"))
    assert "- platform · Second, until 2026-03-01 17:00 UTC\n  Then First, until 2026-03-02 08:00 UTC" in said
    assert "Second instead of First from 2026-03-01 12:00 UTC until 2026-03-01 17:00 UTC, by lead at" in said
    office.clock.move(hours=6)
    assert "- platform · First, until 2026-03-02 08:00 UTC" in text(await office.says("oncall"))


async def test_who_says_me_is_known_by_their_id(office: Office) -> None:
    said = text(await office.says("oncall override me from Mon 09:00 until Tue 09:00", by=SOMEBODY))

    assert "platform: First will be on call" in said


async def test_the_same_word_twice_is_kept_once(office: Office) -> None:
    for _ in range(2):
        await office.says("oncall override Second until 18:00")

    assert text(await office.says("oncall platform")).count("instead of") == 1


async def test_it_is_taken_back(office: Office) -> None:
    await office.says("oncall override Second until 18:00")

    assert "Taken back: Second for platform\nOn call now: First" in text(await office.says("oncall override remove"))
    assert "No override is there" in text(await office.says("oncall remove"))
    assert "instead of" not in text(await office.says("oncall"))


async def test_of_several_one_is_chosen(office: Office) -> None:
    await office.says("oncall override Second until 18:00")
    await office.says("oncall override First in data for 2h")

    reply = await office.says("oncall remove")

    assert [text(await office.says(one)).split("\n")[0] for one in commands(reply)] == [
        "Taken back: Second for platform",
        "Taken back: First for data",
    ]


async def test_who_is_in_several_rotas_is_asked_in_which(office: Office) -> None:
    with_rotas(office, PLATFORM, BEHIND)

    reply = await office.says("oncall override Second for 8h")

    assert commands(reply) == ["oncall override Second in platform for 8h", "oncall override Second in behind for 8h"]
    assert "Second is on call for behind" in text(await office.says(commands(reply)[1]))


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("oncall override Second", "Until when?"),
        ("oncall override Second until whenever", "“whenever” is no time"),
        ("oncall override Nobody until 18:00", "Nobody who can be called is “Nobody”"),
        ("oncall override for 8h", "A terminal can not be called"),
    ],
)
async def test_what_can_not_be_done_is_said_and_changes_nothing(office: Office, words: str, why: str) -> None:
    assert why in text(await office.says(words))
    assert "instead of" not in text(await office.says("oncall"))


@pytest.mark.parametrize("words", ["oncall override Second until 18:00", "oncall remove"])
async def test_only_responders_and_admins_change_it_and_everybody_may_look(database: Database, words: str) -> None:
    office = with_rotas(Office(database, access=Access(admins=("fake:2",), responders=())))

    assert "Only responders may change who is on call here" in text(await office.says(words))
    assert "Only responders" not in text(await office.says(words, by=LEAD))
    assert "On call now" in text(await office.says("oncall"))


async def test_an_acknowledgement_may_be_for_a_while(office: Office) -> None:
    await office.opens()

    said = text(await office.says("ack for 30m"))

    assert "You have it" in said
    assert "until 2026-03-01 12:30 UTC" in said
    ack = (await office.now()).acked
    assert ack is not None
    assert ack.until == office.clock.now() + timedelta(minutes=30)
    assert "You have it already" in text(await office.says("ack acme-1 30m"))
    assert "You have it" in text(await office.says("ack acme-1"))
    assert (await office.now()).acked == type(ack)(person=ack.person, name=ack.name, at=ack.at)
