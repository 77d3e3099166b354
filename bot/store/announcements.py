"""Announcements: claimed when due, their next step recorded before it is sent, its result after."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BindParameter,
    Connection,
    Integer,
    RowMapping,
    Select,
    and_,
    any_,
    bindparam,
    case,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.sql.dml import ReturningUpdate

from bot.core.holding import Ruling
from bot.model import Announcement
from bot.store import codec, errands
from bot.store.database import Database
from bot.store.errands import Errand, announcement_of
from bot.store.holds import Holds, alone
from bot.store.latecomers import Expected, expect
from bot.store.tables import ANNOUNCEMENT

# Nothing is held back where no route says so.
AT_ONCE = Ruling()
# What was let go is claimed anew: it comes in a few rounds, and else the next time.
_ROUNDS = 5
# After so many failures in a row another instance may do better.
ANYBODYS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """An announcement after an errand; `due_at` is when it wants to be looked at again, None if it is content.

    What may reach the chat `late` all the same is looked for later.
    """

    announcement: Announcement
    revision: int
    due_at: datetime | None
    late: Expected | None = None


async def claim_due(  # noqa: PLR0913  (all that a claim depends on)
    database: Database,
    owner: str,
    now: datetime,
    *,
    room: Mapping[str, int],
    longest: Mapping[str, int],
    lease: timedelta,
    apart: Collection[str] = (),
    carrying: Collection[str] = (),
    ruling: Ruling = AT_ONCE,
    shards: Collection[int] | None = None,
    busy: Collection[int] = (),
) -> tuple[Errand, ...]:
    """Take announcements that are due, the urgent first, and record the intent of each one's next step.

    `room` says how many of each platform may be taken, `longest` how long a reply may be there; `apart` are those on
    which a message of a thread can not be shown in the channel too, `carrying` those that take files; `ruling` says
    what is told when, and in which words; `shards` are those of this instance, if there are others; `busy` are under
    way here still, whatever their leases say: a clock may have been set.  One that turns out to show the truth already,
    or is held back, is not due any more and is not returned.
    """
    if not await _is_due(database, {"b_now": now, "b_platforms": [*room], "b_busy": [*busy], **_shared(shards)}):
        return ()
    holder = {"b_owner": owner, "b_now": now, "b_until": now + lease, "b_busy": [*busy]}

    def work(connection: Connection) -> tuple[tuple[Errand, ...], bool]:
        alone(connection, ruling)
        taken: list[RowMapping] = []
        for platform, limit in room.items():
            taken += _take(connection, platform, limit, {**holder, **_shared(shards)})
        holds = Holds(connection, ruling, now)
        if not taken:
            return (), False
        able = errands.Able(longest, frozenset(apart), frozenset(carrying))
        some = errands.prepare(connection, taken, able, now, until=now + lease, holds=holds)
        return some, holds.stirred

    found, stirred = await database.write(work)
    for _ in range(_ROUNDS):
        if found or not stirred:
            break
        found, stirred = await database.write(work)
    return found


async def _is_due(database: Database, which: Mapping[str, Any]) -> bool:
    """Whether anything may be taken: asked every second, so it is to cost no transaction that could write."""
    any_due = _ANY_DUE_OF_MINE if "b_shards" in which else _ANY_DUE
    return await database.read(lambda connection: connection.execute(any_due, which).first()) is not None


def _take(connection: Connection, platform: str, limit: int, holder: Mapping[str, Any]) -> list[RowMapping]:
    """Take the urgent first; each kind comes from the index in its order, however many are due."""
    taken: list[RowMapping] = []
    for urgency in _URGENCIES:
        which = {"b_platform": platform, "b_urgency": urgency, "b_limit": limit - len(taken)}
        take = (_TAKE_MINE if "b_shards" in holder else _TAKE)[connection.dialect.name]
        rows = connection.execute(take, {**holder, **which}).mappings().all() if len(taken) < limit else ()
        taken += sorted(rows, key=lambda row: (row["due_at"], row["id"]))
    return taken


# Statements are made once: to make one costs more than to run it.
_URGENCIES = (1, 0)
_NOW, _UNTIL = (bindparam(name, type_=ANNOUNCEMENT.c.lease_until.type) for name in ("b_now", "b_until"))
_FREE = or_(ANNOUNCEMENT.c.lease_until.is_(None), ANNOUNCEMENT.c.lease_until <= _NOW)
_OURS = and_(
    ANNOUNCEMENT.c.state == "live",
    ANNOUNCEMENT.c.platform == bindparam("b_platform"),
    ANNOUNCEMENT.c.urgency == bindparam("b_urgency"),
    _FREE,
)
_BUSY: BindParameter[int] = bindparam("b_busy", expanding=True)
_DUE = (
    select(ANNOUNCEMENT.c.id)
    .where(_OURS, ANNOUNCEMENT.c.due_at <= _NOW, ANNOUNCEMENT.c.id.not_in(_BUSY))
    .order_by(ANNOUNCEMENT.c.due_at, ANNOUNCEMENT.c.id)
    .limit(bindparam("b_limit", type_=Integer))
    .with_for_update(skip_locked=True)
)
_SHARDS: BindParameter[int] = bindparam("b_shards", expanding=True)
# What failed twice is anybody's: whose it is may be the one instance that does not reach the chat.  Not before: who has
# posted in a channel a moment ago knows best when there is room again.
_MINE = or_(ANNOUNCEMENT.c.shard.in_(_SHARDS), ANNOUNCEMENT.c.attempts >= ANYBODYS)
_TAKEN = update(ANNOUNCEMENT).values(owner=bindparam("b_owner"), lease_until=_UNTIL, fence=ANNOUNCEMENT.c.fence + 1)


def _taken(due: Select[tuple[int]]) -> Mapping[str, ReturningUpdate[Any]]:
    """Return what takes those that are due, for each engine.

    PostgreSQL expects as many as there is room for, and would read the whole table for them; a list it looks up.
    """
    listed = ANNOUNCEMENT.c.id == any_(func.array(due.scalar_subquery()))
    ways = {"sqlite": ANNOUNCEMENT.c.id.in_(due), "postgresql": listed}
    return {engine: _TAKEN.where(way).returning(*ANNOUNCEMENT.c) for engine, way in ways.items()}


_PLATFORMS: BindParameter[str] = bindparam("b_platforms", expanding=True)
_ANY_DUE = (
    select(ANNOUNCEMENT.c.id)
    .where(
        ANNOUNCEMENT.c.state == "live",
        ANNOUNCEMENT.c.platform.in_(_PLATFORMS),
        ANNOUNCEMENT.c.urgency.in_(_URGENCIES),
        ANNOUNCEMENT.c.due_at <= _NOW,
        ANNOUNCEMENT.c.id.not_in(_BUSY),
        _FREE,
    )
    .limit(1)
)
_ANY_DUE_OF_MINE = _ANY_DUE.where(_MINE)
_TAKE, _TAKE_MINE = _taken(_DUE), _taken(_DUE.where(_MINE))


def _shared(shards: Collection[int] | None) -> dict[str, Any]:
    return {} if shards is None else {"b_shards": [*shards]}


async def record(database: Database, outcomes: Sequence[Outcome]) -> None:
    """Write the outcomes of errands in one transaction and give their announcements back.

    One whose lease was lost meanwhile is left to its new holder.
    """
    # Always in the same order: two that wait for each other's rows would wait for ever.
    rows = [_row(outcome) for outcome in sorted(outcomes, key=lambda outcome: outcome.announcement.id)]
    late = [outcome.late for outcome in outcomes if outcome.late is not None]

    def work(connection: Connection) -> None:
        connection.execute(_RECORD, rows)
        expect(connection, late)

    if rows:
        await database.write(work)


def _row(outcome: Outcome) -> dict[str, Any]:
    a = outcome.announcement
    return {
        "b_id": a.id,
        "b_fence": a.fence,
        "b_revision": outcome.revision,
        "b_state": a.state.value,
        "b_root": a.root.value if a.root else None,
        "b_earlier": a.earlier.value if a.earlier else None,
        "b_generation": a.generation,
        "b_last_seq": a.last_seq,
        "b_heard": a.heard,
        "b_root_hash": a.root_hash,
        "b_attempts": a.attempts,
        "b_error": a.error,
        "b_intent": codec.INTENT.dump(a.intent) if a.intent else None,
        "b_due_at": outcome.due_at,
    }


_PLAIN = ("state", "root", "earlier", "generation", "last_seq", "heard", "root_hash", "attempts", "error", "intent")
_DUE_AT = bindparam("b_due_at", type_=ANNOUNCEMENT.c.due_at.type)
_RECORD = (
    update(ANNOUNCEMENT)
    .where(ANNOUNCEMENT.c.id == bindparam("b_id"), ANNOUNCEMENT.c.fence == bindparam("b_fence"))
    .values(
        **{name: bindparam(f"b_{name}", type_=ANNOUNCEMENT.c[name].type) for name in _PLAIN},
        # What came in while this errand was out keeps the announcement due, but not before a wait that it asks for.
        due_at=case(
            (ANNOUNCEMENT.c.revision == bindparam("b_revision"), _DUE_AT),
            else_=func.coalesce(_DUE_AT, ANNOUNCEMENT.c.due_at),
        ),
        owner=None,
        lease_until=None,
    )
)


async def next_due(
    database: Database, now: datetime, platforms: Iterable[str], shards: Collection[int] | None = None
) -> datetime | None:
    """Return when the next announcement for one of `platforms` is due that nobody holds; None if there is none.

    If `shards` are given it is one of those, or one that has failed twice.
    """
    shared, first_of = _shared(shards), _FIRST if shards is None else _FIRST_OF_MINE
    kinds = [{"b_platform": platform, "b_urgency": urgency} for platform in platforms for urgency in _URGENCIES]

    def work(connection: Connection) -> list[datetime]:
        return [
            first
            for kind in kinds
            if (first := connection.execute(first_of, {"b_now": now, **kind, **shared}).scalar())
        ]

    return min(await database.read(work), default=None)


_FIRST = select(func.min(ANNOUNCEMENT.c.due_at)).where(_OURS, ANNOUNCEMENT.c.due_at.is_not(None))
_FIRST_OF_MINE = _FIRST.where(_MINE)


async def of_incident(database: Database, incident: str) -> tuple[Announcement, ...]:
    """Return where an incident has been announced."""
    query = select(*ANNOUNCEMENT.c).where(ANNOUNCEMENT.c.incident == incident).order_by(ANNOUNCEMENT.c.id)
    rows = await database.read(lambda connection: connection.execute(query).mappings().all())
    return tuple(announcement_of(row) for row in rows)


async def one(database: Database, id_: int) -> Announcement | None:
    """Return an announcement as it is now; None if it is forgotten."""
    query = select(*ANNOUNCEMENT.c).where(ANNOUNCEMENT.c.id == id_)
    row = await database.read(lambda connection: connection.execute(query).mappings().first())
    return announcement_of(row) if row is not None else None


async def doubt_root(database: Database, id_: int, now: datetime) -> bool:
    """Have a root said anew, for nobody knows what it shows; False if that can not be said now: somebody is at it."""
    which = (ANNOUNCEMENT.c.id == id_, ANNOUNCEMENT.c.state == "live", ANNOUNCEMENT.c.root.is_not(None))
    due = case((ANNOUNCEMENT.c.due_at > now, ANNOUNCEMENT.c.due_at), else_=now)
    doubted = update(ANNOUNCEMENT).where(*which, ANNOUNCEMENT.c.owner.is_(None))
    changed = doubted.values(root_hash="", due_at=due, revision=ANNOUNCEMENT.c.revision + 1)
    return await database.write(lambda connection: connection.execute(changed).rowcount > 0)


async def release(database: Database, owner: str, busy: Collection[int] = ()) -> None:
    """Free what an instance holds, but for those that it is still `busy` with; intents stay, as in `release_all`."""
    held = (ANNOUNCEMENT.c.owner == owner) & ANNOUNCEMENT.c.id.not_in([*busy])
    freed = update(ANNOUNCEMENT).where(held).values(owner=None, lease_until=None)
    await database.write(lambda connection: connection.execute(freed))


async def release_all(database: Database) -> None:
    """Free every lease: for a database that only one process works on, when it begins and when it ends.

    Intents stay: they are read back.
    """
    held = ANNOUNCEMENT.c.owner.is_not(None)
    freed = update(ANNOUNCEMENT).where(held).values(owner=None, lease_until=None)
    await database.write(lambda connection: connection.execute(freed))
