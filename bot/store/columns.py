"""What columns and indexes are made of, on either engine."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    DateTime,
    Dialect,
    Integer,
    Table,
    TypeDecorator,
    literal,
    text,
)
from sqlmodel import SQLModel


class Instant(TypeDecorator[datetime]):
    """A UTC instant: `timestamptz` where there is one; SQLite keeps UTC without a zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a time without a zone: nobody knows which instant it is."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without a zone can not be stored: {value!r}")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return an aware UTC time."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# SQLite numbers rows by itself only for a column of exactly this type.
Id = BigInteger().with_variant(Integer(), "sqlite")


def where(condition: str, on_sqlite: str = "") -> dict[str, Any]:
    """Return what makes an index one of some rows only, on either engine; SQLite may spell it in another way.

    It is used by questions that say the same: SQLite compares word by word, and knows nothing of parameters.
    """
    return {"sqlite_where": text(on_sqlite or condition), "postgresql_where": text(condition)}


def inline(word: str) -> BindParameter[str]:
    """Return a word that stands in the statement itself, where an index of some rows only asks for it."""
    return literal(word, literal_execute=True)


def table(row: type[SQLModel]) -> Table:
    """Return the table behind a row class."""
    found: Any = row
    return SQLModel.metadata.tables[str(found.__tablename__)]
