"""`oncall`, `oncall override`, `oncall remove`: who has which duty, and who has it instead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.core import duties, shifts
from bot.core.message import Reply
from bot.core.rota import Override, Rotas
from bot.core.rules import Oncall, Person
from bot.model import Action, Asked
from bot.store import overrides
from bot.store.database import Database

ABOUT = frozenset({Action.ONCALL, Action.OVERRIDE, Action.UNOVERRIDE})


@dataclass(frozen=True, slots=True)
class Duties:
    """What it takes to say who is on call, and to change that."""

    database: Database
    rotas: tuple[Oncall, ...]

    async def answer(self, asked: Asked, now: datetime) -> Reply:
        """Do what is asked about who is on call."""
        if asked.command.action is Action.OVERRIDE:
            return await self._agree(asked, now)
        if asked.command.action is Action.UNOVERRIDE:
            return await self._take_back(asked, now)
        return duties.shown(await self._rotas(now), asked.command.query, now)

    async def _rotas(self, now: datetime) -> Rotas:
        return Rotas(self.rotas, await overrides.agreed(self.database, now))

    async def _agree(self, asked: Asked, now: datetime) -> Reply:
        if not self.rotas:
            return duties.no_rota()
        said, when = asked.command.query, asked.command.text
        name, named = shifts.parted(said, self.rotas)
        people = shifts.people(name, self.rotas, asked.person)
        where = f" in {named.name}" if named else ""
        if len(people) != 1:
            return duties.who(name, people, f"oncall override {{}}{where} {when}")
        (person,) = people
        rotas = (named,) if named else self._of(person)
        if len(rotas) != 1:
            return duties.which_rota(rotas, f"oncall override {name} in {{}} {when}")
        return await self._agreed(rotas[0], person, asked, now)

    def _of(self, person: Person) -> tuple[Oncall, ...]:
        """Return the rotas that somebody takes turns in; all, if that is none."""
        return tuple(rota for rota in self.rotas if person in rota.people) or self.rotas

    async def _agreed(self, rota: Oncall, person: Person, asked: Asked, now: datetime) -> Reply:
        span = shifts.span(asked.command.text, rota.timezone, now)
        if isinstance(span, str):
            return duties.refused(span)
        starts, ends = span
        by, key = asked.person.name, asked.person.key
        override = Override(rota=rota.name, person=person, starts=starts, ends=ends, by=by, key=key, at=now)
        await overrides.add(self.database, override)
        return duties.agreed(override, rota, now)

    async def _take_back(self, asked: Asked, now: datetime) -> Reply:
        wanted = asked.command.query
        found = [one for one in (await self._rotas(now)).overrides if _is_meant(one, wanted)]
        if not found:
            return duties.nothing_agreed(wanted)
        if len(found) > 1:
            return duties.which_agreed(found)
        (one,) = found
        if not await overrides.remove(self.database, one.id, asked.person.key, now):
            return duties.nothing_agreed(wanted)
        person = (await self._rotas(now)).on_call(one.rota, now)
        return duties.removed(one, person or one.person)


def _is_meant(one: Override, wanted: str) -> bool:
    """Whether an override is meant by its number, its rota or its person; without a word each is."""
    word = wanted.casefold().lstrip("#")
    return not word or word in {str(one.id), one.rota.casefold(), one.person.name.casefold()}
