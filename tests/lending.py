"""PostgreSQL databases that are lent to test after test.

To copy a database and to drop it costs the server more than most tests do.  So what one has written is removed,
sessions that it left over are ended, and the next has the same database.  If more than rows has changed, it is lent no
more.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

import asyncpg

# What there is beside rows, as one word: whatever was ever made (everything depends on something), columns, names,
# rights, settings, and how far it is migrated.  PostgreSQL numbers from 16384 on what others than itself have made:
# https://www.postgresql.org/docs/current/system-catalog-initial-data.html#SYSTEM-CATALOG-OID-ASSIGNMENT
_SHAPE = """
    SELECT md5(concat(
        (SELECT string_agg(concat(classid, objid, objsubid, refobjid), ',' ORDER BY classid, objid, objsubid, refobjid)
            FROM pg_depend WHERE objid >= 16384),
        (SELECT string_agg(concat(attrelid, attname, atttypid, attnotnull), ',' ORDER BY attrelid, attnum)
            FROM pg_attribute WHERE attrelid >= 16384 AND attnum > 0),
        (SELECT string_agg(concat(oid, relname, relacl), ',' ORDER BY oid) FROM pg_class WHERE oid >= 16384),
        (SELECT string_agg(setconfig::text, ',') FROM pg_db_role_setting
            WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())),
        (SELECT string_agg(version_num, ',') FROM alembic_version)))
"""
_ALONE = """
    SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
# A table of which no page exists holds nothing, and need not be looked at.
_WRITTEN = """
    SELECT string_agg(quote_ident(relname), ', ') FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> 'alembic_version'
        AND pg_relation_size(oid) > 0
"""
_NUMBERED_ANEW = (
    "SELECT setval(oid, 1, false) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'S'"
)
# Nobody is left who could hold anything; who waits all the same waits for ever.
_WITHIN = 20.0


@dataclass(frozen=True, slots=True)
class Lent:
    """A database, with a session of ours that stays while others come and go; `shape` is what it was at first."""

    name: str
    runner: asyncio.Runner
    session: asyncpg.Connection
    shape: str

    @classmethod
    def new(cls, folder: Path, name: str) -> Lent:
        """Take a database that was just made, on the server whose socket is in `folder`."""
        # A loop of our own, that pytest-asyncio never hears of.
        runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)
        session = runner.run(_connected(folder, name))
        return cls(name, runner, session, runner.run(session.fetchval(_SHAPE)))

    def is_emptied(self) -> bool:
        """Remove what was written; False if it can not be made as it was, or our session was ended too."""
        try:
            return self.runner.run(asyncio.wait_for(self._emptied(), _WITHIN))
        except (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError):
            return False

    async def _emptied(self) -> bool:
        if await self.session.fetchval(_SHAPE) != self.shape:
            return False
        await self.session.execute(_ALONE)
        written = await self.session.fetchval(_WRITTEN)
        if written:
            await self.session.execute(f"TRUNCATE {written} CASCADE")
        await self.session.execute(_NUMBERED_ANEW)
        return True

    def end(self) -> None:
        """End the session."""
        self.session.terminate()
        self.runner.close()


async def _connected(folder: Path, name: str) -> asyncpg.Connection:
    return await asyncpg.connect(host=str(folder), user="postgres", database=name)
