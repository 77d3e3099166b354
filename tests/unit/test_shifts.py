"""What people type to change who is on call."""

from __future__ import annotations

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from bot.core import shifts
from bot.core.rules import Handover, Oncall
from bot.core.rules import Person as OnDuty
from bot.model import Person

BERLIN = "Europe/Berlin"
# A Sunday, 13:00 in Berlin.
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
FIRST, SECOND = OnDuty(name="First engineer", slack="U1"), OnDuty(name="Second", slack="U2", discord="22")
PLATFORM = Oncall(name="platform", people=(FIRST, SECOND), handover=Handover(0, time(9)), timezone=BERLIN)
NIGHT = Oncall(name="night", people=(SECOND,), handover=Handover(0, time(9)), timezone=BERLIN)
ASKER = Person("slack", "U9", "somebody")


def berlin(*when: int) -> datetime:
    return datetime(*when, tzinfo=ZoneInfo(BERLIN))  # type: ignore[misc,arg-type]  # year to minute


@pytest.mark.parametrize(
    ("said", "starts", "ends"),
    [
        ("until 18:00", NOW, berlin(2026, 3, 1, 18)),
        ("until 9:00", NOW, berlin(2026, 3, 2, 9)),
        ("for 8h", NOW, berlin(2026, 3, 1, 21)),
        ("from now until Mon 09:00", NOW, berlin(2026, 3, 2, 9)),
        ("until sunday 12:00", NOW, berlin(2026, 3, 8, 12)),
        ("from Fri 18:00 until Mon 09:00", berlin(2026, 3, 6, 18), berlin(2026, 3, 9, 9)),
        ("from tomorrow 08:00 for 90m", berlin(2026, 3, 2, 8), berlin(2026, 3, 2, 9, 30)),
        ("from 2026-03-28 20:00 until 2026-03-29 08:00", berlin(2026, 3, 28, 20), berlin(2026, 3, 29, 8)),
        ("until 2026-03-02T10:00:00Z", NOW, berlin(2026, 3, 2, 11)),
    ],
)
def test_times_are_read_by_the_clock_of_the_rota(said: str, starts: datetime, ends: datetime) -> None:
    assert shifts.span(said, BERLIN, NOW) == (starts, ends)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("until later", "“later” is no time"),
        ("until 25:00", "“25:00” is no time"),
        ("for ever", "“ever” is no time"),
        ("from whenever until 18:00", "“whenever” is no time"),
        ("until 2026-02-01 09:00", "is no time"),
        ("until yesterday", "is no time"),
        ("for 91d", "90 days at most"),
        ("sometime", "Until when?"),
    ],
)
def test_what_is_no_time_is_refused_with_what_to_write(said: str, why: str) -> None:
    found = shifts.span(said, BERLIN, NOW)

    assert isinstance(found, str)
    assert why in found


@pytest.mark.parametrize(
    ("said", "people"),
    [
        ("First engineer", (FIRST,)),
        ("first", (FIRST,)),
        ("@Second", (SECOND,)),
        ("<@U2>", (SECOND,)),
        ("<@U2|second>", (SECOND,)),
        ("<@U7|third>", (OnDuty(name="third", slack="U7"),)),
        ("me", (OnDuty(name="somebody", slack="U9"),)),
        ("nobody", ()),
        ("", ()),
        ("e", (FIRST, SECOND)),
    ],
)
def test_people_are_meant_by_name_by_mention_or_as_oneself(said: str, people: tuple[OnDuty, ...]) -> None:
    assert shifts.people(said, (PLATFORM, NIGHT), ASKER) == people


def test_somebody_of_a_rota_who_says_me_is_known_on_every_platform() -> None:
    assert shifts.people("me", (PLATFORM,), Person("discord", "22", "second")) == (SECOND,)
    assert shifts.people("me", (PLATFORM,), Person("console", "root", "root")) == ()


def test_the_rota_may_stand_after_the_name() -> None:
    assert shifts.parted("Second in Night", (PLATFORM, NIGHT)) == ("Second", NIGHT)
    assert shifts.parted("Second in love", (PLATFORM, NIGHT)) == ("Second in love", None)
    assert shifts.parted("Second", (PLATFORM, NIGHT)) == ("Second", None)
