"""What a probe says, from result to result: when it opens, with what words, when it ends, when it is checked again."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.probing import ProbeState, Rule, advance, let_go, next_check, snapshot_of
from bot.core.windows import Window
from bot.model import ChangeKind, Claim, Fault, Impact, Kind, ProbeResult, Source, SourceKind, State
from tests.unit.build import ACME, at
from tests.unit.desk import Desk

ACCUSING = replace(
    ACME,
    key="probe:acme-api",
    name="acme-api",
    format="http",
    kind=SourceKind.PROBE,
    vendor_name="Acme",
    components=("API",),
)
OWN = Source(key="probe:shop", vendor="shop", name="Shop", format="http", url="", kind=SourceKind.PROBE)
RULE = Rule(interval=timedelta(seconds=30), impact=Impact.MAJOR, slow=3.0)
UPGRADE = Window(name="Upgrade", starts=at(0), ends=at(60))
FAULTS = {"x": Fault.SERVER, "t": Fault.TIMEOUT, "k": Fault.KEY, "s": Fault.SLOW}
REASONS = {"x": "HTTP 503", "t": "no answer within 10 s", "k": "the key was refused (HTTP 401)", "s": "answered in 9 s"}


def result(sign: str, minute: float, latency: float = 0.1) -> ProbeResult:
    if sign == ".":
        return ProbeResult(ok=True, at=at(minute), latency=timedelta(seconds=latency))
    return ProbeResult(ok=False, at=at(minute), reason=REASONS[sign], fault=FAULTS[sign])


def after(results: str, start: ProbeState | None = None, *, first: float = 0, rule: Rule = RULE) -> ProbeState:
    """Return the state after results, one a minute: `.` passed, `x` HTTP 503, `t` a time-out, `k` our key."""
    state = start or ProbeState()
    for number, sign in enumerate(results):
        state = advance(state, result(sign, first + number), rule, None)
    return state


def claim(state: ProbeState, source: Source = ACCUSING, rule: Rule = RULE) -> Claim:
    (only,) = snapshot_of(source, state, rule, at(0)).incidents
    return only


def said(state: ProbeState) -> list[str]:
    return [update.body for update in claim(state).updates]


def test_who_accuses_a_vendor_suspects() -> None:
    found = claim(after(".xxx"))

    assert (found.kind, found.state, found.impact) == (Kind.SUSPECTED, State.SUSPECTED, Impact.MAJOR)
    assert found.title == "API is failing"
    assert [part.name for part in found.components] == ["API"]
    assert found.started_at == at(1)
    assert found.evidence == "HTTP 503"
    assert [(update.body, update.at) for update in found.updates] == [("HTTP 503", at(1))]


def test_who_accuses_nobody_tells_of_an_incident() -> None:
    found = claim(after(".xxx"), OWN)

    assert (found.kind, found.state, found.title) == (Kind.INCIDENT, State.INVESTIGATING, "Shop is failing")
    assert found.components == ()


def test_the_claims_of_two_probes_are_never_taken_for_each_other() -> None:
    other = replace(ACCUSING, key="probe:acme-web")

    assert claim(after("xxx")).external_id != claim(after("xxx"), other).external_id


def test_a_probe_goes_the_way_of_every_feed() -> None:
    desk = Desk()
    looks = [
        desk.sees(snapshot_of(ACCUSING, after(results), RULE, at(len(results))), source=ACCUSING)
        for results in (".", ".xxx", ".xxxx", ".xxxx..")
    ]

    assert [look.loud for look in looks] == [[], [ChangeKind.OPENED, ChangeKind.UPDATED], [], [ChangeKind.RESOLVED]]
    assert looks[1].entries[0].state is State.SUSPECTED
    assert (desk.incident.started_at, desk.incident.resolved_at) == (at(1), at(5))


def test_other_words_of_the_same_class_are_not_told() -> None:
    state = ProbeState()
    for minute in range(9):
        one = ProbeResult(ok=False, at=at(minute), reason=f"no answer within {10 + minute} s", fault=Fault.TIMEOUT)
        state = advance(state, one, RULE, None)

    assert said(state) == ["No answer within 12 s"]


def test_another_class_of_failure_is_told_once_when_it_is_sure() -> None:
    assert said(after("xxxt")) == ["HTTP 503"]
    assert said(after("xxxtxtxt")) == ["HTTP 503"]
    assert said(after("xxxtttt")) == ["HTTP 503", "No answer within 10 s"]
    assert said(after("xxxttttxxxttt")) == ["HTTP 503", "No answer within 10 s"]


def test_a_key_that_is_refused_accuses_nobody_and_ends_nothing() -> None:
    assert after(".kkkkk").trouble is None
    trouble = after("xxxkkkk").trouble
    assert trouble is not None
    assert trouble.is_open


def test_an_answer_that_takes_much_longer_than_usual_is_a_failure_of_its_own() -> None:
    state = after("." * 60)
    for minute in range(60, 68):
        state = advance(state, result(".", minute, latency=4.2), RULE, None)
    found = claim(state)

    assert (found.title, found.impact) == ("API is slow", Impact.MINOR)
    assert found.evidence.startswith("slow: 4.2 s, usually ")
    assert found.updates[0].body.startswith("Answers in 4.2 s, usually ")
    assert found.updates[0].id == "slow"
    # What is slow does not become the usual.
    assert state.usual.quantile(0.5) == after("." * 60).usual.quantile(0.5)


def test_what_stays_slow_becomes_the_usual_in_the_end() -> None:
    state = ProbeState()
    for number in range(2 * 288):
        state = advance(state, result(".", 5 * number), RULE, None)
    for number in range(2 * 288, 5 * 288):
        state = advance(state, result(".", 5 * number, latency=4.2), RULE, None)
    trouble = state.trouble

    assert trouble is not None
    assert trouble.until is not None
    assert timedelta(hours=6) < trouble.until - trouble.since < timedelta(hours=48)
    usual = state.usual.quantile(0.5)
    assert usual is not None
    assert usual > 3


def test_what_is_slow_and_then_fails_is_worse() -> None:
    state = after("xxx", after("sss"), first=3)

    assert (claim(state).title, claim(state).impact) == ("API is failing", Impact.MAJOR)
    assert said(state) == ["Answered in 9 s", "HTTP 503"]


def test_without_slow_nothing_is_too_slow() -> None:
    rule = replace(RULE, slow=None)
    state = after("." * 60, rule=rule)
    for minute in range(60, 70):
        state = advance(state, result(".", minute, latency=9), rule, None)

    assert state.trouble is None


def test_three_troubles_in_half_an_hour_are_flapping_and_are_told_as_one() -> None:
    state = after("xxx..xxx..xxx")

    assert said(state) == [
        "HTTP 503",
        "Flapping: failed 3 times within 12 min; counted as one until it is well for 10 min.",
    ]
    state = after("..xxx..xxx..", state, first=13)
    assert claim(state).is_open
    assert len(said(state)) == 2


def test_flapping_ends_when_it_has_been_well_for_ten_minutes_and_says_how_often_it_failed() -> None:
    flapping = after("xxx..xxx..xxx..xxx")
    assert claim(after("." * 10, flapping, first=18)).is_open

    over = after("." * 11, flapping, first=18)

    assert claim(over).state is State.RESOLVED
    assert claim(over).resolved_at == at(18)
    assert said(over)[-1] == "Well for 10 min. It failed 4 times within 18 min."
    # And what comes later begins to be counted anew.
    assert said(after("xxx", over, first=40)) == ["HTTP 503"]


def test_three_troubles_far_apart_are_three() -> None:
    state = ProbeState()
    for hour in range(3):
        state = after("xxx..", state, first=60 * hour)

    assert not state.flaps.is_flapping
    assert said(state) == ["HTTP 503"]


def test_in_a_maintenance_of_our_own_nothing_opens() -> None:
    state = ProbeState()
    for minute in range(5):
        state = advance(state, result("x", minute), RULE, (UPGRADE, at(60)))

    assert state.trouble is None
    assert (state.resting, state.rests_until) == ("Upgrade", at(60))
    assert claim(after("xxx", state, first=60)).started_at == at(60)


def test_what_is_open_when_a_maintenance_begins_neither_ends_nor_goes_on() -> None:
    state = after("xxx")
    for minute in range(3, 9):
        state = advance(state, result(".", minute), RULE, (UPGRADE, at(60)))
    resting = state
    state = after("..", state, first=9)

    assert claim(resting).is_open
    assert claim(state).resolved_at == at(9)


def test_a_probe_that_is_configured_no_more_ends_what_it_opened() -> None:
    assert claim(let_go(after("xxx"), at(30))).state is State.RESOLVED
    assert let_go(after("..."), at(30)) == after("...")


@pytest.mark.parametrize(
    ("results", "due", "now", "then"),
    [
        (".", 0, 0.01, 0.5),
        (".", 0, 0.4, 0.5),
        # What was missed is not made up for, and the pace is kept.
        (".", 0, 7.1, 7.5),
        ("x", 0, 0.01, 0.01 + 5 / 60),
        ("xxx", 0, 0.01, 0.5),
        ("xxx.", 0, 0.01, 0.01 + 5 / 60),
        ("xk", 0, 0.01, 0.5),
    ],
)
def test_it_is_checked_at_a_fixed_rate_and_soon_while_it_is_not_sure(
    results: str, due: float, now: float, then: float
) -> None:
    found = next_check(after(results), RULE, at(due), at(now))

    assert abs(found - at(then)) < timedelta(milliseconds=1)


@given(st.lists(st.sampled_from([".", "..", "....", "x", "xxx", "t", "ttt", "k", "s"]), max_size=40))
def test_to_tell_only_what_changed_tells_all_and_each_trouble_begins_and_ends_once(parts: list[str]) -> None:
    each, changed, state = Desk(), Desk(), ProbeState()
    for minute, sign in enumerate("." + "".join(parts)):
        after_it = advance(state, result(sign, minute), RULE, None)
        shown = snapshot_of(ACCUSING, after_it, RULE, at(minute))
        each.sees(shown, source=ACCUSING)
        if after_it.trouble != state.trouble or not minute:
            changed.sees(shown, source=ACCUSING)
        state = after_it

    assert each.timelines == changed.timelines
    for timeline in each.timelines.values():
        kinds = [entry.kind for entry in timeline]
        assert kinds.count(ChangeKind.OPENED) == 1
        # What fails again soon after its end is seen again, and ends again.
        assert kinds.count(ChangeKind.RESOLVED) <= 1 + kinds.count(ChangeKind.SEEN)
        assert not {ChangeKind.EDITED, ChangeKind.REOPENED, ChangeKind.WITHDRAWN} & {*kinds}
    assert len(each.open) == (state.trouble is not None and state.trouble.is_open)


def test_a_state_that_was_stored_goes_on_as_if_nothing_had_been() -> None:
    from bot.store import codec  # noqa: PLC0415  (the only test here that needs the store)

    def stored(state: ProbeState) -> ProbeState:
        return codec.PROBE.load(codec.PROBE.dump(state))

    results = "." * 40 + "xxx..xxxt..xxxttt" + "." * 12
    whole, in_parts = ProbeState(), ProbeState()
    for minute, sign in enumerate(results):
        whole = advance(whole, result(sign, minute), RULE, None)
        in_parts = stored(advance(stored(in_parts), result(sign, minute), RULE, None))

    assert in_parts == whole
    assert isinstance(in_parts.streak.since, datetime)
