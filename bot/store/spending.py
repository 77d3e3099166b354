"""What checks have cost, by probe and day of UTC."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Connection, RowMapping, bindparam, func, select

from bot.core.spending import Day
from bot.model import Spent
from bot.store.database import Database, insert_into
from bot.store.tables import PROBE_SPENT

_SUMS = ("checks", "tokens_in", "tokens_out", "money")
SPENT = tuple(PROBE_SPENT.c[name] for name in _SUMS)
# The last day on which a probe of an outer query has cost anything.
_DAYS = PROBE_SPENT.alias()


def is_last_day_of(key: Any) -> Any:
    """Return the condition that joins a source with the last day on which it has cost anything."""
    last = select(func.max(_DAYS.c.day)).where(_DAYS.c.source == key).scalar_subquery()
    return (PROBE_SPENT.c.source == key) & (PROBE_SPENT.c.day == last)


def spent_in(row: RowMapping) -> Spent:
    """Return the sum in a row that has the columns `SPENT`; nothing where nothing was joined."""
    return Spent(
        checks=row["checks"] or 0,
        tokens_in=row["tokens_in"] or 0,
        tokens_out=row["tokens_out"] or 0,
        money=row["money"] or 0.0,
    )


def write(connection: Connection, paid: Iterable[tuple[str, Day]]) -> None:
    """Add what checks have cost, each by its source.

    Whoever has the lease by now: it is spent all the same.
    """
    rows = [{"source": key, "day": one.date, **asdict(one.spent)} for key, one in paid]
    if rows:
        connection.execute(_add(connection.dialect.name), rows)


@cache
def _add(engine: str) -> Any:
    put = insert_into(engine, PROBE_SPENT)
    sums = {name: PROBE_SPENT.c[name] + put.excluded[name] for name in _SUMS}
    return put.on_conflict_do_update(index_elements=["source", "day"], set_=sums)


async def add(database: Database, paid: Collection[tuple[str, Day]]) -> None:
    """Do what `write` does, in a transaction of its own."""
    # Always in the same order: two that wait for each other's rows would wait for ever.
    if paid:
        await database.write(lambda connection: write(connection, sorted(paid, key=lambda one: one[0])))


async def on(database: Database, day: date) -> Mapping[str, Spent]:
    """Return what was spent on a day, by source."""
    rows = await database.read(lambda connection: connection.execute(_ON, {"b_day": day}).mappings().all())
    return {row["source"]: spent_in(row) for row in rows}


_DAY: BindParameter[date] = bindparam("b_day", type_=PROBE_SPENT.c.day.type)
_ON = select(PROBE_SPENT.c.source, *SPENT).where(PROBE_SPENT.c.day == _DAY)
