"""What asking an LLM costs.  Pure."""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.spending import amount
from bot.model import Ceiling, Spent
from bot.probes._results import Facts

_MILLION = 1_000_000
# A generous guess at the roles and marks around a prompt: OpenAI's own recipe counts seven tokens for one message.
# https://cookbook.openai.com/examples/how_to_count_tokens_with_tiktoken
_AROUND = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """Prices of a million tokens, and what a day may cost, in one money or in checks."""

    price_in: float | None
    price_out: float | None
    daily_limit: float | None
    daily_checks: int

    @property
    def are_known(self) -> bool:
        """Whether tokens can be turned into money."""
        return self.price_in is not None and self.price_out is not None

    @property
    def ceiling(self) -> Ceiling:
        """What a day may cost."""
        return Ceiling(checks=self.daily_checks, money=self.daily_limit)

    def of(self, tokens_in: int, tokens_out: int) -> Spent:
        """Return what one check with so many tokens costs."""
        money = (tokens_in * (self.price_in or 0) + tokens_out * (self.price_out or 0)) / _MILLION
        return Spent(checks=1, tokens_in=tokens_in, tokens_out=tokens_out, money=money if self.are_known else 0.0)


def most(prices: Prices, sent: str, max_tokens: int) -> Spent:
    """Return the most that a check can cost: no token is shorter than a byte."""
    return prices.of(len(sent.encode()) + _AROUND, max_tokens)


def facts(prices: Prices, one: Spent | None, *, is_exact: bool) -> Facts:
    """Return what a check has cost."""
    if one is None:
        return ()
    about = "" if is_exact else "at most "
    tokens = ("tokens", f"{about}{one.tokens_in} in, {one.tokens_out} out")
    return (tokens, ("cost", f"{about}{amount(one.money)}")) if prices.are_known else (tokens,)
