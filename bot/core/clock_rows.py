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
from bot.core.wording import ending
from bot.model import Incident, Kind

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
    if incident.detected_at is not None:
        yield Fact("We saw it", line(Moment(incident.detected_at)))
    elif is_ours(incident):
        yield Fact("Declared", line(Moment(incident.first_seen_at)))
    else:
        why = ", when we began to watch" if incident.was_open_at_first_look else ""
        yield Fact("We first read of it", line(Moment(incident.first_seen_at), why))
        if not testimonies(incident.claims):
            yield Fact("We saw it ourselves", line("No: no witness of ours tells of it"))
    since = incident.detected_at or incident.first_seen_at
    if incident.resolved_at is None:
        yield Fact("Going on, by our clock", line(duration(now - since)))
    elif incident.resolved_at > since:
        ends = (f"{duration(incident.resolved_at - since)}, to ", Moment(incident.resolved_at))
        yield Fact(f"{ending(incident)}, by our clock", line("After ", *ends))


def _theirs(incident: Incident, now: datetime) -> Iterator[Fact]:
    if is_ours(incident):
        return
    said = statements(incident.claims)
    if not said:
        silent = "Not yet" if incident.is_open else "Never: nothing was posted"
        shown = any(view.kind is Kind.COMPONENT for view in incident.claims)
        only = "; only the state of components on its page shows it" if shown else ""
        yield Fact(f"{incident.name} wrote of it", line(silent + only))
        return
    if incident.acknowledged_at is not None:
        yield Fact(f"{incident.name} wrote of it", line(Moment(incident.acknowledged_at)))
    began = incident.dated_from or incident.acknowledged_at
    if incident.dated_from is not None:
        yield Fact(f"{incident.name} dates it from", line(Moment(incident.dated_from)))
    ends = [view.resolved_at for view in said if view.resolved_at]
    if any(not view.state.is_over for view in said) or not ends:
        lasting = f" for {duration(now - began)}" if began and incident.is_open else ""
        yield Fact(f"{incident.name} called it over", line(f"Not yet; going on{lasting} by its clock"))
    elif began is not None:
        yield Fact(
            f"{incident.name} called it over", line(Moment(max(ends)), f", {duration(max(ends) - began)} by its clock")
        )


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
