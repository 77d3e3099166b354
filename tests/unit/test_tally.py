"""What is counted while many speak is what is found by looking through all of them, and is cheaper."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.fold import advance, fold
from bot.core.tally import Tallies
from bot.core.totals import Claims, added
from bot.model import (
    ChangeKind,
    ClaimView,
    Component,
    ComponentStatus,
    Impact,
    Incident,
    Kind,
    SourceKind,
    State,
    TimelineEntry,
    Who,
)
from tests.work import calls_of

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
OPEN, OVER = State.SUSPECTED, State.RESOLVED
# `?` has no word in it: two that are called so are two.
NAMES = ("API", "API gateway", "Web", "?")


@st.composite
def components(draw: st.DrawFn) -> tuple[Component, ...]:
    ids, names, statuses = st.integers(0, 5).map(str), st.sampled_from(NAMES), st.sampled_from(ComponentStatus)
    return tuple(draw(st.lists(st.builds(Component, ids, names, statuses), max_size=2)))


ANY = st.builds(
    ClaimView,
    key=st.tuples(st.sampled_from(("feed:a", "feed:b", "team")), st.integers(0, 3)).map(lambda k: f"{k[0]}|{k[1]}"),
    kind=st.sampled_from(Kind),
    title=st.sampled_from(("API is failing", "Web is failing", "Errors")),
    state=st.sampled_from(State),
    impact=st.sampled_from(Impact),
    components=components(),
    resolved_at=st.none() | st.integers(0, 9).map(lambda minutes: NOON + timedelta(minutes=minutes)),
    teller=st.sampled_from(SourceKind),
)
# What probes say in truth: a claim has one name and one part for as long as it is there, each probe one of its own.
_PLAIN = st.builds(
    lambda number, state, impact, minutes, own: ClaimView(
        key=f"probe:p{number}|x",
        kind=Kind.INCIDENT if own else Kind.SUSPECTED,
        title=f"{NAMES[number % 4]} is failing",
        state=state,
        impact=impact,
        components=(Component(f"probe:p{number}", NAMES[number % 4]),) if number % 5 else (),
        resolved_at=NOON + timedelta(minutes=minutes) if state is OVER else None,
        teller=SourceKind.PROBE,
    ),
    st.integers(0, 30),
    st.sampled_from((OPEN, OPEN, OVER)),
    st.sampled_from((Impact.MINOR, Impact.MAJOR, Impact.UNKNOWN)),
    st.integers(0, 9),
    st.sampled_from((False, False, True)),
)


@given(views=st.lists(_PLAIN | _PLAIN | _PLAIN | ANY, max_size=60))
def test_what_is_counted_is_what_there_is(views: list[ClaimView]) -> None:
    counting = Tallies(few=0)
    plain: Claims = ()
    counted: Claims = ()

    for view in views:
        counted, total = counting.added(counted, view)
        plain, expected = added(plain, view)
        assert counted == plain
        assert total == expected


@given(views=st.lists(_PLAIN, min_size=1, max_size=60), other=ANY)
def test_claims_that_come_from_elsewhere_are_counted_anew(views: list[ClaimView], other: ClaimView) -> None:
    counting = Tallies(few=0)
    claims: Claims = ()
    for view in views:
        claims, _ = counting.added(claims, view)

    elsewhere, _ = added(claims, other)

    assert counting.added(elsewhere, views[0]) == added(elsewhere, views[0])
    assert counting.added(claims, views[-1]) == added(claims, views[-1])


def suspicion() -> Incident:
    return Incident(
        id="acme-1",
        vendor="acme",
        name="Acme",
        kind=Kind.SUSPECTED,
        title="",
        state=OPEN,
        impact=Impact.MINOR,
        peak=Impact.MINOR,
        started_at=NOON,
        first_seen_at=NOON,
    )


def said(views: Iterable[ClaimView]) -> list[TimelineEntry]:
    return [
        TimelineEntry(
            incident="acme-1",
            seq=seq,
            happened_at=NOON,
            recorded_at=NOON + timedelta(seconds=seq),
            who=Who.VENDOR if view.teller is SourceKind.FEED else Who.PROBE,
            author="somebody",
            kind=ChangeKind.RESOLVED if view.state is OVER else ChangeKind.SEEN,
            state=view.state,
            impact=view.impact,
            claim=view,
        )
        for seq, view in enumerate(views, start=1)
    ]


def of_probes(number: int, state: State, part: str = "") -> list[ClaimView]:
    return [
        ClaimView(
            key=f"probe:p{one}|x",
            kind=Kind.SUSPECTED,
            title=f"{part or 'Acme'} is failing",
            state=state,
            impact=Impact.MAJOR,
            components=(Component(f"probe:p{one}", part),) if part else (),
            resolved_at=NOON if state is OVER else None,
            teller=SourceKind.PROBE,
        )
        for one in range(number)
    ]


POSTED = ClaimView(key="feed:acme|1", kind=Kind.INCIDENT, title="Errors", state=State.IDENTIFIED, impact=Impact.MINOR)
CLOSED = ClaimView(key="feed:acme|1", kind=Kind.INCIDENT, title="Errors", state=OVER, impact=Impact.MINOR)


@pytest.mark.parametrize(
    "told",
    [
        [*of_probes(50, OPEN), *of_probes(50, OVER)],
        [*of_probes(50, OPEN, "API"), *reversed(of_probes(50, OVER, "API"))],
        [*of_probes(50, OPEN, "API"), POSTED, *of_probes(50, OVER, "API"), CLOSED],
        [POSTED, *of_probes(50, OPEN, "API"), CLOSED, *of_probes(50, OVER, "API"), *of_probes(3, OPEN, "API")],
    ],
    ids=["all-fail-and-pass", "the-last-passes-first", "the-vendor-writes", "the-vendor-calls-it-over-too-early"],
)
def test_an_incident_is_the_same_however_it_is_folded(told: list[ClaimView]) -> None:
    one_by_one = suspicion()
    for entry in said(told):
        one_by_one = advance(one_by_one, entry)

    assert fold(suspicion(), said(told)) == one_by_one


@pytest.mark.parametrize("part", ["", "API"])
@pytest.mark.parametrize("before", [[], [POSTED], [CLOSED]], ids=["alone", "posted", "called-over"])
def test_each_of_twice_as_many_probes_takes_as_much_work(part: str, before: list[ClaimView]) -> None:
    def work(number: int) -> int:
        entries = said([*before, *of_probes(number, OPEN, part), *of_probes(number, OVER, part)])
        return calls_of(lambda: fold(suspicion(), entries))

    assert work(800) < 2.2 * work(400)
