"""What people do on the board: the same as in chat, by the same rights and with the same record."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.core.access import Access
from bot.core.audit import place
from bot.core.wanted import Wanted
from bot.model import Person
from bot.store import audit, incidents
from bot.store.database import Database, open_database
from tests.commands.office import LEAD, ONCALL, Office
from tests.web.house import SECRET, House, configured, open_house


@pytest.fixture
async def database(sqlite_url: str) -> AsyncIterator[Database]:
    here = open_database(sqlite_url)
    yield here
    await here.close()


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> AsyncIterator[House]:
    office = Office(database)
    await office.opens()
    async with open_house(office, configured(tmp_path, SITREP_BOARD_SECRET=SECRET)) as house:
        yield house


async def test_who_acknowledges_on_the_board_has_it_and_is_answered_on_the_next_page_once(house: House) -> None:
    async with house.entered() as browser:
        done = await house.does(browser, action="ack")
        said, later = await house.says(browser), await house.says(browser)

    one = await house.office.now()
    assert (done.status_code, done.headers["location"]) == (303, "/incidents/acme-1")
    assert one.acked is not None
    assert (one.acked.person, one.acked.name) == (ONCALL.key, "on-call")
    assert said.startswith("You have it")
    assert later == ""
    assert house.office.due.is_set()


async def test_what_is_pressed_twice_is_done_once_and_is_in_the_record_once(house: House) -> None:
    async with house.entered() as browser:
        await house.does(browser, action="note", text="We switched over.")
        await house.does(browser, action="note", text="We switched over.")
        said = await house.says(browser)
        await house.does(browser, action="note", text="Another one.", request="r2")

    deeds = await audit.deeds(house.office.database, Wanted(), 10)
    told = [one.text for one in await incidents.timeline(house.office.database, "acme-1") if one.person]
    assert told == ["We switched over.", "Another one."]
    assert said == "That is done already"
    assert [(one.action, one.person, one.came_of) for one in deeds] == [("note", ONCALL.key, "done")] * 2
    assert [place(one) for one in deeds] == ["board", "board"]


async def test_everything_that_can_be_pressed_under_a_root_can_be_pressed_here(house: House) -> None:
    async with house.entered() as browser:
        for number, fields in enumerate(
            (
                {"action": "mute", "option": "4h"},
                {"action": "unmute"},
                {"action": "affected"},
                {"action": "ack"},
                {"action": "unack"},
            )
        ):
            await house.does(browser, request=f"r{number}", **fields)

    kinds = [one.kind.value for one in await incidents.timeline(house.office.database, "acme-1") if one.person]
    assert kinds == ["muted", "unmuted", "affected", "acked", "unacked"]


async def test_who_may_not_is_told_so_and_nothing_is_changed(database: Database, tmp_path: Path) -> None:
    office = Office(database, access=Access(responders=(LEAD.key,)))
    await office.opens()
    async with open_house(office, configured(tmp_path, SITREP_BOARD_SECRET=SECRET)) as house:
        async with house.entered(ONCALL) as browser:
            await house.does(browser, action="ack")
            refused = await house.says(browser)
        before = (await office.now()).acked
        async with house.entered(LEAD) as browser:
            await house.does(browser, action="ack")

    assert "may not" in refused or "only" in refused.casefold()
    assert before is None
    assert (await office.now()).acked is not None


async def test_the_roles_that_somebody_had_in_chat_count_here(database: Database, tmp_path: Path) -> None:
    role = "fake:role:42"
    office = Office(database, access=Access(responders=(role,)))
    await office.opens()
    member = Person("fake", "7", "Kim", roles=("42", "43"))
    chosen = configured(tmp_path, SITREP_BOARD_SECRET=SECRET)
    chosen = type(chosen)(**{**{n: getattr(chosen, n) for n in chosen.__slots__}, "access": office.access})
    async with open_house(office, chosen) as house, house.entered(member) as browser:
        await house.does(browser, action="ack")

    acked = (await office.now()).acked
    assert acked is not None
    assert acked.name == "Kim"


@pytest.mark.parametrize(
    ("fields", "headers", "status"),
    [
        ({"key": ""}, {}, 403),
        ({"key": "x" * 43}, {}, 403),
        ({}, {"sec-fetch-site": "cross-site"}, 403),
        ({}, {"sec-fetch-site": "same-site"}, 403),
        ({}, {"content-type": "text/plain"}, 415),
        ({"action": "watch"}, {}, 400),
        ({"action": "follow"}, {}, 400),
        ({"action": "rm -rf"}, {}, 400),
        ({"text": "x" * 20_000}, {}, 413),
        ({f"f{number}": "" for number in range(40)}, {}, 400),
    ],
)
async def test_what_no_page_of_ours_has_sent_does_nothing(
    house: House, fields: dict[str, str], headers: dict[str, str], status: int
) -> None:
    async with house.entered() as browser:
        form = {"key": await house.key(browser), "request": "r1", "action": "ack", **fields}
        answer = await browser.post("/incidents/acme-1/do", data=form, headers=headers)

    assert answer.status_code == status
    assert (await house.office.now()).acked is None


async def test_the_key_of_somebody_elses_page_is_worth_nothing(house: House) -> None:
    async with house.entered(ONCALL) as mine, house.entered(LEAD) as other:
        answer = await mine.post("/incidents/acme-1/do", data={"key": await house.key(other), "action": "ack"})

    assert answer.status_code == 403


async def test_without_a_session_nothing_is_done(house: House) -> None:
    async with house.browser() as stranger:
        answer = await stranger.post("/incidents/acme-1/do", data={"action": "ack"})

    assert answer.status_code == 401
    assert (await house.office.now()).acked is None


async def test_hostile_words_stay_words(house: House) -> None:
    hostile = "<script>alert(1)</script>\r\nSet-Cookie: a=b\x00"
    async with house.entered(Person("fake", "9", "<img src=x onerror=alert(1)>")) as browser:
        done = await house.does(browser, action="note", text=hostile)
        await browser.post(
            "/incidents/no-such%0d%0aSet-Cookie:a=b/do",
            data={"key": await house.key(browser), "action": "note", "text": "x"},
        )
        page = await browser.get("/")

    assert "<script>alert" not in page.text
    assert "<img src=x" not in page.text
    assert "a" not in browser.cookies
    assert done.status_code == 303
