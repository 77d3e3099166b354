"""What hit one of our services lately."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.core import hits, members_drawn
from bot.core.members import member_of
from bot.core.operating import Blind, size, together
from bot.core.rules import Service
from bot.model import Impact, Incident, Kind, State
from tests.unit.build import at, component, incident

SERVICE = Service(name="Bot", depends_on=(("acme", "API"),))


def over(begins: float, ends: float, name: str = "API", impact: Impact = Impact.MINOR) -> Incident:
    found = incident(component(name), impact=impact, state=State.RESOLVED, opened=begins)
    return replace(found, resolved_at=at(ends), id=f"acme-{begins}")


def test_two_at_once_count_once_and_what_it_does_not_need_not_at_all() -> None:
    some = [over(0, 60), over(30, 90, impact=Impact.MAJOR), over(200, 210), over(0, 500, "Website")]

    found = hits.hits(SERVICE, some, at(600))

    assert (len(found.incidents), found.lasted) == (3, timedelta(minutes=100))
    assert hits.told(found) == "3 incidents in the last 90 days, 1 h 40 min in all, at worst major."


def test_what_was_planned_or_is_long_over_is_no_hit() -> None:
    planned = replace(over(0, 60), kind=Kind.MAINTENANCE)

    assert hits.hits(SERVICE, [planned], at(90)).incidents == ()
    assert hits.told(hits.hits(SERVICE, [over(0, 60)], at(60 * 24 * 91))).startswith("Nothing is known")


def test_members_of_many_at_once_are_drawn_within_the_sheet_those_that_began_first_on_top() -> None:
    some = [member_of(over(minute, minute + 5), seq=1) for minute in (40, 0, 20)]
    burst = replace(incident(), cause="acme", members=tuple(some))

    sheet = members_drawn.drawn(burst, at(50), 328)

    assert [row.x for row in sheet.rows] == sorted(row.x for row in sheet.rows)
    assert all(row.x >= 0 and row.x + row.width <= 328 for row in sheet.rows)
    assert sheet.left_out == 0


def test_what_befell_many_at_once_is_one_gap() -> None:
    gaps = [Blind(name, at(minute), at(9), "HTTP 503") for name, minute in (("B", 0), ("A", 1), ("C", 200))]

    first, second = together(gaps)

    assert (first.names, second.names, second.count) == ("C", "A, B", 2)
    assert (size(999), size(84_553_728)) == ("999 B", "84.6 MB")
