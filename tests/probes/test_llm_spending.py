"""What asking an LLM costs, and that nothing is sent when a day has cost enough."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.model import Ceiling, Fault, ProbeResult, Spent
from tests.probes.asking import asked as asked_by
from tests.probes.localllm import KEY, LLM, Refusal, serving
from tests.probes.world import SECOND, checked, mistake

PRICES: dict[str, Any] = {"price_in": 2.0, "price_out": 8.0}


async def asked(llm: LLM, spent: Spent | None = None, **keys: Any) -> ProbeResult:
    async with serving(llm):
        return await checked(
            "llm", llm.url, secrets={"K": KEY}, spent=spent, within=SECOND, model="tiny-1", key="${K}", **keys
        )


async def test_tokens_are_counted_without_a_price() -> None:
    result = await asked(LLM(usage=(13, 2)), Spent(checks=4))

    assert result.cost == Spent(checks=1, tokens_in=13, tokens_out=2)
    assert dict(result.facts)["tokens"] == "13 in, 2 out"
    assert result.ceiling == Ceiling(checks=5000)


async def test_with_prices_it_is_money() -> None:
    result = await asked(LLM(usage=(1000, 500)), Spent(checks=4, money=0.4), **PRICES, daily_limit=1.0)

    assert result.cost is not None
    assert result.cost.money == pytest.approx(0.006)
    assert dict(result.facts)["cost"] == "0.006"
    assert result.ceiling == Ceiling(checks=5000, money=1.0)


async def test_nothing_is_sent_when_todays_money_is_spent() -> None:
    llm = LLM()
    result = await asked(llm, Spent(checks=900, money=0.9999), **PRICES, daily_limit=1.0)

    assert llm.asked == []
    assert (result.ok, result.fault, result.is_ours, result.cost) == (False, Fault.BUDGET, True, None)
    assert result.reason == "its daily ceiling of 1.00 is reached; it checks again at 00:00 UTC"


async def test_nor_when_todays_checks_are_made() -> None:
    llm = LLM()
    result = await asked(llm, Spent(checks=30), daily_checks=30)

    assert llm.asked == []
    assert result.fault is Fault.BUDGET
    assert result.reason == "its daily ceiling of 30 checks is reached; it checks again at 00:00 UTC"


async def test_the_limit_is_never_passed_however_much_is_answered() -> None:
    llm, today, limit = LLM(usage=(90, 64)), Spent(), 0.005
    for _ in range(20):
        result = await asked(llm, today, **PRICES, daily_limit=limit)
        today += result.cost or Spent()

    assert 0 < len(llm.asked) < 20
    assert today.money <= limit


@pytest.mark.parametrize(
    "llm",
    [LLM(usage=None), LLM(stalls_after=1), LLM(breaks_after=1), LLM(finish=None)],
    ids=["no usage", "stalled", "broke off", "no end"],
)
async def test_what_is_not_told_is_counted_as_much_as_it_can_be(llm: LLM) -> None:
    result = await asked(llm, **PRICES)

    assert result.cost is not None
    assert result.cost.tokens_out == 64
    assert dict(result.facts)["tokens"].startswith("at most ")
    assert dict(result.facts)["cost"].startswith("at most ")


async def test_a_refusal_costs_nothing() -> None:
    assert (await asked(LLM(refusal=Refusal(503)), **PRICES)).cost is None


async def test_who_is_left_waiting_may_be_charged() -> None:
    result = await asked(LLM(stalls_after=0), **PRICES)

    assert result.fault is Fault.TIMEOUT
    assert result.cost is not None


def test_what_is_spent_adds_up() -> None:
    one = Spent(checks=1, tokens_in=2, tokens_out=3, money=0.5)

    assert one + one == Spent(checks=2, tokens_in=4, tokens_out=6, money=1.0)


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({}, 'model is missing; write for example model = "gpt-5-nano"'),
        (
            {"model": "m", "daily_limit": 1},
            "daily_limit needs price_in and price_out; without, daily_checks is the limit",
        ),
        ({"model": "m", "price_in": 1}, "price_in and price_out go together; write both"),
        (
            {"model": "m", **PRICES, "daily_limit": 0.0001},
            "daily_limit does not pay for one check, which may cost 0.0007",
        ),
        (
            {"model": "m", "max_tokens": 8, "tokens_per_second_above": 5},
            "tokens_per_second_above needs a longer answer; write max_tokens = 32 or more",
        ),
        ({"model": "m", "text": "$.a"}, 'text goes only with api = "generic"'),
        ({"api": "generic", "text": "$.a"}, 'api = "generic" needs body and text'),
        (
            {"model": "m", "key": "abc"},
            "holds a secret; write it as ${NAME}, and set NAME in the environment or .env",
        ),
    ],
)
def test_mistakes_are_said_in_one_line(keys: dict[str, Any], said: str) -> None:
    assert mistake("llm", **keys) == said


def test_what_else_is_sent_must_be_json() -> None:
    assert mistake("llm", model="m", extra={"since": datetime(2026, 3, 1, tzinfo=UTC)}).startswith(
        "holds what JSON does not know"
    )


@pytest.mark.parametrize("number", [-1, True, 10**400, "13"], ids=["negative", "true", "endless", "text"])
async def test_a_number_of_tokens_that_can_be_none_is_not_believed(number: Any) -> None:
    for api in ("openai", "generic"):
        result = await asked_by(LLM(usage=(number, number)), api, **PRICES)

        assert result.cost is not None
        assert result.cost.tokens_out == 64
        assert result.cost.money > 0
        assert dict(result.facts)["cost"].startswith("at most ")


async def test_what_else_is_sent_counts_too() -> None:
    result = await asked(LLM(usage=None), **PRICES, extra={"messages": [{"role": "user", "content": "x" * 9000}]})

    assert result.cost is not None
    assert result.cost.tokens_in > 9000


async def test_a_larger_limit_in_the_body_counts() -> None:
    result = await asked(LLM(usage=None), **PRICES, extra={"max_completion_tokens": 900})

    assert result.cost is not None
    assert result.cost.tokens_out == 900
