"""How a database is, found out without changing it: whether it is there, ours, current, writable, and in use."""

from __future__ import annotations

import asyncio
import fcntl
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import URL, Connection, NullPool, bindparam, func, make_url, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from bot.core.diagnosis.stored import Instance, Schema, Server, Stored
from bot.errors import SitrepError
from bot.store.database import Database
from bot.store.fleet import HANGS
from bot.store.schema import OLDEST, Standing
from bot.store.sources import CHAT
from bot.store.tables import POLL, SOURCE

# A Sitrep that works on it writes for some milliseconds at a time.
_PATIENCE = 2.0
_ANSWERS_WITHIN = 10.0
# To read more than this for the sake of a look takes too long.
_LARGE = 500_000_000
_MOST = 50
# What comes of reading rows that a damaged or foreign database holds.
UNREADABLE = (SitrepError, SQLAlchemyError, ValueError)
_VERSIONS = "alembic_version"
_LOOKED_AT = ("feed", "probe")


async def examine(address: str, now: datetime) -> Stored:
    """Return how the database at `address` is.  Nothing is made, migrated or written to find out."""
    url = make_url(address)
    where = url.set(drivername=url.get_backend_name(), query={}).render_as_string(hide_password=True)
    if url.get_backend_name() == "sqlite":
        return await asyncio.to_thread(_sqlite, where, Path(str(url.database)))
    try:
        async with asyncio.timeout(_ANSWERS_WITHIN):
            return await _postgresql(where, url, now)
    except (OSError, TimeoutError, SQLAlchemyError) as error:
        return Stored(where=where, error=_reason(error))


def _reason(error: Exception) -> str:
    cause = getattr(error, "orig", None) or error
    return str(cause).partition("\n")[0] or type(error).__name__


def _sqlite(where: str, path: Path) -> Stored:
    if not path.exists():
        return Stored(where=where, exists=False, is_held=_is_held(path))
    try:
        found = _looked_into(Stored(where=where, is_held=_is_held(path)), path)
    except sqlite3.Error as error:
        return Stored(where=where, error=str(error))
    return replace(found, refusal=_refusal(path))


