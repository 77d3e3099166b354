"""The limits of Discord as they are kept: fifty calls a second, what the headers say, the budget of refused calls."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from adapters.discord.pace import INVALID, Pace
from bot.errors import Busy

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
POST = "POST /channels/{channel_id}/messages 1"
VIA = {"Via": "1.1 google"}


class Timed:
    """A pace and the clock that it looks at."""

    def __init__(self) -> None:
        self.at = 0.0
        self.pace = Pace(lambda: NOON + timedelta(seconds=self.at))

    def call(
        self, route: str = POST, said: Mapping[str, str] = VIA, *, status: int = 200, urgent: bool = False
    ) -> float:
        """Make a call that is answered at once, and return the seconds after which to try again; 0 if it was made."""
        try:
            with self.pace.turn(route, urgent=urgent):
                self.pace.heard(route, status, said)
        except Busy as busy:
            return (busy.retry_after or timedelta(days=1)).total_seconds()
        return 0


def told(limit: int, remaining: int, rest: float, window: str = "1") -> dict[str, str]:
    """Return what the headers say of a bucket."""
    return VIA | {
        "X-RateLimit-Limit": str(limit),
        "X-RateLimit-Remaining": str(remaining),
        "X-RateLimit-Reset-After": f"{rest:.3f}",
        "X-RateLimit-Reset": window,
    }


def asked_to_wait(seconds: str, **more: str) -> dict[str, str]:
    return {**VIA, "Retry-After": seconds, **more}


@pytest.fixture
def one() -> Timed:
    return Timed()


def test_no_second_has_more_than_fifty_calls(one: Timed) -> None:
    made: list[float] = []
    for hundredth in range(500):
        one.at = hundredth / 100
        made += [one.at for number in range(5) if one.call(f"GET {hundredth} {number}") == 0]

    busiest = max(sum(start <= at < start + 1 for at in made) for start in made)
    assert busiest <= 50
    assert len(made) > 150


def test_those_who_wait_are_told_one_moment_each_and_the_urgent_come_first(one: Timed) -> None:
    while one.call(f"GET {one.pace.buckets}") == 0:
        pass
    waits = [one.call(f"GET routine {number}") for number in range(5)]
    urgent = one.call("GET urgent", urgent=True)

    assert sorted(set(waits)) == waits
    assert 0 < urgent < waits[0]


def test_who_has_no_turn_uses_up_no_call_of_a_bucket(one: Timed) -> None:
    one.call(POST, told(2, 2, 60))
    number = 0
    while one.call(f"GET {number}") == 0:
        number += 1
    refused = one.call(POST, told(2, 1, 60))
    one.at = 5

    assert 0 < refused < 1
    assert [one.call(POST, told(2, left, 55)) for left in (1, 0)] == [0, 0]
    assert one.pace.buckets[POST].under_way == 0


def test_a_bucket_takes_what_the_headers_say_and_no_more_until_it_is_full_again(one: Timed) -> None:
    waits = [one.call(POST, told(3, 2 - number, 4)) for number in range(3)]
    refused = one.call()
    one.at = 4
    again = [one.call(POST, told(3, 2 - number, 4, "2")) for number in range(4)]

    assert waits == [0, 0, 0]
    assert refused == 4
    assert again == [0, 0, 0, 4]


def test_a_bucket_that_nobody_has_told_of_takes_one_call_at_a_time(one: Timed) -> None:
    with one.pace.turn(POST):
        meanwhile = one.call()
    one.at = 1

    assert 0 < meanwhile <= 1
    assert one.call() == 0


def test_a_route_without_limits_takes_one_call_after_the_other(one: Timed) -> None:
    assert [one.call() for _ in range(5)] == [0] * 5


def test_what_is_under_way_is_reckoned_with(one: Timed) -> None:
    one.call(POST, told(3, 2, 1, "1"))
    one.at = 1
    with one.pace.turn(POST), one.pace.turn(POST), one.pace.turn(POST):
        one.pace.heard(POST, 200, told(3, 2, 60, "2"))
        while_under_way = one.call()

    assert while_under_way == 60


def test_answers_that_overtake_each_other_do_no_harm(one: Timed) -> None:
    with one.pace.turn(POST):
        one.pace.heard(POST, 200, told(3, 0, 60))
        one.pace.heard(POST, 200, told(3, 1, 60))

    assert one.call() == 60


def test_a_call_without_an_answer_is_not_under_way_for_ever(one: Timed) -> None:
    one.call(POST, told(2, 2, 60))
    with pytest.raises(TimeoutError), one.pace.turn(POST):
        raise TimeoutError

    assert one.pace.buckets[POST].under_way == 0


def test_channels_do_not_wait_for_each_other(one: Timed) -> None:
    one.call(POST, told(1, 0, 60))

    assert one.call() == 60
    assert one.call("POST /channels/{channel_id}/messages 2") == 0


def test_a_route_that_is_told_to_wait_waits_and_no_other_does(one: Timed) -> None:
    one.call(POST, asked_to_wait("7", **{"X-RateLimit-Scope": "user"}), status=429)

    assert one.call(urgent=True) == 7
    assert one.call("PATCH 1") == 0
    one.at = 7
    assert one.call() == 0


@pytest.mark.parametrize(
    "said",
    [
        asked_to_wait("7", **{"X-RateLimit-Scope": "global"}),
        asked_to_wait("7", **{"X-RateLimit-Global": "true"}),
        {"Retry-After": "7"},
    ],
    ids=["by-its-scope", "by-its-header", "not-by-discord"],
)
def test_a_wait_for_all_holds_back_everything(one: Timed, said: Mapping[str, str]) -> None:
    one.call(POST, said, status=429)

    assert one.call("PATCH 1", urgent=True) == 7


def test_a_shorter_wait_does_not_end_a_longer_one(one: Timed) -> None:
    with one.pace.turn(POST):
        one.pace.heard(POST, 429, asked_to_wait("30"))
        one.pace.heard(POST, 429, asked_to_wait("1"))

    assert one.call() == 30


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("999999", 3_600),
        ("1e8", 3_600),
        ("0.25", 0.25),
        ("", 30),
        ("0", 30),
        ("-5", 30),
        ("nan", 30),
        ("inf", 30),
        ("1e300", 30),
        ("Wed, 21 Oct 2026 07:28:00 GMT", 30),
    ],
)
def test_a_wait_is_bounded_whatever_is_said(one: Timed, said: str, seconds: float) -> None:
    one.call(POST, asked_to_wait(said), status=429)

    assert one.call() == seconds


@pytest.mark.parametrize("name", ["X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset-After"])
@pytest.mark.parametrize("nonsense", ["", "many", "-1", "²", "nan"])
def test_nonsense_about_a_bucket_closes_nothing(one: Timed, name: str, nonsense: str) -> None:
    one.call(POST, {**told(1, 0, 60), name: nonsense})

    assert one.call() == 0


@pytest.mark.parametrize("status", [401, 403, 429])
def test_too_many_refused_calls_stop_everything_for_a_while(one: Timed, status: int) -> None:
    """PLATFORMS 1B: ten thousand in ten minutes get the address banned."""
    for _ in range(INVALID):
        one.pace.heard("other", status, asked_to_wait("1"))

    assert one.call() == 600
    one.at = 600
    assert one.call() == 0


def test_refusals_of_what_others_use_up_too_are_not_counted(one: Timed) -> None:
    for _ in range(INVALID):
        one.pace.heard("other", 429, asked_to_wait("1", **{"X-RateLimit-Scope": "shared"}))
        one.pace.heard("other", 404, VIA)
        one.pace.heard("other", 500, VIA)

    assert one.call() == 0
    assert not one.pace.invalid


def test_what_is_over_is_forgotten(one: Timed) -> None:
    for number in range(20_001):
        one.pace.heard(f"GET {number}", 429, asked_to_wait("1"))
        one.pace.invalid.clear()
    one.at = 60
    for number in range(20_001):
        one.at += 1
        one.call(f"GET {number}")
    one.at += 60

    one.call("another")
    one.pace.heard("GET", 429, asked_to_wait("1"))

    assert list(one.pace.waits.until) == ["GET"]
    assert len(one.pace.buckets) <= 2
