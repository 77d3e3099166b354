"""Who is on call: exactly one at each instant, handed over by the clock on the wall, whatever that clock does."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.rota import Override, Rotas, following, handover, layers, shift, turn
from bot.core.rules import Handover, Oncall, Person

_NAMES = ("First", "Second", "Third")
FIRST, SECOND, THIRD = (Person(name=f"{name} engineer", slack=f"U{name.upper()}") for name in _NAMES)
MONDAYS = Handover(0, time(9))
# One that leaves out an hour in March, one that does so for half an hour, one that left out a whole day in 2011.
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Africa/Casablanca")
HOUR = timedelta(hours=1)


def rota(
    *people: Person, at: Handover = MONDAYS, zone: str = "Europe/Berlin", starts: date = date(2026, 3, 2)
) -> Oncall:
    return Oncall(name="platform", people=people or (FIRST, SECOND), handover=at, timezone=zone, starts=starts)


def berlin(*when: int) -> datetime:
    return datetime(*when, tzinfo=ZoneInfo("Europe/Berlin"))  # type: ignore[misc,arg-type]  # year to minute


def instead(who: Person, starts: datetime, ends: datetime, number: int = 1) -> Override:
    made = datetime(2026, 1, 1, tzinfo=UTC) + number * HOUR
    return Override(id=number, rota="platform", person=who, starts=starts, ends=ends, by="lead", at=made)


def test_people_take_turns_in_their_order_from_the_day_on_that_was_named() -> None:
    found = [turn(rota(FIRST, SECOND, THIRD), berlin(2026, 3, day, 9))[0] for day in (2, 9, 16, 23)]

    assert found == [FIRST, SECOND, THIRD, FIRST]


def test_the_turn_before_the_first_is_the_last_ones() -> None:
    assert turn(rota(FIRST, SECOND, THIRD), berlin(2026, 3, 2, 8, 59))[0] == THIRD


def test_nothing_jumps_at_new_year_also_after_a_week_53() -> None:
    mondays = [berlin(2026, 12, 14, 12) + timedelta(weeks=week) for week in range(8)]

    found = [turn(rota(), monday)[0] for monday in mondays]

    assert found[:2] * 4 == found


@pytest.mark.parametrize("day", [29, 30])
def test_a_time_that_is_left_out_in_spring_comes_an_hour_later(day: int) -> None:
    daily = rota(at=Handover(None, time(2, 30)))

    _, ends = turn(daily, berlin(2026, 3, day, 1))

    # On the 29th the clock goes from 2:00 to 3:00.
    assert ends == berlin(2026, 3, day, 3 if day == 29 else 2, 30)


def test_of_a_time_that_comes_twice_in_autumn_the_first_is_meant() -> None:
    daily = rota(at=Handover(None, time(2, 30)))

    before, ends = turn(daily, berlin(2026, 10, 25, 1))
    between, _ = turn(daily, datetime(2026, 10, 25, 1, 0, tzinfo=UTC))

    # 2:30 in summer time, which is 0:30 UTC; an hour later it is 2:30 again.
    assert ends == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert before != between == turn(daily, berlin(2026, 10, 25, 12))[0]


def test_a_turn_of_a_day_that_a_country_left_out_has_no_length() -> None:
    daily = rota(FIRST, SECOND, THIRD, at=Handover(None, time(9)), zone="Pacific/Apia", starts=date(2011, 12, 28))
    apia = ZoneInfo("Pacific/Apia")

    found = [turn(daily, datetime(2011, 12, day, 12, tzinfo=apia))[0] for day in (28, 29, 31)]

    # The 30th was the third one's, and there was none.
    assert found == [FIRST, SECOND, FIRST]


def test_whoever_is_alone_is_always_on_call() -> None:
    found = shift(rota(FIRST), (), berlin(2026, 3, 2, 9))

    assert (found.person, found.until) == (FIRST, None)
    assert following(rota(FIRST), (), berlin(2026, 3, 2, 9)) is None


def test_somebody_else_has_it_for_a_while_and_then_it_goes_back() -> None:
    agreed = (instead(THIRD, berlin(2026, 3, 4, 18), berlin(2026, 3, 5, 8)),)

    found = [shift(rota(), agreed, berlin(2026, 3, day, 20)) for day in (3, 4, 5)]

    assert [one.person for one in found] == [FIRST, THIRD, FIRST]
    assert [one.until for one in found] == [berlin(2026, 3, 4, 18), berlin(2026, 3, 5, 8), berlin(2026, 3, 9, 9)]
    assert following(rota(), agreed, berlin(2026, 3, 3, 20)) == found[1]


def test_of_two_for_the_same_time_the_later_word_holds() -> None:
    first = instead(SECOND, berlin(2026, 3, 4, 0), berlin(2026, 3, 6, 0), 1)
    second = instead(THIRD, berlin(2026, 3, 5, 0), berlin(2026, 3, 5, 12), 2)

    found = [shift(rota(), (second, first), berlin(2026, 3, *when)).person for when in ((4, 9), (5, 9), (5, 13))]

    assert found == [SECOND, THIRD, SECOND]


def test_who_stands_in_until_their_own_turn_has_it_without_a_break() -> None:
    agreed = (instead(SECOND, berlin(2026, 3, 7, 9), berlin(2026, 3, 9, 9)),)

    assert shift(rota(), agreed, berlin(2026, 3, 8, 9)).until == berlin(2026, 3, 16, 9)


def test_an_override_of_another_rota_changes_nothing() -> None:
    night = Oncall(name="night", people=(THIRD,), handover=MONDAYS, timezone="UTC")
    rotas = Rotas((rota(), night), (instead(THIRD, berlin(2026, 3, 2, 9), berlin(2026, 3, 9, 9)),))

    assert rotas.on_call("platform", berlin(2026, 3, 3, 9)) == THIRD
    assert Rotas((night,), rotas.overrides).on_call("night", berlin(2026, 3, 3, 9)) == THIRD
    assert rotas.on_call("nobody", berlin(2026, 3, 3, 9)) is None


def test_rotas_of_one_duty_are_its_layers() -> None:
    second = Oncall(name="second", people=(SECOND,), handover=MONDAYS, timezone="UTC", duty="platform")
    night = Oncall(name="night", people=(THIRD,), handover=MONDAYS, timezone="UTC")

    assert list(layers((rota(), night, second))) == [("platform", (rota(), second)), ("night", (night,))]


INSTANTS = st.datetimes(datetime(1995, 1, 1), datetime(2037, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  (hypothesis adds the zone)
ROTAS = st.builds(
    rota,
    st.just(FIRST),
    st.just(SECOND),
    st.just(THIRD),
    at=st.builds(Handover, st.none() | st.integers(0, 6), st.times().map(lambda t: t.replace(second=0, microsecond=0))),
    zone=st.sampled_from(ZONES),
    starts=st.dates(date(1970, 1, 5), date(2036, 1, 1)),
)


@given(ROTAS, INSTANTS)
def test_turns_follow_each_other_without_a_gap_and_end_at_the_time_on_the_wall(one: Oncall, at: datetime) -> None:
    person, ends = turn(one, at)
    assert ends is not None

    wall = ends.astimezone(ZoneInfo(one.timezone))
    exists = wall.replace(hour=one.handover.at.hour, minute=one.handover.at.minute, fold=0)
    is_there = exists.astimezone(UTC).astimezone(wall.tzinfo).time() == one.handover.at

    assert at < ends
    assert turn(one, ends - timedelta(microseconds=1))[0] == person
    assert turn(one, ends)[0] in set(one.people)
    assert not is_there or wall.time() == one.handover.at
    assert one.handover.weekday is None or not is_there or wall.weekday() == one.handover.weekday


@given(ROTAS, st.integers(-500, 500))
def test_no_hand_over_comes_before_the_one_before_it(one: Oncall, number: int) -> None:
    assert handover(one, number) <= handover(one, number + 1)
    assert turn(one, handover(one, number + 1))[0] in one.people


OVERRIDES = st.lists(
    st.builds(
        lambda who, start, hours, number: instead(who, start, start + hours * HOUR, number),
        st.sampled_from((FIRST, SECOND, THIRD)),
        st.datetimes(datetime(2026, 3, 1), datetime(2026, 4, 30), timezones=st.just(UTC)),  # noqa: DTZ001  (hypothesis adds the zone)
        st.integers(1, 200),
        st.integers(1, 9),
    ),
    max_size=5,
)


@given(OVERRIDES, st.datetimes(datetime(2026, 3, 1), datetime(2026, 4, 30), timezones=st.just(UTC)))  # noqa: DTZ001  (hypothesis adds the zone)
def test_until_a_shift_ends_nobody_else_has_it_and_then_somebody_else_does(
    agreed: list[Override], at: datetime
) -> None:
    found = shift(rota(), agreed, at)
    assert found.until is not None

    steps = [at + (found.until - at) * part / 7 for part in range(7)]

    assert {shift(rota(), agreed, step).person for step in steps} == {found.person}
    assert shift(rota(), agreed, found.until).person != found.person
    assert following(rota(), agreed, at) == shift(rota(), agreed, found.until)
