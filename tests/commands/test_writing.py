"""The report of an incident in a chat, and what people write into it."""

from __future__ import annotations

import pytest

from bot.core.access import Access
from bot.core.message import Reply
from bot.model import Person, Ref
from bot.store import lookups
from bot.store.database import Database
from tests.commands.office import LEAD, ONCALL, Office, commands, text

GUEST = Person("fake", "9", "guest")


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


def file(reply: Reply, ending: str) -> str:
    (found,) = [one for one in reply.message.files if one.name.endswith(ending)]
    return found.content.decode()


async def root(office: Office, name: str = "acme-1") -> Ref:
    """Have everything delivered, and return the root message of an incident."""
    delivered = await office.tells()
    for channel in delivered.fake.channels.values():
        for one in channel:
            if await lookups.of_root(office.database, "fake", one.ref) == name:
                return one.ref
    raise AssertionError(name)


async def test_a_report_is_asked_for_by_its_name_its_thread_and_its_id(office: Office) -> None:
    await office.watches("Acme")
    await office.opens()
    thread = await root(office)

    answers = [
        await office.says("incident report"),
        await office.says("/incident report acme-1"),
        await office.says("report", thread=thread),
        await office.says("@sitrep incident report", thread=thread),
        await office.says("report acme-1"),
        await office.says("acme-1 report"),
    ]

    for answer in answers:
        assert answer.message.headline.startswith("Report: Acme: ")
        assert file(answer, ".md").startswith("# Acme: ")
        assert file(answer, ".html").startswith("<!doctype html>")


async def test_a_report_that_something_fails_stays_one(office: Office) -> None:
    await office.watches("Acme")
    await office.opens()
    thread = await root(office)

    assert "What fails for you?" in text(await office.says("report"))
    assert "incident report" in commands(await office.says("report"))
    assert not (await office.says("report acme", thread=thread)).message.files
    assert not (await office.says("report acme: acme-1 is red")).message.files
    assert not (await office.says("report acme-99")).message.files


async def test_what_people_write_stands_in_the_report_as_theirs(office: Office) -> None:
    await office.opens()
    thread = await root(office)

    first = await office.says("write follow-up: ask for credits", thread=thread)
    again = await office.says("write follow-up: ask for credits", thread=thread)
    await office.says("write acme-1 cause: <@U1> had a *bad* route", LEAD)
    done = await office.says("write follow-up done 1", LEAD, thread=thread)
    unknown = await office.says("write follow-up done 7", thread=thread)
    report = file(await office.says("incident report acme-1"), ".md")

    assert first.message.headline == "Follow-up 1 is open"
    assert again.already
    assert done.message.headline == "Follow-up 1 is done"
    assert unknown.message.headline == "There is no follow-up 7"
    assert "- [x] 1" in report
    assert report.count("ask for credits") == 1
    assert "Added by lead" in report


@pytest.mark.parametrize("words", ["write", "write we had a bad route", "write cause:", "write cause unknown"])
async def test_who_names_no_part_is_told_which_there_are(office: Office, words: str) -> None:
    await office.opens()

    assert "Into which part?" in text(await office.says(words))


async def test_whoever_may_not_note_may_not_write_and_may_read(database: Database) -> None:
    office = Office(database, access=Access(responders=(ONCALL.key,)))
    await office.opens()

    refused = await office.says("write cause: it was me", GUEST)

    assert refused.message.headline == "Only responders may write into reports here"
    assert "it was me" not in file(await office.says("incident report", GUEST), ".md")
