"""`db`: what is done to a database as a whole: copied to another engine, backed up while it is in use."""

from __future__ import annotations

import os
import re
from argparse import ArgumentParser, Namespace
from pathlib import Path

from bot.cli.verb import Verb
from bot.errors import ConfigError
from bot.settings.database import normalised
from bot.settings.environment import Environment
from bot.settings.variables import DEFAULTS
from bot.store.copying import FROM, TO, back_up, copy, spoken_of
from bot.store.database import open_database

_NAME = re.compile(r"[A-Z][A-Z0-9_]*")
_ABOUT = "a database's address, or the name of a variable that holds it, such as DATABASE_URL: so it stays out of `ps`"


async def _db(options: Namespace) -> int:
    if options.deed == "backup":
        return await _backup(options)
    with spoken_of(FROM):
        source = open_database(_address(options.source))
    with spoken_of(TO):
        target = open_database(_address(options.target))
    try:
        if source.url == target.url:
            raise ConfigError("db copy: both are the same database")
        found = await copy(source, target)
    finally:
        await source.close()
        await target.close()
    rows = sum(found.values())
    print(f"copied {rows:,} rows, {found['incident']:,} incidents among them; now set DATABASE_URL and start it")
    return 0


async def _backup(options: Namespace) -> int:
    database = open_database(_address("DATABASE_URL", DEFAULTS["DATABASE_URL"]))
    try:
        if not database.is_sqlite:
            raise ConfigError("db backup: PostgreSQL has its own means: pg_dump; docs/operations.md")
        await back_up(Path(str(database.url.database)), options.file)
    finally:
        await database.close()
    print(f"{options.file}: written; to restore it, stop sitrep and put it in the database's place")
    return 0


def _address(word: str, default: str = "") -> str:
    """Return the address in a word, or in the variable of that name: in the environment, in `.env`, or in a file."""
    mistakes: list[str] = []
    env = Environment(os.environ, Path.cwd(), lambda where, what: mistakes.append(f"{where}: {what}"))
    if not _NAME.fullmatch(word):
        return _normalised(word)
    found = env.secret(word, normalised)
    if mistakes:
        raise ConfigError(*mistakes)
    if found is None and not default:
        raise ConfigError(f"environment: {word} is not set; set it to a database's address")
    return found.reveal() if found is not None else default


def _normalised(address: str) -> str:
    try:
        return normalised(address)
    except ValueError as error:
        raise ConfigError(str(error)) from None


def _arguments(parser: ArgumentParser) -> None:
    deeds = parser.add_subparsers(dest="deed", required=True, metavar="DEED")
    one = deeds.add_parser("copy", help="copy everything into an empty database, from SQLite to PostgreSQL or back")
    one.add_argument("source", metavar="FROM", help=_ABOUT)
    one.add_argument("target", metavar="TO", help=_ABOUT)
    other = deeds.add_parser("backup", help="copy the SQLite file of DATABASE_URL while it is in use")
    other.add_argument("file", type=Path, help="a new file")


VERBS = {"db": Verb(_arguments, _db)}
