"""How probes stand, for `/status`: pure, from what is remembered of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.core import baseline, spending
from bot.core.health import Health
from bot.core.message import Moment, Span, Tone
from bot.core.probing import ProbeState
from bot.core.spending import Day
from bot.model import Ceiling, Source

_NAMED = 5
_FLAPS, _FAILS = "is flapping since", "fails since"
_TELLS = frozenset({_FLAPS, _FAILS})


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeView:
    """One probe: what is the matter with it, since when (or until when), and why; nothing if it passes.

    If its checks cost something, `day` is what they cost on the last day that they did, and `ceiling` what they may.
    """

    name: str
    matter: str = ""
    moment: datetime | None = None
    why: str = ""
    checked_at: datetime | None = None
    usual: float | None = None
    day: Day | None = None
    ceiling: Ceiling | None = None
    component: str = ""

    @property
    def can_tell(self) -> bool:
        """Whether it knows how it is with what it checks, well or not."""
        return self.passes or self.matter in _TELLS

    @property
    def passes(self) -> bool:
        """Whether it was checked, and nothing is the matter."""
        return not self.matter


def probe_view(source: Source, health: Health, state: ProbeState, day: Day | None = None) -> ProbeView:
    """Return how a probe stands; one that can not tell anything does not pass."""
    trouble = state.trouble if state.trouble and state.trouble.is_open else None
    matter, moment, why = "", None, ""
    if health.is_stale and spending.is_reached(health.failure):
        matter, why = "does not check", health.failure
    elif health.is_stale:
        matter, moment, why = _unsure(health.failure), health.failing_since, _reason(health.failure)
    elif state.resting:
        matter, moment = f"is in maintenance (“{state.resting}”) until", state.rests_until
    elif trouble is not None:
        matter = _FLAPS if state.flaps.is_flapping else _FAILS
        moment, why = trouble.since, trouble.evidence
    elif health.last_look is None:
        matter = "is not checked yet"
    usual = state.usual.quantile(0.5)
    return ProbeView(
        name=source.name,
        component=next(iter(source.components), ""),
        matter=matter,
        moment=moment,
        why=why,
        checked_at=health.last_look,
        usual=usual,
        day=day,
        ceiling=state.last.ceiling if state.last else None,
    )


def tone(view: ProbeView) -> Tone:
    """Return how a probe looks: what can not tell is neither well nor unwell."""
    if view.passes:
        return Tone.RESOLVED
    return Tone.MINOR if view.matter in _TELLS else Tone.NOTICE


def _unsure(failure: str) -> str:
    return "does not watch since" if failure.startswith("not watching") else "can not tell since"


def _reason(failure: str) -> str:
    return failure.partition(": ")[2] or failure


def summary(views: Sequence[ProbeView], now: datetime) -> tuple[Span, ...]:
    """Return in one line how a vendor's probes stand, and what they cost today; nothing if it has none."""
    if not views:
        return ()
    unwell = [view for view in views if not view.passes]
    # Of some that fail how many do is the news; where others can not tell, how many pass is all that is sure.
    all_fail = bool(unwell) and all(view.matter in _TELLS for view in unwell)
    count = f"{len(unwell)} of {len(views)} fail" if all_fail else f"{len(views) - len(unwell)} of {len(views)} pass"
    spans: list[Span] = [f"Probes: {count}"]
    for view in unwell[:_NAMED]:
        spans += ["; ", view.name, " ", *_matter(view)]
    more = len(unwell) - _NAMED
    spans += [f"; and {more} more do not"] if more > 0 else []
    costs = [(view.name, said) for view in views if (said := today(view, now))]
    spans += [f"; {name} today: {said}" for name, said in costs[:_NAMED]]
    return tuple(spans)


def alone(view: ProbeView, now: datetime) -> tuple[Span, ...]:
    """Return in one line how a probe stands that stands for itself."""
    said = today(view, now)
    costs: tuple[Span, ...] = (f"; today: {said}",) if said else ()
    if view.passes:
        return (f"Passes, usually in {baseline.seconds(view.usual)}" if view.usual else "Passes", *costs)
    first, *rest = _matter(view)
    return (f"{str(first)[:1].upper()}{str(first)[1:]}", *rest, *costs)


def today(view: ProbeView, now: datetime) -> str:
    """Return what a probe's checks have cost today; nothing if they do not cost anything."""
    if view.ceiling is None or view.day is None:
        return ""
    return spending.so_far(view.day.at(now), view.ceiling)


def _matter(view: ProbeView) -> tuple[Span, ...]:
    when: tuple[Span, ...] = (" ", Moment(view.moment)) if view.moment else ()
    return (view.matter, *when, f": {view.why}") if view.why else (view.matter, *when)
