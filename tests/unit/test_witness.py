"""When our own connection is gone nobody is accused; witnesses decide, and they have to have earned it."""

from __future__ import annotations

from bot.core.witness import NOT_WATCHING, Recent, Sight, all_fail, blinded, is_doubtful, looked
from bot.model import Fault, ProbeResult
from tests.unit.build import at

PROVEN = Sight(frozenset({"a", "b"}))


def recent(*signs: str, minute: float = 0) -> list[Recent]:
    """Return results of probes, each of another vendor: `x` failed as a lost connection does."""
    return [Recent(f"vendor-{number}", sign == "x", at(minute)) for number, sign in enumerate(signs)]


def test_a_witness_that_answers_proves_that_we_see() -> None:
    blind = Sight(frozenset({"a"}), at(0))

    assert looked(blind, {"a": False, "b": True}, at(1)) == PROVEN
    assert looked(Sight(), {"a": True, "b": False}, at(1), everything_fails=True) == Sight(frozenset({"a"}))


def test_if_none_answers_that_ever_did_we_are_blind_since_then() -> None:
    first = looked(PROVEN, {"a": False, "b": False}, at(1))

    assert first.blind_since == at(1)
    assert looked(first, {"a": False, "b": False}, at(9)).blind_since == at(1)


def test_a_witness_that_never_answered_proves_nothing() -> None:
    assert not looked(Sight(), {"a": False}, at(1)).is_blind
    assert not looked(PROVEN, {"c": False}, at(1)).is_blind
    assert looked(Sight(), {"a": False}, at(1), everything_fails=True).is_blind


def test_without_witnesses_it_is_us_if_everything_fails() -> None:
    assert looked(Sight(), {}, at(1), everything_fails=True).is_blind
    assert not looked(Sight(), {}, at(1)).is_blind


def test_who_does_not_answer_while_a_vendor_does_is_not_believed_any_more() -> None:
    blind = looked(PROVEN, {"a": False, "b": False}, at(1))

    after = looked(blind, {"a": False, "b": False}, at(2), reached=True)

    assert after == Sight()
    assert not looked(after, {"a": False, "b": False}, at(3)).is_blind


def test_everything_fails_if_several_do_of_several_vendors_and_none_passes() -> None:
    assert all_fail(recent("x", "x", "x"), at(0))
    assert not all_fail(recent("x", "x", "x", "."), at(0))
    assert not all_fail(recent("x", "x"), at(0))
    assert not all_fail([Recent("one", doubtful=True, at=at(0))] * 3, at(0))


def test_a_pass_before_and_a_failure_long_ago_say_nothing_of_now() -> None:
    assert all_fail([*recent("x", "x", "x", minute=1), *recent(".", minute=0)], at(1))
    assert not all_fail(recent("x", "x", "x", minute=0), at(5))


def test_an_answer_however_bad_came_over_our_connection() -> None:
    doubtful = {fault for fault in Fault if is_doubtful(ProbeResult(ok=False, at=at(0), fault=fault))}

    assert doubtful == {Fault.TIMEOUT, Fault.CONNECTION}
    assert is_doubtful(ProbeResult(ok=False, at=at(0)))
    assert not is_doubtful(ProbeResult(ok=True, at=at(0)))


def test_what_fails_while_we_are_blind_accuses_nobody() -> None:
    failed = blinded(ProbeResult(ok=False, at=at(0), reason="no answer within 10 s", fault=Fault.TIMEOUT))

    assert failed.is_ours
    assert failed.reason == NOT_WATCHING
