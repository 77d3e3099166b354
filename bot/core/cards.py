"""What to do instead: whom an incident touches here, what their plan is, and who has switched over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bot.core import routing
from bot.core.lines import by_bot
from bot.core.message import Line, Link, Moment, Quote, Span, heading, line
from bot.core.rules import Service
from bot.model import (
    Card,
    ChangeKind,
    Confidence,
    Fallback,
    Incident,
    Kind,
    State,
    TimelineEntry,
    Transition,
)

_SHOWN = 8
_LIKELY = frozenset({Confidence.MEDIUM, Confidence.HIGH, Confidence.CONFIRMED})
NOT_TOLD = "can not be told"


def with_services(incident: Incident, services: Iterable[Service]) -> Incident:
    """Return an incident with what the configuration says of whom it touches."""
    touched = tuple(service for service in services if routing.depends(service, incident))
    return replace(incident, services=tuple(one.name for one in routing.ours(touched)), cards=tuple(map(card, touched)))


def card(service: Service) -> Card:
    """Return what is to be shown of a service."""
    return Card(
        name=service.name,
        owner=service.owner,
        runbook=service.runbook,
        fallback=service.fallback_name or service.fallback_vendor,
        stand_in=service.fallback_vendor,
        steps=service.fallback_steps,
    )


def touched(incident: Incident) -> list[Line]:
    """Return which services of our own suffer with it, whose they are, and where it is written what to do."""
    owners = {one.name: one.owner for one in incident.cards if one.owner}
    names = [f"{name} (owner {owners[name]})" if name in owners else name for name in incident.services]
    more = len(names) - _SHOWN
    shown = ", ".join(names[:_SHOWN]) + (f", {more} more" if more > 0 else "")
    return [*([line(_affects(incident), shown)] if names else []), *_runbooks(incident.cards)]


def _affects(incident: Incident) -> str:
    """What only we suspect may affect us; what is only planned, or was called off, does not yet."""
    if incident.kind is Kind.SUSPECTED:
        return "May affect us: " if incident.is_open else "May have affected us: "
    if incident.state is State.SCHEDULED:
        return "Will affect us: "
    starts, over = incident.starts_at, incident.resolved_at
    if starts is not None and over is not None and over < starts:
        return "Would have affected us: "
    return "Affects us: " if incident.is_open else "Affected us: "


def _runbooks(cards: Sequence[Card]) -> list[Line]:
    found = [Link(one.name, one.runbook) for one in cards if one.runbook][:_SHOWN]
    spans: list[Span] = []
    for one in found:
        spans += [", ", one] if spans else [one]
    return [line("Runbook: ", *spans)] if spans else []


def standing(incident: Incident) -> list[Line]:
    """Return who has switched over, and back; what is still switched over is shown also when it is over."""
    lines = []
    for one in incident.fallbacks:
        whose = f" ({one.card})" if one.card else ""
        spans: list[Span] = [f"Fallback activated by {one.name} at ", Moment(one.at), whose]
        if one.back_at is not None:
            spans += ["; back to normal at ", Moment(one.back_at), f" ({one.back_by})"]
        elif not incident.is_open:
            spans.append("; not back to normal yet")
        lines.append(line(*spans))
    return lines[-_SHOWN:]


def meant(incident: Incident, query: str = "") -> tuple[str, ...]:
    """Return the names of the cards that somebody may switch: the one they name, else all that have a plan.

    Where nothing is planned people may switch over all the same: then it is of no card.
    """
    if query:
        return (query,)
    return tuple(one.name for one in incident.cards if one.has_plan) or ("",)


def current(incident: Incident, name: str) -> Fallback | None:
    """Return the fallback that is active for a card."""
    return next((one for one in incident.fallbacks if one.card == name and one.back_at is None), None)


def is_active(incident: Incident) -> bool:
    """Whether anything is switched over."""
    return any(one.back_at is None for one in incident.fallbacks)


def switch(entry: TimelineEntry, incident: Incident, names: Iterable[str]) -> TimelineEntry:
    """Return the entry of somebody who has switched these cards, on or off."""
    to = {one.name: one.fallback or "" for one in incident.cards}
    return replace(entry, transitions=tuple(Transition(name, "", to.get(name, "")) for name in names))


def switched(fallbacks: tuple[Fallback, ...], entry: TimelineEntry) -> tuple[Fallback, ...]:
    """Return who has switched over after one more entry says so."""
    names = {one.subject for one in entry.transitions}
    if entry.kind is ChangeKind.FALLBACK_OFF:
        return tuple(
            replace(f, back_by=entry.author, back_at=entry.happened_at) if f.card in names and f.back_at is None else f
            for f in fallbacks
        )
    new = (Fallback(card=one.subject, name=entry.author, at=entry.happened_at) for one in entry.transitions)
    return (*fallbacks, *new)


def activated(entry: TimelineEntry, incident: Incident) -> tuple[str, list[Line | Quote]]:
    """Say who has switched over, and what runs on what."""
    del incident
    said = [f"{t.subject} → {t.after}" if t.after else t.subject for t in entry.transitions if t.subject]
    return f"Fallback activated by {entry.author}", [line(", ".join(said))] if said else []


def deactivated(entry: TimelineEntry, incident: Incident) -> tuple[str, list[Line | Quote]]:
    """Say who has switched back, and how long it took."""
    del incident
    said = [t.subject for t in entry.transitions if t.subject]
    return f"Back to normal, says {entry.author}", [line(", ".join(said))] if said else []


def is_owed(incident: Incident) -> bool:
    """Whether the thread is to be given the plans: once, as soon as the trouble is likely or the vendor shows it."""
    if incident.carded_at is not None or not incident.is_open or not any(one.has_plan for one in incident.cards):
        return False
    if incident.kind is Kind.SUSPECTED or incident.state is State.SUSPECTED:
        return incident.evidence is not None and incident.evidence.confidence in _LIKELY
    return incident.kind in {Kind.INCIDENT, Kind.COMPONENT}


def handed_out(incident: Incident, conditions: Mapping[str, str], now: datetime) -> TimelineEntry | None:
    """Return the entry that gives the thread the plans; `conditions` says how each that can stand in is `now`."""
    if not is_owed(incident):
        return None
    planned = [one for one in incident.cards if one.has_plan]
    return replace(
        by_bot(incident, ChangeKind.CARD, now),
        transitions=tuple(Transition(one.name, "", conditions.get(one.stand_in or "", "")) for one in planned),
    )


def told(entry: TimelineEntry, incident: Incident) -> tuple[str, list[Line | Quote]]:
    """Say what to do instead, for each whom it touches."""
    conditions = {one.subject: one.after for one in entry.transitions}
    parts: list[Line | Quote] = []
    for one in incident.cards:
        if one.name in conditions:
            parts += plan(one, conditions[one.name], entry.happened_at)
    return "What to do instead", parts


def plan(one: Card, condition: str, at: datetime) -> list[Line]:
    """Return a card: whose it is, what to do instead, and the runbook."""
    owner = f" · owner {one.owner}" if one.owner else ""
    runbook = [line(Link("Runbook", one.runbook))] if one.runbook else []
    return [heading(f"{one.name}{owner}", level=2), *instead(one, condition, at), *runbook]


def instead(one: Card, condition: str, at: datetime) -> list[Line]:
    """Return who can stand in, and how that one is `at` a time, and the steps."""
    rows = [line(f"{number}. {step}") for number, step in enumerate(one.steps, 1)]
    if not one.fallback:
        return rows
    return [line(f"Fallback: {one.fallback} · {condition or NOT_TOLD}, as of ", Moment(at)), *rows]


def plans(incident: Incident, conditions: Mapping[str, str], now: datetime) -> list[Line]:
    """Return all plans there are for whom an incident touches, with how each that can stand in is `now`."""
    found = [one for one in incident.cards if one.has_plan]
    return [row for one in found for row in plan(one, conditions.get(one.stand_in or "", ""), now)]
