"""`ask`: whatever can be asked or done in a chat, from a terminal."""

from __future__ import annotations

import asyncio
import getpass
from argparse import ArgumentParser, Namespace
from functools import partial
from shlex import quote

from bot import catalog
from bot.cli.verb import Verb, awaited, config, load
from bot.clock import SystemClock
from bot.commands.declaring import terms_of
from bot.commands.desk import Desk
from bot.commands.reporting import Hearing
from bot.core.access import Access
from bot.core.message import Reply, plain
from bot.core.strangers import safe
from bot.fetch import EgressPolicy, Fetcher
from bot.loops.people import People, report
from bot.loops.recognising import read_once
from bot.loops.take_in import Rules
from bot.model import Person
from bot.reaching import boarding_of, plans_of
from bot.store.database import migrate, open_database


async def _ask(options: Namespace) -> int:
    """Answer as the bot would.  Who can open the database may do everything, as an admin may."""
    settings, clock, person = load(options), SystemClock(), who()
    database = open_database(settings.database.reveal())
    try:
        await migrate(database)
        async with Fetcher(egress=EgressPolicy.allowing(*settings.egress_allow), now=clock.now) as fetcher:
            # A `sitrep run` on the same database tells what was done within a second.
            due, terms = asyncio.Event(), settings.people
            rules = Rules(settings.routes, settings.services, settings.thresholds, settings.oncalls, settings.bursts)
            heard = People(database, rules, terms, clock, due)
            fetch, hearing = partial(read_once, fetcher, now=clock.now), Hearing(partial(report, heard), terms)
            access = Access(admins=tuple(person.keys))
            desk = Desk(
                database, catalog.load(), clock, due, fetch, hearing, access, settings.services, awaited(settings)
            )
            desk.rotas, desk.plans = settings.oncalls, plans_of(settings)
            desk.ours = terms_of(settings)
            desk.ruling = rules.ruling
            desk.board = boarding_of(settings)
            answer = await desk.say(" ".join(options.words), person)
            _show(answer.reply)
            if answer.later is not None:
                _show(await answer.later())
    finally:
        await database.close()
    return 0


def who() -> Person:
    """Return whoever sits at the terminal."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):
        name = "somebody at the terminal"
    return Person("console", name, safe(name))


def _show(reply: Reply) -> None:
    # Vendors' words are in it, and must not act on the terminal.
    print("\n".join(map(safe, plain(reply.message).split("\n"))))
    for label, command in reply.choices:
        print(f"  sitrep ask {quote(safe(command))}" + (f"    {safe(label)}" if label != command else ""))


def _arguments(parser: ArgumentParser) -> None:
    config(parser)
    parser.add_argument("words", nargs="*", metavar="WORDS", help="as in a chat: `ack acme-1`, `mute 4h`, `help`")


VERBS = {"ask": Verb(_arguments, _ask)}
