"""`watch add`, `watch remove` and `watch list`, from the words to the database."""

from __future__ import annotations

import pytest

from bot.core.access import Access
from bot.model import Snapshot
from bot.store import sources
from bot.store.database import Database
from tests.commands.office import LEAD, ONCALL, Office, commands, text
from tests.unit.build import fine

ADMINS = Access(admins=("fake:1",))
FASTLY = Snapshot(vendor="fastly", format="statuspage", components=(fine("CDN"),), complete_open_set=True)


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database, access=ADMINS, pages={"fastly": FASTLY})


async def watched(office: Office) -> list[tuple[str, str]]:
    _, found = await sources.entries(office.database, 100)
    return [(one.source.vendor, one.origin) for one in found]


async def test_a_vendor_of_the_catalog_is_watched_from_now_on(office: Office) -> None:
    answer = await office.answers("watch add fastly")

    assert "Fastly is watched from now on" in text(answer.reply)
    assert await watched(office) == [("fastly", "chat")]
    assert answer.later is not None
    assert "CDN" in text(await answer.later()) or "Fastly" in text(await answer.later())


async def test_a_page_is_watched_by_its_address_and_its_format_is_found_out(office: Office) -> None:
    answer = await office.answers("watch add <https://status.acme.example>")

    assert "its format is found out at the first look" in text(answer.reply)
    assert answer.later is not None
    assert "can not be read just now" in text(await answer.later())
    ((vendor, origin),) = await watched(office)
    assert ("acme" in vendor, origin) == (True, "chat")


async def test_what_was_added_in_chat_outlives_a_restart(office: Office) -> None:
    await office.watches("Acme")
    await office.answers("watch add fastly")
    await sources.register(office.database, office.watched, office.clock.now())

    assert await watched(office) == [("fastly", "chat"), ("acme", "file")]


async def test_what_the_file_names_too_is_the_files(office: Office) -> None:
    await office.answers("watch add fastly")
    entry = await sources.entry(office.database, "feed:fastly")
    assert entry is not None
    await sources.register(office.database, [entry.source], office.clock.now())

    assert await watched(office) == [("fastly", "file")]
    await sources.register(office.database, [], office.clock.now())
    assert await watched(office) == []


@pytest.mark.parametrize(
    "address", ["https://me:hunter2@status.example.com/", "ftp://me:hunter2@status.example.com/", "file:///etc/passwd"]
)
async def test_an_address_with_a_password_in_it_or_of_no_page_is_neither_watched_nor_repeated(
    office: Office, address: str
) -> None:
    said = text(await office.says(f"watch add {address}"))

    assert "can not be watched" in said
    assert "hunter2" not in said
    assert await watched(office) == []


async def test_nothing_is_watched_twice(office: Office) -> None:
    await office.watches("Acme")
    await office.answers("watch add fastly")

    assert "It was added in chat" in text(await office.says("watch add https://status.fastly.com"))
    assert "watched already" in text(await office.says("watch add FASTLY"))
    assert len(await watched(office)) == 2


async def test_what_was_added_can_be_taken_out_and_put_back(office: Office) -> None:
    await office.answers("watch add fastly")

    assert "Fastly is watched no more" in text(await office.says("unwatch fastly"))
    assert await watched(office) == []
    assert "Nothing that is watched is called" in text(await office.says("watch remove fastly"))
    await office.answers("watch add fastly")
    assert await watched(office) == [("fastly", "chat")]


async def test_what_the_file_says_only_the_file_takes_back(office: Office) -> None:
    await office.watches("Acme")

    assert "because sitrep.toml says so" in text(await office.says("watch remove Acme"))
    assert await watched(office) == [("acme", "file")]


async def test_the_list_tells_where_each_came_from_and_which_can_not_be_read(office: Office) -> None:
    await office.watches("Acme", stale="HTTP 503")
    await office.answers("watch add fastly")

    said = text(await office.says("watch list"))

    assert "2 pages are watched" in said
    assert "statuspage · added in chat" in said
    assert "statuspage · sitrep.toml · can not be read just now" in said


@pytest.mark.parametrize("words", ["watch add fastly", "watch remove Acme"])
async def test_only_admins_change_it(office: Office, words: str) -> None:
    await office.watches("Acme")

    assert "Only admins may change what is watched" in text(await office.says(words, by=LEAD))
    assert await watched(office) == [("acme", "file")]
    assert "1 page is watched" in text(await office.says("watch", by=LEAD))


async def test_where_nobody_is_an_admin_nobody_changes_it(database: Database) -> None:
    assert "Nobody may change what is watched" in text(await Office(database).says("watch add fastly", by=ONCALL))


async def test_a_name_that_nobody_has_is_answered_with_whom_it_may_mean(office: Office) -> None:
    reply = await office.says("watch add fastli")

    assert "watch add fastly" in commands(reply)
    assert await watched(office) == []


@pytest.mark.parametrize("words", ["watch add", "watch remove", "watch fastly"])
async def test_half_a_command_is_told_what_is_missing(office: Office, words: str) -> None:
    assert "watch" in text(await office.says(words))
    assert await watched(office) == []
