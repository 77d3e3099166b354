"""Everything watched on one screen: what is in which list, and in which order."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.answers import everything, listed
from bot.core.message import Tone, plain
from bot.core.overview import Overview, Row, survey
from bot.core.standing import told_by_us
from bot.model import Confidence, Evidence, Impact, Incident, Kind, State
from tests.unit.build import at, incident


def row(name: str, severity: int | None = 0, *, is_stale: bool = False) -> Row:
    return Row(f"feed:{name.lower()}", name.lower(), name, severity, is_stale)


def names(rows: tuple[Row, ...]) -> list[str]:
    return [one.name for one in rows]


def test_the_worst_come_first_by_their_page_or_by_their_incidents() -> None:
    found = survey([row("Zeta", 2), row("Acme", 0), row("Beta", 4), row("Gamma", 0)], {"acme": 3}, total=4)

    assert names(found.troubled) == ["Beta", "Acme", "Zeta"]
    assert names(found.well) == ["Gamma"]


def test_what_can_not_be_read_and_what_was_never_read_is_not_well() -> None:
    found = survey([row("Lost", is_stale=True), row("New", None), row("Never", None, is_stale=True)], {}, total=3)

    assert (names(found.stale), names(found.unread), found.well) == (["Lost", "Never"], ["New"], ())


def test_what_is_in_trouble_and_can_not_be_read_either_is_in_trouble() -> None:
    assert names(survey([row("Acme", 3, is_stale=True)], {}, total=1).troubled) == ["Acme"]


def test_thousands_that_are_well_are_counted() -> None:
    found = survey([row("Acme"), row("Beta")], {}, total=5_000)

    said = plain(everything(Overview(found), at(0)).message)

    assert said.splitlines() == ["All 5,000 operational", "Operational: Acme, Beta and 4,998 more"]


def test_all_well_looks_well_and_nothing_watched_does_not() -> None:
    assert everything(Overview(survey([row("Acme")], {}, total=1)), at(0)).message.tone is Tone.RESOLVED
    assert everything(Overview(survey([], {}, total=0)), at(0)).message.tone is Tone.NOTICE
    assert everything(Overview(survey([row("New", None)], {}, total=1)), at(0)).message.tone is Tone.NOTICE


def test_a_screen_stays_a_screen_however_bad_it_is() -> None:
    rows = [row(f"Vendor number {number}", number % 5, is_stale=number % 3 == 0) for number in range(5_000)]

    answer = everything(Overview(survey(rows, {}, total=5_000)), at(0))

    assert len(plain(answer.message)) < 4_000
    assert len(answer.message.parts) < 25


def suspicion(vendor: str, impact: Impact = Impact.MINOR, **changed: object) -> Incident:
    seen = Evidence(confidence=Confidence.LOW, reports=("gateway: 38 % of calls fail",))
    base = incident(vendor=vendor, kind=Kind.SUSPECTED, state=State.SUSPECTED, impact=impact)
    changed = {"title": "API is failing", "evidence": seen, **changed}
    return replace(base, **changed)  # type: ignore[arg-type]  # whatever a test is about


@pytest.mark.parametrize(
    ("rows", "worst", "headline"),
    [
        ([], {}, "2 suspected to be in trouble; nothing is watched yet"),
        ([row("Acme")], {}, "2 suspected to be in trouble; all that is watched is operational"),
        ([row("Acme"), row("Beta")], {}, "2 suspected to be in trouble; all that is watched is operational"),
        ([row("Acme"), row("Lost", is_stale=True)], {}, "2 suspected to be in trouble, 1 of 2 can not be told"),
        ([row("Acme"), row("Beta", 3)], {}, "1 of 2 not operational, 2 more suspected"),
        ([row("Acme"), row("Beta", 0)], {"beta": 2}, "1 of 2 suspected to be in trouble, 2 more that nobody watches"),
    ],
)
def test_what_only_our_own_witnesses_tell_of_is_shown_too(
    rows: list[Row], worst: dict[str, int], headline: str
) -> None:
    others = told_by_us([suspicion("cord"), suspicion("dent", Impact.MAJOR), suspicion("gone", evidence=None)])
    found = survey(rows, worst, total=len(rows), suspected=worst)

    answer = everything(Overview(found, unwatched=others), at(0)).message

    said = plain(answer)
    assert answer.headline == headline
    assert said.index("- Dent · suspected") < said.index("- Cord · suspected")
    assert "  API is failing · suspected since 2026-03-01 12:00 UTC · gateway: 38 % of calls fail" in said
    assert "Gone" not in said
    assert answer.tone is Tone.MAJOR


def test_names_are_listed_as_far_as_there_is_room() -> None:
    assert listed(["Acme", "Beta"]) == "Acme, Beta"
    assert listed(["Acme", "Beta", "Gamma"], room=8) == "Acme, Beta and 1 more"
    assert listed([]) == ""
