"""Whether a chat is within reach: known by what came of the calls."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest

from bot.core.reach import Reach
from bot.errors import (
    Busy,
    MessageGone,
    NoAnswer,
    OutOfReach,
    PermanentFailure,
    SitrepError,
    TemporaryFailure,
    UnknownOutcome,
)

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Line:
    """A chat that is called, and the clock meanwhile."""

    def __init__(self) -> None:
        self.reach = Reach()
        self.at = NOON

    def calls(self, error: SitrepError | None = None) -> None:
        with suppress(SitrepError), self.reach.noting(lambda: self.at):
            if error is not None:
                raise error


@pytest.mark.parametrize("error", [NoAnswer("none"), OutOfReach("refused")])
def test_who_gets_no_answer_is_out_of_reach_until_one_comes(error: SitrepError) -> None:
    line = Line()
    line.calls(error)
    lost = line.reach.is_lost
    line.calls()

    assert lost
    assert not line.reach.is_lost


@pytest.mark.parametrize("error", [PermanentFailure("no access"), MessageGone("gone")])
def test_a_refusal_is_an_answer(error: SitrepError) -> None:
    line = Line()
    line.calls(NoAnswer("none"))
    line.calls(error)

    assert not line.reach.is_lost


@pytest.mark.parametrize("error", [Busy("wait"), TemporaryFailure("asleep"), UnknownOutcome("HTTP 500")])
def test_nothing_is_learnt_where_nobody_may_have_been_called(error: SitrepError) -> None:
    line = Line()
    line.calls(error)
    before = line.reach.is_lost
    line.calls(NoAnswer("none"))
    line.calls(error)

    assert not before
    assert line.reach.is_lost


def test_one_lost_answer_among_many_that_come_is_no_loss_of_reach() -> None:
    line = Line()
    with suppress(SitrepError), line.reach.noting(lambda: line.at):
        line.at += timedelta(seconds=1)
        line.calls()
        raise NoAnswer("none")

    assert not line.reach.is_lost


def test_one_call_in_ten_seconds_shows_whether_it_is_over() -> None:
    line = Line()
    line.calls(NoAnswer("none"))
    tries = [line.reach.may_try(NOON + timedelta(seconds=second)) for second in range(25)]

    assert [second for second, tried in enumerate(tries) if tried] == [10, 20]
