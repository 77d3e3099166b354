"""A database that a newer Sitrep has made is left alone, and the operator is told why."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from bot.errors import StoreUnavailable
from bot.store.database import Database, migrate


async def test_a_database_of_a_newer_sitrep_is_refused_in_one_line(database: Database) -> None:
    newer = text("UPDATE alembic_version SET version_num = '9999'")
    await database.write(lambda connection: connection.execute(newer))

    with pytest.raises(StoreUnavailable, match="newer Sitrep"):
        await migrate(database)
