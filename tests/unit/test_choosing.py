"""What an address asks for in the list of incidents."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from urllib.parse import parse_qsl

from bot.core.choosing import Choice, Place, address, choice, row
from bot.model import ChangeKind, Impact, Kind, State
from tests.unit.build import at, incident

EVERYTHING = Choice(
    state="open",
    kind="suspected",
    impact="major",
    vendor="AT&T",
    since=date(2026, 3, 1),
    until=date(2026, 3, 2),
    ours_first=True,
)


def test_an_address_says_all_that_was_chosen() -> None:
    found = choice(dict(parse_qsl(address(EVERYTHING).partition("?")[2])))

    assert found == EVERYTHING


def test_a_place_in_the_list_is_found_again() -> None:
    place = Place(at=at(3.5), id="acme-1_2")

    assert choice(dict(parse_qsl(address(Choice(), after=place).partition("?")[2]))).after == place


def test_what_an_address_can_not_mean_is_as_if_it_were_not_there() -> None:
    asked = {
        "state": "x",
        "kind": "<b>",
        "impact": "none",
        "from": "tomorrow",
        "to": "2026-02-31",
        "after": "2026_",
        "first": "1",
    }

    assert choice(asked) == Choice()


def test_the_last_day_is_counted_whole() -> None:
    assert EVERYTHING.ends == at((36 + 0) * 60)


def test_what_is_over_says_how_it_ended_and_how_bad_it_was() -> None:
    over = replace(
        incident(impact=Impact.NONE, state=State.RESOLVED),
        peak=Impact.MAJOR,
        resolved_at=at(30),
        ending=ChangeKind.WITHDRAWN,
    )

    found = row(over)

    assert (found.word, found.state, found.lasted) == ("Over", "No longer listed, was major", at(30) - at(0))


def test_what_only_we_saw_says_that_its_vendor_never_told() -> None:
    suspected = incident(kind=Kind.SUSPECTED, state=State.SUSPECTED)

    found = row(replace(suspected, detected_at=at(0)))

    assert found.remarks == ("Acme has said nothing of it",)
