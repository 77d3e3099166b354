"""`ask`: whatever can be asked or done in a chat, from a terminal."""

from __future__ import annotations

import pytest

from bot.core.grammar import VERBS
from tests.cli.desk import Desk
from tests.cli.test_asking import PAGES, filled
from tests.loops.acme import component, incident, summary


@pytest.fixture
def seen(desk: Desk) -> str:
    return filled(desk, *PAGES)


def test_what_is_done_at_the_terminal_is_done(desk: Desk, seen: str) -> None:
    done = desk.ask("ask", "ack", "acme", DATABASE_URL=seen)
    again = desk.ask("ask", "ack acme", DATABASE_URL=seen)
    shown = desk.ask("ask", "details", "acme", DATABASE_URL=seen)

    assert (done.status, done.complaints) == (0, ())
    assert done.lines[0] == "You have it"
    assert again.lines[0] == "You have it already"
    assert "Acknowledged" in shown.out


def test_who_sits_at_the_terminal_may_change_what_is_watched(desk: Desk, seen: str) -> None:
    page = "https://status.example.invalid"
    added = desk.ask("ask", "watch", "add", page, DATABASE_URL=seen)
    listed = desk.ask("ask", "watch list", DATABASE_URL=seen)
    removed = desk.ask("ask", "watch", "remove", page, DATABASE_URL=seen)

    assert added.lines[0].startswith("status.example.invalid")
    assert page in listed.out
    assert removed.lines[0].startswith("status.example.invalid")


def test_every_verb_is_understood(desk: Desk, seen: str) -> None:
    for verb in VERBS:
        answer = desk.ask("ask", verb.names[0], DATABASE_URL=seen)

        assert answer.status == 0
        assert answer.out.strip()


def test_what_may_be_meant_is_shown_as_it_would_be_typed(desk: Desk) -> None:
    pages = summary(
        incident("i1", ("investigating", "Some requests fail.", 1), title="Errors in the API"),
        incident("i2", ("investigating", "Logins fail.", 2), title="Errors in Login"),
        components=(component("API", "major_outage"), component("Login", "major_outage")),
    )
    url = filled(desk, pages)
    answer = desk.ask("ask", "ack", "errors", DATABASE_URL=url)
    chosen = next(line.split()[2:4] for line in answer.lines if line.startswith("  sitrep ask"))
    done = desk.ask("ask", " ".join(chosen).strip("'"), DATABASE_URL=url)

    assert answer.lines[0].startswith("Which incident? 2 match")
    assert done.lines[0] == "You have it"


def test_vendors_words_do_not_act_on_the_terminal(desk: Desk) -> None:
    hostile = incident("i1", ("investigating", "\x1b[2J\x1b]0;owned\x07Some requests fail.", 1), title="Errors\x1b[31m")
    url = filled(desk, summary(hostile))

    answer = desk.ask("ask", "details", "acme", DATABASE_URL=url)

    assert "Some requests fail." in answer.out
    assert not any(ord(letter) < 32 and letter != "\n" for letter in answer.out)


def test_what_fails_can_be_reported_from_a_terminal(desk: Desk) -> None:
    url = filled(desk, summary(components=(component("API"),)))

    answer = desk.ask("ask", "report", "acme api: every call times out", DATABASE_URL=url)
    again = desk.ask("ask", "details", "acme", DATABASE_URL=url)

    assert answer.lines[0] == "Thank you: so far you are the only one who reports Acme: API"
    assert "“every call times out”" in again.out
