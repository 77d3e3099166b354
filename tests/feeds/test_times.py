from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.feeds import _clock
from bot.feeds._times import from_epoch, from_millis, instant

MOMENTS = st.datetimes(datetime(1995, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  (hypothesis adds the zone)


@pytest.mark.parametrize(
    "text",
    [
        "2026-08-17T13:40:03.620Z",
        "2026-08-17T13:40:03.620+00:00",
        "2026-08-17T09:40:03.620-04:00",
        "2026-08-17T19:10:03.62+05:30",
        "2026-08-17 13:40:03.620",
        " 2026-08-17t13:40:03.620z ",
    ],
)
def test_a_time_is_an_instant_whatever_its_offset_and_utc_where_it_has_none(text: str) -> None:
    assert instant(text) == datetime(2026, 8, 17, 13, 40, 3, 620_000, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [None, "", "soon", "17.08.2026", "2026-13-01T00:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-12:00"],
)
def test_what_is_no_time_or_means_never_is_absent(text: str | None) -> None:
    assert instant(text) is None


@pytest.mark.parametrize("text", [None, "", "x", "0", "-1", "9" * 30, "1.5"])
def test_seconds_that_are_none_are_absent(text: str | None) -> None:
    assert from_epoch(text) is None


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("Aug 21, 00:37 UTC", _clock.Printed(8, 21, 0, 37, "UTC")),
        ("May  1, 04:15 PDT", _clock.Printed(5, 1, 4, 15, "PDT")),
        ("September 3, 9:05 am CEST", _clock.Printed(9, 3, 9, 5, "CEST")),
        (" 8:22 AM PST", _clock.Printed(0, 0, 8, 22, "PST")),
        ("Dec 8,  12:08 AM PST", _clock.Printed(12, 8, 0, 8, "PST")),
        ("Dec 8, 12:08 PM", _clock.Printed(12, 8, 12, 8)),
        ("Jun 9, 10:00 +02:00", _clock.Printed(6, 9, 10, 0, "+02:00")),
        ("Mai 9", None),
        ("", None),
    ],
)
def test_a_printed_time_is_read(text: str, printed: _clock.Printed | None) -> None:
    assert _clock.read(text) == printed


@given(MOMENTS, st.timedeltas(timedelta(), timedelta(days=300)))
def test_a_printed_time_is_found_again_from_any_later_moment_of_the_year(at: datetime, later: timedelta) -> None:
    at = at.replace(second=0, microsecond=0)
    printed = _clock.Printed(at.month, at.day, at.hour, at.minute, "UTC")

    assert _clock.latest(printed, at + later, timedelta()) == at


@given(MOMENTS, st.integers(-56, 56).map(lambda quarters: timedelta(minutes=15 * quarters)))
def test_an_offset_can_be_measured_by_a_known_instant(at: datetime, east: timedelta) -> None:
    local = at + east
    printed = _clock.Printed(local.month, local.day, local.hour, local.minute, "")

    assert _clock.calibrate(printed, at) == east


def test_milliseconds_are_an_instant_too() -> None:
    assert from_millis("1619443800123") == datetime(2021, 4, 26, 13, 30, 0, 123_000, tzinfo=UTC)
    assert [from_millis(text) for text in (None, "", "soon", "9" * 40, "-1")] == [None] * 5
