"""Our own maintenances: the clock on the wall counts, on nights when it is changed too."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest

from bot.core.rules import Quiet
from bot.core.windows import Weekly, Window, around, ends_at

SUNDAY = 6
BERLIN = "Europe/Berlin"


def utc(day: int, hour: int, minute: int = 0, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def weekly(start: time, end: time, *days: int, zone: str = BERLIN) -> Window:
    return Window(name="Deployment", every=Weekly(frozenset(days), Quiet(start, end, zone)))


NIGHT = weekly(time(2), time(4), SUNDAY)
OVER_MIDNIGHT = weekly(time(22), time(2), SUNDAY, zone="UTC")
ONCE = Window(name="Upgrade", starts=utc(1, 10), ends=utc(1, 12))


@pytest.mark.parametrize(
    ("window", "now", "end"),
    [
        (ONCE, utc(1, 9, 59), None),
        (ONCE, utc(1, 10), utc(1, 12)),
        (ONCE, utc(1, 12), None),
        # 1 March 2026 is a Sunday; Berlin is an hour ahead.
        (NIGHT, utc(1, 0, 59), None),
        (NIGHT, utc(1, 1), utc(1, 3)),
        (NIGHT, utc(1, 3), None),
        (NIGHT, utc(2, 1), None),
        (NIGHT, utc(8, 2), utc(8, 3)),
        # It belongs to the day on which it begins.
        (OVER_MIDNIGHT, utc(1, 1), None),
        (OVER_MIDNIGHT, utc(1, 22), utc(2, 2)),
        (OVER_MIDNIGHT, utc(2, 1, 59), utc(2, 2)),
        (OVER_MIDNIGHT, utc(2, 22), None),
    ],
)
def test_a_window_is_open_from_its_start_until_its_end(window: Window, now: datetime, end: datetime | None) -> None:
    assert ends_at(window, now) == end


def test_in_the_night_when_the_clocks_go_forward_it_is_an_hour_shorter() -> None:
    # At 2:00, which is 1:00 UTC, it is 3:00 at once.
    assert ends_at(NIGHT, utc(29, 0, 59)) is None
    assert ends_at(NIGHT, utc(29, 1)) == utc(29, 2)


def test_a_span_that_the_clocks_leave_out_is_kept_an_hour_later() -> None:
    half_past = weekly(time(2), time(2, 30), SUNDAY)

    assert ends_at(half_past, utc(29, 1, 10)) == utc(29, 1, 30)


def test_in_the_night_when_the_clocks_go_back_it_is_an_hour_longer() -> None:
    # 2:30 is there twice, at 0:30 and at 1:30 UTC; the window lasts until the second.
    until_half_past = weekly(time(1), time(2, 30), SUNDAY)

    assert ends_at(until_half_past, utc(25, 1, month=10)) == utc(25, 1, 30, month=10)
    assert ends_at(until_half_past, utc(24, 23, month=10)) == utc(25, 1, 30, month=10)


def test_it_concerns_the_probes_that_it_names_or_all() -> None:
    ours = Window(name="Ours", probes=("api",), starts=utc(1, 10), ends=utc(1, 14))

    assert around([ONCE, ours], "api", utc(1, 11)) == (ours, utc(1, 14))
    assert around([ONCE, ours], "web", utc(1, 11)) == (ONCE, utc(1, 12))
    assert around([ONCE, ours], "web", utc(1, 13)) is None
    assert around([], "api", utc(1, 11)) is None


def test_every_minute_of_a_year_is_in_a_window_that_is_open_all_day() -> None:
    halves = [weekly(time(0), time(12), *range(7)), weekly(time(12), time(0), *range(7))]

    minutes = (utc(1, 0, month=1) + timedelta(minutes=37 * number) for number in range(365 * 24 * 60 // 37))

    assert all(around(halves, "api", now) is not None for now in minutes)
