"""`report`: all that is known of an incident, for people or for programs, and what people add to it."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from bot.cli.asking import reading
from bot.cli.saying import who
from bot.cli.verb import Verb, config
from bot.clock import SystemClock
from bot.core.actions import Outcome
from bot.core.picture.incident import of_incident
from bot.core.picture.svg import standalone
from bot.core.report import additions
from bot.core.report.attached import written
from bot.core.report.facts import facts
from bot.core.report.kept import Refusal, renewed
from bot.core.report.material import Material
from bot.core.strangers import safe
from bot.errors import ConfigError
from bot.store import additions as stored
from bot.store import lookups
from bot.store.database import Database
from bot.store.report import material

_FEW = 8
_SECTIONS = "summary, cause, impact, measures, follow-up or lesson"


async def _report(options: Namespace) -> int:
    """Print a report, or write it into a file in which what people wrote is kept."""
    async with reading(options) as database:
        incident = await _meant(database, options.id)
        for text in options.add:
            print(await _add(database, incident, text))
        if options.add and options.output is None:
            return 0
        now = SystemClock().now()
        found = await material(database, incident, now)
    if found is None:
        raise ConfigError(f"{incident}: there is no such incident")
    text = _written(found, options.format, now)
    if options.output is None:
        sys.stdout.write(text)
        return 0
    _put(options.output, text, incident, options.format)
    return 0


async def _meant(database: Database, beginning: str) -> str:
    """Return the one incident that is called so, or whose id begins so."""
    found = await lookups.named(database, beginning.removeprefix("#"), _FEW + 1)
    if not found:
        raise ConfigError(f"{beginning}: no incident is called so; `sitrep incidents --all` lists them")
    if len(found) > 1:
        more = " …" if len(found) > _FEW else ""
        raise ConfigError(f"{beginning}: may be {', '.join(one.id for one in found[:_FEW])}{more}")
    return found[0].id


def _written(found: Material, how: str, now: datetime) -> str:
    drawing = of_incident(found, now) if how == "html" else None
    return written(facts(found, now), how, standalone(drawing) if drawing is not None else "")


async def _add(database: Database, incident: str, text: str) -> str:
    wanted = additions.read(text)
    if wanted is None:
        raise ConfigError(f"{text!r} names no section; write {_SECTIONS}, a colon, and your words")
    person, now = who(), SystemClock().now()
    added = await stored.add(database, incident, lambda one, before: additions.add(one, before, wanted, person, now))
    if added is None:
        raise ConfigError(f"{incident}: there is no such incident")
    if added.outcome is Outcome.EMPTY:
        raise ConfigError(f"{text!r} has no words after the colon")
    if added.outcome is Outcome.NOTHING:
        raise ConfigError(f"{incident}: there is no follow-up {added.follow_up}")
    return safe(additions.told(added, wanted))


def _put(path: Path, text: str, incident: str, how: str) -> None:
    """Write a report into a file, all of it or nothing; a file that may hold somebody's words is not overwritten."""
    if path.is_dir():
        raise ConfigError(f"{path}: can not be written: it is a folder")
    beside = path.parent / f".{path.name}.{uuid4().hex}"
    try:
        if path.exists():
            text = _kept(path, text, incident, how)
        beside.write_text(text, encoding="utf-8")
        beside.replace(path)
    except (OSError, UnicodeDecodeError) as e:
        beside.unlink(missing_ok=True)
        raise ConfigError(f"{path}: can not be written: {getattr(e, 'strerror', None) or e}") from e


def _kept(path: Path, text: str, incident: str, how: str) -> str:
    before = path.read_text(encoding="utf-8")
    kept = renewed(before, text, incident, how)
    if isinstance(kept, Refusal):
        raise ConfigError(f"{path}: is left as it is: {kept.reason}")
    return kept


def _arguments(parser: ArgumentParser) -> None:
    config(parser)
    parser.add_argument("id", metavar="ID", help="an incident's id, or the beginning of one")
    parser.add_argument("--format", choices=("md", "html", "json"), default="md", help="(default: md)")
    parser.add_argument(
        "--output", type=Path, metavar="FILE", help="write it there; what you wrote between the marks is kept"
    )
    parser.add_argument(
        "--add", action="append", default=[], metavar="TEXT", help='add to it: "follow-up: ask for the root cause"'
    )


VERBS = {"report": Verb(_arguments, _report)}
