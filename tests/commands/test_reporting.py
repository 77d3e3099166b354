"""Colleagues as witnesses: what becomes of `report`, from the first person to the end."""

from __future__ import annotations

import asyncio

import pytest

from bot.core import reports
from bot.core.health import Health
from bot.core.reports import Target, Terms
from bot.loops.people import look
from bot.loops.take_in import Ending, Rules, take_in
from bot.model import (
    ChangeKind,
    Claim,
    ClaimView,
    Component,
    ComponentStatus,
    Impact,
    Incident,
    Kind,
    Person,
    Snapshot,
    Source,
    State,
    TimelineEntry,
    Update,
)
from bot.store import incidents
from bot.store.database import Database
from bot.store.sources import Watched
from tests.commands.office import ALL, LEAD, ONCALL, Office, commands, text
from tests.unit.build import fine

THIRD = Person("fake", "3", "support")


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


async def nobody(source: Source, external_id: str) -> Ending:
    """Know of no page on which to read how something ended."""
    del source, external_id
    return Ending.UNREADABLE


async def only(office: Office) -> Incident:
    (one,) = await incidents.recent_incidents(office.database, 10)
    return one


async def words(office: Office, one: Incident) -> list[TimelineEntry]:
    return [entry for entry in await incidents.timeline(office.database, one.id) if entry.text]


async def channels(office: Office) -> list[str]:
    """Return what every channel shows: the headline of each root."""
    delivery = await office.tells()
    return [post.headline for roots in delivery.fake.channels.values() for post in roots]


async def test_the_first_is_thanked_and_no_channel_hears_of_it(office: Office) -> None:
    await office.watches("Acme", fine("API"), fine("Login"))

    said = text(await office.says("report acme api: every call times out"))

    one = await only(office)
    assert "so far you are the only one who reports Acme: API" in said
    assert (
        "The channel hears of it when somebody else reports it, or a probe or Acme tells of it, within 30 min" in said
    )
    assert "Acme's status page tells of no trouble, checked 0 s ago." in said
    assert (one.title, one.state, one.kind, one.affected) == ("API is failing", State.SUSPECTED, Kind.SUSPECTED, 1)
    assert [(e.author, e.text) for e in await words(office, one)] == [("on-call", "every call times out")]
    assert await channels(office) == []


async def test_the_second_makes_it_known_with_the_words_of_both_under_their_names(office: Office) -> None:
    await office.watches("Acme", fine("API"))
    await office.says("report acme api: every call times out")
    office.clock.move(minutes=10)

    said = text(await office.says("report acme api all is red here", LEAD))

    delivery = await office.tells()
    (root,) = delivery.fake.channels["ops"]
    assert "2 people report Acme: API now" in said
    assert "It is announced, as suspected." in said
    assert root.headline == "Acme: API is failing"
    replies = [str(reply.message) for reply in root.thread]
    assert ["every call times out" in replies[0], "all is red here" in replies[1]] == [True, True]
    assert "on-call is affected" in replies[0]


async def test_the_same_person_twice_is_one_witness(office: Office) -> None:
    await office.watches("Acme")
    await office.says("report acme")
    office.clock.move(minutes=20)

    said = text(await office.says("report acme: still down"))

    assert "so far you are the only one" in said
    assert await channels(office) == []


async def test_who_repeats_a_report_keeps_it_up(office: Office) -> None:
    await office.watches("Acme")
    await office.says("report acme")
    office.clock.move(minutes=20)
    await office.says("report acme")
    office.clock.move(minutes=20)

    await look(office.people)

    assert (await only(office)).is_open


async def test_what_nobody_joins_lapses_without_a_word_and_stays_in_the_history(office: Office) -> None:
    await office.watches("Acme")
    await office.says("report acme")
    office.clock.move(minutes=31)

    await look(office.people)

    one = await only(office)
    assert (one.is_open, one.title) == (False, "Acme is failing")
    assert one.resolved_at is not None
    assert (one.resolved_at - one.started_at).total_seconds() == 30 * 60
    assert await channels(office) == []
    assert "1 incident of acme" not in text(await office.says("incidents acme"))


async def test_what_was_announced_ends_as_unconfirmed_when_the_last_report_has_faded(office: Office) -> None:
    await office.watches("Acme")
    await office.says("report acme")
    await office.says("report acme", LEAD)
    delivery = await office.tells()
    office.clock.move(minutes=31)

    await look(office.people)
    await delivery.settles()

    (root,) = delivery.fake.channels["ops"]
    assert root.thread[-1].headline == "Over after 30 min, unconfirmed"
    assert "Acme said nothing of it while we watched." in str(root.thread[-1].message)


