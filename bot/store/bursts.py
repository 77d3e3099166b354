"""Bursts: what else there is of the same causes when something begins, and what people do to all members at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Connection, Select, bindparam, or_, select, text

from bot.core.actions import Acted, Outcome
from bot.core.bursts import Kin, Terms, causes, group, is_news
from bot.core.timeline import Told
from bot.core.together import Burst, Done
from bot.model import Destination, Incident
from bot.store import codec
from bot.store.commits import Conflict, make_due, write_entries, write_incidents, written
from bot.store.database import Database
from bot.store.incidents import Decision
from bot.store.tables import ANNOUNCEMENT, ENTRY, INCIDENT

_TRIES, _RECENT = 10, 20
_IDS: BindParameter[str] = bindparam("b_ids", expanding=True)
_CAUSES: BindParameter[str] = bindparam("b_causes", expanding=True)
_BURSTS = select(INCIDENT.c.body).where(INCIDENT.c.cause.in_(_CAUSES), INCIDENT.c.is_open).order_by(INCIDENT.c.id)
_OTHERS = (
    select(INCIDENT.c.body)
    .where(or_(INCIDENT.c.vendor.in_(_CAUSES), INCIDENT.c.runs_on.in_(_CAUSES)))
    .where(INCIDENT.c.is_open, INCIDENT.c.cause.is_(None), INCIDENT.c.burst.is_(None))
    .order_by(INCIDENT.c.id)
    .with_for_update()
)
# Nobody may send one of these while it is decided whether it is sent at all.  As everywhere, incidents are held before
# their announcements, and each kind in its order: two that wait for each other's rows would wait for ever.
_TOLD = (
    select(ANNOUNCEMENT.c.incident, ANNOUNCEMENT.c.destination, ANNOUNCEMENT.c.root, ANNOUNCEMENT.c.intent)
    .where(ANNOUNCEMENT.c.incident.in_(_IDS))
    .order_by(ANNOUNCEMENT.c.id)
    .with_for_update()
)
_LINES = select(ENTRY.c.body).where(ENTRY.c.incident.in_(_IDS)).order_by(ENTRY.c.incident, ENTRY.c.seq)
_BODY = select(INCIDENT.c.body).where(INCIDENT.c.id == bindparam("b_id"))
_LOCKED = _BODY.with_for_update()
_LAST = select(ENTRY.c.body).where(ENTRY.c.incident == bindparam("b_id")).order_by(ENTRY.c.seq.desc()).limit(_RECENT)
# https://www.postgresql.org/docs/current/functions-admin.html#FUNCTIONS-ADVISORY-LOCKS
_ALONE = text("SELECT pg_advisory_xact_lock(hashtextextended(:b_cause, 0))")


def grouping(terms: Terms) -> Callable[[Connection, Decision], Decision]:
    """Return what makes bursts of what a decision begins, by these terms."""
    return lambda connection, decision: _grouped(connection, decision, terms) if terms.are_on else decision


def _grouped(connection: Connection, decision: Decision, terms: Terms) -> Decision:
    told = decision.told
    new = [one for one in told.incidents.values() if is_news(one, decision.before.get(one.id))]
    if not new:
        return decision
    found = kin(connection, {cause for one in new for cause in causes(one)})
    around = replace(
        found,
        others=tuple(told.incidents.get(one.id, one) for one in found.others),
        told={**found.told, **{name: tuple(to) for name, to in decision.destinations.items() if to}},
    )
    more = group(new, told.entries, around, terms, decision.now)
    return replace(
        decision,
        told=Told((*told.entries, *more.entries), {**told.incidents, **more.incidents}),
        before={**{one.id: one for one in found.others}, **decision.before},
    )


def kin(connection: Connection, causes: Collection[str]) -> Kin:
    """Return what there is of some causes.  Of each only one at a time decides, until its transaction ends."""
    if connection.dialect.name == "postgresql":
        for cause in sorted(causes):
            connection.execute(_ALONE, {"b_cause": f"sitrep:burst:{cause}"})
    asked = {"b_causes": [*causes]}
    bursts = tuple(map(codec.INCIDENT.load, connection.execute(_BURSTS, asked).scalars()))
    others = tuple(map(codec.INCIDENT.load, connection.execute(_OTHERS, asked).scalars()))
    told: dict[str, list[Destination]] = {}
    rooted = set[str]()
    for row in connection.execute(_TOLD, {"b_ids": [one.id for one in others]}):
        told.setdefault(row.incident, []).append(Destination.parse(row.destination))
        if row.root is not None or row.intent is not None:
            rooted.add(row.incident)
    waiting = [one.id for one in others if one.id not in rooted]
    lines = connection.execute(_LINES, {"b_ids": waiting}).scalars() if waiting else ()
    return Kin(
        bursts=bursts,
        others=others,
        told={name: tuple(to) for name, to in told.items()},
        rooted=frozenset(rooted),
        lines=tuple(map(codec.ENTRY.load, lines)),
    )


async def act(database: Database, name: str, decide: Callable[[Burst], Done], now: datetime) -> Done | None:
    """Gather the burst that `name` is, or is a member of, let `decide` act, and commit what it says in one transaction.

    NOTHING if it is neither, None if there is no such incident.
    """

    def work(connection: Connection) -> Done | None:
        known = _known(connection, name)
        if known is None:
            alone = _read(connection, _BODY, name)
            return Done(Acted(Outcome.NOTHING, alone)) if alone is not None else None
        done = decide(known)
        if done.entries:
            before = {one.id: one for one in (known.burst, *known.members)}
            write_incidents(connection, done.incidents.values(), before)
            write_entries(connection, done.entries)
            make_due(connection, sorted(done.incidents), now, destinations=done.destinations)
        return done

    for _ in range(_TRIES):
        try:
            return await written(database, work)
        except Conflict:
            await asyncio.sleep(0)
    raise Conflict


def _known(connection: Connection, name: str) -> Burst | None:
    one = _read(connection, _BODY, name)
    found = one if one is None or one.cause else _read(connection, _BODY, one.burst)
    if found is None:
        return None
    # Members first and always in the same order, as everybody does who writes one and then its burst.
    ids = sorted(member.id for member in found.members)
    held = [one for id_ in ids if (one := _read(connection, _LOCKED, id_)) is not None]
    burst = _read(connection, _LOCKED, found.id)
    if burst is None:
        return None
    last = connection.execute(_LAST, {"b_id": burst.id}).scalars().all()
    mine = tuple(one for one in held if one.burst == burst.id)
    return Burst(burst, mine, tuple(codec.ENTRY.load(body) for body in reversed(last)))


def _read(connection: Connection, query: Select[Any], name: str) -> Incident | None:
    body = connection.execute(query, {"b_id": name}).scalar()
    return codec.INCIDENT.load(body) if body is not None else None
