"""Whatever is asked passes here: who may not is told so, and each deed stands in the audit trail once."""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import time, timedelta

import pytest

from bot.core.access import Access, Right
from bot.core.audit import CameOf, Deed
from bot.core.rules import Handover, Oncall
from bot.core.rules import Person as Engineer
from bot.core.wanted import Wanted
from bot.model import Action, Asked, Command, Person, Ref
from bot.ports import Directory
from bot.store import audit
from bot.store.database import Database, open_database
from tests.commands.office import LEAD, ONCALL, Office, text
from tests.store.world import OPS

ADMIN = Person("fake", "9", "admin")
PLAIN = Person("fake", "3", "colleague")
ACCESS = Access(admins=(ADMIN.key,), responders=(ONCALL.key, LEAD.key))


@dataclass(slots=True)
class Phonebook(Directory):
    """Knows who is in which group, and how channels are called; `asked` is what it was asked."""

    groups: dict[str, str] = field(default_factory=dict[str, str])
    channels: dict[str, str] = field(default_factory=dict[str, str])
    asked: list[str] = field(default_factory=list[str])

    async def groups_of(self, person: Person, among: Collection[str]) -> Collection[str]:
        self.asked.append(person.key)
        return [one for one in among if self.groups.get(one) == person.key]

    async def id_of(self, address: str) -> str:
        self.asked.append(address)
        return self.channels.get(address, "")


async def trail(office: Office) -> list[Deed]:
    """Return what is recorded, the oldest first."""
    return [*reversed(await audit.deeds(office.database, Wanted(), None))]


async def recorded(office: Office) -> list[tuple[str, str, CameOf]]:
    return [(one.name, one.command, one.came_of) for one in await trail(office)]


async def test_every_deed_is_recorded_once_and_no_question(database: Database) -> None:
    office = Office(database, access=ACCESS)
    await office.opens()
    await office.opens("bolt-7", vendor="bolt")
    for words in ("status", "incidents", "details acme-1", "oncall", "watch list", "health", "help", "audit"):
        await office.says(words, ADMIN)

    deeds = (
        "ack acme-1",
        "note #acme-1 We switched over",
        "mute acme-1 4h because it is known",
        "affected acme-1",
        "link acme-1 https://wiki.example.com/a",
        "fallback on acme-1",
        "join acme-1 to bolt-7",
        "unmute bolt-7",
        "report openai: it fails",
        "watch add fastly",
    )
    for words in deeds:
        await office.says(words, ADMIN)

    found = await trail(office)
    assert [one.action for one in found] == [
        *("ack", "note", "mute", "affected", "link", "fallback_on", "join", "unmute", "report", "watch")
    ]
    assert [one.came_of for one in found].count(CameOf.DONE) >= len(deeds) - 3
    assert {one.person for one in found} == {ADMIN.key}


async def test_a_deed_says_who_when_from_where_to_which_incident_and_what_came_of_it(database: Database) -> None:
    office = Office(database)
    await office.opens()
    delivery = await office.tells()
    (root,) = delivery.fake.channels[OPS.address]
    where = {"address": "ops", "thread": root.ref, "request": "fake:1"}

    await office.desk.say("mute 4h", LEAD, **where)  # type: ignore[arg-type]  # where it was

    (one,) = await trail(office)
    assert (one.person, one.name, one.at) == (LEAD.key, "lead", office.clock.now())
    assert (one.platform, one.channel, one.thread) == ("fake", "ops", root.ref.value)
    assert (one.incident, one.command, one.came_of, one.request) == ("acme-1", "mute 4h", CameOf.DONE, "fake:1")


@pytest.mark.parametrize(
    ("first", "words", "came", "answer"),
    [
        ("", "ack", CameOf.DONE, ""),
        ("ack", "ack", CameOf.ALREADY, "You have it already"),
        ("", "unmute", CameOf.ALREADY, "It is not muted"),
        ("", "ungroup acme-1", CameOf.ALREADY, "It is not one of many: it has a thread of its own"),
        ("", "ack nothing-01ABC", CameOf.FAILED, "No open incident is called “nothing-01ABC”"),
        ("watch add fastly", "watch add fastly", CameOf.ALREADY, "Fastly is watched already"),
        ("", "oncall override me until 18:00", CameOf.FAILED, "Nobody is on call here"),
    ],
)
async def test_what_came_of_it_is_told_apart(
    database: Database, first: str, words: str, came: CameOf, answer: str
) -> None:
    office = Office(database, access=Access(admins=(ADMIN.key,)))
    await office.opens()
    if first:
        await office.says(first, ADMIN)
    office.clock.move(seconds=1)

    await office.says(words, ADMIN)

    last = (await trail(office))[-1]
    assert (last.came_of, last.answer) == (came, answer)


