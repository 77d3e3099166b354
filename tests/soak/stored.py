"""What the database holds: the rows of every table, and its size."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, func, make_url, select, text
from sqlmodel import SQLModel

from bot.store import tables as _  # noqa: F401  (the tables are known once it is imported)
from bot.store.database import Database


@dataclass(frozen=True, slots=True)
class Stored:
    """At one moment: rows by table, bytes in use and bytes of the file, or of the tables with their indexes."""

    rows: dict[str, int]
    used: int
    size: int


async def stored(database: Database) -> Stored:
    """Look into a database that the program works on."""
    return await database.read(_stored)


def _stored(connection: Connection) -> Stored:
    rows = {
        name: connection.execute(select(func.count()).select_from(table)).scalar_one()
        for name, table in SQLModel.metadata.tables.items()
    }
    if connection.dialect.name == "sqlite":
        page, pages, free = (
            connection.execute(text(f"PRAGMA {name}")).scalar_one()
            for name in ("page_size", "page_count", "freelist_count")
        )
        path = make_url(str(connection.engine.url)).database
        log = Path(f"{path}-wal")
        return Stored(rows, page * (pages - free), page * pages + (log.stat().st_size if log.exists() else 0))
    size = connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one()
    return Stored(rows, size, size)
