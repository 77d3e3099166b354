"""Claims, incidents and their timelines: gathered for a decision, and committed with all that follows from it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import BindParameter, Connection, and_, bindparam, func, or_, select, text

from bot.core.actions import Acted
from bot.core.chat_routes import ChatRoute
from bot.core.claims import is_trouble
from bot.core.correlate import Attachment, Surroundings
from bot.core.evidence import Panel
from bot.core.health import Health
from bot.core.hosting import LATE_WORD, RELAPSE
from bot.core.memory import Known, Memory
from bot.core.muting import Muting
from bot.core.rota import Override
from bot.core.timeline import Told
from bot.core.witnesses import is_witness, testimonies
from bot.model import Destination, Incident, Kind, Source, State, TimelineEntry
from bot.store import chat_routes, codec, mutes, overrides, polls, revisits
from bot.store.commits import Conflict, make_due, write_entries, write_incidents, written
from bot.store.database import Database, insert_into
from bot.store.panels import panel_of
from bot.store.tables import CLAIM, ENTRY, INCIDENT

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
    "wait_for_others",
]

T = TypeVar("T")


class LeaseLost(Exception):
    """The look that this was decided from came too late."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """All that a decision about one snapshot needs.

    `panel` is asked for where witnesses of ours are concerned, `overrides` where whoever is on call may be called;
    `mutings` and `routes` are what was said of the vendor in chats.
    """

    known: Known
    around: Surroundings
    panel: Panel | None = None
    overrides: tuple[Override, ...] = ()
    mutings: tuple[Muting, ...] = ()
    routes: tuple[ChatRoute, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """All that one snapshot changes, to be written in one transaction.

    `before` has the incidents as they were gathered; one that has moved on since makes the commit fail.
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
        gathered = _gathered(connection, source, health, listed, now)
        if with_overrides:
            gathered = replace(gathered, overrides=overrides.current(connection, now))
        decision, result = decide(gathered)
        if decision is not None:
            _commit(connection, then(connection, decision))
        return result

    return await written(database, work)


def wait_for_others(connection: Connection, vendor: str) -> None:
    """Return when nobody else decides about a vendor, until this transaction ends.  SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(_ALONE, {"b_vendor": f"sitrep:vendor:{vendor}"})


# https://www.postgresql.org/docs/current/functions-admin.html#FUNCTIONS-ADVISORY-LOCKS
_ALONE = text("SELECT pg_advisory_xact_lock(hashtextextended(:b_vendor, 0))")


async def gather(
    database: Database, source: Source, health: Health, listed: Collection[str], now: datetime
) -> Gathered:
    """Return what `settle` would decide from."""
    return await database.read(lambda connection: _gathered(connection, source, health, listed, now))


def _gathered(
    connection: Connection, source: Source, health: Health, listed: Collection[str], now: datetime
) -> Gathered:
    known, names = known_of(connection, source, health, listed)
    incidents = incidents_around(connection, source.vendor, {*names.attached.values(), *names.siblings.values()}, now)
    panel = panel_of(connection, source.vendor) if _has_witnesses(source, incidents.values()) else None
    return Gathered(
        known,
        replace(names, incidents=incidents),
        panel,
        mutings=mutes.of_vendor(connection, source.vendor, now),
        routes=chat_routes.of_vendor(connection, source.vendor),
    )


def known_of(
    connection: Connection, source: Source, health: Health, listed: Collection[str]
) -> tuple[Known, Surroundings]:
    """Return what is known of a source, and to which incidents its claims belong; without the incidents themselves."""
    asked = {"b_source": source.key, "b_vendor": source.vendor, "b_ids": [*listed]}
    rows = connection.execute(_KNOWN, asked).all()
    own = [row for row in rows if row.source == source.key]
    attached = {row.external_id: row.incident for row in own if row.incident is not None}
    siblings = {row.external_id: row.incident for row in rows if row.source != source.key and row.incident is not None}
    claims = {
        row.external_id: Memory(codec.CLAIM.load(row.body), codec.SEEN.load(row.seen), row.missing_since) for row in own
    }
    known = Known(health.first_look, health.last_look, claims, frozenset(claims.keys() - attached.keys()))
    return known, Surroundings(attached=attached, siblings=siblings)


def incidents_around(connection: Connection, vendor: str, names: Iterable[str], now: datetime) -> dict[str, Incident]:
    """Return these incidents, and those of a vendor to which something that is seen `now` may belong."""
    wanted = {"b_vendor": vendor, "b_ids": [*names], "b_relapse": now - RELAPSE, "b_late": now - LATE_WORD}
    return {row.id: codec.INCIDENT.load(row.body) for row in connection.execute(_AROUND, wanted).all()}


def _has_witnesses(source: Source, around: Iterable[Incident]) -> bool:
    return is_witness(source) or any(testimonies(incident.claims) for incident in around)


# Statements are made once: to make one costs more than to run it.
_VENDOR: BindParameter[str] = bindparam("b_vendor")
_IDS: BindParameter[str] = bindparam("b_ids", expanding=True)
_MINE = and_(CLAIM.c.source == bindparam("b_source"), or_(CLAIM.c.is_open, CLAIM.c.external_id.in_(_IDS)))
_THEIRS = and_(CLAIM.c.vendor == _VENDOR, CLAIM.c.source != bindparam("b_source"), CLAIM.c.external_id.in_(_IDS))
_KNOWN = select(
    CLAIM.c.source, CLAIM.c.external_id, CLAIM.c.incident, CLAIM.c.body, CLAIM.c.seen, CLAIM.c.missing_since
).where(or_(_MINE, _THEIRS))
_ENDED = INCIDENT.c.resolved_at
_NEAR = or_(
    INCIDENT.c.is_open,
    bindparam("b_relapse", type_=_ENDED.type) <= _ENDED,
    and_(INCIDENT.c.kind == Kind.SUSPECTED.value, bindparam("b_late", type_=_ENDED.type) <= _ENDED),
)
_AROUND = select(INCIDENT.c.id, INCIDENT.c.body).where(
    or_(INCIDENT.c.id.in_(_IDS), and_(INCIDENT.c.vendor == _VENDOR, INCIDENT.c.cause.is_(None), _NEAR))
)


async def commit(database: Database, decision: Decision) -> None:
    """Write a decision: claims, incidents, timeline, what is to be announced, and how the look went.

    Raises Conflict, with nothing written, if an incident has moved on since it was gathered, and LeaseLost if
    somebody else has looked at the source since: what an older look saw is not news.
    """
    await written(database, lambda connection: _commit(connection, decision))


def _commit(connection: Connection, decision: Decision) -> None:
    if decision.look is not None and not polls.write(connection, decision.look):
        raise LeaseLost
    write_claims(connection, decision.source, decision.claims, decision.attachments)
    write_incidents(connection, decision.told.incidents.values(), decision.before)
    write_entries(connection, decision.told.entries)
    where, urgent, before = decision.destinations, decision.urgent, decision.before
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
