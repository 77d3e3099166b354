"""Claims, incidents and their timelines: gathered for a decision, and committed with all that follows from it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import Connection, bindparam, func, select

from bot.core.actions import Acted
from bot.core.claims import is_trouble
from bot.core.correlate import Attachment
from bot.core.health import Health
from bot.core.memory import Memory
from bot.core.timeline import Told
from bot.model import ChangeKind, Destination, Incident, Source, State, TimelineEntry
from bot.store import codec, overrides, polls, relinking, revisits
from bot.store.commits import Conflict, make_due, write_entries, write_incidents, written
from bot.store.database import Database, insert_into
from bot.store.gathering import Gathered, gather, gathered
from bot.store.tables import CLAIM, ENTRY, INCIDENT
from bot.store.turns import wait_for_others

__all__ = [
    "Conflict",
    "Decision",
    "Gathered",
    "LeaseLost",
    "act",
    "commit",
    "gather",
    "open_incidents",
    "recent_incidents",
    "settle",
    "timeline",
]

T = TypeVar("T")


class LeaseLost(Exception):
    """The look that this was decided from came too late."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """All that one snapshot changes, to be written in one transaction.

    `before` has the incidents as they were gathered; one that has moved on since makes the commit fail.  `joins` are
    those that have gone on as part of others, and of which: these are announced wherever they were.
    """

    source: Source
    now: datetime
    claims: Mapping[str, Memory]
    attachments: Mapping[str, Attachment]
    told: Told
    before: Mapping[str, Incident]
    destinations: Mapping[str, Sequence[Destination]] = field(default_factory=dict[str, Sequence[Destination]])
    urgent: frozenset[str] = frozenset()
    look: polls.Look | None = None
    visits: Mapping[str, datetime | None] = field(default_factory=dict[str, datetime | None])
    joins: Mapping[str, str] = field(default_factory=dict[str, str])


async def settle(  # noqa: PLR0913, PLR0917  (all that one snapshot is settled with)
    database: Database,
    source: Source,
    health: Health,
    listed: Collection[str],
    decide: Callable[[Gathered], tuple[Decision | None, T]],
    now: datetime,
    with_overrides: bool = False,  # noqa: FBT001, FBT002  (what is to be gathered besides)
    then: Callable[[Connection, Decision], Decision] = lambda _connection, decision: decision,
) -> T:
    """Gather what `decide` needs, and commit its decision if it comes to one, all in one transaction.

    Gathered is what is known of the claims that `source` lists now or had open, and the incidents around them:
    those that are open `now`, that have just ended, and suspicions of which the vendor may write yet.  Of one vendor it
    is one source after the other: two at once would not see each other's incidents.  `then` may add what follows from
    incidents of others.  Raises what `commit` raises.
    """

    def work(connection: Connection) -> T:
        wait_for_others(connection, source.vendor)
        found = gathered(connection, source, health, listed, now)
        if with_overrides:
            found = replace(found, overrides=overrides.current(connection, now))
        decision, result = decide(found)
        if decision is not None:
            _commit(connection, then(connection, decision))
        return result

    return await written(database, work)


async def commit(database: Database, decision: Decision) -> None:
    """Write a decision: claims, incidents, timeline, what is to be announced, and how the look went.

    Raises Conflict, with nothing written, if an incident has moved on since it was gathered, and LeaseLost if
    somebody else has looked at the source since: what an older look saw is not news.
    """
    await written(database, lambda connection: _commit(connection, decision))


def _commit(connection: Connection, decision: Decision) -> None:
    if decision.look is not None and not polls.write(connection, decision.look):
        raise LeaseLost
    write_incidents(connection, decision.told.incidents.values(), decision.before)
    write_entries(connection, decision.told.entries)
    # After the incidents, as everybody does: two that wait for each other's rows would wait for ever.
    write_claims(connection, decision.source, decision.claims, decision.attachments)
    where, urgent, before = {**decision.destinations}, decision.urgent, decision.before
    for one, host in decision.joins.items():
        left = next(e for e in decision.told.entries if e.incident == one and e.kind is ChangeKind.LEFT)
        relinking.move(connection, left, host)
        where[host] = (*where.get(host, ()), *relinking.told(connection, decision.told.incidents[one]))
    touched = list(decision.told.incidents)
    make_due(connection, touched, decision.now, destinations=where, urgent=urgent, before=before)
    revisits.write(connection, decision.source.key, decision.visits)


def write_claims(
    connection: Connection, source: Source, claims: Mapping[str, Memory], attachments: Mapping[str, Attachment]
) -> None:
    """Write what is remembered of some claims of a source, and to which incidents they belong."""
    rows = [
        {
            "source": source.key,
            "external_id": external_id,
            "vendor": source.vendor,
            "incident": attachment.incident if (attachment := attachments.get(external_id)) else None,
            "is_open": memory.claim.is_open,
            "is_trouble": is_trouble(memory.claim),
            "begins_at": memory.claim.starts_at if memory.claim.state is State.SCHEDULED else None,
            "body": codec.CLAIM.dump(memory.claim),
            "seen": codec.SEEN.dump(memory.seen),
            "missing_since": memory.missing_since,
        }
        for external_id, memory in claims.items()
    ]
    if rows:
        connection.execute(_put_claims(connection.dialect.name), rows)


_CHANGING = ("is_open", "is_trouble", "begins_at", "body", "seen", "missing_since")


@cache
def _put_claims(engine: str) -> Any:
    put = insert_into(engine, CLAIM)
    # A claim that has an incident keeps it when a later snapshot brings nothing that needs one.
    changed = {name: put.excluded[name] for name in _CHANGING}
    kept = func.coalesce(put.excluded["incident"], CLAIM.c.incident)
    return put.on_conflict_do_update(index_elements=["source", "external_id"], set_={**changed, "incident": kept})


# So many of the last entries are shown to whoever decides: enough to know a repetition by.
_RECENT = 20
_TRIES = 10


async def act(
    database: Database,
    incident: str,
    decide: Callable[[Incident, Sequence[TimelineEntry]], Acted],
    now: datetime,
    where: Callable[[Incident], Sequence[Destination]] = lambda _incident: (),
) -> Acted | None:
    """Gather an incident with its last entries, let `decide` act on it, and commit what it adds, in one transaction.

    It is due then wherever it is announced, and `where` it is to be announced from now on.  None if there is no such
    incident.
    """

    def work(connection: Connection) -> Acted | None:
        body = connection.execute(_ONE, {"b_id": incident}).scalar()
        if body is None:
            return None
        before, last = codec.INCIDENT.load(body), connection.execute(_LAST, {"b_id": incident}).scalars().all()
        acted = decide(before, [codec.ENTRY.load(row) for row in reversed(last)])
        if acted.entries:
            write_incidents(connection, [acted.incident], {incident: before})
            write_entries(connection, acted.entries)
            make_due(connection, [incident], now, destinations={incident: where(acted.incident)})
        return acted

    for _ in range(_TRIES):
        try:
            return await written(database, work)
        except Conflict:
            await asyncio.sleep(0)
    raise Conflict


_ONE = select(INCIDENT.c.body).where(INCIDENT.c.id == bindparam("b_id")).with_for_update()
_LAST = select(ENTRY.c.body).where(ENTRY.c.incident == bindparam("b_id")).order_by(ENTRY.c.seq.desc()).limit(_RECENT)


_NEWEST = select(INCIDENT.c.body).order_by(INCIDENT.c.started_at.desc(), INCIDENT.c.id)


async def open_incidents(database: Database, vendor: str | None = None) -> tuple[Incident, ...]:
    """Return the open incidents, the newest first; of one vendor without its bursts, which are not one more."""
    query = _NEWEST.where(INCIDENT.c.is_open)
    mine = (INCIDENT.c.vendor == vendor) & INCIDENT.c.cause.is_(None)
    return await _incidents(database, query if vendor is None else query.where(mine))


async def recent_incidents(database: Database, limit: int) -> tuple[Incident, ...]:
    """Return the last `limit` incidents, open or over, the newest first."""
    return await _incidents(database, _NEWEST.limit(limit))


async def _incidents(database: Database, query: Any) -> tuple[Incident, ...]:
    return tuple(map(codec.INCIDENT.load, await database.read(lambda c: c.execute(query).scalars().all())))


async def timeline(database: Database, incident: str) -> tuple[TimelineEntry, ...]:
    """Return an incident's history, oldest first."""
    query = select(ENTRY.c.body).where(ENTRY.c.incident == incident).order_by(ENTRY.c.seq)
    return tuple(map(codec.ENTRY.load, await database.read(lambda c: c.execute(query).scalars().all())))
