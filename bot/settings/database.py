"""DATABASE_URL: what hosts and tutorials give, turned into what our drivers take.  No message repeats the value."""

from __future__ import annotations

import re
from pathlib import Path

from bot.settings.scalars import split_url

INSTEAD = "write sqlite:///sitrep.db or postgresql://user:password@host/database"

# Heroku and others still say postgres://, which SQLAlchemy does not know.
_SCHEMES = {
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
    "postgresql+asyncpg": "postgresql+asyncpg",
}
# What libpq's URLs may say and asyncpg would fail on, because SQLAlchemy passes every option to asyncpg.connect():
# https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS
_LIBPQ_ONLY = {"channel_binding", "connect_timeout", "application_name", "options", "sslrootcert", "sslcert", "sslkey"}


def normalised(url: str) -> str:
    """Return the URL for the asynchronous driver; ValueError if there is none for it."""
    scheme, found, rest = url.partition("://")
    if not found:
        raise ValueError(f"is not a database URL; {INSTEAD}")
    driver = _SCHEMES.get(scheme.lower())
    if driver is None:
        raise ValueError(f'"{scheme}" is not a database that Sitrep can use; {INSTEAD}')
    return f"{driver}://{_sqlite(rest) if driver.startswith('sqlite') else _postgresql(rest)}"


def sqlite_directory(url: str, cwd: Path) -> Path:
    """Return where the SQLite file is; the working directory if the database is no file of its own."""
    file = url.partition(":///")[2].partition("?")[0]
    plain = url.startswith("sqlite") and file and file != ":memory:" and not file.startswith("file:")
    return (cwd / file).parent if plain else cwd


def _sqlite(rest: str) -> str:
    # What stands before the third slash would be a host, and there is none.
    if rest and not rest.startswith("/"):
        raise ValueError(
            "names no file: write sqlite:///sitrep.db, with three slashes, or four before a path from the root"
        )
    return rest


def _postgresql(rest: str) -> str:
    parts = split_url(f"postgresql://{rest}")
    if parts is None or parts.fragment:
        raise ValueError("can not be taken apart; in the password write %23 for #, %2F for /, %3A for :, %40 for @")
    if parts.path in {"", "/"}:
        raise ValueError(f"names no database; {INSTEAD}")
    options = parts.query.split("&") if parts.query else []
    for name in (option.partition("=")[0] for option in options):
        if name in _LIBPQ_ONLY:
            raise ValueError(f'the option "{name}" is not known to the driver asyncpg; leave it out')
    # asyncpg has libpq's words for it (disable, prefer, require, verify-full…) under another name.
    query = "&".join(re.sub(r"^sslmode=", "ssl=", option) for option in options)
    return rest.partition("?")[0] + (f"?{query}" if query else "")
