"""What is planned: by day, by month, whom it touches, and what is at the same time as it should not be."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from bot.core import agenda
from bot.core.agenda import Event
from bot.core.rules import Quiet, Service
from bot.core.windows import Weekly, Window, occurrences
from bot.model import ChangeKind, Impact, Incident, Kind, State
from tests.unit.build import ACME, at, incident, maintenance, view

SERVICE = Service(name="Support bot", depends_on=(("acme", None),), fallback_vendor="other", fallback_name="Other")


def planned(vendor: str = "acme", begins: float = 60, ends: float | None = 120, name: str = "m1") -> Incident:
    found = incident(vendor=vendor, kind=Kind.MAINTENANCE, impact=Impact.MAINTENANCE, state=State.SCHEDULED)
    claim = replace(view(name, State.SCHEDULED), key=f"{vendor}|{name}", kind=Kind.MAINTENANCE)
    when = {"starts_at": at(begins), "ends_at": at(ends) if ends is not None else None, "started_at": at(begins)}
    return replace(found, claims=(claim,), last_seq=1, **when)  # type: ignore[arg-type]  # by name


def event(one: Incident) -> Event:
    found = agenda.of_incident(one, at(0), [SERVICE])
    assert found is not None
    return found


def test_whom_of_ours_it_touches_is_told() -> None:
    assert event(planned()).services == ("Support bot",)
    assert event(planned("other")).services == ()


def test_a_vendor_and_its_stand_in_at_the_same_time_are_a_conflict_for_as_long_as_both_are_worked_on() -> None:
    events = [event(planned(begins=60, ends=120)), event(planned("other", begins=90, ends=200))]

    (found,) = agenda.conflicts(events, [SERVICE], at(0))

    assert (found.service, found.starts, found.ends) == ("Support bot", at(90), at(120))


def test_one_after_the_other_is_no_conflict_and_neither_is_what_was_called_off() -> None:
    mine, later = planned(begins=60, ends=120), planned("other", begins=120, ends=200)
    off = replace(planned("other"), state=State.COMPLETED, resolved_at=at(1), ending=ChangeKind.WITHDRAWN)

    assert agenda.conflicts([event(mine), event(later)], [SERVICE], at(0)) == ()
    assert agenda.conflicts([event(mine), event(off)], [SERVICE], at(0)) == ()


def test_its_name_in_a_calendar_is_the_same_before_and_after_it_was_told_of() -> None:
    far = agenda.of_claim(ACME, maintenance("m1"), [SERVICE])

    assert far is not None
    assert far.uid == event(planned()).uid
    assert (far.services, far.starts, far.ends) == (("Support bot",), at(60), at(120))


def test_what_is_withdrawn_or_over_before_it_began_is_off_and_what_was_done_is_not() -> None:
    withdrawn = replace(planned(), state=State.COMPLETED, resolved_at=at(5), ending=ChangeKind.WITHDRAWN)
    done = replace(planned(), state=State.COMPLETED, resolved_at=at(100), ending=ChangeKind.RESOLVED)

    assert (event(withdrawn).is_off, event(withdrawn).ends) == (True, at(120))
    assert (event(done).is_off, event(done).ends, event(done).word) == (False, at(100), "Completed")


def test_one_that_goes_on_in_another_is_not_shown_twice() -> None:
    assert agenda.of_incident(replace(planned(), claims=()), at(0), []) is None
    assert len(agenda.in_order([event(planned()), replace(event(planned()), revision=7)])) == 1


def test_a_month_has_whole_weeks_and_a_night_is_on_both_of_its_days() -> None:
    night = replace(event(planned()), starts=at(11 * 60), ends=at(14 * 60))

    weeks = agenda.month([night], date(2026, 3, 1), date(2026, 3, 1))

    assert [len(week) for week in weeks] == [7] * 6
    assert [cell.day for week in weeks for cell in week if cell.events] == [date(2026, 3, 1), date(2026, 3, 2)]


def test_months_are_counted_over_the_end_of_a_year() -> None:
    assert agenda.shifted(date(2026, 12, 1), 1) == date(2027, 1, 1)
    assert agenda.shifted(date(2026, 1, 1), -1) == date(2025, 12, 1)
    assert agenda.beginning("9999-99", date(2026, 3, 5)) == date(2026, 3, 1)
    assert agenda.shifted(date(9999, 12, 1), 1) == date(9999, 12, 1)


def test_our_own_weekly_window_keeps_its_time_on_the_wall_when_clocks_are_put_forward() -> None:
    weekly = Weekly(frozenset({5, 6}), Quiet(time(4), time(5), "Europe/Berlin"))
    since = datetime(2026, 3, 27, tzinfo=UTC)

    found = [starts for starts, _ in occurrences(Window(name="w", every=weekly), since, since + timedelta(days=4))]

    assert found == [datetime(2026, 3, 28, 3, tzinfo=UTC), datetime(2026, 3, 29, 2, tzinfo=UTC)]
