"""The team's own incidents: what somebody here declares, and how the team says that it goes on.

What the team has declared is a claim like a vendor's, made by persons: the incident is the fold of its entries, and
each of them has its author.  No machine joins it to anything; a person may.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bot.core import cards, routing
from bot.core.actions import SAME_PRESS
from bot.core.fold import advance
from bot.core.lines import by_person
from bot.core.mentions import Callers, with_calls
from bot.core.people import is_hushed
from bot.core.rota import NOBODY, Rotas
from bot.core.rules import Route, Service
from bot.core.slugs import slug
from bot.core.team import FOLLOWED, FOLLOWS, NAME, VENDOR, declared
from bot.core.wording import headline
from bot.model import (
    Asked,
    ChangeKind,
    ClaimView,
    Destination,
    Impact,
    Incident,
    Kind,
    SourceKind,
    State,
    TimelineEntry,
    Transition,
)

# Nobody has said how bad it is: then nobody is woken by accident.
USUAL = Impact.MINOR
_STEM = 40


@dataclass(frozen=True, slots=True)
class Terms:
    """What the configuration says: who is told, whom that calls, and for how long what is over may go on again."""

    routes: tuple[Route, ...] = ()
    services: tuple[Service, ...] = ()
    rotas: Rotas = NOBODY
    reopen_within: timedelta = timedelta(hours=24)

    def where(self, incident: Incident) -> Sequence[Destination]:
        """Return where an incident is told."""
        return routing.choose(incident, self.routes, self.services).destinations


class Verdict(StrEnum):
    """What came of it; all but DONE leave everything as it was.

    ALREADY: it is so already, or this very person has said it before.  DECLARED: somebody else has just declared the
    same.  EMPTY: nothing was said.  FOREIGN: it is not the team's own, or others see it still.  OVER: it is over, and
    has to be opened again first.  LATE: it is over for too long.
    """

    DONE = "done"
    ALREADY = "already"
    DECLARED = "declared"
    EMPTY = "empty"
    FOREIGN = "foreign"
    OVER = "over"
    LATE = "late"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of it, the incident after it, new entries oldest first, and where it is told.

    `old` is the one that a new one follows, as it is after that was said there.
    """

    verdict: Verdict
    incident: Incident
    entries: tuple[TimelineEntry, ...] = ()
    where: tuple[Destination, ...] = ()
    old: Incident | None = None


@dataclass(slots=True)
class Course:
    """An incident as somebody moves it on: the entries that they have added so far."""

    incident: Incident
    asked: Asked
    now: datetime
    entries: list[TimelineEntry] = field(default_factory=list[TimelineEntry])

    def says(self, kind: ChangeKind, view: ClaimView | None, *changes: Transition, **more: object) -> None:
        """Add what somebody has said or done, with the claim as it is after it."""
        entry = replace(
            by_person(self.incident, kind, self.asked, self.now),
            transitions=changes,
            claim=view,
            **more,  # type: ignore[arg-type]  # further parts of an entry
        )
        after = advance(self.incident, entry)
        hushed = is_hushed(self.incident, after, entry)
        self.entries.append(replace(entry, state=after.state, impact=after.impact, hushed=hushed))
        self.incident = after

    def told(self, before: Incident | None, terms: Terms) -> Outcome:
        """Return what was said, with those who are called by it."""
        incident = cards.with_services(self.incident, terms.services)
        callers = Callers(terms.where, terms.routes, terms.services, terms.rotas)
        incident, entries = with_calls(before, incident, self.entries, callers, self.now)
        return Outcome(verdict=Verdict.DONE, incident=incident, entries=entries, where=tuple(terms.where(incident)))


def declare(asked: Asked, around: Sequence[Incident], old: Incident | None, terms: Terms, now: datetime) -> Outcome:
    """Return the incident that somebody declares; `around` are the team's others, and `old` the one that it follows.

    The same said twice within a minute is said once; what somebody else has declared already is not declared again.
    """
    title = asked.command.title
    for one in around:
        verdict = _is_there(one, asked, now)
        if verdict is not None:
            return Outcome(verdict=verdict, incident=one)
    course = Course(_beginning(asked, {one.id for one in around}, now), asked, now)
    view = _view(course.incident.id, asked, now)
    # The root stands for the first entry; who has declared it, and in which words, is the first line of the thread.
    course.says(ChangeKind.OPENED, view, quiet=True)
    follows = (Transition(FOLLOWS, old.id, headline(old)),) if old is not None else ()
    course.says(ChangeKind.DECLARED, view, *follows, text=asked.command.text.strip())
    outcome = course.told(None, terms)
    if old is None:
        return outcome
    there = Course(old, asked, now)
    there.says(ChangeKind.LINKED, None, Transition(FOLLOWED, outcome.incident.id, title))
    return replace(outcome, old=there.incident, entries=(*outcome.entries, *there.entries))


def _is_there(one: Incident, asked: Asked, now: datetime) -> Verdict | None:
    """Whether an incident is what somebody declares: by the same person just now, or by another and still open."""
    view = declared(one)
    if view is None or view.title.casefold() != asked.command.title.casefold():
        return None
    if asked.person.key == view.key.rpartition("|")[2] and now - one.first_seen_at < SAME_PRESS:
        return Verdict.ALREADY
    return Verdict.DECLARED if one.is_open else None


def _beginning(asked: Asked, taken: set[str], now: datetime) -> Incident:
    impact = asked.command.impact or USUAL
    return Incident(
        id=_name(asked.command.title, taken, now),
        vendor=VENDOR,
        name=NAME,
        kind=Kind.INCIDENT,
        title=asked.command.title,
        state=State.INVESTIGATING,
        impact=impact,
        peak=impact,
        started_at=now,
        first_seen_at=now,
    )


def _name(title: str, taken: set[str], now: datetime) -> str:
    stem = slug(title)[:_STEM].strip("-")
    # As it can be typed, and stand in an address.
    stem = stem if stem.isascii() and stem else "incident"
    name = f"{VENDOR}-{stem}-{now:%Y%m%dT%H%M}"
    return name if name not in taken else next(other for other in _others(name) if other not in taken)


def _others(name: str) -> Iterator[str]:
    number = 2
    while True:
        yield f"{name}-{number}"
        number += 1


def _view(incident: str, asked: Asked, now: datetime) -> ClaimView:
    command = asked.command
    return ClaimView(
        key=f"team|{incident}|{asked.person.key}",
        kind=Kind.INCIDENT,
        title=command.title,
        state=State.INVESTIGATING,
        impact=command.impact or USUAL,
        started_at=now,
        published_at=now,
        teller=SourceKind.TEAM,
        author=asked.person.name,
        services=command.services,
    )
