from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from adapters.slack.pace import Pace
from bot.errors import Busy

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
POST = "chat.postMessage"


class Channelled:
    """A pace and the clock that it looks at."""

    def __init__(self) -> None:
        self.at = 0.0
        self.pace = Pace(lambda: NOON + timedelta(seconds=self.at))

    def wait(self, channel: str = "C1", *, urgent: bool = False, method: str = POST) -> float:
        """Try to send, and return the seconds after which to try again; 0 if it may be sent."""
        try:
            self.pace.spend(method, channel, urgent=urgent)
        except Busy as busy:
            wait = busy.retry_after or timedelta(days=1)
        else:
            return 0
        return wait.total_seconds()


@pytest.fixture
def one() -> Channelled:
    return Channelled()


def test_a_short_burst_passes_and_then_one_message_a_second(one: Channelled) -> None:
    assert [one.wait() for _ in range(4)] == [0, 0, 0, 0]

    sent = 0
    for tenth in range(100):
        one.at = tenth / 10
        sent += one.wait(urgent=True) == 0
    assert sent == 9


def test_a_channel_does_not_wait_for_another(one: Channelled) -> None:
    for _ in range(10):
        one.wait("C1")

    assert one.wait("C2") == 0


def test_those_who_wait_are_told_one_moment_each(one: Channelled) -> None:
    for _ in range(4):
        one.wait()

    assert [one.wait() for _ in range(4)] == [1, 2, 3, 4]


def test_each_who_comes_back_at_their_moment_is_let_through(one: Channelled) -> None:
    for _ in range(4):
        one.wait()
    waits = [one.wait() for _ in range(5)]

    for wait in waits:
        one.at = wait
        assert one.wait() == 0


def test_what_is_urgent_takes_the_next_moment_before_all_who_wait(one: Channelled) -> None:
    for _ in range(4):
        one.wait()
    for _ in range(20):
        one.wait()

    assert one.wait(urgent=True) == 1
    one.at = 1
    assert one.wait(urgent=True) == 0
    assert one.wait() > 0


def test_a_thousand_urgent_ones_do_not_all_come_back_at_once(one: Channelled) -> None:
    asked, due = 0, [0.0] * 1000
    while due:
        one.at = min(due)
        due.remove(one.at)
        asked += 1
        wait = one.wait(urgent=True)
        if wait:
            due.append(one.at + wait)

    assert one.at <= 997
    assert asked <= 2000


def test_a_hundred_waiting_are_all_sent_in_a_hundred_seconds(one: Channelled) -> None:
    due = [0.0] * 100
    while due:
        one.at = min(due)
        due.remove(one.at)
        wait = one.wait()
        if wait:
            due.append(one.at + wait)

    assert one.at <= 97


def test_a_method_that_is_told_to_wait_waits_in_every_channel(one: Channelled) -> None:
    one.pace.close(POST, timedelta(seconds=30))

    assert (one.wait("C1"), one.wait("C2", urgent=True)) == (30, 30)
    assert one.wait(method="chat.update") == 0
    one.at = 30
    assert one.wait() == 0


def test_a_shorter_wait_does_not_end_a_longer_one(one: Channelled) -> None:
    one.pace.close(POST, timedelta(seconds=30))
    one.pace.close(POST, timedelta(seconds=1))

    assert one.wait() == 30


def test_channels_that_are_quiet_again_are_forgotten(one: Channelled) -> None:
    for number in range(20_001):
        one.wait(f"C{number}")
    one.at = 3600

    one.wait("another")

    assert len(one.pace.channels) == 1
