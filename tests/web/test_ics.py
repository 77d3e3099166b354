"""The calendar of maintenances, as a calendar reads it: https://www.rfc-editor.org/rfc/rfc5545."""

from __future__ import annotations

from dataclasses import replace

from icalendar import Calendar

from bot.core.agenda import Event
from bot.model import State
from bot.web.board.ics import calendar
from tests.unit.build import at

ONE = Event(
    uid="0123@sitrep",
    revision=3,
    changed_at=at(5),
    vendor="acme",
    name="Acme",
    title="Database upgrade",
    starts=at(60),
    ends=at(120),
    state=State.SCHEDULED,
    word="Scheduled",
    incident="acme-1",
    components=("API",),
    services=("Support bot",),
    words="We upgrade.",
)
HOSTILE = replace(
    ONE,
    uid="4567@sitrep",
    title="A,B;C\\D\r\nBEGIN:VEVENT\nX:" + "ä" * 200,
    words="\x00\x07\r\nEND:VCALENDAR",
    url="javascript:alert(1)",
    incident="",
)


def read(*events: Event, address: str = "https://board.example") -> list[dict[str, object]]:
    found = Calendar.from_ical(calendar(events, "Maintenance", address))
    return [dict(one) for one in found.walk("VEVENT")]


def test_what_is_written_is_read_again_with_its_times_in_utc() -> None:
    (found,) = read(ONE)

    assert found["UID"] == "0123@sitrep"
    assert found["DTSTART"].dt == at(60)  # type: ignore[attr-defined]  # as the library reads it
    assert found["DTEND"].dt == at(120)  # type: ignore[attr-defined]  # as above
    assert (found["SEQUENCE"], found["STATUS"], found["SUMMARY"]) == (3, "CONFIRMED", "Acme: Database upgrade")
    assert found["URL"] == "https://board.example/incidents/acme-1"
    assert b"DTSTART:20260301T130000Z\r\n" in calendar([ONE], "Maintenance")


def test_what_was_called_off_is_cancelled_under_the_same_name() -> None:
    (found,) = read(replace(ONE, is_off=True, revision=4))

    assert (found["UID"], found["STATUS"], found["SEQUENCE"]) == ("0123@sitrep", "CANCELLED", 4)


def test_one_whose_end_is_not_told_has_none() -> None:
    (found,) = read(replace(ONE, ends=None))

    assert "DTEND" not in found
    assert "When it ends is not told." in str(found["DESCRIPTION"])


def test_nothing_that_a_vendor_writes_becomes_a_line_of_the_calendar() -> None:
    written = calendar([HOSTILE, ONE], "Maintenance", "https://board.example")
    lines = written.split(b"\r\n")

    assert [one["UID"] for one in read(HOSTILE, ONE)] == ["4567@sitrep", "0123@sitrep"]
    assert lines.count(b"BEGIN:VEVENT") == 2
    assert b"javascript" not in written
    assert all(len(line) <= 75 for line in lines)
    assert written.endswith(b"END:VCALENDAR\r\n")
    assert not {0x00, 0x07} & {*written}


def test_the_same_events_make_the_same_bytes() -> None:
    assert calendar([ONE], "Maintenance") == calendar([ONE], "Maintenance")
