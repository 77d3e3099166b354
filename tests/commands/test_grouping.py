"""What people ask and do where many incidents are told as one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.access import Access
from bot.core.bursts import Terms
from bot.core.health import Health
from bot.loops.take_in import take_in
from bot.model import Destination, Impact
from bot.store import announcements, incidents
from bot.store.database import Database
from bot.store.sources import Watched
from tests.commands.office import ALL, LEAD, ONCALL, Office, commands, text
from tests.commands.test_following import Channels
from tests.commands.test_handing import PLANS, with_plans
from tests.loops.test_bursts import BURST, item, nobody
from tests.unit.build import ACME, at, fine, snapshot

RULES = replace(ALL, bursts=Terms())
BETA = replace(ACME, key="feed:beta", vendor="beta", name="Beta")


@pytest.fixture
async def office(database: Database) -> Office:
    """Six incidents of Acme at once, one of them major, and another vendor's that has nothing to do with them."""
    office = Office(database)
    office.clock.move(minutes=(at(0) - office.clock.now()).total_seconds() / 60)
    watched = Watched(source=ACME, health=Health(first_look=at(-9), last_look=at(-1)))
    page = snapshot(0, *(item(n, impact=Impact.MAJOR if n == 3 else Impact.MINOR) for n in range(6)))
    await take_in(database, watched, page, rules=RULES, follow_up=nobody)
    return office


async def test_incidents_lists_them_as_one_with_its_members(office: Office) -> None:
    await office.opens("other-1", vendor="other")

    said = text(await office.says("incidents"))

    assert said.startswith("2 open incidents\n")
    assert "- Acme: 6 incidents at once · major · investigating since 2026-03-01 12:00 UTC" in said
    assert "  Item 3 fails · major · investigating\n  Item 5 fails · minor · investigating\n" in said
    assert f"  and 1 more\n  {BURST}\n" in said


async def test_a_vendors_incidents_are_that_one(office: Office) -> None:
    assert text(await office.says("incidents acme")).startswith("1 open incident of acme\n- Acme: 6 incidents at once")


async def test_details_has_all_of_them_with_the_names_by_which_they_can_be_meant(office: Office) -> None:
    said = text(await office.says("details acme"))

    assert said.startswith("Acme: 6 incidents at once\nMajor · investigating\n")
    assert all(f"Item {n} fails" in said and f"  acme-i{n}\n" in said for n in range(6))


async def test_the_vendors_name_means_the_whole_and_its_own_name_one_of_them(office: Office) -> None:
    assert f"Acme: 6 incidents at once · {BURST}" in text(await office.says("ack acme"))
    assert "Acme: Item 2 fails · acme-i2" in text(await office.says("note #acme-i2 it is back"))
    assert "Acme: Item 4 fails · acme-i4" in text(await office.says("affected item 4"))


async def test_left_out_it_is_the_whole_that_is_meant(office: Office) -> None:
    assert f"Acme: 6 incidents at once · {BURST}" in text(await office.says("ack"))


async def test_in_its_thread_all_are_acknowledged_and_given_back(office: Office) -> None:
    delivery = await office.tells()
    (root,) = delivery.fake.channels["ops"]

    said = text(await office.says("ack", thread=root.ref))
    has = [i.acked is not None for i in await incidents.open_incidents(office.database)]
    back = text(await office.says("unack", thread=root.ref))

    assert said.startswith("You have it\n")
    assert has == [True] * 7
    assert back.startswith("Taken back")
    assert [i.acked for i in await incidents.open_incidents(office.database)] == [None] * 7


async def test_acknowledged_again_it_is_had_already_and_by_somebody_else_it_is_theirs(office: Office) -> None:
    await office.says("ack acme")

    assert text(await office.says("ack acme")).startswith("You have it already")
    assert text(await office.says("ack acme", LEAD)).startswith("on-call has it already")