async def test_what_somebody_else_has_already_is_said(database: Database) -> None:
    office = Office(database)
    await office.opens()
    await office.says("ack acme-1", LEAD)

    await office.says("ack acme-1")

    last = (await trail(office))[-1]
    assert (last.came_of, last.answer, last.incident) == (CameOf.FAILED, "lead has it already", "acme-1")


async def test_who_is_asked_back_has_done_nothing_yet(database: Database) -> None:
    office = Office(database)
    await office.opens("acme-1")
    await office.opens("acme-2")

    answer = await office.says("ack acme")

    assert "Which incident?" in text(answer)
    assert await trail(office) == []


async def test_what_fails_on_our_side_is_recorded_as_that(database: Database) -> None:
    office = Office(database)
    await office.opens()
    await database.write(lambda connection: connection.exec_driver_sql("DROP TABLE announcement"))

    answer = await office.says("ack acme-1")

    assert "That went wrong on our side" in text(answer)
    ((_, _, came),) = await recorded(office)
    assert came is CameOf.FAILED
    assert (await office.now()).acked is None


async def test_while_the_database_is_away_whoever_asks_is_told_so() -> None:
    office = Office(open_database("postgresql+asyncpg://nobody@127.0.0.1:1/nowhere"))

    answer = await office.says("ack acme-1")

    assert (
        text(answer)
        == "Sitrep's database does not answer just now, and nothing was done. Please try again in a minute."
    )


