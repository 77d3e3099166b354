"""`join` and `unlink`: two incidents that are one, or one that is two, as a person sees it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.catalog import Catalog
from bot.commands.finding import find, label
from bot.commands.serving import Serving
from bot.core import acted, cards, linking, remarks
from bot.core.actions import Outcome
from bot.core.declared import is_teams
from bot.core.grammar import spell
from bot.core.linking import Moved
from bot.core.message import Reply
from bot.model import Action, Asked, Incident, TimelineEntry
from bot.store import incidents, relinking
from bot.store.database import Database
from bot.store.lookups import Brief


async def relink(those: Serving, catalog: Catalog, asked: Asked, one: Brief, now: datetime) -> tuple[bool, Reply]:
    """Do what is asked of an incident; returns whether anything came of it, and the answer."""
    database = those.database
    command = asked.command
    if command.action is Action.UNLINK and not one.is_burst:
        return await _done(those, one.id, None, asked, now)
    wanted = replace(asked, command=replace(command, incident=command.query), thread=None)
    found = await find(database, catalog, wanted)
    others = tuple(brief for brief in found.briefs if brief.id != one.id)
    if one.is_burst or (others and all(brief.is_burst for brief in others)):
        return False, acted.many_are_not_one()
    if not others:
        return False, remarks.no_incident(command.query)
    if len(others) > 1:
        choices = [(label(b), spell(replace(command, incident=one.id, query=b.id))) for b in others]
        return False, remarks.which(replace(command, incident=command.query), choices)
    return await _done(those, one.id, others[0].id, asked, now)


async def _done(those: Serving, incident: str, host: str | None, asked: Asked, now: datetime) -> tuple[bool, Reply]:
    def other(entries: Sequence[TimelineEntry]) -> str | None:
        return host or linking.came_from(entries)

    def decide(one: Incident, entries: Sequence[TimelineEntry], there: Incident | None) -> Moved:
        if asked.command.action is Action.UNLINK:
            return linking.unlink(one, entries, there, asked, now)
        return linking.join(one, there, asked, now) if there else Moved(Outcome.NOTHING, one, one)

    def touching(one: Incident, entries: Sequence[TimelineEntry], there: Incident | None) -> Moved:
        """Whom the team says that it touches goes along; what has no claim any more is kept as it was."""
        moved = decide(one, entries, there)
        gets = cards.with_services(moved.gets, those.services)
        loses = cards.with_services(moved.loses, those.services) if moved.loses.claims else moved.loses
        return replace(moved, gets=gets, loses=loses) if moved.entries else moved

    moved = await relinking.relink(those.database, incident, other, touching, now)
    if moved is None:
        return False, remarks.no_incident(incident)
    return bool(moved.entries), acted.relinked(moved, asked.command.action)


async def history(database: Database, name: str) -> tuple[TimelineEntry, ...]:
    """Return an incident's history, with what the team had said of those that are part of it now, in order."""
    mine = await incidents.timeline(database, name)
    others = [await incidents.timeline(database, part) for part in linking.parts_of(mine)]
    said = [entry for entries in others for entry in entries if is_teams(entry)]
    return tuple(sorted((*mine, *said), key=lambda entry: entry.recorded_at)) if said else mine
