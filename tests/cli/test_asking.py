"""`status` and `incidents` over a database that has seen something, and who may work on which database."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bot.store.database import claim_purpose, migrate, open_database
from tests.cli.desk import Desk
from tests.loops.acme import Json, component, incident, summary

ROOT = Path(__file__).parents[2]
STANDING_KEYS = {
    "vendor",
    "name",
    "status",
    "impact",
    "checked_at",
    "stale_since",
    "reason",
    "url",
    "components",
    "incidents",
    "probes",
}
INCIDENT_KEYS = {
    "id",
    "vendor",
    "title",
    "kind",
    "state",
    "impact",
    "started_at",
    "resolved_at",
    "url",
    "components",
    "burst",
    "members",
}

OVER = incident("i1", ("investigating", "Some requests fail.", 1), title="Errors")
STILL = incident("i2", ("investigating", "Logins fail.", 2), title="No logins", impact="critical")
PAGES = (
    summary(),
    summary(OVER),
    summary(OVER, STILL, components=(component("API"), component("Login", "major_outage"))),
    summary(STILL, components=(component("API"), component("Login", "major_outage"))),
)


@pytest.fixture
def seen(desk: Desk) -> str:
    """Give the address of a database that has seen one incident end and another begin."""
    return filled(desk, *PAGES)


def filled(desk: Desk, *pages: Json) -> str:
    url = f"sqlite+aiosqlite:///{desk.folder / 'seen.db'}"
    for number, page in enumerate(pages):
        desk.write(f"series/20260301T12{number:02}00Z.json", json.dumps(page))
    assert desk.ask("replay", "series", "--vendor", "acme", "--json", DATABASE_URL=url).status == 0
    return url


def test_status_shows_what_is_wrong_the_incident_and_its_id(desk: Desk, seen: str) -> None:
    answer = desk.ask("status", DATABASE_URL=seen)

    assert (answer.status, answer.complaints) == (0, ())
    assert len(answer.lines) == 1
    assert answer.lines[0].startswith("Acme ")
    assert "CRITICAL" in answer.lines[0]
    assert "No logins (investigating, for " in answer.lines[0]
    assert "[acme-i2]" in answer.lines[0]


@pytest.mark.parametrize("query", ["acme", "ACME", "login", "Login"])
def test_status_finds_a_vendor_and_a_component_by_what_people_type(desk: Desk, seen: str, query: str) -> None:
    answer = desk.ask("status", query, DATABASE_URL=seen)

    assert answer.status == 0
    assert "[acme-i2]" in answer.out


def test_status_says_so_if_nothing_is_meant_and_helps_on(desk: Desk, seen: str) -> None:
    answer = desk.ask("status", "mistral", DATABASE_URL=seen)

    assert answer.status == 0
    assert "Nothing watched is called 'mistral'" in answer.out
    assert "`sitrep ask status mistral` reads its page" in answer.out


def test_status_shows_what_our_own_witnesses_tell_of_whose_page_nobody_watches(desk: Desk, seen: str) -> None:
    desk.ask("ask", "report", "github", "actions", DATABASE_URL=seen)

    everything, asked, another = (
        desk.ask("status", *words, DATABASE_URL=seen) for words in ((), ("github",), ("npm",))
    )

    (row,) = (row for row in everything.lines if row.startswith("GitHub "))
    assert row in asked.lines
    assert "Actions is failing (suspected, " in row
    assert "[github-actions-" in row
    assert "GitHub" not in another.out


def test_status_offers_all_that_a_word_may_mean_and_how_to_look_at_them(desk: Desk, seen: str) -> None:
    answer = desk.ask("status", "google", DATABASE_URL=seen)

    assert "Not watched, but known: Google Cloud (gcp), Google Workspace (google-workspace), Firebase" in answer.out
    assert "`sitrep ask status gcp` reads its page" in answer.out


def test_status_shows_the_component_that_is_asked_for_also_if_it_is_well(desk: Desk, seen: str) -> None:
    assert "API: operational" in desk.ask("status", "acme api", DATABASE_URL=seen).out
    assert "API: operational" not in desk.ask("status", "acme", DATABASE_URL=seen).out


def test_status_for_programs_has_the_same_keys_always(desk: Desk, seen: str) -> None:
    rows = json.loads(desk.ask("status", "--json", DATABASE_URL=seen).out)

    assert [set(row) for row in rows] == [STANDING_KEYS]
    assert (rows[0]["vendor"], rows[0]["name"], rows[0]["status"]) == ("acme", "Acme", "critical")
    assert (rows[0]["checked_at"], rows[0]["stale_since"]) == ("2026-03-01T12:03:00Z", None)
    assert rows[0]["components"] == [{"name": "Login", "status": "major_outage"}]
    assert [set(one) for one in rows[0]["incidents"]] == [INCIDENT_KEYS]
    assert json.loads(desk.ask("status", "--json", "qqqq", DATABASE_URL=seen).out) == []


def test_incidents_are_the_open_ones_and_all_of_them_when_asked(desk: Desk, seen: str) -> None:
    still = json.loads(desk.ask("incidents", "--json", DATABASE_URL=seen).out)
    every = json.loads(desk.ask("incidents", "--all", "--json", DATABASE_URL=seen).out)
    newest = json.loads(desk.ask("incidents", "--all", "--limit", "1", "--json", DATABASE_URL=seen).out)

    assert [one["id"] for one in still] == ["acme-i2"]
    assert {one["id"]: one["state"] for one in every} == {"acme-i1": "resolved", "acme-i2": "investigating"}
    assert all(set(one) == INCIDENT_KEYS for one in every)
    assert {one["id"]: one["resolved_at"] for one in every} == {"acme-i1": "2026-03-01T12:03:00Z", "acme-i2": None}
    assert newest == every[:1]


@pytest.mark.parametrize("limit", ["0", "-1", "many", "1" + "0" * 30])
def test_a_limit_that_is_none_is_wrong_use(desk: Desk, limit: str) -> None:
    answer = desk.ask("incidents", "--all", "--limit", limit)

    assert answer.status == 2
    assert "is not a number from 1 to" in answer.complaints[-1]


def test_incidents_are_readable(desk: Desk, seen: str) -> None:
    answer = desk.ask("incidents", "--all", DATABASE_URL=seen)

    assert "acme-i1" in answer.lines
    assert "    Acme: Errors · major · resolved · 2 min" in answer.lines


def test_no_incident_is_said_in_words(desk: Desk) -> None:
    assert desk.ask("incidents").lines == ["No open incident."]
    assert desk.ask("incidents", "--all").lines == ["No incident is known."]


def test_a_reader_who_is_gone_already_causes_no_traceback(desk: Desk, seen: str) -> None:
    here = {"PYTHONPATH": str(ROOT), "DATABASE_URL": seen}
    command = (sys.executable, "-m", "bot", "incidents", "--all")

    with subprocess.Popen(
        command, cwd=desk.folder, env=here, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as asked:
        assert asked.stdout is not None
        asked.stdout.close()
        complaints = asked.stderr.read() if asked.stderr else ""

    assert complaints == ""
    assert asked.returncode == -signal.SIGPIPE


def test_a_replay_is_refused_by_the_database_of_run(desk: Desk) -> None:
    url = f"sqlite+aiosqlite:///{desk.folder / 'sitrep.db'}"
    asyncio.run(belongs_to_run(url))
    desk.write("series/20260301T120000Z.json", json.dumps(PAGES[1]))

    answer = desk.ask("replay", "series", "--vendor", "acme", "--json", DATABASE_URL=url)

    assert (answer.status, answer.out) == (2, "")
    assert len(answer.complaints) == 1
    assert "belongs to `sitrep run`" in answer.complaints[0]


async def belongs_to_run(url: str) -> None:
    database = open_database(url)
    await migrate(database)
    await claim_purpose(database, "run")
    await database.close()


NO_SERVER = "postgresql+asyncpg://sitrep:hunter2@127.0.0.1:1/sitrep"
NO_FOLDER = "sqlite+aiosqlite:////no/such/folder/sitrep.db"
COMMANDS = ("run", "migrate", "status", "incidents")


@pytest.mark.parametrize(
    ("command", "url"),
    [(one, url) for one in COMMANDS for url in (NO_SERVER, NO_FOLDER) if (one, url) != ("run", NO_SERVER)],
)
def test_a_database_that_is_not_there_is_one_line_whatever_was_asked(desk: Desk, command: str, url: str) -> None:
    answer = desk.ask(command, DATABASE_URL=url)

    assert (answer.status, answer.out) == (2, "")
    assert [line for line in answer.complaints if line.startswith("sitrep: ")] == list(answer.complaints)
    assert len(answer.complaints) == 1
    assert "DATABASE_URL" in answer.complaints[0]
    assert "hunter2" not in answer.complaints[0]


def test_a_server_that_may_still_come_is_waited_for_and_that_is_said_once(desk: Desk) -> None:
    desk.monkeypatch.setattr("bot.beginning._PATIENCE", 2)
    answer = desk.ask("run", DATABASE_URL=NO_SERVER)

    assert (answer.status, answer.out) == (2, "")
    waits, over = answer.complaints
    assert "starting waits for the database, 2 s at most: DATABASE_URL: the database does not answer" in waits
    assert over.startswith("sitrep: DATABASE_URL: the database does not answer")
    assert "hunter2" not in waits + over


def test_a_replay_at_a_speed_says_the_same_as_one_without(desk: Desk) -> None:
    filled(desk, *PAGES)

    slow = desk.ask("replay", "series", "--vendor", "acme", "--json", "--speed", "6000x")
    quick = desk.ask("replay", "series", "--vendor", "acme", "--json", "--speed", "max")

    assert slow.lines == quick.lines
    assert len(quick.lines) > 5


def test_init_lets_nobody_else_read_either_file(desk: Desk) -> None:
    desk.ask("init")

    assert {path.name: oct(path.stat().st_mode & 0o777) for path in desk.folder.iterdir()} == {
        "sitrep.toml": "0o600",
        ".env": "0o600",
    }


def test_status_with_history_shows_a_vendors_record(desk: Desk, seen: str) -> None:
    answer = desk.ask("status", "acme", "history", DATABASE_URL=seen)

    assert (answer.status, answer.complaints) == (0, ())
    assert answer.lines[0].startswith("Acme: 90 days, ")
    assert any("in 1 incident, 1 of them open" in line for line in answer.lines)
    assert "  sitrep ask details acme-i2" in answer.lines


def test_a_record_for_programs_has_everything_by_name(desk: Desk, seen: str) -> None:
    (card,) = json.loads(desk.ask("status", "acme", "history", "--json", DATABASE_URL=seen).out)

    assert (card["vendor"], card["name"], card["incidents"], card["open"]) == ("acme", "Acme", 1, 1)
    assert card["minutes_by_impact"] == {"critical": pytest.approx(90 * 24 * 60, abs=1)}
    assert card["acknowledgement"]["worst"] is None
    assert card["grade"] is None


def test_nobody_has_no_record(desk: Desk, seen: str) -> None:
    assert json.loads(desk.ask("status", "nobody", "at", "all", "history", "--json", DATABASE_URL=seen).out) == []
    assert desk.ask("status", "nobody", "at", "all", "history", DATABASE_URL=seen).lines[0].startswith("Nothing is")


def test_those_who_call_in_are_listed_too(desk: Desk) -> None:
    callers = '[[hook]]\nname = "alerts"\ntype = "alertmanager"\ntoken = "${T}"\n'
    callers += '[[probe]]\nname = "Nightly"\ntype = "heartbeat"\nevery = "1h"\ntoken = "${T}"\n'
    desk.write("sitrep.toml", f"watch = []\n{callers}")
    every, one = desk.ask("status"), desk.ask("status", "nightly")

    assert every.out.splitlines() == [
        "Nightly        WAITING      It is waiting for its first call.",
        "alerts         hook         not heard of yet",
    ]
    assert one.out.splitlines() == ["Nightly        WAITING      It is waiting for its first call."]
