"""What is left alone because a platform asked for that."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.core import waits
from bot.core.waits import Waits

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_the_longest_that_was_asked_for_holds() -> None:
    one = Waits()
    one.ask("chat.update", NOON + 2 * MINUTE, NOON)
    one.ask("chat.update", NOON + MINUTE, NOON)
    one.learn({"chat.update": NOON + MINUTE / 2}, NOON)

    assert one.left("chat.update", NOON) == 2 * MINUTE
    assert one.left("chat.update", NOON + 2 * MINUTE) is None
    assert one.left("chat.postMessage", NOON) is None


def test_others_are_to_know_what_one_was_told_and_no_more() -> None:
    one = Waits()
    one.learn({"chat.update": NOON + MINUTE}, NOON)
    assert one.told == {}

    one.ask("chat.update", NOON, NOON)
    assert one.told == {"chat.update": NOON + MINUTE}

    one.shared({"chat.update": NOON + MINUTE})
    assert one.told == {}


def test_what_was_asked_for_while_the_others_were_told_is_still_to_be_told() -> None:
    one = Waits()
    one.ask("chat.update", NOON, NOON)
    told = dict(one.told)
    one.ask("chat.update", NOON + MINUTE, NOON)
    one.shared(told)

    assert one.told == {"chat.update": NOON + MINUTE}


def test_of_very_many_those_that_are_over_are_forgotten() -> None:
    one = Waits()
    one.learn({f"route {number}": NOON for number in range(waits._FORGET_ABOVE)}, NOON)
    one.learn({"chat.update": NOON + 2 * MINUTE}, NOON + MINUTE)

    assert one.until == {"chat.update": NOON + 2 * MINUTE}
