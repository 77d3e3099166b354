"""Sources in the database: which are watched, and what is remembered of each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, func, or_, select, update

from bot.catalog import folded
from bot.core.health import Health
from bot.model import Page, Source, SourceKind
from bot.store import codec
from bot.store.database import Database, insert_into
from bot.store.standings import HEALTH, health_of
from bot.store.tables import CLAIM, POLL, SOURCE

# In place of an endpoint: it was read elsewhere before.
MOVED = ""
# Who says that a source is watched.
FILE, CHAT = "file", "chat"
# Probes that begin together are spread over their interval, but nobody waits longer than this for the first check.
SPREAD = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A source with what is remembered of reading it; `fence` is the number of the lease it was claimed under.

    Where nobody named the format, the source has the one that was found, and `page_address` is what was named.
    A claimed one comes without its `page`, which may be long, and is seldom needed: whether it `had_components` is.
    It is `in_crowd` if it is looked at for the first time by a program that has more to look at than it can at once.
    """

    source: Source
    health: Health
    page: Page | None = None
    had_components: bool = False
    page_id: str | None = None
    endpoint: str | None = None
    validators: str | None = None
    in_trouble: bool = False
    page_address: str | None = None
    fence: int = 0
    in_crowd: bool = False

    @property
    def has_moved(self) -> bool:
        """Whether it was read before, but at another address, or as another format, than now."""
        return self.endpoint == MOVED and self.health.first_look is not None


async def register(database: Database, sources: Iterable[Source], now: datetime) -> None:
    """Watch exactly `sources` from now on, and what was added in chat.

    What is remembered of others stays, but they are left alone.
    """
    wanted = list(sources)
    keys = frozenset(source.key for source in wanted)

    def work(connection: Connection) -> None:
        # No statement may have as many parameters as there may be sources.
        others = sorted(set(connection.execute(_FROM_FILE).scalars()) - keys)
        if others:
            connection.execute(_REST, [{"b_key": key} for key in others])
            connection.execute(_LEAVE, [{"b_key": key} for key in others])
        _put(connection, wanted, now)

    await database.write(work)


_FROM_FILE = (
    select(SOURCE.c.key)
    .outerjoin(POLL, POLL.c.source == SOURCE.c.key)
    .where(SOURCE.c.origin == FILE, or_(SOURCE.c.active, POLL.c.active))
)
_REST = update(POLL).where(POLL.c.source == bindparam("b_key"), POLL.c.active).values(active=False)
_LEAVE = update(SOURCE).where(SOURCE.c.key == bindparam("b_key"), SOURCE.c.active).values(active=False)


