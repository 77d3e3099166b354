"""The schema's history, played by Alembic without a configuration file.

Each revision is done whole or not at all, while older programs go on working (docs/decisions/0046).  So none of them
waits long for a lock: whoever waits for a table keeps all others from it who come later.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import Script, ScriptDirectory
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError

from bot.errors import StoreBusy, StoreUnavailable
from bot.store import schema
from bot.store.engines import Engine

__all__ = ["SCRIPTS", "configuration", "upgrade"]

log = logging.getLogger(__name__)

SCRIPTS = Path(__file__).parent
_LOCK = 7312001
# Less than the second after which PostgreSQL looks for deadlocks: a migration gives in, never a program at work.
_WAITS_FOR_A_TABLE = "500ms"
_TRIES, _PAUSE = 60, 1.0
# lock_not_available, deadlock_detected: https://www.postgresql.org/docs/current/errcodes-appendix.html
_IN_USE = {"55P03", "40P01"}
# duplicate_table
_THERE = "42P07"


class _Taken(Exception):
    """Another instance is bringing the database up to date."""


class _Apart(Exception):
    """The next revision is to be done outside of a transaction."""


def configuration(connection: Connection) -> Config:
    """Return Alembic's configuration for one open connection."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.attributes["connection"] = connection
    return config


async def upgrade(engine: Engine, version: str, purpose: str = "") -> None:
    """Bring the schema to its newest revision.  Several instances may try at once: one of them does it.

    A database without tables of ours is marked for `purpose`, if there is one, as soon as it has any.

    Raises StoreBusy if one that would not survive it is at work, StoreUnavailable if the tables are in use all the
    time or if it fails; what was done before that stands, and is whole.
    """
    tries, waits = 0, False
    while True:
        try:
            if not await _stepped(engine, version, purpose):
                return
        except _Taken:
            if not waits:
                log.info("another instance brings the database up to date: waiting for it")
            waits = True
        except DBAPIError as error:
            tries += 1
            if getattr(error.orig, "sqlstate", None) not in _IN_USE:
                raise StoreUnavailable(
                    "DATABASE_URL: the database can not be brought up to date, and what was begun is undone: "
                    f"{schema.first_line(error)}"
                ) from error
            if tries >= _TRIES:
                raise StoreUnavailable(
                    "DATABASE_URL: the database can not be brought up to date: its tables are in use all the time; try "
                    "again when less is done (pg_stat_activity says by whom)"
                ) from error
        else:
            continue
        await asyncio.sleep(_PAUSE)


def _is_there(error: DBAPIError) -> bool:
    """Whether a table that is to be made is there already."""
    state = getattr(error.orig, "sqlstate", None)
    return state == _THERE or (state is None and "already exists" in str(error.orig))


async def _stepped(engine: Engine, version: str, purpose: str) -> bool:
    try:
        return await engine.run(partial(_step, version, purpose), writes=True)
    except _Apart:
        return await engine.run_apart(partial(_step_apart, version))


def _step(version: str, purpose: str, connection: Connection) -> bool:
    """Bring the schema one revision forward in this transaction; returns whether there was one."""
    is_new = schema.standing(connection).revision is None
    if connection.dialect.name == "postgresql":
        if not connection.execute(_TRY, {"key": _LOCK}).scalar():
            raise _Taken
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_WAITS_FOR_A_TABLE}'")
    following = _following(connection)
    if following is None:
        return False
    if connection.dialect.name == "postgresql" and getattr(following.module, "apart", False):
        raise _Apart
    _require_survivors(connection, following.module.oldest)
    try:
        _play(connection, following, version)
    except DBAPIError as error:
        if not (is_new and _is_there(error)):
            raise
        raise StoreUnavailable(
            "DATABASE_URL: there are tables of another program in this database "
            f"({schema.first_line(error)}): name an empty one"
        ) from error
    if is_new and purpose:
        connection.execute(_MARK, {"purpose": purpose})
    return True


_MARK = text("INSERT INTO note (name, value) VALUES ('purpose', :purpose)")


def _step_apart(version: str, connection: Connection) -> bool:
    """Do the same for a revision that can not be done in a transaction; if it breaks off it is begun anew."""
    with _turn(connection):
        following = _following(connection)
        if following is not None and getattr(following.module, "apart", False):
            _play(connection, following, version)
        return following is not None


@contextmanager
def _turn(connection: Connection) -> Iterator[None]:
    # Others who wait here would be waited for by what is to be done: they come again.
    if not connection.execute(_TRY_APART, {"key": _LOCK}).scalar():
        raise _Taken
    try:
        yield
    finally:
        connection.execute(_GIVE_BACK, {"key": _LOCK})


_TRY = text("SELECT pg_try_advisory_xact_lock(:key)")
_TRY_APART = text("SELECT pg_try_advisory_lock(:key)")
_GIVE_BACK = text("SELECT pg_advisory_unlock(:key)")


def _following(connection: Connection) -> Script | None:
    """Return the first revision that the database has not; None as well if it is newer than all that are known."""
    found = schema.standing(connection).revision
    known = list(ScriptDirectory.from_config(configuration(connection)).walk_revisions())
    after = (one for one in reversed(known) if found is None or str(one.revision) > found)
    return next(after, None)


def _play(connection: Connection, following: Script, version: str) -> None:
    command.upgrade(configuration(connection), str(following.revision))
    schema.note(connection, following.module.oldest, version)


def _require_survivors(connection: Connection, oldest: str) -> None:
    """Refuse what an instance that is at work would not survive; until this is committed none can join."""
    if connection.dialect.name != "postgresql" or not inspect(connection).has_table("instance"):
        return
    if oldest <= schema.standing(connection).oldest:
        return
    connection.exec_driver_sql("LOCK TABLE instance IN SHARE MODE")
    for row in connection.execute(_AT_WORK, {"oldest": oldest}):
        raise StoreBusy(
            f"DATABASE_URL: {row.id} (Sitrep {row.version}) works on this database and would not survive this upgrade; "
            "stop all that are as old, or bring them to a release in between first (CHANGELOG.md)"
        )


# One that hangs has its sessions still; of one that has just gone it is not known yet.
_AT_WORK = text(
    "SELECT id, version FROM instance WHERE revision < :oldest AND (seen_at > clock_timestamp() - interval '10 s'"
    " OR EXISTS (SELECT FROM pg_stat_activity WHERE application_name = id AND datname = current_database()))"
    " ORDER BY id"
)