def _looked_into(found: Stored, path: Path) -> Stored:
    with closing(sqlite3.connect(_uri(path, "ro"), uri=True, timeout=_PATIENCE)) as one:
        tables = {name for (name,) in one.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        row = one.execute("SELECT version_num FROM alembic_version").fetchone() if _VERSIONS in tables else None
        notes = dict(one.execute("SELECT name, value FROM note").fetchall()) if "note" in tables else {}
        ills = [] if path.stat().st_size > _LARGE else one.execute("PRAGMA quick_check(1)").fetchone()
    damage = "" if not ills or ills[0] == "ok" else str(ills[0])
    return replace(found, schema=_schema(tables, row and row[0], notes), purpose=notes.get("purpose"), damage=damage)


def _schema(tables: set[str], revision: str | None, notes: Mapping[str, str]) -> Schema:
    if not tables:
        return Schema.NONE
    if _VERSIONS not in tables:
        return Schema.OTHER
    found = Standing(revision, notes.get(OLDEST, ""))
    if found.is_current:
        return Schema.CURRENT
    if not found.is_newer:
        return Schema.OLDER
    return Schema.SERVES if found.serves else Schema.NEWER


def _refusal(path: Path) -> str:
    """Return why nothing can be written to a file; nothing is, to find out."""
    try:
        with closing(sqlite3.connect(_uri(path, "rw"), uri=True, timeout=_PATIENCE, isolation_level=None)) as one:
            one.execute("BEGIN IMMEDIATE")
            one.execute("ROLLBACK")
    except sqlite3.Error as error:
        return str(error)
    return ""


def _uri(path: Path, mode: str) -> str:
    return f"file:{quote(str(path.absolute()))}?mode={mode}"


def _is_held(path: Path) -> bool:
    """Whether a Sitrep works on this file: it holds the lock that is beside it."""
    try:
        with Path(f"{path}.lock").open(encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


async def _postgresql(where: str, url: URL, now: datetime) -> Stored:
    engine = create_async_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    try:
        async with engine.connect() as one, engine.connect() as other:
            # Two that are open at once have two sessions, unless somebody between lends them out by the question.
            pids = [await one.scalar(_PID), await other.scalar(_PID)]
            row = (await one.execute(_SERVER)).one()
            ahead: timedelta = row.clock - now
            server = Server(row.version, row.most, row.used - len(pids), len(set(pids)) == len(pids), ahead)
            tables = set((await one.execute(_TABLES)).scalars())
            found = Stored(where=where, server=server, refusal=await _refused(one, tables))
            return await _inside(found, one, tables)
    finally:
        await engine.dispose()


async def _inside(found: Stored, one: AsyncConnection, tables: set[str]) -> Stored:
    revision = await one.scalar(_VERSION) if _VERSIONS in tables else None
    notes = {row.name: row.value for row in await one.execute(_NOTES)} if "note" in tables else {}
    rows = (await one.execute(_INSTANCES, {"limit": HANGS})).all() if "instance" in tables else ()
    return replace(
        found,
        schema=_schema(tables, revision, notes),
        purpose=notes.get("purpose"),
        instances=tuple(Instance(*row) for row in rows),
    )


async def _refused(one: AsyncConnection, tables: set[str]) -> str:
    row = (await one.execute(_MAY)).one()
    if row.recovers:
        return "it is a standby, which only reads"
    if row.only_reads == "on":
        return "it is set to read only (default_transaction_read_only)"
    if not tables and not row.creates:
        return f"the role {row.role} may not make tables in its schema"
    lacks = (await one.execute(_LACKS)).scalars().all() if "incident" in tables else ()
    return f"the role {row.role} may not write to {', '.join(sorted(lacks))}" if lacks else ""


_PID = text("SELECT pg_backend_pid()")
_SERVER = text(
    "SELECT CAST(current_setting('server_version_num') AS integer) AS version, clock_timestamp() AS clock,"
    " CAST(current_setting('max_connections') AS integer)"
    " - CAST(current_setting('superuser_reserved_connections') AS integer) AS most,"
    " (SELECT count(*) FROM pg_stat_activity WHERE datid IS NOT NULL) AS used"
)
_TABLES = text("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
_VERSION = text("SELECT version_num FROM alembic_version")
_NOTES = text("SELECT name, value FROM note")
_INSTANCES = text(
    "SELECT id, version, joined_at, seen_at, seen_at < clock_timestamp() - CAST(:limit AS interval), NOT EXISTS"
    " (SELECT FROM pg_stat_activity WHERE application_name = instance.id AND datname = current_database())"
    " FROM instance ORDER BY joined_at, id"
)
_MAY = text(
    "SELECT pg_is_in_recovery() AS recovers, current_setting('default_transaction_read_only') AS only_reads,"
    " has_schema_privilege(current_schema(), 'CREATE') AS creates, current_user AS role"
)
_LACKS = text(
    "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
    " AND tablename IN ('incident', 'poll', 'timeline_entry', 'announcement')"
    " AND NOT has_table_privilege(quote_ident(schemaname) || '.' || quote_ident(tablename), 'INSERT')"
)


_WATCHED = POLL.c.active & POLL.c.kind.in_(_LOOKED_AT)
_NOW = bindparam("b_now", type_=POLL.c.due_at.type)
_NEWEST = select(func.count(), func.max(POLL.c.last_try)).where(_WATCHED)
_LATE = _WATCHED & (POLL.c.due_at <= _NOW)
_DUE = (
    select(SOURCE.c.name, POLL.c.due_at)
    .select_from(POLL.join(SOURCE, SOURCE.c.key == POLL.c.source))
    .where(_LATE)
    .order_by(POLL.c.due_at)
    .limit(_MOST)
)
_LATE_ONES = select(func.count()).select_from(POLL).where(_LATE)
_CHOSEN = select(SOURCE.c.vendor, SOURCE.c.name).where(SOURCE.c.active, SOURCE.c.origin == CHAT)


async def looks(database: Database, found: Stored, now: datetime) -> Stored:
    """Return the same with how the looks at what is watched stand."""

    def work(connection: Connection) -> Stored:
        watched, last = connection.execute(_NEWEST).one()
        due = tuple((row.name, row.due_at) for row in connection.execute(_DUE, {"b_now": now}))
        total = connection.execute(_LATE_ONES, {"b_now": now}).scalar() or 0
        return replace(found, watched=watched, last_try=last, due=due, due_total=total)

    return await database.read(work)


async def chosen(database: Database) -> dict[str, str]:
    """Return the vendors that are watched because somebody in a chat said so, each with its name."""
    rows = await database.read(lambda connection: connection.execute(_CHOSEN).all())
    return {str(vendor): str(name) for vendor, name in rows}
