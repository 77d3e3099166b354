"""What a pager is to be told, and when nobody is rung."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.paging import Move, Told, Urgency, Wanted, after, alert_of, moves, variable_of

URGENCIES = st.one_of(st.none(), st.sampled_from(Urgency))
WANTED = st.builds(Wanted, URGENCIES, st.booleans(), st.booleans(), st.booleans())


def told_after(wants: list[Wanted]) -> tuple[Told | None, list[Move]]:
    told: Told | None = None
    done: list[Move] = []
    for want in wants:
        todo = moves(told, want)
        told = after(told, want, todo)
        done += todo
    return told, done


@given(st.lists(WANTED, max_size=8), WANTED)
def test_what_was_told_once_is_not_told_again(before: list[Wanted], want: Wanted) -> None:
    told, _ = told_after([*before, want])

    assert set(moves(told, want)) <= {Move.RESOLVE}


@given(st.lists(WANTED, max_size=8))
def test_nobody_is_rung_for_what_gets_no_worse(wants: list[Wanted]) -> None:
    told: Told | None = None
    for want in wants:
        todo = moves(told, want)
        if told is not None and want.urgency is not None and want.urgency <= told.urgency:
            assert Move.TRIGGER not in todo
        told = after(told, want, todo)


@given(st.lists(WANTED, max_size=8))
def test_whatever_was_rung_is_resolved_when_it_is_over(wants: list[Wanted]) -> None:
    told, _ = told_after([*wants, Wanted(None, is_over=True)])

    assert told is None
    assert moves(None, Wanted(None, is_over=True)) == (Move.RESOLVE,)


@given(st.lists(WANTED, max_size=8))
def test_nothing_is_acknowledged_before_it_was_rung(wants: list[Wanted]) -> None:
    _, done = told_after(wants)

    open_here = False
    for move in done:
        open_here = {Move.TRIGGER: True, Move.RESOLVE: False}.get(move, open_here)
        assert open_here or move is Move.RESOLVE


@given(st.lists(WANTED, max_size=8), WANTED)
def test_what_is_kept_can_be_read_again(before: list[Wanted], want: Wanted) -> None:
    told, _ = told_after([*before, want])

    assert told is None or Told.load(told.dump()) == told


@pytest.mark.parametrize(
    ("key", "alert"),
    [
        ("acme-1/pagerduty:platform/0/root", "acme-1:pagerduty:platform"),
        ("acme-1/pagerduty:platform/3/root", "acme-1:pagerduty:platform"),
        ("acme-1/pagerduty:platform/0/2-10", "acme-1:pagerduty:platform"),
        ("acme-1/pagerduty/0/edit-00ff", "acme-1:pagerduty"),
        ("acme-1/slack:T1/C2/0/7", "acme-1:slack:T1:C2"),
    ],
)
def test_an_alert_is_called_the_same_in_every_step_and_after_every_root(key: str, alert: str) -> None:
    assert alert_of(key) == alert


@given(st.text())
def test_an_alert_has_a_name_that_pagers_take(incident: str) -> None:
    name = alert_of(f"{incident}/pagerduty/0/root")

    assert 1 <= len(name) <= 255
    assert name.isascii()
    assert name.isprintable()
    assert "/" not in name


@pytest.mark.parametrize(
    ("address", "variable"),
    [("", "WEBHOOK_URL"), ("ops", "WEBHOOK_URL_OPS"), ("night-shift", "WEBHOOK_URL_NIGHT_SHIFT")],
)
def test_a_variable_is_named_after_its_address(address: str, variable: str) -> None:
    assert variable_of("WEBHOOK_URL", address) == variable