async def add(database: Database, source: Source, now: datetime, origin: str = "file") -> Watched:
    """Watch `source` as well, and return it with what is remembered of it."""

    def work(connection: Connection) -> Watched:
        _put(connection, [source], now, origin)
        row = connection.execute(_WATCHED.where(SOURCE.c.key == source.key)).mappings().one()
        return _watched(row, in_trouble=bool(_in_trouble(connection, [source.key])))

    return await database.write(work)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the list of what is watched."""

    source: Source
    origin: str
    health: Health


async def entry(database: Database, key: str) -> Entry | None:
    """Return one page that is watched; None if it is not."""
    query = _ENTRIES.where(_IS_PAGE, SOURCE.c.key == key)
    row = await database.read(lambda connection: connection.execute(query).mappings().first())
    return _entry(row) if row else None


async def entries(database: Database, limit: int) -> tuple[int, tuple[Entry, ...]]:
    """Return how many pages are watched, and some of them: what was added in chat first, each by name."""
    count = select(func.count()).select_from(SOURCE).where(_IS_PAGE)
    query = _ENTRIES.where(_IS_PAGE).order_by(SOURCE.c.origin, SOURCE.c.called, SOURCE.c.key).limit(limit)

    def work(connection: Connection) -> tuple[int, tuple[Entry, ...]]:
        rows = connection.execute(query).mappings().all()
        return connection.execute(count).scalar_one(), tuple(map(_entry, rows))

    return await database.read(work)


async def entries_of(database: Database, vendor: str) -> tuple[Entry, ...]:
    """Return the pages of one vendor that are watched."""
    query = _ENTRIES.where(_IS_PAGE, SOURCE.c.vendor == vendor).order_by(SOURCE.c.key)
    rows = await database.read(lambda connection: connection.execute(query).mappings().all())
    return tuple(map(_entry, rows))


def _entry(row: RowMapping) -> Entry:
    return Entry(_known(row), row["origin"], health_of(row))


async def drop(database: Database, key: str) -> None:
    """Watch a source no more; what is remembered of it stays."""

    def work(connection: Connection) -> None:
        connection.execute(update(POLL).where(POLL.c.source == key).values(active=False))
        connection.execute(update(SOURCE).where(SOURCE.c.key == key).values(active=False))

    await database.write(work)


def _put(connection: Connection, wanted: Sequence[Source], now: datetime, origin: str = FILE) -> None:
    # Always the poll first, then the source, and the sources in the same order: two that wait for each other's
    # rows would wait for ever.
    wanted = sorted(wanted, key=lambda source: source.key)
    rows = connection.execute(select(SOURCE.c.key, SOURCE.c.spec, SOURCE.c.active, SOURCE.c.origin)).all()
    there = {row.key: row for row in rows}
    fresh = [source for source in wanted if source.key not in there]
    if fresh:
        # Another instance may just be starting too.
        engine = connection.dialect.name
        polls = [_new_poll(source, now) for source in fresh]
        connection.execute(insert_into(engine, POLL).on_conflict_do_nothing(), polls)
        named = [{"key": source.key, "origin": origin, **_said(source)} for source in fresh]
        connection.execute(insert_into(engine, SOURCE).on_conflict_do_nothing(), named)
    for source in wanted:
        row = there.get(source.key)
        if row is not None and (row.spec != codec.SOURCE.dump(source) or not row.active):
            _respecify(connection, source, codec.SOURCE.load(row.spec), now)
        if row is not None and row.origin != origin:
            connection.execute(update(SOURCE).where(SOURCE.c.key == source.key).values(origin=origin))


def _new_poll(source: Source, now: datetime) -> dict[str, Any]:
    first = {"kind": source.kind.value, "active": True, "due_at": _first_due(source, now)}
    return {"source": source.key, **first, "failures": 0, "failure": "", "fence": 0}


def _first_due(source: Source, now: datetime) -> datetime:
    """Return when to look first.  Probes keep their distance from each other: each goes on at its own fixed rate."""
    if source.kind is not SourceKind.PROBE:
        return now
    share = int.from_bytes(blake2b(source.key.encode(), digest_size=4).digest(), "big") / 2**32
    return now + min(source.interval, SPREAD) * share


def _said(source: Source) -> dict[str, Any]:
    return {
        "kind": source.kind.value,
        "vendor": source.vendor,
        # Under which it is listed; it is found by its own name.
        "name": source.whose,
        "called": folded(source.name),
        "format": source.format,
        "spec": codec.SOURCE.dump(source),
        "active": True,
    }


def _respecify(connection: Connection, source: Source, before: Source, now: datetime) -> None:
    """Look anew at a watch that was changed: what was remembered of the old address says nothing.

    Nor does a look at it that is still under way: it loses its lease.
    """
    free = {"owner": None, "lease_until": None, "fence": POLL.c.fence + 1}
    again = {"kind": source.kind.value, "active": True, "due_at": _first_due(source, now), **free}
    connection.execute(update(POLL).where(POLL.c.source == source.key).values(again))
    is_elsewhere = (source.url, source.format) != (before.url, before.format)
    forgotten = {**_NOTHING, "endpoint": MOVED if is_elsewhere else None}
    connection.execute(update(SOURCE).where(SOURCE.c.key == source.key).values({**_said(source), **forgotten}))


_NOTHING = dict.fromkeys(("endpoint", "validators", "page_id", "detected", "page", "severity", "glance", "parts"))
_IS_PAGE = SOURCE.c.active & (SOURCE.c.kind == SourceKind.FEED.value)
_ENTRIES = select(SOURCE.c.spec, SOURCE.c.detected, SOURCE.c.origin, *HEALTH).join(POLL, POLL.c.source == SOURCE.c.key)
_WATCHED = select(*SOURCE.c, POLL.c.fence, *HEALTH).join(POLL, POLL.c.source == SOURCE.c.key)


def watched_among(connection: Connection, keys: Iterable[str]) -> dict[str, Watched]:
    """Return those of some sources that are still watched, by key."""
    query = _WATCHED.where(SOURCE.c.active, SOURCE.c.key.in_(list(keys)))
    rows = connection.execute(query).mappings().all()
    return {row["key"]: _watched(row, in_trouble=False) for row in rows}


async def all_watched(database: Database) -> tuple[Watched, ...]:
    """Return every source that is watched, by name."""
    query = _WATCHED.where(SOURCE.c.active).order_by(SOURCE.c.name, SOURCE.c.key)

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
    return remembered(row, row, page, had_components=bool(page and page.components), in_trouble=in_trouble)


def remembered(
    row: RowMapping, poll: RowMapping, page: Page | None, *, had_components: bool, in_trouble: bool
) -> Watched:
    """Return a source with what its own row and that of its polls remember."""
    return Watched(
        source=_known(row),
        page_address=codec.SOURCE.load(row["spec"]).url if row["detected"] else None,
        health=health_of(poll),
        page=page,
        had_components=had_components,
        page_id=row["page_id"],
        endpoint=row["endpoint"],
        validators=row["validators"],
        in_trouble=in_trouble,
        fence=poll["fence"],
    )


def _known(row: RowMapping) -> Source:
    """Return a source with the format that was found, if nobody named one."""
    source = codec.SOURCE.load(row["spec"])
    form, _, url = (row["detected"] or "").partition(" ")
    return replace(source, format=form, url=url) if form else source


async def release_all(database: Database) -> None:
    """Free every lease: for a database that only one process works on, when it begins and when it ends."""
    freed = update(POLL).where(POLL.c.owner.is_not(None)).values(owner=None, lease_until=None)
    await database.write(lambda connection: connection.execute(freed))