async def test_who_says_that_it_works_takes_it_back_at_once(office: Office) -> None:
    await office.watches("Acme")
    await office.says("report acme")
    await office.says(f"works {(await only(office)).id}")

    await look(office.people)

    assert not (await only(office)).is_open


async def test_a_new_report_after_the_end_is_a_new_suspicion(office: Office) -> None:
    await office.watches("Acme")
    await office.says("report acme")
    office.clock.move(minutes=31)
    await look(office.people)
    office.clock.move(minutes=20)

    await office.says("report acme", LEAD)

    assert [one.is_open for one in await incidents.recent_incidents(office.database, 10)] == [True, False]


async def test_who_joins_by_its_id_is_a_second_witness_too(office: Office) -> None:
    await office.watches("Acme")
    await office.says("report acme")
    await office.says(f"affected {(await only(office)).id}", LEAD)

    await look(office.people)

    assert await channels(office) == ["Acme is failing"]


async def test_an_incident_that_is_open_takes_the_report_and_there_is_no_second_one(office: Office) -> None:
    await office.watches("Acme")
    view = ClaimView(key="feed:acme|1", kind=Kind.INCIDENT, title="Errors", state=State.IDENTIFIED, impact=Impact.MAJOR)
    await office.opens(claims=(view,))

    said = text(await office.says("report acme: no answers at all"))
    again = text(await office.says("report acme: no answers at all"))

    one = await only(office)
    assert said.startswith("Counted: it fails for you\n")
    assert "1 person here is affected" in said
    assert "Your words are in its thread." in said
    assert again.startswith("You said so already\n")
    assert one.affected == 1
    assert [entry.kind for entry in await words(office, one)][-1] is ChangeKind.AFFECTED


async def test_of_several_open_incidents_one_is_asked_for(office: Office) -> None:
    await office.watches("Acme")
    await office.opens("acme-1", components=(Component("api", "API"),))
    await office.opens("acme-2", components=(Component("login", "Login"),))

    reply = await office.says("report acme")

    assert "Which one? 2 incidents of Acme are open" in text(reply)
    assert set(commands(reply)) == {"affected acme-1", "affected acme-2"}


async def test_what_two_vendors_have_is_asked_back_with_the_words_kept(office: Office) -> None:
    await office.watches("Acme", fine("API"))
    await office.watches("Bolt", fine("API"))

    reply = await office.says("report api: 500")

    assert commands(reply) == ["report acme API: 500", "report bolt API: 500"]
    assert await incidents.recent_incidents(office.database, 10) == ()


async def test_a_name_that_is_almost_right_is_offered_and_not_taken(office: Office) -> None:
    await office.watches("Acme")

    reply = await office.says("report acne: 500")

    assert "Nothing is called “acne”" in text(reply)
    assert "report acme: 500" in commands(reply)


async def test_a_vendor_of_the_catalog_that_nobody_watches_can_be_reported(office: Office) -> None:
    said = text(await office.says("report chatgpt:login"))

    one = await only(office)
    assert (one.vendor, one.title) == ("openai", "Login is failing")
    assert "OpenAI's status page is not watched." in said


async def test_a_part_that_the_catalog_has_a_name_for_is_that_part_and_the_rest_is_what_is_seen(office: Office) -> None:
    await office.says("report github actions no runners for an hour")

    one = await only(office)
    assert [component.name for component in one.components] == ["Actions"]
    assert [entry.text for entry in await words(office, one)] == ["no runners for an hour"]


async def test_the_page_that_can_not_be_read_or_tells_of_something_else_is_said(office: Office) -> None:
    await office.watches("Acme", stale="HTTP 503")
    await office.watches("Bolt", fine("API"), Component("web", "Web", ComponentStatus.PARTIAL_OUTAGE))

    assert "Acme's status page can not be read for 1 h." in text(await office.says("report acme"))
    assert "tells of something else: Web (partial outage)" in text(await office.says("report bolt api"))


async def test_what_no_route_wants_is_said_to_be_told_nowhere(office: Office) -> None:
    await office.watches("Acme")
    office.hears(Rules(()), Terms())
    await office.says("report acme")

    assert "no channel hears of it" in text(await office.says("report acme", LEAD))
    assert await channels(office) == []


async def test_how_many_it_takes_is_configured(office: Office) -> None:
    office.hears(ALL, Terms(announce_after=1))
    await office.watches("Acme")

    await office.says("report acme")

    assert await channels(office) == ["Acme is failing"]


async def test_hostile_words_and_names_are_kept_as_they_are_and_open_nothing_else(office: Office) -> None:
    await office.watches("Acme")
    mallory = Person("fake", "9", "<!channel> @everyone")

    await office.says("report acme: <!channel> @everyone *bold* " + "w" * 5_000, mallory)
    await office.says("report acme", THIRD)

    assert await channels(office) == ["Acme is failing"]
    assert ONCALL.key not in {witness.person for witness in (await only(office)).witnesses}