async def test_one_that_came_later_is_taken_on_when_the_whole_is_pressed_again(office: Office) -> None:
    await office.says("ack acme")
    watched = Watched(source=ACME, health=Health(first_look=at(-9), last_look=at(0)))
    page = replace(snapshot(1, item(7, 1)), complete_open_set=False)
    await take_in(office.database, watched, page, rules=RULES, follow_up=nobody)

    await office.says("ack acme")

    assert (await office.now("acme-i7")).acked is not None


async def test_one_is_taken_out_by_its_name_and_has_a_thread_of_its_own(office: Office) -> None:
    said = text(await office.says("ungroup #acme-i2"))
    delivery = await office.tells()

    assert said.startswith("Ungrouped: it goes on in a thread of its own\nAcme: Item 2 fails · acme-i2")
    assert [root.headline for root in delivery.fake.channels["ops"]] == [
        "Acme: 5 incidents at once",
        "Acme: Item 2 fails",
    ]
    assert text(await office.says("ungroup #acme-i2")).startswith("It is not one of many")


async def test_all_are_taken_apart(office: Office) -> None:
    said = text(await office.says("ungroup acme"))

    assert said.startswith("Ungrouped: each goes on in a thread of its own\n")
    assert text(await office.says("incidents")).startswith("6 open incidents\n")


async def test_what_is_by_itself_can_not_be_ungrouped(office: Office) -> None:
    await office.opens("other-1", vendor="other")

    assert text(await office.says("ungroup other")).startswith("It is not one of many: it has a thread of its own")


async def test_many_are_not_made_one_by_hand(office: Office) -> None:
    await office.opens("other-1", vendor="other")

    assert text(await office.says("join #other-1 to acme")).startswith("That is a list of incidents: name one of them")
    assert text(await office.says(f"unlink {BURST}")).startswith("That is a list of incidents: name one of them")


async def test_two_members_that_are_one_can_be_joined(office: Office) -> None:
    said = text(await office.says("join acme-i1 to acme-i2"))
    details = text(await office.says("details acme"))

    assert said.startswith("Linked")
    assert "Item 1 fails · ✓ part of another incident" in details


async def test_only_responders_may_ungroup(office: Office) -> None:
    office.access = Access(responders=("fake:2",))
    office.hears(ALL, office.people.terms)

    assert text(await office.says("ungroup acme")).startswith("Only responders may ungroup incidents here")


async def test_while_typing_the_whole_is_offered_first_and_its_members_by_their_words(office: Office) -> None:
    everything = await office.desk.complete("")
    some = await office.desk.complete("item 4")

    assert everything == (("Acme: 6 incidents at once (major)", BURST),)
    assert some == (("Acme: Item 4 fails (minor)", "acme-i4"),)
    assert (await office.desk.complete("acme"))[0] == everything[0]


async def test_others_that_are_open_are_offered_without_every_member(office: Office) -> None:
    await office.opens("other-1", vendor="other", started_at=at(3))

    reply = await office.says("ack")

    assert "other-1" in text(reply)
    assert list(commands(reply)) == [f"ack {BURST}"]


async def may_choose(office: Office) -> None:
    """Let the channels of the office choose what they hear of Acme."""
    office.access = Access(admins=("fake:1",))
    office.hears(RULES, office.people.terms)
    office.desk.visits = {"fake": Channels().visit}
    await office.watches("Acme")


async def test_a_channel_that_joins_while_they_go_on_is_told_of_them_together(office: Office) -> None:
    await may_choose(office)
    await office.tells()

    said = text((await office.desk.say("watch acme here", ONCALL, address="C5")).reply)
    await office.says("note all of them are slow")
    (root,) = (await office.tells()).fake.channels["C5"]

    assert "6 are open, and told there now." in said
    assert root.headline == "Acme: 6 incidents at once"
    assert [one.headline for one in root.thread] == ["Note by on-call"]


