"""`replay` and `demo`: what was recorded, played again."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from importlib.resources import as_file, files
from pathlib import Path

from adapters.console import Console
from bot import boards, catalog, process
from bot.cli.frames import series
from bot.cli.rehearsed import parts
from bot.cli.replay import Wish, replay
from bot.cli.verb import Verb, load
from bot.clock import Clock, SimulatedClock
from bot.commands.recording import Recording
from bot.core import wording
from bot.core.bursts import Terms
from bot.core.message import Item, Message, Tone
from bot.core.rules import Route
from bot.loops.take_in import Rules
from bot.model import Destination
from bot.store import incidents
from bot.store.database import Database

_PORT, _HIGHEST = 8080, 65_535
_TO_CONSOLE = Rules(routes=(Route(name="default", to=(Destination("console"),)),), bursts=Terms())


async def _replay(options: Namespace) -> int:
    chosen = load(options)
    rules = (
        Rules(chosen.routes, chosen.services, chosen.thresholds, bursts=chosen.bursts)
        if options.config
        else _TO_CONSOLE
    )
    database = chosen.database.reveal() if chosen.database_from_environment else None
    wish = Wish(
        series=series(options.path),
        format=options.format,
        vendor=options.vendor,
        speed=options.speed,
        as_json=options.json,
    )
    steps = await replay(wish, rules, database, _print)
    if not options.json:
        where = "" if steps or not database else ", as this database has seen all of it"
        print(f"\n{sum(len(one.frames) for one in wish.series)} snapshots, {steps} steps{where}")
    return 0


def _print(row: str) -> None:
    print(row, flush=True)


async def _demo(options: Namespace) -> int:
    print("A bundled outage, much faster than life. Nothing here is real; stop it with Ctrl-C.")
    with as_file(files("bot") / "demo") as folder:
        wish = Wish(
            series=series([folder / "acme"]),
            probes=parts(folder / "probes.toml"),
            beside=_board,
            end=_what_is_left,
            vendor="acme",
            speed=options.speed,
        )
        await replay(wish, _TO_CONSOLE, None, _print)
    print("\nThat was the demo. `sitrep run` watches real vendors; `sitrep init` writes a configuration.")
    return 0


@asynccontextmanager
async def _board(database: Database, clock: Clock) -> AsyncIterator[None]:
    """Serve the board while it is played, and, where somebody sits at a terminal, until they have seen enough."""
    async with boards.shown(database, clock, _port()) as address:
        print(f"The board: {address}", flush=True)
        yield
        if sys.stdout.isatty() and sys.stdin.isatty():
            print(f"\nThe board stays at {address} until Ctrl-C.", flush=True)
            await process.told_to_stop().wait()


def _port() -> int:
    text = os.environ.get("PORT", "")
    return int(text) if text.isascii() and text.isdecimal() and int(text) <= _HIGHEST else _PORT


async def _what_is_left(database: Database, now: datetime) -> None:
    """Show what the message in the channel says in the end, and what the vendor's record has kept of it."""
    (one,) = await incidents.recent_incidents(database, 1)
    reply = await Recording(database, catalog.load(), SimulatedClock(now)).answer(one.vendor)
    kept = [part for part in reply.message.parts if isinstance(part, Item)]
    record = Message(tone=Tone.NOTICE, headline=f"What {one.name}'s record has of it", parts=tuple(kept))
    console = Console(sys.stdout, colour=sys.stdout.isatty(), zone=UTC)
    for message in (wording.root(one), record):
        await console.post("", message, message.headline)


def _speed(text: str) -> float | None:
    if text == "max":
        return None
    try:
        speed = float(text.removesuffix("x"))
    except ValueError:
        speed = 0
    if not 0 < speed < float("inf"):
        raise ArgumentTypeError(f"{text!r} is not a speed; write a number such as 60, or max")
    return speed


def _replay_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("path", metavar="PATH", nargs="+", type=Path, help="a folder of snapshots, or files")
    parser.add_argument("--format", metavar="F", help="the format (default: recognised)")
    parser.add_argument("--vendor", metavar="V", help="whose page it is (default: recognised)")
    parser.add_argument("--config", metavar="FILE", type=Path, help="take the routes from this configuration")
    parser.add_argument("--speed", metavar="N|max", type=_speed, default=None, help="times life's own speed; max")
    parser.add_argument("--json", action="store_true", help="one line for each step of each announcement")


def _demo_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--speed", metavar="N|max", type=_speed, default=120.0, help="times life's own speed (120)")


VERBS = {
    "replay": Verb(_replay_arguments, _replay),
    "demo": Verb(_demo_arguments, _demo),
}
