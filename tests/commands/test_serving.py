"""Our own services in `status`, and switching over in chat: from the words to the database."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core import cards
from bot.core.access import Access
from bot.core.reports import Terms
from bot.core.rules import Service
from bot.loops.heed import Heeding, hand_out
from bot.loops.take_in import Rules
from bot.model import ChangeKind, Component, ComponentStatus, Incident, State
from bot.store import incidents
from bot.store.database import Database
from tests.commands.office import ALL, LEAD, Office, text
from tests.store.world import OPS, decision, entry
from tests.unit.build import fine

BOT = Service(
    name="Support bot",
    depends_on=(("acme", "API"),),
    owner="@support",
    fallback_vendor="bolt",
    fallback_name="Bolt",
    fallback_steps=("Set PROVIDER=bolt",),
)
CHECKOUT = Service(name="Checkout", depends_on=(("bolt", None),))
OF_ACME = Service(
    name="Acme", depends_on=(("acme", None),), owner="@platform", fallback_steps=("Wait",), of_vendor=True
)
DOWN = Component("api", "API", ComponentStatus.MAJOR_OUTAGE)


@pytest.fixture
def office(database: Database) -> Office:
    one = Office(database, services=(BOT, CHECKOUT))
    one.hears(Rules(ALL.routes, one.services), Terms())
    return one


async def opens(office: Office, name: str = "acme-1") -> Incident:
    """Let Acme open an incident that touches what depends on it."""
    found = await office.opens(name, components=(DOWN,))
    touching = cards.with_services(found, office.services)
    await incidents.commit(
        office.database,
        decision(
            replace(touching, last_seq=2), entries=(entry(2, name),), to=(OPS,), now=office.clock.now(), before=(found,)
        ),
    )
    return await office.now(name)


def heeding(office: Office) -> Heeding:
    return Heeding(office.database, Rules((), office.services), office.clock, asyncio.Event())


async def test_status_of_a_service_is_the_worst_of_what_it_needs(office: Office) -> None:
    await office.watches("Acme", DOWN)
    await office.watches("Bolt", fine("API"))

    said = ""
    for words in ("status support-bot", "status Support Bot", "status support", "is support bot down?"):
        said = text(await office.says(words))
        assert said.startswith("Support bot: major\nOwner: @support\nNeeds Acme · API: major outage, checked")
    assert "Fallback: Bolt · operational, as of" in said
    assert text(await office.says("status checkout")).startswith("Checkout: operational")


async def test_status_of_everything_begins_with_our_services(office: Office) -> None:
    await office.watches("Acme", DOWN)
    await office.watches("Bolt", fine("API"))

    said = text(await office.says("status"))

    assert "Our services\n- Support bot · major\n  Acme · API: major outage\nOperational: Checkout\n" in said
    assert said.index("Our services") < said.index("Everything watched") < said.index("- Acme")


async def test_a_service_whose_vendor_can_not_be_read_is_not_well(office: Office) -> None:
    await office.watches("Acme", fine("API"), stale="HTTP 503")

    assert text(await office.says("status support-bot")).startswith("Support bot: can not be told")


async def test_services_are_suggested_while_somebody_types(office: Office) -> None:
    await office.watches("Acme")

    assert (await office.desk.suggest("supp"))[0] == ("Support bot", "Support bot")
    assert ("Checkout", "Checkout") in await office.desk.suggest("")


async def test_words_that_several_services_may_be_are_answered_with_all(office: Office) -> None:
    two = replace(BOT, name="Sales bot")
    office.services = (BOT, two)
    office.hears(Rules(ALL.routes, office.services), Terms())

    answer = await office.says("status bot")

    assert [command for _, command in answer.choices] == ["status Sales bot", "status Support bot"]


async def test_what_is_said_of_a_vendor_itself_is_on_its_page_and_no_service(office: Office) -> None:
    office.services = (OF_ACME,)
    office.hears(Rules(ALL.routes, office.services), Terms())
    await office.watches("Acme", DOWN)

    assert "Owner: @platform\nWhat to do instead\n1. Wait" in text(await office.says("status acme"))
    assert "Our services" not in text(await office.says("status"))
    assert (await opens(office)).services == ()


async def test_the_plans_are_handed_out_once_whoever_is_asked(office: Office) -> None:
    await office.watches("Acme", DOWN)
    await office.watches("Bolt", fine("API"))
    one = await opens(office)

    told = [await hand_out(heeding(office)) for _ in range(3)]

    assert told == [1, 0, 0]
    kinds = [(e.kind, e.transitions) for e in await incidents.timeline(office.database, one.id)]
    assert [k for k, _ in kinds].count(ChangeKind.CARD) == 1
    assert kinds[-1][1][0].after == "operational"
    assert "Fallback: Bolt · operational, as of" in text(await office.says("details acme-1"))


async def test_two_instances_hand_out_one_card(office: Office) -> None:
    one = await opens(office)

    told = await asyncio.gather(*(hand_out(heeding(office)) for _ in range(5)))

    assert sum(told) == 1
    kinds = [e.kind for e in await incidents.timeline(office.database, one.id)]
    assert kinds.count(ChangeKind.CARD) == 1


async def test_a_hundred_presses_at_once_are_one_entry(office: Office) -> None:
    one = await opens(office)

    answers = await asyncio.gather(*(office.says("fallback on acme-1") for _ in range(100)))

    kinds = [e.kind for e in await incidents.timeline(office.database, one.id)]
    assert kinds.count(ChangeKind.FALLBACK_ON) == 1
    assert sum("Noted in the thread" in text(answer) for answer in answers) == 1


async def test_switching_over_and_back_by_the_name_of_the_service(office: Office) -> None:
    one = await opens(office)

    on = text(await office.says("fallback on support-bot"))
    office.clock.move(minutes=5)
    off = text(await office.says("fallback off support bot", LEAD))

    assert "Fallback activated by on-call at" in on
    assert "back to normal at" in off
    (found,) = (await office.now(one.id)).fallbacks
    assert (found.card, found.name, found.back_by) == ("Support bot", "on-call", "lead")


async def test_who_comes_back_after_the_end_needs_no_name(office: Office) -> None:
    one = await opens(office)
    await office.says("fallback on")
    before = await office.now(one.id)
    over = replace(before, state=State.RESOLVED, resolved_at=office.clock.now(), last_seq=before.last_seq + 1)
    ended = entry(before.last_seq + 1, one.id)
    await incidents.commit(
        office.database, decision(over, entries=(ended,), to=(OPS,), now=office.clock.now(), before=(before,))
    )
    office.clock.move(minutes=3)

    said = text(await office.says("back to normal"))

    assert said.startswith("Noted in the thread: back to normal")
    after = await office.now(one.id)
    assert (after.state, after.fallbacks[0].back_at) == (State.RESOLVED, office.clock.now())
    assert after.fallbacks[0].at == office.clock.now() - timedelta(minutes=3)


async def test_who_switches_over_without_a_name_means_what_has_a_plan(office: Office) -> None:
    one = await opens(office)
    office.clock.move(minutes=1)
    await office.opens("cord-1", vendor="cord")

    await office.says("fallback on")

    assert [f.card for f in (await office.now(one.id)).fallbacks] == ["Support bot"]
    assert (await office.now("cord-1")).fallbacks == ()


async def test_a_service_that_nothing_touches_is_not_switched(office: Office) -> None:
    await office.watches("Acme")

    assert text(await office.says("fallback on support-bot")).startswith("No open incident is called “support-bot”")


async def test_who_may_not_take_part_is_told_so(office: Office) -> None:
    office.access = Access(responders=("fake:1",))
    office.hears(Rules(ALL.routes, office.services), Terms())
    await opens(office)

    assert "say that a fallback is activated" in text(await office.says("fallback on", LEAD))
    assert (await office.now()).fallbacks == ()
