"""Why a database does not do what it is asked, where what was asked is not at fault; in words that say what to do."""

from __future__ import annotations

from socket import gaierror
from sqlite3 import SQLITE_BUSY, SQLITE_CANTOPEN, SQLITE_FULL, SQLITE_IOERR, SQLITE_READONLY

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoneFree

from bot.errors import StoreLost, StoreRefused, StoreUnavailable

# https://www.sqlite.org/rescode.html
_SQLITE = {
    SQLITE_BUSY: "another program has held the file for too long",
    SQLITE_FULL: "the disk is full: make room",
    SQLITE_IOERR: "the disk does not take or give what is on it: look whether it is full or broken",
    SQLITE_READONLY: "the file can only be read: let it, and its folder, belong to the user that Sitrep runs as",
    SQLITE_CANTOPEN: "the file can not be opened: look at the disk, and at who may read its folder",
}
_PRIMARY = 0xFF
# The server shuts down, starts up, or has ended the session: https://www.postgresql.org/docs/current/errcodes-appendix.html
_GOING = ("08", "57P")
_DEADLOCK = "40P01"
_POSTGRESQL = {
    "25006": "the database can only be read: it is a standby, or set to read only",
    "53100": "the database's disk is full: make room there",
    "53200": "the database has no memory left",
    "53300": "the database has no session left: raise max_connections",
}


def of_sqlite(error: DBAPIError) -> StoreUnavailable | None:
    """Return what a file refuses, None if the question is at fault, or the file is damaged."""
    code = getattr(error.orig, "sqlite_errorcode", 0)
    reason = _SQLITE.get(code & _PRIMARY)
    if reason is None:
        return None
    detail = "" if code in _SQLITE else f" ({getattr(error.orig, 'sqlite_errorname', code)})"
    return StoreRefused(f"{reason}{detail}")


def of_postgresql(error: OSError | SQLAlchemyError) -> StoreUnavailable | None:
    """Return what a server refuses, StoreLost if it goes, is gone, or may come; None if the question is at fault.

    A host without a name, or one that can not be reached, is no server that may come: it is written wrongly.
    """
    if not isinstance(error, DBAPIError):
        kind = StoreLost if isinstance(error, (ConnectionError, TimeoutError, NoneFree)) else StoreUnavailable
        return kind(f"DATABASE_URL: the database does not answer ({why(error)})")
    state, words = str(getattr(error.orig, "sqlstate", None) or ""), str(error.orig)
    if state in _POSTGRESQL:
        return StoreRefused(_POSTGRESQL[state])
    if error.connection_invalidated or state.startswith(_GOING) or "connection was closed" in words:
        return StoreLost(f"DATABASE_URL: the database does not answer ({_ENDED})")
    return None


def is_deadlock(error: DBAPIError) -> bool:
    """Whether a transaction was undone only because it and another waited for each other."""
    return getattr(error.orig, "sqlstate", None) == _DEADLOCK


_ENDED = "the connection has ended"


def why(error: Exception) -> str:
    """Return in a few words why a server is not to be had."""
    if isinstance(error, ConnectionRefusedError):
        return "nothing listens at its address"
    if isinstance(error, gaierror):
        return "there is no host of that name"
    if isinstance(error, NoneFree):
        return "all our sessions wait for it"
    if isinstance(error, TimeoutError):
        return "not in time"
    if isinstance(error, ConnectionError) or not isinstance(error, OSError):
        return _ENDED
    return error.strerror or type(error).__name__
