"""How people come to the board: by a link of their own, which opens a session; and how others do not."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from bot.core import passes
from bot.core.holding import Ruling
from bot.core.message import Link, line
from bot.core.passes import Purpose
from bot.model import Person
from bot.store.database import Database, open_database
from tests.commands.office import LEAD, Office, text
from tests.loops.desk import Desk as Delivery
from tests.web.house import SECRET, TOKEN, House, configured, open_house, secrets_of


@pytest.fixture
async def database(sqlite_url: str) -> AsyncIterator[Database]:
    """One engine is enough here: what differs between them is tested with the store."""
    here = open_database(sqlite_url)
    yield here
    await here.close()


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> AsyncIterator[House]:
    chosen = configured(tmp_path, 'access = "signed"', SITREP_BOARD_SECRET=SECRET, SITREP_BOARD_TOKEN=TOKEN)
    async with open_house(Office(database), chosen) as house:
        yield house


async def test_a_link_opens_a_session_and_leads_on_without_itself_in_the_address(house: House) -> None:
    async with house.browser() as browser:
        shown = await browser.get("/enter", params={"pass": await house.link()})
        answer = await browser.post("/enter", data={"pass": await house.link()})
        page = await browser.get(answer.headers["location"])

    assert "You come as on-call" in shown.text
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert (page.status_code, "<span>on-call</span>" in page.text) == (200, True)
    cookie = secrets_of(answer)["sitrep"]
    assert all(word in cookie for word in ("HttpOnly", "SameSite=lax", "Max-Age=43200", "Path=/"))
    assert (answer.headers["referrer-policy"], page.headers["cache-control"]) == ("no-referrer", "private, no-store")


async def test_over_tls_the_session_is_this_hosts_alone(database: Database, tmp_path: Path) -> None:
    chosen = configured(tmp_path, SITREP_BOARD_SECRET=SECRET)
    https = {**{name: getattr(chosen, name) for name in chosen.__slots__}, "board_url": "https://127.0.0.1"}
    async with open_house(Office(database), type(chosen)(**https)) as house, house.browser() as browser:
        answer = await browser.post("/enter", data={"pass": await house.link()})

    assert "Secure" in secrets_of(answer)["__Host-sitrep"]


async def test_a_link_is_good_once_and_looking_at_it_does_not_use_it_up(house: House) -> None:
    link = await house.link()
    async with house.browser() as scanner, house.browser() as browser:
        looked = [
            await scanner.get("/enter", params={"pass": link}),
            await scanner.head("/enter", params={"pass": link}),
        ]
        first = await browser.post("/enter", data={"pass": link})
        second = await browser.post("/enter", data={"pass": link})
        later = await browser.get("/enter", params={"pass": link})

    assert [one.status_code for one in (*looked, first, second, later)] == [200, 200, 303, 403, 403]
    assert "used already" in second.text


@pytest.mark.parametrize("link", ["", "x", "x.y", "W10.W10", "é", "a" * 5000])
async def test_what_is_no_link_of_ours_opens_nothing(house: House, link: str) -> None:
    async with house.browser() as browser:
        answers = [
            await browser.get("/enter", params={"pass": link}),
            await browser.post("/enter", data={"pass": link}),
        ]

    assert [one.status_code for one in answers] == [403, 403]
    assert not any(secrets_of(one) for one in answers)


async def test_a_link_is_over_after_a_quarter_of_an_hour_and_a_session_after_twelve_hours(house: House) -> None:
    link = await house.link()
    async with house.entered() as browser:
        house.office.clock.move(minutes=15)
        late = await browser.post("/enter", data={"pass": link})
        still = await browser.get("/")
        house.office.clock.move(hours=12)
        over = await browser.get("/")

    assert (late.status_code, still.status_code, over.status_code) == (403, 200, 401)


async def test_a_board_for_those_with_links_shows_strangers_nothing_and_says_how_to_come_in(house: House) -> None:
    await house.office.watches("Acme")
    async with house.browser() as stranger:
        stranger.cookies.set("sitrep", "W10.W10")
        answers = {path: await stranger.get(path) for path in ("/", "/incidents", "/static/board.css", "/healthz")}

    assert {path: one.status_code for path, one in answers.items()} == {
        "/": 401,
        "/incidents": 401,
        "/static/board.css": 200,
        "/healthz": 200,
    }
    assert "Ask" not in answers["/"].text
    assert "/sitrep board" in answers["/"].text
    assert "Acme" not in answers["/"].text


async def test_programs_come_with_a_token_and_subscribers_have_it_in_their_address(house: House) -> None:
    async with house.browser() as program:
        known = await program.get("/", headers={"authorization": f"Bearer {TOKEN}"})
        wrong = await program.get("/", headers={"authorization": f"Bearer {TOKEN}x"})
        calendar = await program.get("/maintenance.ics", params={"token": TOKEN})
        page = await program.get("/", params={"token": TOKEN})

    # What it may not see it does not even hear of; what it may, it sees, or hears that there is none.
    assert (known.status_code, wrong.status_code, page.status_code) == (200, 401, 401)
    assert calendar.headers["cache-control"] == "private, max-age=60"
    assert calendar.status_code in {200, 404}


async def test_whoever_leaves_has_no_session_any_more_even_with_the_old_cookie(house: House) -> None:
    async with house.entered() as browser, house.browser() as thief:
        stolen = browser.cookies["sitrep"]
        left = await browser.post("/leave", data={"key": await house.key(browser)})
        thief.cookies.set("sitrep", stolen)
        again = await thief.get("/")

    assert (left.status_code, "sitrep" in browser.cookies) == (303, False)
    assert again.status_code == 401


async def test_another_site_can_not_make_somebody_leave(house: House) -> None:
    async with house.entered() as browser:
        refused = await browser.post("/leave", data={"key": "wrong"})
        still = await browser.get("/")

    assert (refused.status_code, still.status_code) == (403, 200)


async def test_a_session_of_another_secret_is_none(house: House) -> None:
    link = passes.issued(LEAD, house.office.clock.now(), "nonce")
    async with house.browser() as browser:
        browser.cookies.set("sitrep", passes.written("x" * 40, Purpose.SESSION, passes.entered(link, link.until)))
        answer = await browser.get("/")

    assert answer.status_code == 401


async def test_in_a_thread_the_link_leads_to_its_incident(house: House) -> None:
    await house.office.opens()
    delivery = await house.office.tells()
    root = delivery.fake.root("ops").ref
    reply = await house.office.says("board", Person("fake", "1", "on-call"), root)

    text = repr(reply.message).partition("/enter?pass=")[2].partition("'")[0]
    found = passes.read(SECRET, Purpose.LINK, text, house.office.clock.now())

    assert found is not None
    assert found.to == "/incidents/acme-1"
    assert (reply.aside, reply.shareable) == (True, False)


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("evil.example", 421),
        ("evil.example:8080", 421),
        ("localhost.evil.example", 421),
        ("[evil", 421),
        ("localhost:8080", 200),
        ("sitrep:8080", 200),
        ("10.1.2.3", 200),
        ("[::1]:8080", 200),
        ("127.0.0.1", 200),
    ],
)
@pytest.mark.parametrize("listens", ["127.0.0.1", "0.0.0.0"])  # noqa: S104  (nothing is bound)
async def test_a_name_that_is_not_ours_is_refused_wherever_it_leads(
    database: Database, tmp_path: Path, host: str, status: int, listens: str
) -> None:
    settings = replace(configured(tmp_path), host=listens)
    async with open_house(Office(database), settings) as house, house.browser() as browser:
        answer = await browser.get("/", headers={"host": host})
        health = await browser.get("/healthz", headers={"host": host})

    assert (answer.status_code, health.status_code) == (status, 200)


async def test_neither_secrets_nor_links_are_in_the_log(house: House, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    link = await house.link()
    async with house.entered() as browser:
        session = browser.cookies["sitrep"]
        await browser.post("/enter", data={"pass": link})
        await browser.get("/", headers={"authorization": f"Bearer {TOKEN}"})
        metrics = await browser.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"})

    assert metrics.status_code == 200
    said = "\n".join(one.getMessage() for one in caplog.records if not one.name.startswith(("httpx", "httpcore")))
    for secret in (link, session, SECRET, TOKEN):
        assert secret not in said + metrics.text


async def test_without_a_secret_the_board_is_only_looked_at(database: Database, tmp_path: Path) -> None:
    async with open_house(Office(database), configured(tmp_path)) as house, house.browser() as browser:
        reply = await house.office.says("board")
        looked: httpx.Response = await browser.get("/")
        entered = await browser.post("/enter", data={"pass": "x.y"})
        acted = await browser.post("/incidents/acme-1/do", data={"action": "ack"})

    assert "enter" not in repr(reply.message)
    assert "http://127.0.0.1/" in repr(reply.message)
    assert [one.status_code for one in (looked, entered, acted)] == [200, 403, 401]
    assert "private" not in looked.headers.get("cache-control", "")


async def test_whoever_is_here_already_is_asked_before_they_come_as_somebody_else(house: House) -> None:
    async with house.entered(LEAD) as browser, house.browser() as other:
        here = await browser.get("/enter", params={"pass": await house.link()})
        new = await other.get("/enter", params={"pass": await house.link()})

    assert "This browser is here as lead now." in here.text
    assert ("enter.js" in here.text, "enter.js" in new.text) == (False, True)


async def test_an_incidents_root_and_its_details_lead_to_its_page_once_it_is_known_where_that_is(house: House) -> None:
    office = house.office
    await office.opens()
    delivery = Delivery(office.database, office.clock, ruling=Ruling(board="https://sitrep.example"))
    await delivery.settles()

    link = Link("On the board", "https://sitrep.example/incidents/acme-1")
    assert line(link) in delivery.fake.root("ops").message.parts
    assert "On the board (http://127.0.0.1/incidents/acme-1)" in text(await office.says("details"))
    assert "Board: http://127.0.0.1" in text(await office.says("health"))
