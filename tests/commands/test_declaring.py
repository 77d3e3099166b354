"""Declared, moved on, ended and opened again in chat: from the words to the database and the channel."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from bot.core.access import Access
from bot.core.forms import Form
from bot.core.health import Health
from bot.core.message import Reply, plain
from bot.core.ours import Terms
from bot.core.rules import Route, Service
from bot.loops.heed import Heeding, hand_out
from bot.loops.people import look
from bot.loops.take_in import Ending, Rules, take_in
from bot.model import Action, Asked, ChangeKind, Command, Incident, Person, Source, State
from bot.store import declaring, incidents
from bot.store.database import Database, open_database
from bot.store.sources import Watched
from tests.commands.office import LEAD, ONCALL, Office, commands, text
from tests.loops.desk import Desk as Delivery
from tests.store.world import OPS
from tests.unit.build import claim, snapshot, update

BOT = Service(name="Support bot", depends_on=(("bolt", None),), owner="@support", fallback_steps=("Set PROVIDER=bolt",))
ROUTES = (Route(name="all", to=(OPS,)),)
DECLARE = "declare Checkout is down: cards are refused impact=major service=support-bot"


def at_desk(database: Database) -> Office:
    office = Office(database, services=(BOT,))
    office.desk.ours = Terms(routes=ROUTES, services=(BOT,))
    return office


@pytest.fixture
def office(database: Database) -> Office:
    return at_desk(database)


async def the_one(office: Office) -> Incident:
    (one,) = await declaring.ours(office.database, 10)
    return one


def thread(delivery: Delivery) -> Sequence[str]:
    (root, *_) = next(iter(delivery.fake.channels.values()))
    return [one.headline for one in root.thread]


async def test_it_is_declared_moved_on_ended_and_opened_again_in_one_thread(office: Office) -> None:
    answer = text(await office.says(DECLARE))
    delivery = await office.tells()
    for minutes, by, words in (
        (5, LEAD, "update it is the gateway state=identified"),
        (5, LEAD, "update impact=critical"),
        (20, ONCALL, "resolve all payments go through"),
        (30, LEAD, "reopen refused again"),
    ):
        office.clock.move(minutes=minutes)
        await office.says(words, by)
        await delivery.settles()

    (one,) = await declaring.ours(office.database, 10)
    assert answer.splitlines() == ["Declared", f"Checkout is down · {one.id}", "Told in fake:ops"]
    assert thread(delivery) == [
        "Declared by on-call",
        "Identified, says lead",
        "Impact raised by lead: major → critical",
        "Resolved by on-call after 30 min",
        "Opened again by lead",
    ]
    (root,) = next(iter(delivery.fake.channels.values()))
    assert plain(root.message).splitlines()[:2] == ["Checkout is down", "Critical · investigating"]


async def test_a_lost_answer_declares_nothing_twice(office: Office) -> None:
    await office.says(DECLARE)
    office.clock.move(seconds=20)

    assert text(await office.says(DECLARE)).startswith("You have declared it already")
    other = await office.says("declare checkout is down: here too", LEAD)
    assert text(other).startswith("on-call has declared it already")
    assert commands(other)[0].endswith(" here too")
    await the_one(office)


async def test_two_instances_declare_the_same_once_and_end_it_once(database: Database, database_url: str) -> None:
    second = open_database(database_url)
    try:
        offices = [at_desk(database), at_desk(second)]
        answers = await asyncio.gather(*(one.says(DECLARE, ONCALL) for one in offices for _ in range(3)))
        one = await the_one(offices[0])
        ended = await asyncio.gather(*(o.says(f"resolve {one.id}", by) for o in offices for by in (ONCALL, LEAD)))
    finally:
        await second.close()

    said = sorted(text(answer).splitlines()[0] for answer in answers)
    assert said == ["Declared", *["You have declared it already"] * 5]
    assert [text(answer).startswith("Resolved\n") for answer in ended].count(True) == 1
    kinds = [entry.kind for entry in await incidents.timeline(database, one.id)]
    assert kinds == [ChangeKind.OPENED, ChangeKind.DECLARED, ChangeKind.RESOLVED]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("declare", "What is it?"),
        ("declare Search is down service=search", "No service of ours is called “search”"),
        ("declare Search is down impact=sev1", "How bad is it?"),
        ("update hello", "No incident of our own is open"),
        ("resolve", "No incident of our own is open"),
        ("reopen", "No incident of our own is over"),
    ],
)
async def test_what_can_not_be_done_is_said_in_a_sentence(office: Office, words: str, said: str) -> None:
    assert text(await office.says(words)).startswith(said)
    assert await declaring.ours(office.database, 10) == ()


async def test_where_several_may_be_meant_nothing_is_guessed(office: Office) -> None:
    await office.says("declare Checkout is down")
    await office.says("declare Search is slow")

    asked = await office.says("resolve")
    named = await office.says("resolve checkout")

    assert text(asked).startswith("Which one? 2 may be meant.")
    assert text(named).startswith("Resolved\nCheckout is down")


async def test_a_vendors_incident_is_left_alone_and_it_is_said_what_helps(office: Office) -> None:
    source = await office.watches("Acme")
    await office.opens()
    answer = await office.says("resolve acme-1 it works here")

    assert text(answer).startswith("Nothing was changed\nHow Acme's incident stands is not the team's to say.")
    assert commands(answer) == ["note acme-1 it works here"]
    assert (await office.now()).is_open
    assert source.vendor == "acme"


async def test_it_is_found_wherever_incidents_are_shown(office: Office) -> None:
    await office.watches("Bolt")
    await office.says(DECLARE)
    one = await the_one(office)

    status, listed = text(await office.says("status")), text(await office.says("incidents"))
    home, service = text(await office.desk.home(ONCALL)), text(await office.says("status support bot"))

    assert status.startswith("An incident of our own is open · Bolt: operational")
    assert "- Checkout is down · major · investigating" in status
    assert "- Checkout is down · major" in listed
    assert "Checkout is down" in home
    assert service.startswith("Support bot: major")
    assert "Checkout is down · major · investigating" in service
    assert (await office.desk.complete("check"))[0][1] == one.id
    assert "Our own" not in text(await office.says("history ours"))


async def test_the_plan_of_a_service_is_handed_out_and_switched_over_to(office: Office) -> None:
    await office.says(DECLARE)
    await hand_out(Heeding(office.database, Rules(ROUTES, (BOT,)), office.clock, office.due))
    await office.says("fallback on support bot", LEAD)

    shown = text(await office.says("timeline"))

    assert "bot · Sitrep: What to do instead" in shown
    assert "person · Fallback activated by lead" in shown


async def test_what_people_report_is_ended_by_a_person_and_not_told_again(office: Office) -> None:
    await office.watches("Acme")
    await office.says("report acme: all is red")
    await office.says("report acme", LEAD)
    (one,) = await incidents.open_incidents(office.database, "acme")

    answer = await office.says(f"resolve {one.id} it was our own network")
    office.clock.move(minutes=40)
    await look(office.people)

    assert text(answer).startswith("Resolved")
    after = await office.now(one.id)
    assert (after.state, after.kind) == (State.RESOLVED, one.kind)
    kinds = [entry.kind for entry in await incidents.timeline(office.database, one.id)]
    assert kinds.count(ChangeKind.RESOLVED) == 1
    await office.says("report acme")
    assert [i.id == one.id for i in await incidents.open_incidents(office.database, "acme")] == [False]


async def test_after_the_grace_period_a_new_one_follows_the_old(office: Office) -> None:
    await office.says("declare Checkout is down: cards are refused impact=major")
    old = await the_one(office)
    await office.says("resolve")
    office.clock.move(hours=25)

    late = await office.says("reopen refused again")
    done = await office.says(commands(late)[0])

    assert text(late).startswith("It has been over for 1 d 1 h: nothing was changed")
    assert text(done).startswith("Declared")
    new, before = await declaring.ours(office.database, 10)
    assert (before.id, before.is_open, new.is_open) == (old.id, False, True)
    assert f"It goes on there: {new.id}" not in text(await office.says(f"timeline {old.id}"))
    assert "on-call has declared it anew" in text(await office.says(f"timeline {old.id}"))


async def test_who_may_not_respond_may_not_declare_and_is_shown_no_form(database: Database) -> None:
    office = Office(database, access=Access(responders=(LEAD.key,)))

    said = text(await office.says("declare Checkout is down"))
    form = await office.desk.form(Asked(command=Command(action=Action.DECLARE), person=ONCALL))

    assert said.startswith("Only responders may declare incidents here")
    assert isinstance(form, Reply)
    assert await declaring.ours(database, 10) == ()


async def test_a_form_is_for_what_can_be_said_now(office: Office) -> None:
    async def form(action: Action, which: str | None = None, by: Person = ONCALL) -> Form | Reply:
        return await office.desk.form(Asked(command=Command(action=action, incident=which), person=by))

    await office.says(DECLARE)
    one, declare = await the_one(office), await form(Action.DECLARE)
    update, resolve = await form(Action.UPDATE), await form(Action.RESOLVE, one.id)
    await office.says("resolve")
    late = await form(Action.UPDATE, one.id)

    assert isinstance(declare, Form)
    assert [label for field in declare.fields for label, _ in field.options if field.many] == ["Support bot"]
    assert isinstance(update, Form)
    assert isinstance(resolve, Form)
    assert (update.about, resolve.about) == (one.id, one.id)
    assert isinstance(late, Reply)
    assert text(late).startswith("Already resolved")


async def test_what_turns_out_to_be_a_vendors_goes_into_its_incident_and_comes_back(office: Office) -> None:
    await office.says(DECLARE)
    mine = await the_one(office)
    office.clock.move(minutes=1)
    await posts(office, "acme")

    joined = text(await office.says(f"merge {mine.id} to acme-i1", LEAD))
    theirs, gone = await office.now("acme-i1"), await office.now(mine.id)
    refused = text(await office.says("update acme-i1 we know"))
    whole = text(await office.says("timeline acme-i1")).splitlines()
    parted = text(await office.says("unlink acme-i1", LEAD))
    back, left = await office.now(mine.id), await office.now("acme-i1")

    assert joined.startswith("Linked: it goes on in the second one's thread")
    assert (theirs.title, theirs.impact, theirs.services) == ("Errors", left.impact, ("Support bot",))
    assert (gone.is_open, gone.ending) == (False, ChangeKind.MERGED)
    assert refused.startswith("Nothing was changed")
    assert "“cards are refused”" in whole
    assert [row.partition(" · ")[2] for row in whole if " · person" in row] == [
        "person · Declared by on-call",
        "person · lead linked “Checkout is down” with this",
    ]
    assert "cards are refused" not in text(await office.says("timeline acme-i1"))
    assert parted.startswith("Unlinked: they are two now")
    assert (back.is_open, back.title, back.services, left.services) == (True, mine.title, ("Support bot",), ())


async def test_two_vendors_incidents_are_never_one_and_a_vendors_never_ours(office: Office) -> None:
    await office.says(DECLARE)
    mine = await the_one(office)
    await posts(office, "acme")
    await posts(office, "github")

    two = await office.says("join acme-i1 to github-i1")
    turned = await office.says(f"join acme-i1 to {mine.id}")

    assert text(two).startswith("Two vendors' incidents are not one: nothing was changed")
    assert text(turned).startswith("Only the other way round")
    assert commands(turned) == [f"join {mine.id} to acme-i1"]
    assert text(await office.says(commands(turned)[0])).startswith("Linked")


async def posts(office: Office, vendor: str) -> None:
    """Let a vendor post an incident, which goes the way of all snapshots."""

    async def no_page(_source: Source, _external_id: str) -> Ending:
        return Ending.UNREADABLE

    now = office.clock.now()
    source = Source(key=vendor, vendor=vendor, name=vendor.capitalize(), format="statuspage", url="")
    posted = replace(claim("i1", update("u1", "We look into it.")), started_at=now, published_at=now)
    said = replace(snapshot(0, posted), vendor=vendor, taken_at=now)
    watched = Watched(source=source, health=Health(first_look=now, last_look=now))
    await take_in(office.database, watched, said, rules=Rules(ROUTES, (BOT,)), follow_up=no_page)


async def test_a_long_history_comes_page_by_page(office: Office) -> None:
    await office.says("declare Checkout is down")
    for number in range(45):
        office.clock.move(minutes=1)
        await office.says(f"note step {number}")
    one = await the_one(office)

    first, last = await office.says("timeline"), await office.says(f"timeline {one.id} 3")

    assert text(first).splitlines()[-2] == f"… 26 more, the first 20 shown; `timeline {one.id} 2`"
    assert commands(first) == [f"timeline {one.id} 2"]
    assert "“step 44”" in text(last)
    assert commands(last) == []


async def test_who_is_mentioned_in_a_title_is_called_by_their_name(office: Office) -> None:
    await office.says("declare <@U1|ada> broke the checkout, see <#C1|ops>: <@U1|ada> knows more")
    declared = await the_one(office)
    await office.says('update title="<@U1|ada> and <@U2|bob> broke it" we know why')

    titles = [declared.title, (await the_one(office)).title]
    assert titles == ["@ada broke the checkout, see #ops", "@ada and @bob broke it"]
