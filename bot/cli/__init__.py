"""The commands: `sitrep …`, or `python -m bot …`."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module

from bot import __version__, arenas
from bot.cli.verb import Verb
from bot.errors import ConfigError, SitrepError

# So many names can be looked up at the same time.
LOOK_UPS = 32

# Each command with the module that has it in its VERBS, imported when it is asked for: `--help` is quick.
COMMANDS = {
    "run": ("running", "watch, deliver and serve until stopped"),
    "check": ("running", "tell every mistake of the configuration at once"),
    "doctor": ("doctor", "tell what is wrong, the worst first, and what to do"),
    "migrate": ("running", "bring the database up to date"),
    "db": ("moving", "copy the database to another engine, or back it up"),
    "status": ("asking", "how everything watched stands"),
    "incidents": ("asking", "the open incidents"),
    "report": ("reporting", "all that is known of an incident"),
    "audit": ("auditing", "who did what, when, and from where"),
    "ask": ("saying", "ask or do whatever can be asked or done in a chat"),
    "vendors": ("explaining", "the vendors that Sitrep knows"),
    "routes": ("explaining", "explain the routes"),
    "detect": ("detecting", "find out which format a status page speaks"),
    "parse": ("parse", "read one captured answer"),
    "replay": ("recorded", "play recorded snapshots through the whole path"),
    "demo": ("recorded", "play a bundled outage"),
    "init": ("preparing", "write a sitrep.toml and a .env to start from"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what `arguments` ask for and return the exit status: 0, or 2 for wrong use or configuration.

    Without them it is the program itself, and may do with its process what it likes.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    options = parser(words[0] if words else "").parse_args(words)
    if arguments is None and words[0] == "run":
        arenas.few(os.environ)
    elif arguments is None:
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # `sitrep incidents | head` ends like any other tool
    try:
        with asyncio.Runner(loop_factory=new_loop) as runner:
            status: int = runner.run(options.do(options))
    except ConfigError as e:
        return _complain(*e.mistakes)
    except SitrepError as e:
        return _complain(str(e))
    except KeyboardInterrupt:
        return 130
    return status


def new_loop() -> asyncio.AbstractEventLoop:
    """Return uvloop's event loop where there is one: it costs less than Python's own.

    Names are looked up in threads, and one whose name servers are silent holds a thread for many seconds.
    """
    try:
        import uvloop  # noqa: PLC0415  (not to be had everywhere)
    except ImportError:
        loop = asyncio.new_event_loop()
        loop.set_default_executor(ThreadPoolExecutor(LOOK_UPS, "work"))
        return loop
    # libuv has four threads, of which look-ups may take two: a vendor whose name servers are gone would make us blind.
    # It listens to nothing but the environment.  https://docs.libuv.org/en/v1.x/threadpool.html
    os.environ.setdefault("UV_THREADPOOL_SIZE", str(2 * LOOK_UPS))
    return uvloop.new_event_loop()


def _complain(*lines: str) -> int:
    for line in lines:
        print(f"sitrep: {line}", file=sys.stderr)
    return 2


def parser(chosen: str) -> argparse.ArgumentParser:
    """Return the command line, with the arguments of the command that is `chosen`."""
    top = argparse.ArgumentParser(
        prog="sitrep", description="Tells your team, in its own chat, what is broken and what is being done about it."
    )
    top.add_argument("--version", action="version", version=f"sitrep {__version__}")
    commands = top.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for name, (_, does) in COMMANDS.items():
        one = commands.add_parser(name, help=does, description=f"{does[0].upper()}{does[1:]}.")
        if name == chosen:
            verb = _verb(name)
            verb.arguments(one)
            one.set_defaults(do=verb.do)
    return top


def _verb(name: str) -> Verb:
    verbs: dict[str, Verb] = import_module(f"bot.cli.{COMMANDS[name][0]}").VERBS
    return verbs[name]
