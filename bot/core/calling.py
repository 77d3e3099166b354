"""How those who call in stand, for `/status`: jobs with their heartbeats, and hooks.  Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.core.heartbeat import Condition, Standing
from bot.core.message import Line, Moment, Span, line

_WELL = frozenset({Condition.WELL, Condition.RUNNING})
_MOST = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerView:
    """One who calls in: whose trouble it would tell of (of nobody's but ours without `vendor`), and how it stands."""

    name: str
    vendor: str | None
    condition: str
    words: tuple[Span, ...]
    is_well: bool = True


def of_job(name: str, vendor: str | None, standing: Standing) -> CallerView:
    """Return how a job stands; what it sent along is in the incident, and not repeated."""
    words = standing.words.partition("\n")[0]
    well = standing.condition in _WELL
    return CallerView(name=name, vendor=vendor, condition=standing.condition.value, words=(words,), is_well=well)


def of_hook(name: str, vendor: str | None, heard_at: datetime | None) -> CallerView:
    """Return when a hook was last heard of.  It is silent while all is well, so that says nothing more."""
    words: tuple[Span, ...] = ("last heard of ", Moment(heard_at)) if heard_at else ("not heard of yet",)
    return CallerView(name=name, vendor=vendor, condition="hook", words=words)


def lines(views: Sequence[CallerView]) -> list[Line]:
    """Return a line for each, and at the end how many more there are."""
    shown = [line(f"{view.name}: ", *view.words) for view in views[:_MOST]]
    return [*shown, line(f"and {len(views) - _MOST} more that call in")] if len(views) > _MOST else shown


def overall(views: Sequence[CallerView]) -> list[Line]:
    """Return what is shown of them beside everything else: hooks, and the jobs that are not well; these first."""
    jobs = [view for view in views if not view.is_well]
    return lines([*jobs, *(view for view in views if view.condition == "hook")])


def concerning(views: Sequence[CallerView], vendors: Collection[str]) -> list[CallerView]:
    """Return those that tell of some vendors."""
    return [view for view in views if view.vendor in vendors]