async def test_a_channel_that_wants_a_part_of_them_is_shown_that_part(office: Office) -> None:
    await may_choose(office)

    await office.desk.say("watch acme min=major here", ONCALL, address="C5")
    (root,) = (await office.tells()).fake.channels["C5"]

    assert root.headline == "Acme: Item 3 fails"


async def test_whoever_is_given_one_of_them_is_called_in_the_thread_of_all(office: Office) -> None:
    slack = Destination("slack", "C1")
    rules = replace(RULES, routes=(replace(ALL.routes[0], to=(slack,)),))
    with_plans(office, PLANS)
    watched = Watched(source=BETA, health=Health(first_look=at(-9), last_look=at(-1)))
    page = replace(snapshot(0, *(item(n) for n in range(4))), vendor="beta")
    await take_in(office.database, watched, page, rules=rules, follow_up=nobody)

    await office.says("assign #beta-i2 to first engineer")

    (burst,) = [one for one in await incidents.open_incidents(office.database) if one.cause == "beta"]
    (entry,) = [e for e in await incidents.timeline(office.database, burst.id) if e.calls]
    assert [(one.who, one.to) for one in entry.calls] == [(("slack:U1",), "slack:C1")]
    assert [str(one.destination) for one in await announcements.of_incident(office.database, burst.id)] == ["slack:C1"]


@pytest.mark.parametrize("words", ["assign acme to first engineer", "handover acme to first engineer: it is quiet"])
async def test_who_was_given_all_of_them_has_each_that_is_taken_out_later(office: Office, words: str) -> None:
    with_plans(office, PLANS)
    await office.says("ack #acme-i4", LEAD)
    await office.says(words)

    await office.says("ungroup acme")

    has = [(await office.now(f"acme-i{n}")).acked for n in range(6)]
    assert [one.name if one else "" for one in has] == [*["First engineer"] * 4, "lead", "First engineer"]
    assert all(one.keys == ("slack:U1",) for n, one in enumerate(has) if one and n != 4)


async def test_who_had_all_of_them_before_has_none_once_they_are_another_s(office: Office) -> None:
    with_plans(office, PLANS)
    await office.says("ack acme")
    await office.says("take #acme-i4", LEAD)
    await office.says("assign acme to first engineer")

    await office.says("ungroup #acme-i2")
    await office.says(f"unack {BURST}")

    has = [(await office.now(f"acme-i{n}")).acked for n in range(6)]
    assert [one.name if one else "" for one in has] == ["", "", "First engineer", "", "lead", ""]


async def test_two_that_are_joined_are_told_where_these_were_and_not_wherever_any_of_the_many_is(
    office: Office,
) -> None:
    await may_choose(office)
    await office.desk.say("watch acme min=major here", ONCALL, address="C5")

    await office.says("join acme-i1 to acme-i2")

    (root,) = (await office.tells()).fake.channels["C5"]
    assert root.headline == "Acme: Item 3 fails"


async def test_a_channel_that_asks_for_the_vendor_later_gets_the_whole_in_one_message(office: Office) -> None:
    await office.watches("Acme", fine("API"))
    office.desk.trail.access = Access(admins=("fake:1",))

    said = (await office.desk.say("watch acme here", ONCALL, address="C5")).reply
    delivery = await office.tells()

    assert "6 are open, and told there now." in text(said)
    assert [one.headline for one in delivery.fake.channels["C5"]] == ["Acme: 6 incidents at once"]


async def test_a_channel_that_asks_for_some_of_a_burst_gets_no_more_of_it(office: Office) -> None:
    await office.watches("Acme", fine("API"))
    office.desk.trail.access = Access(admins=("fake:1",))

    await office.desk.say("watch acme min=major here", ONCALL, address="C5")
    delivery = await office.tells()

    assert [one.headline for one in delivery.fake.channels["C5"]] == ["Acme: Item 3 fails"]
    assert [one.headline for one in delivery.fake.channels["ops"]] == ["Acme: 6 incidents at once"]
