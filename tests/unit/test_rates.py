"""When the error rate of a gateway is a trouble, and when it is over."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from bot.core import rates
from bot.core.hooks import Hook, Report
from bot.model import ChangeKind, State
from tests.unit.witness import Told, at

GATEWAY = Hook(name="gateway", type="rates")


def report(failures: int, calls: int = 1200, *, minute: float = 0) -> Report:
    return Report(
        vendor="openai",
        component="Chat Completions",
        host="api.openai.com",
        window=timedelta(minutes=1),
        calls=calls,
        failures=failures,
        at=at(minute),
    )


class Gateway(Told):
    def hears(self, one: Report, hook: Hook = GATEWAY) -> tuple[ChangeKind, ...]:
        return self.take(rates.snapshot_of(self.source, one, one.at), partial(rates.heard, hook, one))


@pytest.mark.parametrize(
    ("failures", "calls", "failing", "verdict"),
    [
        (240, 1200, False, True),
        (239, 1200, False, False),
        (61, 1200, True, True),
        (60, 1200, True, False),
        (100, 1200, True, True),
        (100, 1200, False, False),
        (19, 19, False, None),
        (19, 19, True, None),
        (20, 20, False, True),
        (0, 0, True, None),
    ],
)
def test_it_opens_above_one_threshold_and_closes_below_another(
    *, failures: int, calls: int, failing: bool, verdict: bool | None
) -> None:
    assert rates.verdict(report(failures, calls), GATEWAY, failing=failing) is verdict


def test_no_calls_say_nothing_even_if_none_are_asked_for() -> None:
    assert rates.verdict(report(0, 0), replace(GATEWAY, min_calls=0), failing=True) is None


@pytest.mark.parametrize(
    ("failures", "calls", "words"),
    [
        (456, 1200, "38 % of 1,200 calls to api.openai.com fail"),
        (1199, 1200, "99 % of 1,200 calls to api.openai.com fail"),
        (1200, 1200, "100 % of 1,200 calls to api.openai.com fail"),
        (1, 1200, "under 1 % of 1,200 calls to api.openai.com fail"),
        (0, 1200, "0 % of 1,200 calls to api.openai.com fail"),
    ],
)
def test_what_it_counts_is_never_rounded_to_all_or_none(failures: int, calls: int, words: str) -> None:
    assert rates.evidence(report(failures, calls)) == words


def test_it_begins_with_the_window_and_goes_on_without_a_word() -> None:
    gateway = Gateway()

    assert gateway.hears(report(456)) == (ChangeKind.OPENED, ChangeKind.UPDATED)
    assert gateway.hears(report(590, minute=1)) == ()
    assert gateway.hears(report(100, minute=2)) == ()
    (claim,) = gateway.open
    assert claim.started_at == at(-1)
    assert claim.state is State.SUSPECTED
    assert claim.evidence == "38 % of 1,200 calls to api.openai.com fail"
    assert gateway.words == ["38 % of 1,200 calls to api.openai.com fail."]


def test_that_it_becomes_much_worse_is_told_once_each() -> None:
    gateway = Gateway()
    gateway.hears(report(456))

    assert gateway.hears(report(700, minute=1)) == (ChangeKind.UPDATED,)
    assert gateway.hears(report(500, minute=2)) == ()
    assert gateway.hears(report(720, minute=3)) == ()
    assert gateway.hears(report(1200, minute=4)) == (ChangeKind.UPDATED,)
    assert gateway.hears(report(700, minute=5)) == ()
    assert gateway.open[0].evidence == "100 % of 1,200 calls to api.openai.com fail"


def test_what_begins_as_bad_as_can_be_becomes_no_worse() -> None:
    gateway = Gateway()
    gateway.hears(report(1200))

    assert gateway.hears(report(700, minute=1)) == ()
    assert gateway.hears(report(1200, minute=2)) == ()


def test_it_is_over_when_calls_succeed_again() -> None:
    gateway = Gateway()
    gateway.hears(report(456))

    assert gateway.hears(report(12, minute=5)) == (ChangeKind.RESOLVED,)
    assert gateway.words[-1] == "Calls succeed again: 1 % of 1,200 calls to api.openai.com fail."
    assert gateway.hears(report(12, minute=6)) == ()


def test_too_few_calls_end_nothing() -> None:
    gateway = Gateway()
    gateway.hears(report(456))

    assert gateway.hears(report(0, 3, minute=5)) == ()
    assert len(gateway.open) == 1


def test_it_fails_again_later_as_a_new_trouble() -> None:
    gateway = Gateway()
    gateway.hears(report(456))
    gateway.hears(report(0, minute=5))

    assert gateway.hears(report(900, minute=30)) == (ChangeKind.OPENED, ChangeKind.UPDATED)


def test_components_are_counted_apart() -> None:
    gateway = Gateway()
    gateway.hears(report(456))

    gateway.hears(replace(report(456, minute=1), component="Embeddings"))
    gateway.hears(report(0, minute=2))

    assert [claim.title for claim in gateway.open] == ["Embeddings is failing"]


def test_parts_whose_long_names_begin_alike_are_two() -> None:
    europe, america = (
        replace(report(600), component=f"Chat Completions streaming, {where}") for where in ("Europe", "America")
    )

    assert rates.series(europe) != rates.series(america)
    assert rates.series(europe) == rates.series(replace(europe, component="CHAT COMPLETIONS STREAMING, EUROPE"))
    assert len(rates.series(europe)) <= len("rates-") + 20
