"""A vendor that has gone silent: for longer than it promised, or than it usually is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.core import replies, silence
from bot.core.message import plain
from bot.core.silence import judge, promised
from bot.model import State, TimelineEntry
from tests.unit.build import at, claim, degraded, quiet_page, snapshot, update
from tests.unit.desk import Desk

HALF_PAST_TWO = at(150)


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("We are investigating. Next update in 30 minutes.", 30),
        ("We will provide another update within the next hour, at the latest.", 60),
        ("Expect an update within the half hour.", 30),
        ("We will provide an update within 1 hour.", 60),
        ("Our next update will be posted in two hours", 120),
        ("More information within 45 mins.", 45),
        ("We will post updates every 15 minutes until it is resolved.", 15),
        ("In 20 minutes we will share an update.", 20),
        ("Updates every 30-minutes", 30),
        ("We are investigating.", None),
        ("The error lasted 30 minutes.", None),
        ("This update took 30 minutes to roll out", None),
        ("", None),
    ],
)
def test_a_promise_is_understood(text: str, minutes: int | None) -> None:
    wanted = None if minutes is None else HALF_PAST_TWO + timedelta(minutes=minutes)

    assert promised(text, HALF_PAST_TWO) == wanted


@pytest.mark.parametrize(
    ("text", "then"),
    [
        ("Next update by 15:00 UTC.", at(180)),
        ("The next update will be provided at 3:30 PM UTC", at(210)),
        ("We will provide an update by 9:00 AM PST.", at(300)),
        ("An update will follow before 16:30 CET", at(210)),
        # A clock that has passed that time already shows it again tomorrow.
        ("Next update by 14:00 UTC.", at(120 + 1440)),
        ("Next update by Friday.", None),
        ("Next update at 25:99 UTC", None),
        ("Next update by 2026-03-03 15:00 UTC.", at(180 + 2 * 1440)),
        ("Next update by 2026-03-32 15:00 UTC.", None),
        ("Next update by 2026-02-27 15:00 UTC.", None),
        # Of a day in words nothing is known, but that it is not this one.
        ("We will provide an update tomorrow at 15:00 UTC.", None),
        ("Next update by 15:00 UTC on Monday.", None),
        ("Next update on March 3 at 15:00 UTC.", None),
        ("Next update by 15:00 UTC, 3rd of March.", None),
        ("We may provide an update by 15:00 UTC. On Monday we rest.", at(180)),
    ],
)
def test_a_time_of_day_is_understood_with_its_zone(text: str, then: datetime | None) -> None:
    assert promised(text, HALF_PAST_TWO) == then


def test_who_names_the_other_half_of_the_year_may_mean_the_clock_on_the_wall() -> None:
    summer = datetime(2026, 7, 1, 12, tzinfo=UTC)

    # 9:00 on the wall is 16:00 UTC then, and 9:00 PST is 17:00: a vendor is not late before both have passed.
    assert promised("Next update by 9:00 AM PST.", summer) == summer.replace(hour=17)
    assert promised("Next update by 9:00 AM PDT.", summer) == summer.replace(hour=16)
    assert promised("Next update by 9:00 AM PT.", summer) == summer.replace(hour=16)
    assert promised("Next update by 9:00 AM PDT.", HALF_PAST_TWO) == at(300)


def desk_after(*words: tuple[float, str]) -> Desk:
    desk = Desk()
    desk.sees(quiet_page(0))
    updates = [update(f"u{number}", text, minute) for number, (minute, text) in enumerate(words)]
    for number, (minute, _) in enumerate(words, 1):
        desk.sees(snapshot(minute + 1, claim("i1", *updates[:number], started=1)))
    return desk


def found(desk: Desk, minute: float) -> TimelineEntry | datetime | None:
    return judge(desk.incident, desk.timelines[desk.incident.id], at(minute))


def test_a_broken_promise_is_said_when_it_is_late_and_not_before() -> None:
    desk = desk_after((10, "We look into it. Next update in 30 minutes."))

    assert found(desk, 44) == at(45)
    entry = found(desk, 46)
    assert isinstance(entry, TimelineEntry)
    assert plain(replies.reply(entry, desk.incident)).startswith(
        "No word from Acme for 36 min\nThe next was promised for 2026-03-01 12:40 UTC"
    )


def test_without_a_promise_it_is_twice_the_usual_pace() -> None:
    desk = desk_after((10, "One."), (40, "Two."), (70, "Three."))

    assert found(desk, 71) == at(130)
    assert isinstance(found(desk, 131), TimelineEntry)


def test_a_vendor_that_writes_every_minute_is_not_called_silent_after_two() -> None:
    desk = desk_after((10, "One."), (11, "Two."), (12, "Three."))

    assert found(desk, 15) == at(12) + silence.SHORTEST


def test_it_is_said_once_until_the_vendor_speaks_again() -> None:
    desk = desk_after((10, "Next update in 30 minutes."))
    entry = found(desk, 60)
    assert isinstance(entry, TimelineEntry)
    desk.timelines[desk.incident.id].append(entry)

    assert found(desk, 600) is None


def test_nothing_is_expected_of_an_incident_that_is_over() -> None:
    desk = desk_after((10, "One."))
    over = update("u9", "All is well.", 20, State.RESOLVED)
    desk.sees(snapshot(21, claim("i1", update("u0", "One.", 10), over, state=State.RESOLVED, resolved=20)))

    assert found(desk, 1000) is None
    assert silence.soonest(desk.incident) is None


def test_a_vendor_that_has_called_it_over_owes_no_word_though_a_part_still_fails() -> None:
    desk = Desk()
    desk.sees(quiet_page(0, "API"))
    said = update("u1", "One.", 10)
    desk.sees(snapshot(11, claim("i1", said, started=1, components=[degraded("API")]), components=[degraded("API")]))
    over = claim("i1", said, update("u2", "Well.", 30, State.RESOLVED), started=1, state=State.RESOLVED, resolved=30)
    desk.sees(snapshot(31, over, components=[degraded("API")]))
    name = next(one for one in desk.incidents if one == "acme-i1")
    incident, entries = desk.incidents[name], desk.timelines[name]

    assert judge(incident, entries, at(1000)) is None
    assert silence.soonest(incident) is None


def test_a_silence_that_is_older_than_our_watch_is_no_news() -> None:
    desk = Desk()
    desk.sees(snapshot(0, claim("i1", update("u1", "It goes on.", -20_000), started=-20_000)))

    assert found(desk, 600) is None
    assert silence.soonest(desk.incident) is None


def test_a_vendor_that_was_silent_when_we_came_is_given_time_to_speak() -> None:
    desk = Desk()
    desk.sees(snapshot(0, claim("i1", update("u1", "Next update in 30 minutes.", -120), started=-130)))

    assert found(desk, 10) == at(30)
    assert silence.soonest(desk.incident) == at(30)
    assert isinstance(found(desk, 31), TimelineEntry)


def test_it_is_not_asked_before_it_can_be_true() -> None:
    assert silence.soonest(desk_after((10, "One.")).incident) == at(10) + silence.SHORTEST
    assert silence.soonest(desk_after((10, "Next update in 3 hours.")).incident) == at(195)
