"""`sitrep report`: at the terminal, in a file, for programs; and every mistake in one line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot import cli
from tests.cli.desk import Answer, Desk

DEMO = Path(cli.__file__).parents[1] / "demo" / "acme"


@pytest.fixture
def report(desk: Desk) -> str:
    """Have the bundled outage in a database, and return its address."""
    database = f"sqlite+aiosqlite:///{desk.folder / 'replay.db'}"
    assert desk.ask("replay", str(DEMO), "--vendor", "acme", "--json", DATABASE_URL=database).status == 0
    return database


def refused(answer: Answer) -> str:
    assert (answer.status, answer.out) == (2, "")
    (complaint,) = answer.complaints
    return complaint


def test_a_report_is_printed_for_people_and_for_programs(desk: Desk, report: str) -> None:
    (one,) = json.loads(desk.ask("incidents", "--all", "--json", DATABASE_URL=report).out)

    text = desk.ask("report", "acme", DATABASE_URL=report)
    page = desk.ask("report", one["id"], "--format", "html", DATABASE_URL=report)
    data = json.loads(desk.ask("report", f"#{one['id']}", "--format", "json", DATABASE_URL=report).out)

    assert text.status == 0
    assert text.out.startswith("# ")
    assert page.out.startswith("<!doctype html>")
    assert "<svg" in page.out
    assert (data["schema"], data["id"], data["vendor"]) == ("sitrep-report/1", one["id"], "acme")


def test_a_file_is_renewed_with_what_was_written_into_it_and_never_over_other_words(desk: Desk, report: str) -> None:
    file = desk.folder / "acme.md"
    desk.ask("report", "acme", "--output", str(file), DATABASE_URL=report)
    mark = "<!-- yours: lesson (what you write down to the next mark is kept) -->\n"
    file.write_text(file.read_text().replace(mark, f"{mark}Probe it.\n"))

    added = desk.ask("report", "acme", "--add", "follow-up: ask them", "--output", str(file), DATABASE_URL=report)
    renewed = file.read_text()
    file.write_text(f"My own.\n{renewed}")
    again = desk.ask("report", "acme", "--output", str(file), DATABASE_URL=report)

    assert (added.status, added.lines) == (0, ["Follow-up 1 is open"])
    assert f"{mark}Probe it.\n" in renewed
    assert "ask them" in renewed
    assert "is left as it is: it was changed outside" in refused(again)
    assert file.read_text() == f"My own.\n{renewed}"
    assert [path.name for path in desk.folder.glob("*acme.md*")] == ["acme.md"]


MISTAKES = {
    ("nobody",): "nobody: no incident is called so",
    ("acme", "--add", "we did well"): "names no section",
    ("acme", "--add", "cause:"): "has no words after the colon",
    ("acme", "--add", "follow-up done 3"): "there is no follow-up 3",
    ("acme", "--output", "no/such/folder/a.md"): "can not be written: No such file or directory",
    ("acme", "--output", "."): "can not be written: it is a folder",
}


def test_each_mistake_is_told_in_one_line(desk: Desk, report: str) -> None:
    for words, why in MISTAKES.items():
        assert why in refused(desk.ask("report", *words, DATABASE_URL=report))
