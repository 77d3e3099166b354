"""What programs of ours told: until when it holds, if nobody repeats it, and the time of the newest count."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, delete, or_, select, update

from bot.model import Source
from bot.store import codec
from bot.store.database import Database, insert_into
from bot.store.tables import HEARD


@dataclass(frozen=True, slots=True)
class Overdue:
    """Something that was not repeated for as long as `patience`."""

    source: Source
    series: str
    patience: timedelta


async def expect(
    database: Database, source: Source, series: Iterable[str], until: datetime, patience: timedelta
) -> None:
    """Note that each of these is to be told again before `until`."""
    rows = [{**_row(source, one, patience), "expires_at": until} for one in sorted(set(series))]

    def work(connection: Connection) -> None:
        put = insert_into(connection.dialect.name, HEARD)
        new = {name: put.excluded[name] for name in ("expires_at", "patience", "spec")}
        connection.execute(put.on_conflict_do_update(index_elements=["source", "series"], set_=new), rows)

    if rows:
        await database.write(work)


async def is_news(
    database: Database, source: Source, series: str, told_at: datetime, until: datetime, patience: timedelta
) -> bool:
    """Note what was counted at `told_at`; False, and nothing noted, if a later count is known.

    The same count may come again: what follows from it is the same.
    """
    row = {**_row(source, series, patience), "told_at": told_at, "expires_at": until}

    def work(connection: Connection) -> bool:
        put = insert_into(connection.dialect.name, HEARD)
        new = {name: put.excluded[name] for name in ("told_at", "expires_at", "patience", "spec")}
        later = or_(HEARD.c.told_at.is_(None), HEARD.c.told_at <= put.excluded["told_at"])
        done = put.on_conflict_do_update(index_elements=["source", "series"], set_=new, where=later)
        return bool(connection.execute(done.returning(HEARD.c.series), row).all())

    return await database.write(work)


def _row(source: Source, series: str, patience: timedelta) -> dict[str, object]:
    spec = codec.SOURCE.dump(source)
    return {"source": source.key, "series": series, "patience": int(patience.total_seconds()), "spec": spec}


async def overdue(database: Database, now: datetime, limit: int = 100) -> tuple[Overdue, ...]:
    """Return what has expired, and expect each once more: of several instances one gets it."""
    query = select(*HEARD.c).where(HEARD.c.expires_at <= now).order_by(HEARD.c.expires_at).limit(limit)

    def work(connection: Connection) -> tuple[Overdue, ...]:
        found = []
        for row in connection.execute(query).all():
            patience = timedelta(seconds=row.patience)
            mine = _mine(row.source, row.series) & (HEARD.c.expires_at == row.expires_at)
            if connection.execute(update(HEARD).where(mine).values(expires_at=now + patience)).rowcount:
                found.append(Overdue(codec.SOURCE.load(row.spec), row.series, patience))
        return tuple(found)

    return await database.write(work)


async def next_due(database: Database) -> datetime | None:
    """Return when the next of them expires; None if nothing is expected."""
    found: datetime | None = await database.read(lambda connection: connection.execute(_SOONEST).scalar())
    return found


_SOONEST = select(HEARD.c.expires_at).where(HEARD.c.expires_at.is_not(None)).order_by(HEARD.c.expires_at).limit(1)


async def expect_no_more(database: Database, one: Overdue, now: datetime) -> None:
    """Forget what nothing is open of any more; not yet, if a count may come that is older than the newest."""
    is_past = or_(HEARD.c.told_at.is_(None), HEARD.c.told_at <= now - one.patience)
    gone = delete(HEARD).where(_mine(one.source.key, one.series), is_past)
    await database.write(lambda connection: connection.execute(gone))


def _mine(source: str, series: str) -> ColumnElement[bool]:
    return and_(HEARD.c.source == source, HEARD.c.series == series)
