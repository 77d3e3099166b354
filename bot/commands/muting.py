"""`mute vendor`, `mute component`, `unmute …`, `mutes`: what is muted beyond one incident."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import get_close_matches
from functools import partial

from bot.catalog import Catalog, folded
from bot.commands.status import likely, named, related
from bot.core import mute_answers, mute_verbs, muting, routing
from bot.core.actions import Acted, Outcome
from bot.core.fold import advance
from bot.core.grammar import spell
from bot.core.lengths import FOR_GOOD, UNTIL_RESOLVED
from bot.core.message import Line, Reply
from bot.core.muting import Muting
from bot.core.people import is_muted
from bot.core.rules import Oncall
from bot.model import Action, Asked, Command, Component, Incident, TimelineEntry
from bot.settings.names import with_full_names
from bot.store import incidents, mutes, standings
from bot.store.database import Database

_CHOICES = 5
_ALIKE = 0.6


@dataclass(frozen=True, slots=True)
class Whose:
    """A vendor that is meant: its slug, its name, and the components of its page as far as these are known."""

    slug: str
    name: str
    parts: tuple[Component, ...] = ()


def timed(command: Command, rotas: Sequence[Oncall], now: datetime) -> tuple[Command, Sequence[Line]] | Reply:
    """Return a command with a span in place of the time that was typed, and by whose clock that was read."""
    if not command.when or command.when in {FOR_GOOD, UNTIL_RESOLVED}:
        return command, ()
    zone = mute_answers.zone_of(rotas)
    until = mute_answers.until_of(command.when, zone, now)
    if isinstance(until, Reply):
        return until
    return replace(command, span=until - now, when=""), (mute_answers.read_by(command.when, zone),)


@dataclass(frozen=True, slots=True)
class Mutes:
    """What it takes to mute a vendor, or some of its components."""

    database: Database
    catalog: Catalog
    rotas: tuple[Oncall, ...]

    async def answer(self, asked: Asked, now: datetime) -> Reply:
        """Do what is asked of a vendor or of components, or list what is muted."""
        command = asked.command
        if command.action is Action.MUTES:
            found = await incidents.open_incidents(self.database)
            return mute_answers.listed(
                await mutes.standing(self.database, now), [one for one in found if is_muted(one, now)]
            )
        said, parts = mute_verbs.target_of(command)
        whose = await self._whose(said)
        if not isinstance(whose, Whose):
            return mute_answers.whose(said, [(name, spell(_meant(command, slug, parts))) for name, slug in whose])
        if command.action is Action.UNMUTE:
            return await self._unmute(asked, whose, parts, now)
        return self._misfit(command, whose, parts) or await self._mute(asked, whose, parts, now)

    async def instead(self, command: Command, now: datetime) -> Reply | None:
        """Return the question whether a vendor is meant, where no open incident is called so; None if none is."""
        whose = await self._whose(command.incident or "", guess=False) if command.incident else ()
        if not isinstance(whose, Whose):
            return None
        there = [one for one in await mutes.standing(self.database, now) if one.vendor == whose.slug]
        if command.action is Action.UNMUTE and not there:
            return None
        return mute_answers.all_of_it(whose.name, whose.slug, command)

    async def _whose(self, said: str, *, guess: bool = True) -> Whose | Sequence[tuple[str, str]]:
        """Return whose vendor is called so; if that is not clear those who may be meant, names and slugs."""
        here = await named(self.database, self.catalog, said)
        found = {one.vendor: one for one in here}
        known = self.catalog.find(said)
        if len(found) == 1:
            ((slug, one),) = found.items()
            return Whose(slug, one.name, await standings.components(self.database, one.key))
        if not found and known is not None:
            return Whose(known.slug, known.name)
        if not guess:
            return ()
        others = (
            here or await related(self.database, self.catalog, said) or await likely(self.database, self.catalog, said)
        )
        near = [(one.name, one.vendor) for one in others]
        near = near or [(one.name, one.slug) for one in self.catalog.nearest(said, limit=_CHOICES, likeness=_ALIKE)]
        return tuple(dict.fromkeys(near))[:_CHOICES]

    def _misfit(self, command: Command, whose: Whose, parts: tuple[str, ...]) -> Reply | None:
        """Return what is wrong with the names of components, if anything is."""
        wrong = routing.misfits(parts, self.catalog.meanings(whose.slug), whose.parts)
        if not wrong:
            return None
        near = near_names(wrong[0], whose.parts)
        kept = tuple(part for part in parts if part != wrong[0])
        choices = [(name, spell(_meant(command, whose.slug, (*kept, name)))) for name in near]
        return mute_answers.misfits(whose.name, wrong, choices)

    async def _mute(self, asked: Asked, whose: Whose, parts: tuple[str, ...], now: datetime) -> Reply:
        command = asked.command
        if command.span is None and not command.when:
            return mute_answers.how_long(whose.name, _meant(command, whose.slug, parts))
        found = timed(command, self.rotas, now)
        if isinstance(found, Reply):
            return found
        command, read_by = found
        open_ones = await incidents.open_incidents(self.database, whose.slug)
        if command.when == UNTIL_RESOLVED and not open_ones:
            return mute_answers.nothing_open(whose.name)
        made = Muting(
            vendor=whose.slug,
            name=whose.name,
            parts=parts,
            names=with_full_names(parts, [self.catalog.find(whose.slug)]),
            key=asked.person.key,
            by=asked.person.name,
            at=now,
            until=now + command.span if command.span is not None else None,
            for_good=command.when == FOR_GOOD,
            why=command.text,
        )
        is_new = await mutes.mute(self.database, made)
        return mute_answers.muted(made, await self._hush(open_ones, made, now), read_by, is_new=is_new)

    async def _hush(self, open_ones: Sequence[Incident], made: Muting, now: datetime) -> int:
        """Mute what is open at once; returns how many incidents are muted by it.  What fails here the loop does."""
        standing = await mutes.standing(self.database, now)
        newest = max((one.id for one in standing if one.vendor == made.vendor and _is_of(one, made.parts)), default=0)
        count = 0
        for one in open_ones:
            done = await incidents.act(self.database, one.id, partial(_settle, standing, now), now)
            count += done is not None and done.incident.muted is not None and done.incident.muted.muting == newest
        return count

    async def _unmute(self, asked: Asked, whose: Whose, parts: tuple[str, ...], now: datetime) -> Reply:
        """Take back what is muted: all of a vendor's mutes, or those that are of these components."""
        there = [one for one in await mutes.standing(self.database, now) if one.vendor == whose.slug]
        mine = [one for one in there if not parts or _is_of(one, parts)]
        if not mine or not await mutes.unmute(self.database, mine, asked.person.name, now):
            return mute_answers.not_muted(f"{whose.name} ({', '.join(parts)})" if parts else whose.name)
        return mute_answers.unmuted(mine)


