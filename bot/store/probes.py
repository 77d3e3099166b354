"""Probes in the database: which are due, and what is remembered of each."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import BindParameter, Connection, bindparam, delete, exists, or_, select, update

from bot.core.health import Health
from bot.core.probing import ProbeState
from bot.core.spending import Day, day_of
from bot.core.witness import Sight
from bot.model import Source, SourceKind, Spent
from bot.store import codec, spending
from bot.store.database import Database, insert_into
from bot.store.standings import HEALTH, health_of
from bot.store.tables import CLAIM, NOTE, POLL, PROBE, PROBE_SPENT, SOURCE

_MINE = SourceKind.PROBE.value
_SIGHT = "sight"


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A probe that was claimed, with what is remembered of it; `fence` is the number of its lease.

    Of one that `is_new` nothing has been shown yet.  `today` is what its checks have cost on the day of the claim.
    """

    key: str
    fence: int
    due_at: datetime
    health: Health = field(default_factory=Health)
    state: ProbeState = field(default_factory=ProbeState)
    is_new: bool = False
    today: Day | None = None

    def spent_at(self, moment: datetime) -> Spent:
        """Return what it has spent on the day of `moment`: on one after the claim nobody can have spent anything."""
        return self.today.at(moment) if self.today else Spent()


async def claim_due(
    database: Database,
    owner: str,
    now: datetime,
    *,
    until: datetime,
    limit: int,
    lease: timedelta,
    strangers: Collection[str] = (),
) -> tuple[Due, ...]:
    """Take up to `limit` probes that are due by `until` and that nobody holds, the longest due first.

    None of the `strangers`, which others have to check.  Leases begin when a probe is due.
    """
    values = {
        "b_now": now,
        "b_until": until,
        "b_limit": limit,
        "b_owner": owner,
        "b_lease_until": max(until, now) + lease,
        "b_strangers": [*strangers],
    }

    def work(connection: Connection) -> tuple[Due, ...]:
        claimed = connection.execute(_CLAIM, values).mappings().all()
        if not claimed:
            return ()
        today = day_of(now)
        found = connection.execute(_STATES, {"b_keys": [row["source"] for row in claimed], "b_day": today}).mappings()
        known = {row["key"]: row for row in found}
        due = (
            Due(
                key=row["source"],
                fence=row["fence"],
                due_at=row["due_at"],
                health=health_of(row),
                state=codec.PROBE.load(known[row["source"]]["state"] or "{}"),
                is_new=known[row["source"]]["severity"] is None,
                today=Day(today, spending.spent_in(known[row["source"]])),
            )
            for row in claimed
        )
        return tuple(sorted(due, key=lambda one: one.due_at))

    return await database.write(work)


_FREE = or_(POLL.c.lease_until.is_(None), POLL.c.lease_until <= bindparam("b_now"))
_STRANGERS: BindParameter[str] = bindparam("b_strangers", expanding=True)
_IS_MINE = (POLL.c.kind == _MINE) & POLL.c.active & _FREE & POLL.c.source.not_in(_STRANGERS)
_DUE = (
    select(POLL.c.source)
    .where(_IS_MINE, POLL.c.due_at <= bindparam("b_until"))
    .order_by(POLL.c.due_at)
    .limit(bindparam("b_limit"))
    .with_for_update(skip_locked=True)
)
_CLAIM = (
    update(POLL)
    .where(POLL.c.source.in_(_DUE))
    .values(owner=bindparam("b_owner"), lease_until=bindparam("b_lease_until"), fence=POLL.c.fence + 1)
    .returning(POLL.c.source, POLL.c.fence, POLL.c.due_at, *HEALTH)
)
_KEYS: BindParameter[str] = bindparam("b_keys", expanding=True)
_DAY: BindParameter[date] = bindparam("b_day", type_=PROBE_SPENT.c.day.type)
_STATES = (
    select(SOURCE.c.key, SOURCE.c.severity, PROBE.c.state, *spending.SPENT)
    .outerjoin(PROBE, PROBE.c.source == SOURCE.c.key)
    .outerjoin(PROBE_SPENT, (PROBE_SPENT.c.source == SOURCE.c.key) & (PROBE_SPENT.c.day == _DAY))
    .where(SOURCE.c.key.in_(_KEYS))
)


async def next_due(database: Database, now: datetime, strangers: Collection[str] = ()) -> datetime | None:
    """Return when the next probe is due that nobody holds; None if there is none."""
    asked = {"b_now": now, "b_strangers": [*strangers]}
    found: datetime | None = await database.read(lambda connection: connection.execute(_NEXT, asked).scalar())
    return found


_NEXT = select(POLL.c.due_at).where(_IS_MINE).order_by(POLL.c.due_at).limit(1)


async def release(database: Database, claimed: Iterable[Due]) -> None:
    """Give back probes that were claimed and not checked; they are due as they were."""
    rows = [{"b_source": one.key, "b_fence": one.fence} for one in sorted(claimed, key=lambda one: one.key)]
    if rows:
        await database.write(lambda connection: connection.execute(_RELEASE, rows))


_RELEASE = (
    update(POLL)
    .where(POLL.c.source == bindparam("b_source"), POLL.c.fence == bindparam("b_fence"))
    .values(owner=None, lease_until=None)
)


@dataclass(frozen=True, slots=True)
class Orphan:
    """A probe that is not configured any more, and of which something is still open."""

    source: Source
    health: Health
    state: ProbeState


async def orphans(database: Database) -> tuple[Orphan, ...]:
    """Return the probes that nobody checks any more and that left a trouble open."""
    rows = await database.read(lambda connection: connection.execute(_ORPHANS).mappings().all())
    return tuple(
        Orphan(codec.SOURCE.load(row["spec"]), health_of(row), codec.PROBE.load(row["state"] or "{}")) for row in rows
    )


async def forget(database: Database, key: str) -> None:
    """Forget the state of a probe: checked again, it begins anew."""
    await database.write(lambda connection: connection.execute(delete(PROBE).where(PROBE.c.source == key)))


_LEFT_OPEN = exists().where(CLAIM.c.source == SOURCE.c.key, CLAIM.c.is_open)
_ORPHANS = (
    select(SOURCE.c.spec, PROBE.c.state, *HEALTH)
    .join(POLL, POLL.c.source == SOURCE.c.key)
    .outerjoin(PROBE, PROBE.c.source == SOURCE.c.key)
    .where(SOURCE.c.kind == _MINE, SOURCE.c.active.is_(False), _LEFT_OPEN)
    .order_by(SOURCE.c.key)
)


async def sight(database: Database) -> Sight:
    """Return what was known of our own connection last."""
    query = select(NOTE.c.value).where(NOTE.c.name == _SIGHT)
    noted = await database.read(lambda connection: connection.execute(query).scalar())
    return codec.SIGHT.load(noted) if noted else Sight()


async def keep_sight(database: Database, known: Sight) -> None:
    """Remember what is known of our own connection."""

    def work(connection: Connection) -> None:
        put = insert_into(connection.dialect.name, NOTE).values(name=_SIGHT, value=codec.SIGHT.dump(known))
        connection.execute(put.on_conflict_do_update(index_elements=["name"], set_={"value": put.excluded["value"]}))

    await database.write(work)
