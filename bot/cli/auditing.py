"""`audit`: who did what, for people, or as JSON lines to be kept elsewhere."""

from __future__ import annotations

import json
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from datetime import datetime

from bot.cli.asking import number, reading
from bot.cli.verb import Verb, config
from bot.clock import SystemClock
from bot.core import audit, wanted
from bot.core.message import utc
from bot.core.strangers import safe
from bot.store import audit as stored

_USUAL = 50


async def _audit(options: Namespace) -> int:
    """Print deeds, the oldest first, so that what is exported later goes below."""
    asked = wanted.wanted(" ".join(options.words), SystemClock().now())
    asked = wanted.Wanted(who=asked.who, incident=asked.incident, since=options.since or asked.since)
    limit = options.limit or (None if options.json else _USUAL)
    async with reading(options) as database:
        found = await stored.deeds(database, asked, limit)
    for one in reversed(found):
        if options.json:
            print(json.dumps(audit.as_json(one), ensure_ascii=False))
            continue
        said = f" “{one.answer}”" if one.answer else ""
        where = f"{audit.place(one)} {one.incident}".strip()
        print(safe(f"{utc(one.at)}  {one.came_of.value:<8} {one.name} ({one.person}): {one.command} [{where}]{said}"))
    if not found and not options.json:
        print("No such deed is recorded.")
    return 0


def _since(text: str) -> datetime:
    found = wanted.moment(text, SystemClock().now())
    if found is None:
        raise ArgumentTypeError(f"{text!r} is neither a length of time nor a day; write for example 7d or 2026-03-01")
    return found


def _arguments(parser: ArgumentParser) -> None:
    config(parser)
    parser.add_argument("words", nargs="*", metavar="WHO or WHICH", help="somebody's name or id, or an incident's id")
    parser.add_argument("--since", type=_since, metavar="WHEN", help="so long ago, or a day (UTC): 7d, 2026-03-01")
    parser.add_argument("--limit", type=number, metavar="N", help=f"the last N (default: {_USUAL}; with --json all)")
    parser.add_argument("--json", action="store_true", help="one JSON object a line, the oldest first")


VERBS = {"audit": Verb(_arguments, _audit)}