async def test_who_may_not_is_told_what_and_who_may_and_the_attempt_is_recorded(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    office = Office(database, access=ACCESS)
    await office.opens()
    caplog.set_level(logging.INFO)

    answer = await office.answers("mute 4h", PLAIN)

    assert text(answer.reply).split("\n") == [
        "Only responders may mute here",
        "`responders` under [access] in sitrep.toml says who they are: 3 people. Nothing was changed.",
    ]
    assert answer.reply.aside
    assert await recorded(office) == [("colleague", "mute 4h", CameOf.DENIED)]
    assert caplog.text.count("not permitted action=mute person=fake:3") == 1
    assert (await office.now()).muted is None


async def test_the_names_of_who_may_are_those_of_the_rotas(database: Database) -> None:
    office = Office(database, access=Access(responders=("slack:U1", "discord:2")))
    people = (Engineer(name="First engineer", slack="U1"), Engineer(name="Second engineer", discord="2"))
    office.desk.rotas = (Oncall(name="web", people=people, handover=Handover(0, time(9)), timezone="UTC"),)
    await office.opens()

    assert "says who they are: First engineer and Second engineer." in text(await office.says("ack", PLAIN))


async def test_a_request_that_is_delivered_again_is_done_once(database: Database) -> None:
    office = Office(database)
    await office.opens()
    note = Command(action=Action.NOTE, incident="acme-1", text="We switched over")
    once = Asked(command=note, person=ONCALL, request="fake:1")
    await office.desk.ask(once)
    office.clock.move(hours=1)

    again = await office.desk.ask(once)
    await office.desk.ask(replace(once, request="fake:2"))

    assert text(again.reply) == "That is done already"
    assert [one.request for one in await trail(office)] == ["fake:1", "fake:2"]
    assert (await office.now()).last_seq == 3


async def test_before_a_form_is_opened_it_is_told_who_may_not_send_it(database: Database) -> None:
    office = Office(database, access=ACCESS)
    wanted = Asked(command=Command(action=Action.NOTE, incident="acme-1"), person=PLAIN)

    refused = await office.desk.refusal(wanted)
    allowed = await office.desk.refusal(replace(wanted, person=ONCALL))

    assert refused is not None
    assert text(refused).startswith("Only responders may add notes here")
    assert allowed is None
    assert await recorded(office) == [("colleague", "note acme-1", CameOf.DENIED)]


async def test_if_it_can_not_be_told_who_may_nobody_may(database: Database) -> None:
    office = Office(database, access=ACCESS)
    await database.write(lambda connection: connection.exec_driver_sql("DROP TABLE audit"))

    refused = await office.desk.refusal(Asked(command=Command(action=Action.NOTE), person=PLAIN))

    assert refused is not None


async def test_groups_are_asked_for_only_where_it_depends_on_them(database: Database) -> None:
    office = Office(database, access=Access(responders=("slack:S1", ONCALL.key)))
    book = Phonebook(groups={"slack:S1": LEAD.key})
    office.desk.trail.directories = {"fake": book}
    await office.opens()

    for words, person in (("status", PLAIN), ("ack", ONCALL), ("unack", LEAD), ("ack", PLAIN)):
        await office.says(words, person)

    assert book.asked == [LEAD.key, PLAIN.key]
    assert [came for *_, came in await recorded(office)] == [CameOf.DONE, CameOf.DONE, CameOf.DENIED]


async def test_a_question_waits_for_no_platform(database: Database) -> None:
    office = Office(database, access=replace(ACCESS, responders=("slack:S1",), channels=(("fake:#ops", ACCESS),)))
    book = Phonebook()
    office.desk.trail.directories = {"fake": book}
    await office.opens()

    for words in ("status", "incidents", "details", "affected", "report openai: it fails", "help"):
        await office.says(words, PLAIN)

    assert book.asked == []


async def test_where_it_is_asked_decides_whose_right_it_is(database: Database) -> None:
    there = replace(ACCESS, responders=None, may={Right.MUTE: ("admins",)})
    office = Office(database, access=replace(ACCESS, channels=(("fake:#war-room", there),)))
    office.desk.trail.directories = {"fake": Phonebook(channels={"#war-room": "C1"})}
    await office.opens()

    async def says(words: str, person: Person, address: str) -> str:
        return text((await office.desk.say(words, person, address=address)).reply).split("\n")[0]

    assert await says("ack", PLAIN, "C2") == "Only responders may acknowledge here"
    assert await says("ack", PLAIN, "T2/C1") == "You have it"
    assert await says("mute 4h", ONCALL, "C1") == "Only admins may mute here"
    assert (await says("mute 4h", ONCALL, "C2")).startswith("Muted")
    assert (await says("mute 1h", ADMIN, "C1")).startswith("Muted")


async def test_a_channel_that_can_not_be_looked_up_opens_nothing(database: Database) -> None:
    there = replace(ACCESS, may={Right.MUTE: ("admins",)})
    office = Office(database, access=replace(ACCESS, responders=None, channels=(("fake:#war-room", there),)))
    office.desk.trail.directories = {"fake": Phonebook()}
    await office.opens()

    answer = await office.desk.say("mute 4h", ONCALL, address="C2")

    assert text(answer.reply).startswith("Only admins may mute here")


async def test_admins_see_who_did_what_and_nobody_else(database: Database) -> None:
    office = Office(database, access=ACCESS)
    await office.opens()
    await office.says("ack acme-1")
    office.clock.move(hours=3)
    await office.says("note #acme-1 We switched over", LEAD)
    await office.says("mute 4h", PLAIN)

    every, mine, lately, one = [
        text(await office.says(f"audit {asks}".strip(), ADMIN)).split("\n") for asks in ("", "on-call", "2h", "acme-1")
    ]
    denied = text(await office.says("audit", ONCALL))

    assert every[0] == "3 deeds"
    assert every[1::2] == [
        "- colleague · mute 4h · denied · 2026-03-01 15:00 UTC",
        "- lead · note acme-1 We switched over · done · 2026-03-01 15:00 UTC",
        "- on-call · ack acme-1 · done · 2026-03-01 12:00 UTC",
    ]
    assert mine[1::2] == ["- on-call · ack acme-1 · done · 2026-03-01 12:00 UTC"]
    assert lately[0] == "2 deeds"
    assert one[0] == "2 deeds"
    assert denied.startswith("Only admins may see who did what")
    assert (await recorded(office))[-1] == ("on-call", "audit", CameOf.DENIED)


async def test_no_secret_is_recorded_or_logged(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    office = Office(database, access=ACCESS)
    await office.opens()

    await office.says("watch add https://user:hunter2@status.example.invalid/x?key=abc", ADMIN)
    await office.says("note #acme-1 the token is xoxb-123456789-abc", ADMIN)

    for words in ("watch stop", "mute vendor", "ack", "join #acme-1 with"):
        await office.says(f"{words} https://user:hunter2@status.example.invalid/?key=abc", ADMIN)

    said = " ".join((*map(str, await trail(office)), caplog.text))
    assert not {word for word in ("hunter2", "key=abc", "xoxb") if word in said}


async def test_a_thread_that_nobody_knows_is_kept_as_it_is(database: Database) -> None:
    office = Office(database, access=ACCESS)

    await office.says("ack", PLAIN, Ref("C9:1.1"))

    (one,) = await trail(office)
    assert (one.thread, one.incident) == ("C9:1.1", "")
    assert timedelta() == office.clock.now() - one.at