async def test_what_is_only_suspected_is_never_called_out_of_order(office: Office) -> None:
    await office.watches("Acme")
    await office.watches("Bolt")
    await office.says("report acme")

    assert text(await office.says("status")).startswith("1 of 2 suspected to be in trouble\n- Acme · suspected")
    assert text(await office.says("status acme")).startswith("Acme: suspected\n")

    await office.opens("bolt-1", vendor="bolt")
    assert text(await office.says("status")).startswith("1 of 2 not operational, 1 more suspected\n")


async def test_a_restart_loses_no_report(office: Office) -> None:
    await office.watches("Acme")
    await office.says("report acme")
    office.hears(ALL, Terms())
    office.clock.move(minutes=10)

    assert "2 people report Acme now" in text(await office.says("report acme", LEAD))

    office.hears(ALL, Terms())
    office.clock.move(minutes=31)
    await look(office.people)
    assert not (await only(office)).is_open


async def test_what_was_cut_off_between_the_suspicion_and_its_witness_fades(office: Office) -> None:
    now, target = office.clock.now(), Target("acme", "Acme")
    source, claim = reports.source_of("acme", "Acme"), reports.claim_of(target, now)
    watched = Watched(source=source, health=Health(first_look=now, last_look=now))
    snapshot = reports.snapshot_of(source, claim, now)
    await take_in(office.database, watched, snapshot, rules=Rules(()), follow_up=nobody)
    office.clock.move(minutes=31)

    await look(office.people)

    assert not (await only(office)).is_open


async def test_ten_at_once_begin_one_incident_and_all_of_them_count(office: Office) -> None:
    await office.watches("Acme")
    crowd = [Person("fake", str(number), f"dev {number}") for number in range(10)]

    await asyncio.gather(*(office.says("report acme: red", person) for person in crowd))

    assert (await only(office)).affected == 10
    assert await channels(office) == ["Acme is failing"]


async def test_the_vendor_that_tells_of_it_is_the_second_witness_and_it_stays_one_incident(office: Office) -> None:
    page = await office.watches("Acme")
    await office.says("report acme")
    office.clock.move(minutes=17)
    now = office.clock.now()
    words = Update("u1", State.INVESTIGATING, "We see errors.", now)
    claim = Claim(external_id="1", title="Errors", state=State.INVESTIGATING, updates=(words,), published_at=now)
    snapshot = Snapshot(vendor="acme", format="statuspage", incidents=(claim,), complete_open_set=True, taken_at=now)

    watched = Watched(source=page, health=Health(first_look=now, last_look=now))
    await take_in(office.database, watched, snapshot, rules=ALL, follow_up=nobody)
    office.clock.move(minutes=20)
    await look(office.people)

    one = await only(office)
    assert (one.is_open, one.title, one.kind) == (True, "Errors", Kind.INCIDENT)
    assert await channels(office) == ["Acme: Errors"]
    # That the report has faded is no news while the vendor says that it goes on.
    told = [entry for entry in await incidents.timeline(office.database, one.id) if not entry.quiet]
    assert [entry.kind for entry in told] == [ChangeKind.OPENED, ChangeKind.ACKNOWLEDGED, ChangeKind.UPDATED]


async def test_two_who_report_the_same_to_two_instances_at_once_are_counted_together(office: Office) -> None:
    await office.watches("Acme", fine("API"))
    other = Office(office.database, office.clock)

    await asyncio.gather(office.says("report acme api", by=ONCALL), other.says("report acme api", by=LEAD))

    assert (await only(office)).affected == 2


async def test_who_takes_a_report_back_and_makes_it_again_at_once_is_heard(office: Office) -> None:
    await office.watches("Acme", fine("API"))
    await office.says("report acme api")
    one = await only(office)
    await office.says(f"works {one.id}")
    await look(office.people)
    assert not (await only(office)).is_open

    await office.says("report acme api")
    again = await only(office)
    assert (again.is_open, again.affected) == (True, 1)


async def test_status_of_everything_tells_also_of_those_whose_page_nobody_watches(office: Office) -> None:
    await office.watches("Acme", fine("API"))
    await office.says("report github actions: jobs never start")
    await office.opens("gone-1", vendor="gone")

    said = text(await office.says("status")).splitlines()

    assert said == [
        "1 suspected to be in trouble; all that is watched is operational",
        "- GitHub · suspected",
        "  Actions is failing · suspected since 2026-03-01 12:00 UTC · 1 person is affected",
        "Operational: Acme",
    ]
