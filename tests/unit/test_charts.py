"""How long checks took, drawn: a line that breaks where nobody checked, and a mark for every step that failed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.store.samples import Span
from bot.web.board.charts import chart

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
STEP = timedelta(minutes=10)
END = NOON + 10 * STEP


def span(place: int, latency: float = 0.2, *, checks: int = 1, failures: int = 0, slowest: float = 0.3) -> Span:
    return Span(NOON + place * STEP, checks, failures, 0, latency * (checks - failures), slowest)


def test_the_scale_ends_at_a_round_number_above_the_slowest() -> None:
    found = [chart([span(0, slowest=slowest)], NOON, END, STEP).scale for slowest in (0.3, 0.9, 1.5, 7.0)]

    assert found == [("500 ms", "250 ms", "0"), ("1 s", "500 ms", "0"), ("2 s", "1 s", "0"), ("10 s", "5 s", "0")]


def test_the_line_is_broken_where_nobody_checked_and_the_ground_hatched_there() -> None:
    drawn = chart([span(0), span(1), span(5), span(6)], NOON, END, STEP, 100, 114)

    assert drawn.line == "M5.0 60L15.0 60M55.0 60L65.0 60"
    assert drawn.blind == "M20.0 0h30.0v100h-30.0zM70.0 0h30.0v100h-30.0z"


def test_a_check_that_failed_has_a_mark_and_no_latency() -> None:
    drawn = chart([span(0), span(1, checks=2, failures=2), span(2)], NOON, END, STEP, 100, 114)

    assert drawn.failed == "M10 102h10.0v12h-10.0z"
    assert drawn.line == "M0.0 60h10.0M20.0 60h10.0"


def test_nothing_that_was_checked_is_a_hatched_ground_and_no_line() -> None:
    drawn = chart([], NOON, END, STEP, 100, 114)

    assert (drawn.line, drawn.failed) == ("", "")
    assert drawn.blind == "M0.0 0h100.0v100h-100.0z"
