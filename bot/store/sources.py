"""Sources in the database: which are watched, which are due, how each could be read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, exists, insert, or_, select, update

from bot.catalog import folded
from bot.core.health import Gap, Health
from bot.model import Page, Source
from bot.store import codec
from bot.store.database import Database, insert_into
from bot.store.standings import health_of, page_columns
from bot.store.tables import CLAIM, GAP, SOURCE


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A source with what is remembered of reading it; `fence` is the number of the lease it was claimed under.

    A claimed one comes without its `page`, which may be long, and is seldom needed: whether it `had_components` is.
    """

    source: Source
    health: Health
    page: Page | None = None
    had_components: bool = False
    page_id: str | None = None
    endpoint: str | None = None
    validators: str | None = None
    in_trouble: bool = False
    fence: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What one look leaves behind; empty `page`, `page_id`, `endpoint` and `validators` leave the old ones."""

    key: str
    fence: int
    health: Health
    due_at: datetime
    page: Page | None = None
    page_id: str | None = None
    endpoint: str | None = None
    validators: str | None = None
    gap: Gap | None = None


_CLAIMED = (
    "spec",
    "first_look",
    "last_look",
    "last_try",
    "failures",
    "failing_since",
    "failure",
    "page_id",
    "endpoint",
    "validators",
    "fence",
)


async def register(database: Database, sources: Iterable[Source], now: datetime) -> None:
    """Watch exactly `sources` from now on.  What is remembered of others stays, but they are left alone."""
    wanted = list(sources)
    keys = [source.key for source in wanted]

    def work(connection: Connection) -> None:
        connection.execute(update(SOURCE).where(SOURCE.c.active, SOURCE.c.key.not_in(keys)).values(active=False))
        _put(connection, wanted, now)

    await database.write(work)


async def add(database: Database, source: Source, now: datetime) -> Watched:
    """Watch `source` as well, and return it with what is remembered of it."""

    def work(connection: Connection) -> Watched:
        _put(connection, [source], now)
        row = connection.execute(select(*SOURCE.c).where(SOURCE.c.key == source.key)).mappings().one()
        return _watched(row, in_trouble=bool(_in_trouble(connection, [source.key])))

    return await database.write(work)


def _put(connection: Connection, wanted: Sequence[Source], now: datetime) -> None:
    rows = connection.execute(select(SOURCE.c.key, SOURCE.c.spec, SOURCE.c.active)).all()
    there = {row.key: row for row in rows}
    fresh = [_new_row(source, now) for source in wanted if source.key not in there]
    if fresh:
        # Another instance may just be starting too.
        connection.execute(insert_into(connection.dialect.name, SOURCE).on_conflict_do_nothing(), fresh)
    for source in wanted:
        spec, row = codec.SOURCE.dump(source), there.get(source.key)
        if row is not None and (row.spec != spec or not row.active):
            connection.execute(_respecified(source, spec, now))


def _new_row(source: Source, now: datetime) -> dict[str, Any]:
    return {
        "key": source.key,
        "vendor": source.vendor,
        "name": source.name,
        "called": folded(source.name),
        "format": source.format,
        "spec": codec.SOURCE.dump(source),
        "active": True,
        "due_at": now,
        "failures": 0,
        "failure": "",
        "fence": 0,
    }


_NO_PAGE = dict.fromkeys(("page", "severity", "glance", "parts"))


def _respecified(source: Source, spec: str, now: datetime) -> Any:
    """A watch that was changed is looked at anew: what was remembered of the old address says nothing.

    Nor does a look at it that is still under way: it loses its lease.
    """
    return (
        update(SOURCE)
        .where(SOURCE.c.key == source.key)
        .values(
            vendor=source.vendor,
            name=source.name,
            called=folded(source.name),
            format=source.format,
            spec=spec,
            active=True,
            due_at=now,
            endpoint=None,
            validators=None,
            page_id=None,
            **_NO_PAGE,
            owner=None,
            lease_until=None,
            fence=SOURCE.c.fence + 1,
        )
    )


async def claim_due(
    database: Database, owner: str, now: datetime, *, limit: int, lease: timedelta
) -> tuple[Watched, ...]:
    """Take up to `limit` sources that are due and that nobody holds, the longest due first."""
    values = {"b_now": now, "b_limit": limit, "b_owner": owner, "b_lease_until": now + lease}
    rows = await database.write(lambda connection: connection.execute(_CLAIM, values).mappings().all())
    return tuple(
        _remembered(row, None, had_components=bool(row["had_components"]), in_trouble=row["in_trouble"]) for row in rows
    )


_DUE = (
    select(SOURCE.c.key)
    .where(
        SOURCE.c.active,
        SOURCE.c.due_at <= bindparam("b_now"),
        or_(SOURCE.c.lease_until.is_(None), SOURCE.c.lease_until <= bindparam("b_now")),
    )
    .order_by(SOURCE.c.due_at)
    .limit(bindparam("b_limit"))
    .with_for_update(skip_locked=True)
)
_CLAIM = (
    update(SOURCE)
    .where(SOURCE.c.key.in_(_DUE))
    .values(owner=bindparam("b_owner"), lease_until=bindparam("b_lease_until"), fence=SOURCE.c.fence + 1)
    .returning(
        *(SOURCE.c[name] for name in _CLAIMED),
        exists().where(CLAIM.c.source == SOURCE.c.key, CLAIM.c.is_trouble).label("in_trouble"),
        # So the codec writes a list that is not empty; within a text the quotes would be escaped.
        SOURCE.c.page.contains('"components":[{').label("had_components"),
    )
)


async def next_due(database: Database, now: datetime) -> datetime | None:
    """Return when the next source is due that nobody holds; None if none is watched."""
    free = or_(SOURCE.c.lease_until.is_(None), SOURCE.c.lease_until <= now)
    query = select(SOURCE.c.due_at).where(SOURCE.c.active, free).order_by(SOURCE.c.due_at).limit(1)
    found: datetime | None = await database.read(lambda connection: connection.execute(query).scalar())
    return found


def watched_among(connection: Connection, keys: Iterable[str]) -> dict[str, Watched]:
    """Return those of some sources that are still watched, by key."""
    query = select(*SOURCE.c).where(SOURCE.c.active, SOURCE.c.key.in_(list(keys)))
    rows = connection.execute(query).mappings().all()
    return {row["key"]: _watched(row, in_trouble=False) for row in rows}


async def all_watched(database: Database) -> tuple[Watched, ...]:
    """Return every source that is watched, by name."""
    query = select(*SOURCE.c).where(SOURCE.c.active).order_by(SOURCE.c.name, SOURCE.c.key)

    def work(connection: Connection) -> tuple[Watched, ...]:
        rows = connection.execute(query).mappings().all()
        troubled = _in_trouble(connection, [row["key"] for row in rows])
        return tuple(_watched(row, in_trouble=row["key"] in troubled) for row in rows)

    return await database.read(work)


def _in_trouble(connection: Connection, keys: Sequence[str]) -> frozenset[str]:
    if not keys:
        return frozenset()
    query = select(CLAIM.c.source).where(CLAIM.c.is_trouble, CLAIM.c.source.in_(keys)).distinct()
    return frozenset(connection.execute(query).scalars())


def _watched(row: RowMapping, *, in_trouble: bool) -> Watched:
    page = codec.PAGE.load(row["page"]) if row["page"] else None
    return _remembered(row, page, had_components=bool(page and page.components), in_trouble=in_trouble)


def _remembered(row: RowMapping, page: Page | None, *, had_components: bool, in_trouble: bool) -> Watched:
    return Watched(
        source=codec.SOURCE.load(row["spec"]),
        health=health_of(row),
        page=page,
        had_components=had_components,
        page_id=row["page_id"],
        endpoint=row["endpoint"],
        validators=row["validators"],
        in_trouble=in_trouble,
        fence=row["fence"],
    )


async def record(database: Database, looks: Sequence[Look]) -> None:
    """Write what looks left behind, all in one transaction, and give their sources back.

    A look whose lease was lost meanwhile leaves nothing: somebody else has looked since.
    """
    plain = [look for look in looks if not _found(look) and look.gap is None]
    telling = [look for look in looks if _found(look) or look.gap is not None]

    def work(connection: Connection) -> None:
        if plain:
            connection.execute(_RECORD, [_outcome(look) for look in plain])
        for look in telling:
            write(connection, look)

    await database.write(work)


def write(connection: Connection, look: Look) -> bool:
    """Do what `record` does, for one look, inside a transaction that is already open; False if its lease was lost."""
    held = {"b_key": look.key, "b_fence": look.fence}
    done = connection.execute(_HELD, {**held, **_health(look), **_found(look)})
    if done.rowcount and look.gap is not None:
        gap = {"began_at": look.gap.began_at, "ended_at": look.gap.ended_at, "reason": look.gap.reason}
        connection.execute(insert(GAP).values(source=look.key, **gap))
    return bool(done.rowcount)


def _health(look: Look) -> dict[str, Any]:
    health = look.health
    return {
        "first_look": health.first_look,
        "last_look": health.last_look,
        "last_try": health.last_try,
        "failures": health.failures,
        "failing_since": health.failing_since,
        "failure": health.failure,
        "due_at": look.due_at,
        "owner": None,
        "lease_until": None,
    }


_HEALTH_COLUMNS = ("first_look", "last_look", "last_try", "failures", "failing_since", "failure", "due_at")
_HELD = update(SOURCE).where(SOURCE.c.key == bindparam("b_key"), SOURCE.c.fence == bindparam("b_fence"))
_RECORD = _HELD.values(owner=None, lease_until=None, **{name: bindparam(f"b_{name}") for name in _HEALTH_COLUMNS})


def _outcome(look: Look) -> dict[str, Any]:
    health = _health(look)
    values = {f"b_{name}": health[name] for name in _HEALTH_COLUMNS}
    return {"b_key": look.key, "b_fence": look.fence, **values}


def _found(look: Look) -> Mapping[str, Any]:
    found = {
        **(page_columns(look.page) if look.page else {}),
        "page_id": look.page_id,
        "endpoint": look.endpoint,
        "validators": look.validators,
    }
    return {name: value for name, value in found.items() if value is not None}


async def release_all(database: Database) -> None:
    """Free every lease: for a database that only one process works on, at its start."""
    freed = update(SOURCE).where(SOURCE.c.owner.is_not(None)).values(owner=None, lease_until=None)
    await database.write(lambda connection: connection.execute(freed))
