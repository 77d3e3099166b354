"""The commands: `sitrep …`, or `python -m bot …`."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from collections.abc import Sequence

from bot import __version__
from bot.cli import asking, preparing, recorded, running
from bot.cli.verb import Run, Verb
from bot.errors import ConfigError, SitrepError

VERBS: dict[str, Verb] = {**running.VERBS, **asking.VERBS, **recorded.VERBS, **preparing.VERBS}


def main(arguments: Sequence[str] | None, run: Run) -> int:
    """Do what `arguments` ask for and return the exit status: 0, or 2 for wrong use or configuration.

    `run` is what `sitrep run` does: it is put together where everything is.
    """
    options = parser().parse_args(arguments)
    if options.command is not running.VERBS["run"].command:
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # `sitrep incidents | head` ends like any other tool
    try:
        status: int = asyncio.run(options.command(options, run))
    except ConfigError as e:
        return _complain(*e.mistakes)
    except SitrepError as e:
        return _complain(str(e))
    except KeyboardInterrupt:
        return 130
    return status


def _complain(*lines: str) -> int:
    for line in lines:
        print(f"sitrep: {line}", file=sys.stderr)
    return 2


def parser() -> argparse.ArgumentParser:
    """Return the whole command line; every command explains itself with --help."""
    top = argparse.ArgumentParser(
        prog="sitrep", description="Tells your team, in its own chat, what is broken and what is being done about it."
    )
    top.add_argument("--version", action="version", version=f"sitrep {__version__}")
    verbs = top.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for name, verb in VERBS.items():
        one = verbs.add_parser(name, help=verb.does, description=verb.does)
        verb.arguments(one)
        one.set_defaults(command=verb.command)
    return top
