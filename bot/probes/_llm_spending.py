"""What asking an LLM costs, and when it has cost enough for a day.  Pure."""

from __future__ import annotations

from dataclasses import dataclass

from bot.model import Spent
from bot.probes._results import Facts

_MILLION = 1_000_000
# Roles and marks around a prompt; measured, they are a dozen or two.
_AROUND = 64
_SMALL = 0.01


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

    def of(self, tokens_in: int, tokens_out: int) -> Spent:
        """Return what one check with so many tokens costs."""
        money = (tokens_in * (self.price_in or 0) + tokens_out * (self.price_out or 0)) / _MILLION
        return Spent(checks=1, tokens_in=tokens_in, tokens_out=tokens_out, money=money if self.are_known else 0.0)


def most(prices: Prices, sent: str, max_tokens: int) -> Spent:
    """Return the most that a check can cost: no token is shorter than a byte."""
    return prices.of(len(sent.encode()) + _AROUND, max_tokens)


def too_much(prices: Prices, spent: Spent, one: Spent) -> str:
    """Say that a check that may cost as much as `one` has to wait for another day; nothing if it has not."""
    if spent.checks >= prices.daily_checks:
        return f"not asked: {spent.checks} checks were made today, as many as daily_checks allows; on after 00:00 UTC"
    if prices.daily_limit is not None and spent.money + one.money > prices.daily_limit:
        return (
            f"not asked: {amount(spent.money)} of today's {amount(prices.daily_limit)} are spent, "
            f"and a check may cost {amount(one.money)}; on after 00:00 UTC"
        )
    return ""


def facts(prices: Prices, today: Spent, one: Spent | None, *, is_exact: bool) -> Facts:
    """Return what a check has cost, and the whole day."""
    about = "" if is_exact else "at most "
    told: Facts = ()
    if one is not None:
        told += (("tokens", f"{about}{one.tokens_in} in, {one.tokens_out} out"),)
    if not prices.are_known:
        return (*told, ("today", f"{today.checks} of {prices.daily_checks} checks"))
    if one is not None:
        told += (("cost", f"{about}{amount(one.money)}"),)
    limit = "" if prices.daily_limit is None else f" of {amount(prices.daily_limit)}"
    return (*told, ("spent today", f"{amount(today.money)}{limit}"))


def amount(money: float) -> str:
    """Write a sum, in cents and hundredths of them; smaller ones are not nothing either."""
    if 0 < money < _SMALL:
        return f"{money:.2g}"
    whole, _, parts = f"{money:.4f}".partition(".")
    return f"{whole}.{parts.rstrip('0').ljust(2, '0')}"
