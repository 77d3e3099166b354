"""`audit`: who did what, for people and for programs."""

from __future__ import annotations

import json

import pytest

from tests.cli.desk import Desk
from tests.cli.test_asking import PAGES, filled


@pytest.fixture
def seen(desk: Desk) -> str:
    """Give the address of a database in which two things were done and one was not."""
    url = filled(desk, *PAGES)
    for words in ("ack acme", "ack nothing-01ABC", "note We switched over to the spare"):
        desk.ask("ask", words, DATABASE_URL=url)
    return url


def test_deeds_are_shown_the_oldest_first(desk: Desk, seen: str) -> None:
    answer = desk.ask("audit", DATABASE_URL=seen)

    assert (answer.status, answer.complaints) == (0, ())
    done, failed, noted = answer.lines
    assert "  done     " in done
    assert done.endswith(": ack acme [console acme-i2]")
    assert failed.endswith("ack nothing-01ABC [console nothing-01ABC] “No open incident is called “nothing-01ABC””")
    assert noted.endswith("note We switched over to the spare [console acme-i2]")


def test_programs_get_a_line_each(desk: Desk, seen: str) -> None:
    rows = desk.ask("audit", "--json", "--since", "1d", DATABASE_URL=seen).steps

    assert [row["outcome"] for row in rows] == ["done", "failed", "done"]
    assert [row["platform"] for row in rows] == ["console"] * 3
    assert len({row["request"] for row in rows}) == 3


def test_less_can_be_asked_for(desk: Desk, seen: str) -> None:
    last = desk.ask("audit", "--limit", "1", DATABASE_URL=seen)
    which = desk.ask("audit", "acme-i2", "--json", DATABASE_URL=seen)
    nobody = desk.ask("audit", "nobody", DATABASE_URL=seen)
    never = desk.ask("audit", "--since", "sometime", DATABASE_URL=seen)

    assert len(last.lines) == 1
    assert "note We switched over" in last.out
    assert [json.loads(line)["action"] for line in which.lines] == ["ack", "note"]
    assert nobody.lines == ["No such deed is recorded."]
    assert never.status == 2


def test_the_terminal_shows_it_as_a_chat_does(desk: Desk, seen: str) -> None:
    answer = desk.ask("ask", "audit", "since 1d", DATABASE_URL=seen)

    assert answer.lines[0] == "3 deeds"
    assert "note We switched over to the spare · done · " in answer.lines[1]