def _is_of(one: Muting, parts: Sequence[str]) -> bool:
    """Whether a mute is of some of these components; of all, if none are named."""
    wanted, names = {folded(part) for part in parts}, {folded(part) for part in one.parts}
    return bool(wanted & names) or wanted == names


def _settle(standing: Sequence[Muting], now: datetime, incident: Incident, _recent: Sequence[TimelineEntry]) -> Acted:
    entry = muting.settled(incident, standing, now)
    if entry is None:
        return Acted(Outcome.NOTHING, incident)
    return Acted(Outcome.DONE, advance(incident, entry), (entry,))


def _meant(command: Command, slug: str, parts: Sequence[str]) -> Command:
    about = f"{mute_verbs.COMPONENT} {slug}: {', '.join(parts)}" if parts else f"{mute_verbs.VENDOR} {slug}"
    return replace(command, query=about)


def near_names(wrong: str, parts: Sequence[Component]) -> list[str]:
    """Return what a page has that is spelt like a name that it has not."""
    names = {folded(name): name for part in parts for name in (part.name, part.group or "") if name}
    begun = [name for word, name in names.items() if folded(wrong) in word]
    close = [names[word] for word in get_close_matches(folded(wrong), names, n=_CHOICES, cutoff=_ALIKE)]
    return list(dict.fromkeys((*close, *begun)))[:_CHOICES]
