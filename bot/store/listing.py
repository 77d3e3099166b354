"""Incidents in a list, from new to old, a page at a time: by the place where the last one ended, not by counting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from bot.core.choosing import PER_PAGE, Choice, Place
from bot.model import Impact, Incident, Kind
from bot.store import codec
from bot.store.database import Database
from bot.store.tables import INCIDENT, LISTED


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A page of a list: how many there are in all, and the places beyond which there are more, if there are."""

    total: int
    incidents: tuple[Incident, ...]
    older: Place | None = None
    newer: Place | None = None


async def found(database: Database, wanted: Choice, vendor: str = "") -> Found:
    """Return the page of a list that is wanted; `vendor` is the slug of whoever is meant.

    Many that are told together are one, unless it is asked for those of one vendor.
    """
    mine = _mine(wanted, vendor)
    count = select(func.count()).select_from(LISTED).where(*mine)
    chosen = select(LISTED.c.incident, LISTED.c.started_at).where(*mine, *_beyond(wanted))
    newest = (LISTED.c.started_at.desc(), LISTED.c.incident)
    oldest = (LISTED.c.started_at, LISTED.c.incident.desc())
    # One more than is shown tells whether there are more.
    chosen = chosen.order_by(*(oldest if wanted.before else newest)).limit(PER_PAGE + 1)

    def work(connection: Connection) -> Found:
        total = connection.execute(count).scalar() or 0
        rows = connection.execute(chosen).all()
        shown = rows[:PER_PAGE][::-1] if wanted.before else rows[:PER_PAGE]
        is_more = len(rows) > PER_PAGE
        places = [Place(at=row.started_at, id=row.incident) for row in shown]
        bodies = select(INCIDENT.c.id, INCIDENT.c.body).where(INCIDENT.c.id.in_([place.id for place in places]))
        known = {row.id: codec.INCIDENT.load(row.body) for row in connection.execute(bodies)} if places else {}
        return Found(
            total=total,
            incidents=tuple(known[place.id] for place in places if place.id in known),
            older=places[-1] if places and (is_more or wanted.before) else None,
            newer=places[0] if places and (is_more if wanted.before else wanted.after) else None,
        )

    return await database.read(work)


def _mine(wanted: Choice, vendor: str) -> list[ColumnElement[bool]]:
    """Return what every incident in the list is."""
    mine: list[ColumnElement[bool]] = [~LISTED.c.is_burst, LISTED.c.vendor == vendor] if vendor else [_ALONE]
    if wanted.state != "all":
        mine.append(LISTED.c.is_open if wanted.state == "open" else ~LISTED.c.is_open)
    if wanted.kind == "trouble":
        mine.append(LISTED.c.kind != Kind.MAINTENANCE.value)
    elif wanted.kind != "all":
        mine.append(LISTED.c.kind == wanted.kind)
    if wanted.impact:
        mine.append(LISTED.c.peak >= Impact(wanted.impact).rank)
    if wanted.begins:
        mine.append(LISTED.c.started_at >= wanted.begins)
    if wanted.ends:
        mine.append(LISTED.c.started_at < wanted.ends)
    return [*mine, LISTED.c.ours_first] if wanted.ours_first else mine


_ALONE = LISTED.c.burst == ""


def _beyond(wanted: Choice) -> tuple[Any, ...]:
    began, name = LISTED.c.started_at, LISTED.c.incident
    if wanted.before:
        at, id_ = wanted.before.at, wanted.before.id
        return (began >= at, or_(began > at, and_(began == at, name < id_)))
    if wanted.after:
        at, id_ = wanted.after.at, wanted.after.id
        return (began <= at, or_(began < at, and_(began == at, name > id_)))
    return ()
