"""Our own services at the terminal."""

from __future__ import annotations

import json

import pytest

from tests.cli.desk import Desk
from tests.cli.test_asking import PAGES, filled

CONFIG = """
[[watch]]
url = "https://status.acme.example"
name = "Acme"
[[service]]
name = "Support bot"
depends_on = ["acme:Login"]
owner = "@support"
fallback = { vendor = "our own model", steps = ["Set PROVIDER=own"] }
[[service]]
name = "Search"
depends_on = ["acme:API"]
"""


@pytest.fixture
def seen(desk: Desk) -> str:
    """Give the address of a database in which Acme's login is down, beside a file that says what needs it."""
    url = filled(desk, *PAGES)
    desk.write("sitrep.toml", CONFIG)
    return url


def test_status_begins_with_our_services(desk: Desk, seen: str) -> None:
    answer = desk.ask("status", DATABASE_URL=seen)

    assert (answer.status, answer.complaints) == (0, ())
    assert [line[:28].split() for line in answer.lines[:2]] == [
        ["Support", "bot", "CRITICAL"],
        ["Search", "operational"],
    ]
    assert answer.lines[0].endswith("Acme · Login: major outage")


@pytest.mark.parametrize("query", [("support-bot",), ("Support", "bot"), ("support",)])
def test_status_of_one_service_says_why_and_what_to_do(desk: Desk, seen: str, query: tuple[str, ...]) -> None:
    answer = desk.ask("status", *query, DATABASE_URL=seen)

    assert answer.lines[:2] == ["Support bot: critical", "Owner: @support"]
    assert answer.lines[-2].startswith("Fallback: our own model · not watched, as of")
    assert answer.lines[-1] == "1. Set PROVIDER=own"


def test_for_programs_services_stand_before_vendors(desk: Desk, seen: str) -> None:
    answer = desk.ask("status", "--json", DATABASE_URL=seen)

    bot, search, acme = json.loads(answer.out)
    assert (bot["service"], bot["status"], bot["owner"]) == ("Support bot", "critical", "@support")
    assert (bot["depends_on"][0]["name"], bot["depends_on"][0]["is_told"]) == ("Acme · Login", True)
    assert (search["status"], search["fallback"]) == ("operational", {"vendor": None, "steps": []})
    assert (acme["vendor"], "service" in acme) == ("acme", False)


def test_before_the_first_run_what_is_configured_was_not_read_yet(desk: Desk) -> None:
    desk.write("sitrep.toml", CONFIG.replace('"acme:API"', '"openai"'))
    url = f"sqlite+aiosqlite:///{desk.folder / 'new.db'}"

    for command in (("status",), ("ask", "status")):
        said = desk.ask(*command, "support-bot", DATABASE_URL=url).lines
        assert (said[0], said[2]) == ("Support bot: can not be told", "Needs Acme · Login: not read yet")
        assert desk.ask(*command, "search", DATABASE_URL=url).lines[1] == "Needs OpenAI: not watched"


def test_before_the_first_run_a_configured_vendor_is_no_stranger(desk: Desk) -> None:
    desk.write("sitrep.toml", '[[watch]]\nvendor = "openai"\n')

    assert desk.ask("status", "chatgpt").out.startswith("OpenAI was not read yet: `sitrep run` begins")
    assert desk.ask("status", "github").lines[0].startswith("Nothing watched is called 'github'.")
