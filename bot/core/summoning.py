"""Whom an escalation reaches: a duty, a person or a place; who is called by it, and where it is told from then on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.core import direct
from bot.core.rota import Rotas
from bot.core.rules import EscalationStep, Person
from bot.model import Calling, Destination, Transition

ROTA = "oncall:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Where an incident is told; `stuck` are those places where it can not be told just now.

    `connected` are the platforms that can be written to.
    """

    told: tuple[Destination, ...] = ()
    stuck: frozenset[Destination] = frozenset()
    connected: frozenset[str] = frozenset()

    def beside(self, keys: tuple[str, ...]) -> tuple[Destination, ...]:
        """Return where somebody is to be told directly, because no channel can call them."""
        return direct.beside(keys, (to for to in self.told if to not in self.stuck), self.connected)

    def is_reached(self, keys: tuple[str, ...]) -> bool:
        """Whether somebody can be called at all."""
        platforms = {to.platform for to in self.told if to not in self.stuck} | self.connected
        return any(key.partition(":")[0] in platforms for key in keys)


@dataclass(frozen=True, slots=True, kw_only=True)
class Summons:
    """Who or what is told: `to` as the configuration writes it or as a person is called, `name` who that is just now.

    `keys` are theirs, `begins` where it is told from now on as well.
    """

    to: str
    name: str = ""
    keys: tuple[str, ...] = ()
    begins: tuple[Destination, ...] = ()

    def calls(self, told: Iterable[Destination]) -> tuple[Calling, ...]:
        """Return who is called where; a channel that joins by this very step hears of it, and calls nobody."""
        personal = (to for to in self.begins if direct.is_direct(to))
        return direct.calls(self.keys, (*told, *personal))

    def transitions(self, plan: str) -> tuple[Transition, ...]:
        """Return what is kept of it; `plan` is whose step it is, if it is one."""
        personal = direct.platforms(to for to in self.begins if direct.is_direct(to))
        joins = any(not direct.is_direct(to) for to in self.begins)
        found = (
            Transition("to", plan, self.to),
            Transition("person", "", self.name) if self.name else None,
            Transition("begins", "", self.to) if joins else None,
            Transition("direct", "", personal) if personal else None,
        )
        return tuple(one for one in found if one is not None)


def of_step(step: EscalationStep, rotas: Rotas, reach: Reach, now: datetime) -> Summons:
    """Return whom a step of a plan reaches: whoever is on call when it is written."""
    if not step.notify.startswith(ROTA):
        return of_place(Destination.parse(step.notify), rotas, reach)
    person = rotas.on_call(step.notify.removeprefix(ROTA), now)
    if person is None:
        return Summons(to=step.notify)
    found = of_person(person, reach)
    more = direct.everywhere(person.keys, reach.connected) if step.direct else ()
    begins = tuple(dict.fromkeys((*found.begins, *_new(more, reach))))
    return replace(found, to=step.notify, begins=begins)


def of_person(person: Person, reach: Reach) -> Summons:
    """Return how a person is reached: where it is told, else directly."""
    begins = _new(reach.beside(person.keys), reach)
    return Summons(to=person.name, name=person.name, keys=person.keys, begins=begins)


def of_place(to: Destination, rotas: Rotas, reach: Reach) -> Summons:
    """Return how a place is told, or the person whose direct messages it is."""
    key = direct.key_of(to)
    known = (person for rota in rotas.rotas for person in rota.people if key in person.keys)
    name = next((person.name for person in known), str(to)) if key else ""
    return Summons(to=str(to), name=name, begins=_new((to,), reach))


def _new(places: Iterable[Destination], reach: Reach) -> tuple[Destination, ...]:
    return tuple(to for to in places if to not in reach.told)
