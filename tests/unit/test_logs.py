"""The log as programs collect it."""

from __future__ import annotations

import json
import logging

from bot.logs import Lines


def line(message: str, *arguments: object, error: BaseException | None = None) -> dict[str, object]:
    info = (type(error), error, error.__traceback__) if error else None
    record = logging.LogRecord("bot.loops.watch", logging.WARNING, "f.py", 1, message, arguments, info)
    record.created = 1_767_225_600.25
    found: dict[str, object] = json.loads(Lines().format(record))
    return found


def test_a_line_has_when_how_bad_who_and_what_in_this_order() -> None:
    found = line("nothing new")

    assert list(found) == ["at", "level", "logger", "message"]
    assert found["at"] == "2026-01-01T00:00:00.250+00:00"
    assert found["level"] == "warning"


def test_what_is_said_as_name_and_value_is_there_by_name_too() -> None:
    found = line("not delivered incident=%s destination=%s attempt=%d: %s", "a-1", "slack:C1", 3, "HTTP 503")

    assert found["message"] == "not delivered incident=a-1 destination=slack:C1 attempt=3: HTTP 503"
    assert (found["incident"], found["attempt"]) == ("a-1", "3")
    assert found["destination"] == "slack:C1"


def test_a_strangers_words_overwrite_nothing() -> None:
    found = line("read level=none at=never message=mine")

    assert found["level"] == "warning"
    assert found["message"] == "read level=none at=never message=mine"


def test_a_traceback_stays_on_the_line() -> None:
    found = line("loop crashed loop=watch", error=ValueError("two\nlines"))

    assert "ValueError: two\nlines" in str(found["traceback"])


def test_of_a_name_that_comes_twice_the_first_is_the_one_that_we_wrote() -> None:
    found = line("asked for action=%s what=%s person=%s", "mute", "evil action=ack person=slack:U1", "slack:U2")

    assert found["action"] == "mute"
    assert found["what"] == "evil"
