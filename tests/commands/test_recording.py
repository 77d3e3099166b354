"""`history`: whose record is meant, and what is said where there is none."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from bot.core import health
from bot.core.health import Gap
from bot.store import incidents, polls, sources
from bot.store.database import Database
from bot.store.polls import Look
from bot.store.tables import POLL
from tests.commands.office import Office, commands, text
from tests.store.test_standings import page_of
from tests.store.world import OPS, decision
from tests.unit.story import Story


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


async def watched_since(office: Office, begun: datetime, gap: Gap | None = None) -> None:
    """Let the page of Acme have been watched since then, and be read just now."""
    now = office.clock.now()
    change = update(POLL).values(first_look=begun, due_at=now)
    await office.database.write(lambda connection: connection.execute(change))
    (mine,) = await polls.claim_due(office.database, "t", now, limit=1, lease=timedelta(minutes=1))
    after = replace(health.seen(mine.health, now), first_look=begun)
    look = Look(key=mine.source.key, fence=mine.fence, health=after, due_at=now + timedelta(days=365), gap=gap)
    await polls.record(office.database, [look])


async def told(office: Office, story: Story) -> None:
    """Keep a story as if it had been lived through."""
    record = story.record
    await incidents.commit(office.database, decision(record.incident, entries=record.entries, to=(OPS,)))


async def test_the_record_of_a_vendor_says_what_it_is_made_of(office: Office) -> None:
    await office.watches("Acme")
    await told(office, Story("acme-1").probe(0).vendor(17).vendor(60, said=None).probe(90, fails=False))
    office.clock.move(hours=5)
    now = office.clock.now()
    gap = Gap(now - timedelta(hours=9), now - timedelta(hours=6), "HTTP 503")
    await watched_since(office, now - timedelta(days=12), gap)

    reply = await office.says("status acme history")
    said = text(reply)

    assert said.startswith("Acme: 90 days, grade B\nWatched for 12 d only, since ")
    assert "not watching for 3 h of it" in said
    assert "in 1 incident, 1 of them open" in said
    assert "B: 17 min late on average, in 1 trouble that we saw ourselves" in said
    assert "details acme-1" in commands(reply)
    assert text(await office.says("history acme")) == said


async def test_who_is_watched_for_two_days_only_is_said_to_be(office: Office) -> None:
    await office.watches("Acme")
    await watched_since(office, office.clock.now() - timedelta(days=2))

    said = text(await office.says("history acme"))

    assert said.startswith("Acme: 90 days, no grade\nWatched for 2 d only, since ")
    assert "That is too short for a grade: it takes 7 days." in said
    assert "Trouble · no incident" in said


async def test_who_was_never_watched_has_no_record(office: Office) -> None:
    reply = await office.says("history github")

    assert text(reply).startswith("GitHub has not been watched: there is no record of it\n")
    assert commands(reply) == ["watch add github"]


async def test_who_is_watched_and_could_not_be_read_yet_is_not_to_be_watched_again(office: Office) -> None:
    await sources.register(office.database, [page_of("acme")], office.clock.now())

    reply = await office.says("history acme")

    assert text(reply).startswith("Acme has not been read yet: there is no record of it\n")
    assert commands(reply) == []


async def test_what_only_people_saw_is_known_of_a_page_that_nobody_watches(office: Office) -> None:
    await office.says("report github actions")

    said = text(await office.says("history github"))

    assert "Its status page was never read: only what we saw ourselves is known." in said
    assert "Suspected by us alone · 1 open now" in said


async def test_a_time_in_which_nobody_looks_is_not_watched(office: Office) -> None:
    await office.watches("Acme")
    await watched_since(office, office.clock.now() - timedelta(days=90))
    office.clock.move(hours=4)

    assert "not watching for 4 h of it" in text(await office.says("history acme"))


async def test_whose_record_is_meant_is_asked_back(office: Office) -> None:
    await office.watches("Acme One")
    await office.watches("Acme Two")

    assert commands(await office.says("history acme")) == ["history acme-one", "history acme-two"]
    assert text(await office.says("history nobody at all")).startswith("Nothing is called “nobody at all”")


async def test_a_part_of_a_vendor_leads_to_the_vendors_record(office: Office) -> None:
    await office.watches("OpenAI")

    assert text(await office.says("status chatgpt history")).startswith("OpenAI: 90 days, no grade")


async def test_what_is_watched_no_more_keeps_its_record(office: Office) -> None:
    await office.watches("Acme")
    await told(office, Story("acme-1").vendor(0))
    await office.database.write(lambda connection: connection.execute(update(POLL).values(active=False)))

    assert "in 1 incident" in text(await office.says("history acme"))


async def test_no_more_incidents_are_read_than_can_be_and_that_is_said(office: Office) -> None:
    await office.watches("Acme")
    for number in range(205):
        await told(office, Story(f"acme-{number}").vendor(number))

    said = text(await office.says("history acme"))

    assert "There were more incidents than are counted here: these are the newest." in said
    assert "in 200 incidents" in said
