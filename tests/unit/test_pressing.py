"""Which of several open incidents comes first."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bot.core.histories import incidents
from bot.core.message import plain
from bot.core.pressing import in_order
from bot.model import Ack, Confidence, Evidence, Impact, Incident, Kind, Mute, State
from tests.unit.build import at, incident

ACKED = Ack(person="slack:U1", name="on-call", at=at(1))
MUTED = Mute(person="slack:U1", name="on-call", at=at(1))
LONE = Evidence(confidence=Confidence.LOW, failing=1, asked=4)


def one(name: str, impact: Impact = Impact.MAJOR, minute: float = 0, **changed: object) -> Incident:
    base = replace(incident(impact=impact, opened=minute), id=name, title=name)
    return replace(base, **changed)  # type: ignore[arg-type]  # whatever a test is about


def names(*some: Incident) -> list[str]:
    return [found.id for found in in_order(some)]


def test_the_worst_comes_first_however_old_it_is() -> None:
    assert names(one("new", Impact.MINOR, 60), one("old", Impact.CRITICAL, 0)) == ["old", "new"]


def test_of_two_that_are_alike_what_nobody_has_comes_first_then_what_is_newer() -> None:
    some = (
        one("acked", minute=60, acked=ACKED),
        one("muted", minute=70, muted=MUTED),
        one("old"),
        one("new", minute=9),
    )

    assert names(*some) == ["new", "old", "muted", "acked"]


def test_what_only_one_witness_tells_of_comes_after_what_is_sure() -> None:
    doubt = one("doubt", minute=60, kind=Kind.SUSPECTED, state=State.SUSPECTED, evidence=LONE)
    likely = replace(doubt, id="likely", evidence=replace(LONE, confidence=Confidence.MEDIUM))

    assert names(doubt, one("told"), likely) == ["likely", "told", "doubt"]


def test_what_is_only_planned_comes_last_and_is_no_trouble_yet() -> None:
    planned = one("plan", Impact.CRITICAL, kind=Kind.MAINTENANCE, state=State.SCHEDULED, starts_at=at(90))

    said = plain(incidents([planned, one("minor", Impact.MINOR)], 2).message)

    assert said.startswith("2 open incidents, 1 of them only planned\n- Acme: minor · minor")
    assert plain(incidents([planned], 1).message).startswith("1 open incident, only planned")


def test_a_list_says_what_is_muted_and_what_our_own_witnesses_see() -> None:
    doubt = one("doubt", Impact.MINOR, kind=Kind.SUSPECTED, state=State.SUSPECTED, evidence=LONE, muted=MUTED)

    said = plain(incidents([doubt], 1).message)

    assert "suspected since 2026-03-01 12:00 UTC · muted · 1 of 4 probes fail" in said


def test_if_there_are_too_many_the_worst_are_shown_and_that_is_said() -> None:
    many = [one(f"i{number}", Impact.MINOR, number) for number in range(15)]

    assert "The worst 15 of 40 are shown." in plain(incidents(many, 40).message)
    assert "The newest 15 of 40 are shown." in plain(incidents(many, 40, are_open=False).message)


@given(st.lists(st.builds(one, st.uuids().map(str), st.sampled_from(Impact), st.integers(0, 100))))
def test_nothing_is_lost_and_nothing_is_worse_than_what_stands_before_it(some: list[Incident]) -> None:
    found = in_order(some)

    assert sorted(i.id for i in found) == sorted(i.id for i in some)
    assert [i.impact.rank for i in found] == sorted((i.impact.rank for i in some), reverse=True)
