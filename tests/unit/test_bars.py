"""Ninety days as they are drawn: how high a day's mark is says how bad it was, and hatching that nobody looked."""

from __future__ import annotations

from datetime import date, timedelta

from bot.core.days import Day
from bot.core.probe_days import Checks, ProbeDay, percent, probe_days, said, summary
from bot.model import Impact
from bot.web.board.bars import Bar, of_days, of_probe

WHOLE = timedelta(days=1)


def day(number: int = 3, length: timedelta = WHOLE, **more: object) -> Day:
    return Day(date=date(2026, 3, number), length=length, **more)  # type: ignore[arg-type]  # what a day has


def trouble(impact: Impact) -> Day:
    return day(spent=((impact, timedelta(minutes=5)),))


def shapes(bar: Bar) -> dict[str, str]:
    return dict(bar.shapes)


def test_the_worse_a_day_was_the_higher_it_stands() -> None:
    heights = [
        shapes(of_days([trouble(impact)]))[impact.value] for impact in (Impact.MINOR, Impact.MAJOR, Impact.CRITICAL)
    ]

    assert heights == ["M0 18.6h6v13.4h-6z", "M0 10.2h6v21.8h-6z", "M0 0h6v32h-6z"]


def test_a_quiet_time_is_one_shape_however_long() -> None:
    bar = of_days([day(number) for number in range(1, 29)])

    assert [name for name, _ in bar.shapes] == ["well"]
    assert (bar.width, bar.columns, bar.listed) == (28 * 8 - 2, (), ())


def test_time_that_nobody_watched_is_hatched_and_never_well() -> None:
    half, whole = timedelta(hours=12), WHOLE
    drawn = [shapes(of_days([day(unwatched=blind)])) for blind in (half, whole)]

    assert drawn[0] == {"well": "M0 16h6v16h-6z", "blind": "M0 0h6v16h-6z"}
    assert drawn[1] == {"blind": "M0 0h6v32h-6z"}


def test_before_anybody_watched_there_is_next_to_nothing() -> None:
    assert [*shapes(of_days([day(unwatched=WHOLE, before=WHOLE)]))] == ["before"]


def test_today_is_as_broad_as_it_has_lasted() -> None:
    assert shapes(of_days([day(length=timedelta(hours=12))]))["well"] == "M0 0h3v32h-3z"


def test_what_only_we_saw_has_a_shape_of_its_own() -> None:
    bar = of_days([day(suspected=timedelta(minutes=8))])

    assert [*shapes(bar)] == ["well", "suspected"]
    assert bar.listed == ("3 Mar: suspected by us alone 8 min",)


def test_a_day_can_be_chosen_where_there_is_something_to_be_told() -> None:
    bar = of_days([day(2), trouble(Impact.MAJOR)], lambda one: "#there" if one.spent else "")

    assert [(one.said, one.href) for one in bar.columns] == [
        ("2 Mar: no trouble known", ""),
        ("3 Mar: major 5 min", "#there"),
    ]


def test_of_a_probe_is_drawn_how_much_failed_and_what_was_not_checked() -> None:
    some = [ProbeDay(day(1), 100, 0), ProbeDay(day(2), 100, 100), ProbeDay(day(3))]

    bar = of_probe(some)

    assert shapes(bar) == {
        "well": "M0 0h6v32h-6zM8 0h6v32h-6z",
        "blind": "M16 0h6v32h-6z",
        "failed": "M8 0h6v32h-6z",
    }
    assert bar.summary == "100 of 200 checks failed in 2 days (50 %)"


def test_a_probes_day_is_said_in_checks() -> None:
    found = probe_days(
        [day(1), day(2), day(3, before=WHOLE), day(4, unwatched=timedelta(hours=2))],
        {date(2026, 3, 1): Checks(2_880, 3), date(2026, 3, 4): Checks(10)},
    )

    assert [said(one) for one in found] == [
        "3 of 2,880 checks failed (0.10 %)",
        "not checked",
        "not checked yet",
        "all 10 checks passed, not watching 2 h",
    ]
    assert summary(()) == "not checked yet"


def test_what_is_not_nothing_is_not_written_as_nothing() -> None:
    assert [percent(share) for share in (0, 0.5, 0.0123, 0.0004, 0.00001, 1)] == [
        "0 %",
        "50 %",
        "1.2 %",
        "0.04 %",
        "under 0.01 %",
        "100 %",
    ]
