"""The two clocks of an incident in words: a few instants and lengths of time, each with a name, unknown ones too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.core import testimony
from bot.core.health import Gap
from bot.core.lanes import Clocks
from bot.core.message import Line, Moment, line
from bot.core.spans import duration
from bot.core.team import is_ours
from bot.core.witnesses import statements, testimonies
from bot.model import ChangeKind, Incident, Kind

_GAPS = 6


@dataclass(frozen=True, slots=True)
class Fact:
    """Something with a name."""

    name: str
    words: Line


def facts(incident: Incident, clocks: Clocks, now: datetime) -> tuple[Fact, ...]:
    """Return both clocks in words."""
    if incident.cause or incident.kind is Kind.MAINTENANCE:
        return tuple(_gaps(clocks))
    return (*_ours(incident, now), *_theirs(incident, now), *_lag(incident), *_gaps(clocks))


def _ours(incident: Incident, now: datetime) -> Iterator[Fact]:
    if incident.detected_at is None and not is_ours(incident):
        first = ", when we began to watch" if incident.was_open_at_first_look else ""
        yield Fact("We first read of it", line(Moment(incident.first_seen_at), first))
        if not testimonies(incident.claims):
            yield Fact("We saw it ourselves", line("No: no witness of ours tells of it"))
    since = incident.detected_at or incident.first_seen_at
    over = incident.resolved_at
    if over is None:
        yield Fact("By our clock", line(f"{duration(now - since)} so far, since ", Moment(since)))
    elif over > since:
        yield Fact("By our clock", line(f"{duration(over - since)}, ", Moment(since), " to ", Moment(over)))
    else:
        yield Fact("By our clock", line("It was over before we knew of it"))


def _theirs(incident: Incident, now: datetime) -> Iterator[Fact]:
    if is_ours(incident):
        return
    said, name = statements(incident.claims), f"By {incident.name}’s clock"
    began = incident.dated_from or incident.acknowledged_at
    if not said or began is None:
        silent = "It has posted nothing yet" if incident.is_open else "It never posted anything"
        shown = any(view.kind is Kind.COMPONENT for view in incident.claims)
        yield Fact(name, line(silent + ("; only its components show it" if shown else "")))
        return
    when = (" since " if incident.is_open else " from ", Moment(began))
    dated = ", as it dates it back," if testimony.dated_back(incident) else ""
    ends = [view.resolved_at for view in said if view.resolved_at]
    if not incident.is_open and any(not view.state.is_over for view in said):
        yield Fact(name, line("Since ", Moment(began), f"{dated}; it went on as part of another incident"))
    elif incident.ending is ChangeKind.WITHDRAWN and ends:
        gone = " it was no longer listed; how and when it ended is not known"
        yield Fact(name, line("Since ", Moment(began), f"{dated}; at ", Moment(max(ends)), gone))
    elif any(not view.state.is_over for view in said):
        yield Fact(name, line(f"{duration(now - began)} so far,", *when, dated.removesuffix(",")))
    elif ends:
        lasted = duration(max(ends) - began)
        yield Fact(name, line(f"{lasted}, ", Moment(began), f"{dated} to ", Moment(max(ends))))
    else:
        yield Fact(name, line("Since ", Moment(began), f"{dated} and when it ended it did not say"))


def _lag(incident: Incident) -> Iterator[Fact]:
    if testimony.lag(incident) is not None:
        yield Fact("Who was first", line(f"{incident.name} told of it {testimony.order(incident)}"))


def _gaps(clocks: Clocks) -> Iterator[Fact]:
    yield from _blind("Page not read", clocks.unread)
    yield from _blind("Probes not watching", clocks.unchecked)


def _blind(name: str, gaps: Sequence[Gap]) -> Iterator[Fact]:
    for gap in gaps[:_GAPS]:
        yield Fact(name, line(Moment(gap.began_at), " to ", Moment(gap.ended_at), f": {gap.reason}"))
    if len(gaps) > _GAPS:
        yield Fact(name, line(f"and {len(gaps) - _GAPS} more times"))
