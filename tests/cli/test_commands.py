"""The contract of the command line: help, exit statuses, and one line for each mistake."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from bot.cli import COMMANDS
from tests.cli.desk import Desk
from tests.loops.acme import component, incident, summary

ROOT = Path(__file__).parents[2]
PAGE = summary(incident("i1", ("investigating", "Some requests fail.", 1)), components=[component("API")])
SNAPSHOT_KEYS = {"vendor", "format", "indicator", "complete_open_set", "components", "incidents"}
INCIDENT_KEYS = {
    "id",
    "title",
    "state",
    "impact",
    "kind",
    "components",
    "url",
    "started_at",
    "published_at",
    "resolved_at",
    "updates",
}
FIVE_MISTAKES = """
[[watch]]
vendor = "openay"

[[watch]]
vendor = "github"
interval = "30 parsecs"

[[route]]
to = ["telegraph:main"]

[[route]]
match = { min_impact = "awful" }
to = ["console"]

[acess]
admins = []
"""


@pytest.mark.parametrize("command", [*COMMANDS, "routes test"])
def test_every_command_explains_itself(desk: Desk, command: str) -> None:
    answer = desk.ask(*command.split(), "--help")

    assert answer.status == 0
    assert "usage: sitrep" in answer.out


@pytest.mark.parametrize("words", [(), ("frobnicate",), ("run", "--frobnicate"), ("parse",), ("replay",)])
def test_wrong_use_ends_with_two(desk: Desk, words: tuple[str, ...]) -> None:
    answer = desk.ask(*words)

    assert answer.status == 2
    assert answer.complaints


def test_five_mistakes_are_five_lines(desk: Desk) -> None:
    desk.write("sitrep.toml", FIVE_MISTAKES)

    answer = desk.ask("check")

    assert answer.status == 2
    assert len(answer.complaints) == 5
    assert all("sitrep.toml" in line for line in answer.complaints)


def test_run_tells_the_same_mistakes_as_check(desk: Desk) -> None:
    desk.write("sitrep.toml", FIVE_MISTAKES)

    assert desk.ask("run").complaints == desk.ask("check").complaints


def test_a_configuration_that_was_named_but_is_not_there_is_a_mistake(desk: Desk) -> None:
    answer = desk.ask("check", "--config", "nowhere.toml")

    assert answer.status == 2
    assert len(answer.complaints) == 1
    assert "nowhere.toml" in answer.complaints[0]


def test_without_a_configuration_well_known_vendors_are_watched(desk: Desk) -> None:
    answer = desk.ask("check")

    assert answer.status == 0
    assert "default watch list" in answer.out


def test_a_route_that_nothing_can_deliver_is_refused_and_not_lost_in_silence(desk: Desk) -> None:
    desk.write("sitrep.toml", '[[route]]\nto = ["discord:123"]\n')

    answer = desk.ask("run")

    assert answer.status == 2
    assert "discord:123" in answer.complaints[0]


def test_init_writes_what_check_accepts_and_overwrites_nothing(desk: Desk) -> None:
    first = desk.ask("init")
    written = (desk.folder / "sitrep.toml").read_text(encoding="utf-8")
    desk.write(".env", "LOG_LEVEL=DEBUG\n")
    again = desk.ask("init")

    assert (first.status, again.status) == (0, 0)
    assert "left as it is" in again.out
    assert (desk.folder / "sitrep.toml").read_text(encoding="utf-8") == written
    assert (desk.folder / ".env").read_text(encoding="utf-8") == "LOG_LEVEL=DEBUG\n"
    assert desk.ask("check").status == 0


def test_what_init_writes_only_its_owner_can_read(desk: Desk) -> None:
    desk.ask("init")

    assert stat.S_IMODE((desk.folder / ".env").stat().st_mode) == 0o600


def test_init_in_a_folder_that_is_not_there_is_a_mistake(desk: Desk) -> None:
    assert desk.ask("init", "nowhere").status == 2


@pytest.mark.parametrize("form", ["statuspage", "auto"])
def test_parse_prints_exactly_what_was_promised(desk: Desk, form: str) -> None:
    file = desk.write("page.json", json.dumps(PAGE))

    answer = desk.ask("parse", form, str(file), "--json")
    snapshot = json.loads(answer.out)

    assert answer.status == 0
    assert set(snapshot) == SNAPSHOT_KEYS
    assert set(snapshot["incidents"][0]) == INCIDENT_KEYS
    assert set(snapshot["incidents"][0]["updates"][0]) == {"id", "state", "body", "at"}
    assert set(snapshot["components"][0]) == {"id", "name", "status", "group"}
    assert snapshot["incidents"][0]["started_at"] == "2026-03-01T12:01:00.000Z"


def test_parse_is_readable_without_json(desk: Desk) -> None:
    file = desk.write("page.json", json.dumps(PAGE))

    answer = desk.ask("parse", "statuspage", str(file))

    assert "Some requests fail." in answer.out


@pytest.mark.parametrize(
    ("form", "content"),
    [
        ("statuspage", b""),
        ("statuspage", b"<!doctype html><title>502</title>"),
        ("auto", b"{}"),
        ("auto", b'{"page": {'),
        ("teletext", json.dumps(PAGE).encode()),
    ],
)
def test_what_can_not_be_parsed_is_one_line(desk: Desk, form: str, content: bytes) -> None:
    file = desk.write("page.json", content)

    answer = desk.ask("parse", form, str(file))

    assert answer.status == 2
    assert len(answer.complaints) == 1
    assert not answer.out


def test_a_file_that_is_not_there_is_one_line(desk: Desk) -> None:
    answer = desk.ask("parse", "auto", "nowhere.json")

    assert answer.status == 2
    assert len(answer.complaints) == 1
    assert "nowhere.json" in answer.complaints[0]


def test_routes_test_tells_where_and_why(desk: Desk) -> None:
    desk.write(
        "sitrep.toml",
        '[[route]]\nmatch = { vendor = ["openai"], min_impact = "major" }\nto = ["slack:#ops"]\n'
        '[[route]]\nto = ["console"]\n',
    )

    minor = desk.ask("routes", "test", "--vendor", "chatgpt", "--impact", "minor")
    major = desk.ask("routes", "test", "--vendor", "openai", "--impact", "major")

    assert "impact is minor, below major" in minor.out
    assert minor.lines[-1] == "goes to: console"
    assert major.lines[-1] == "goes to: slack:#ops"


@pytest.mark.parametrize("word", ["Acme Cloud", "acme cloud", "acme-cloud"])
def test_routes_test_knows_the_names_that_the_file_gives(desk: Desk, word: str) -> None:
    desk.write(
        "sitrep.toml",
        '[[watch]]\nurl = "https://status.acme.example"\nname = "Acme Cloud"\nformat = "statuspage"\n'
        '[[route]]\nmatch = { vendor = ["Acme Cloud"] }\nto = ["slack:#acme"]\n[[route]]\nto = ["console"]\n',
    )

    assert desk.ask("routes", "test", "--vendor", word).lines[-1] == "goes to: slack:#acme"


def test_vendors_lists_all_that_share_a_word_first(desk: Desk) -> None:
    answer = desk.ask("vendors", "google")

    assert [line.split()[0] for line in answer.lines[:3]] == ["gcp", "google-workspace", "firebase"]


def test_vendors_finds_what_people_call_them(desk: Desk) -> None:
    answer = desk.ask("vendors", "chatgpt")

    assert answer.status == 0
    assert "OpenAI" in answer.out


def test_a_vendor_that_nobody_knows_is_one_line(desk: Desk) -> None:
    answer = desk.ask("vendors", "qqqqzzzz")

    assert answer.status == 2
    assert len(answer.complaints) == 1


def test_migrate_can_be_repeated(desk: Desk) -> None:
    assert [desk.ask("migrate").status for _ in range(2)] == [0, 0]


def test_a_database_without_a_folder_is_one_line(desk: Desk) -> None:
    answer = desk.ask("status", DATABASE_URL="sqlite+aiosqlite:////no/such/folder/x.db")

    assert answer.status == 2
    assert len(answer.complaints) == 1


def test_a_database_that_does_not_answer_is_one_line_without_its_password(desk: Desk) -> None:
    answer = desk.ask("status", DATABASE_URL="postgresql+asyncpg://sitrep:hunter2@127.0.0.1:1/sitrep")

    assert answer.status == 2
    assert len(answer.complaints) == 1
    assert "hunter2" not in answer.complaints[0]


def test_status_before_anything_was_watched_says_so(desk: Desk) -> None:
    answer = desk.ask("status")

    assert answer.status == 0
    assert "Nothing has been watched yet" in answer.out


def test_a_reader_who_leaves_early_sees_no_traceback(tmp_path: Path) -> None:
    command = f"{sys.executable} -m bot vendors | head -1"
    here = {**os.environ, "PYTHONPATH": str(ROOT)}

    done = subprocess.run(["sh", "-c", command], cwd=tmp_path, env=here, capture_output=True, text=True, check=False)

    assert done.stderr == ""
    assert len(done.stdout.splitlines()) == 1


def test_whoever_calls_a_command_does_not_die_of_a_closed_pipe_afterwards(desk: Desk) -> None:
    """As a program of its own it may: a test process that does takes all its tests with it."""
    before = signal.getsignal(signal.SIGPIPE)

    desk.ask("vendors", "openai")

    assert signal.getsignal(signal.SIGPIPE) == before == signal.SIG_IGN
