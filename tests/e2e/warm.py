"""The program, begun by a process that has imported it already: what costs a second is not done again at each start.

It is the same program with the same arguments, folder and environment; only its modules are there before it begins.
Tests of how it starts begin it cold, as users do.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import runpy
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from functools import cache
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path

# All that some start needs; what is late on purpose as well.
_IMPORTED = (
    "adapters.discord.connect",
    "adapters.slack.connect",
    "bot.cli.asking",
    "bot.cli.recorded",
    "bot.cli.running",
    "bot.cli.saying",
    "bot.web.server",
    "tests.e2e.warm",
)
# Names a file that holds by how many seconds the clock of this process is wrong.
CLOCK = "TEST_CLOCK"


@dataclass(frozen=True, slots=True)
class Warm:
    """A running program; it can be waited for and signalled as asyncio's processes can."""

    process: ForkServerProcess

    @property
    def returncode(self) -> int | None:
        """Its exit status, or minus the number of the signal that ended it; None as long as it runs."""
        return self.process.exitcode

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self.process.pid is not None
        return self.process.pid

    def kill(self) -> None:
        """End it as a power cut does."""
        self.send_signal(signal.SIGKILL)

    def send_signal(self, number: int) -> None:
        """Send it a signal; one that has ended is left alone."""
        if self.process.exitcode is None:
            os.kill(self.pid, number)

    async def wait(self) -> int:
        """Return how it ended, when it has."""
        ended = asyncio.Event()
        loop = asyncio.get_running_loop()
        loop.add_reader(self.process.sentinel, ended.set)
        try:
            await ended.wait()
        finally:
            loop.remove_reader(self.process.sentinel)
        self.process.join()
        assert self.process.exitcode is not None
        return self.process.exitcode


@cache
def _context() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(_IMPORTED))
    return context


async def begin(arguments: tuple[str, ...], folder: Path, environment: Mapping[str, str], out: Path, err: Path) -> Warm:
    """Begin `python -m bot …` in a folder; what it says is added to two files."""
    for said in (out, err):
        said.touch()
    process = _context().Process(target=_main, args=(arguments, folder, dict(environment), out, err), daemon=True)
    # The first start waits for the imports.
    await asyncio.to_thread(process.start)
    return Warm(process)


def _main(arguments: tuple[str, ...], folder: Path, environment: Mapping[str, str], out: Path, err: Path) -> None:
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    for number, path in ((1, out), (2, err)):
        opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        os.dup2(opened, number)
        os.close(opened)
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115  (open until it ends)
    sys.stderr = open(2, "w", encoding="utf-8", buffering=1, closefd=False)  # noqa: SIM115  (likewise)
    if CLOCK in environment:
        set_clock(Path(environment[CLOCK]))
    sys.argv = ["bot", *arguments]
    runpy.run_module("bot", run_name="__main__", alter_sys=True)


def set_clock(file: Path) -> None:
    """Let a file say how wrong the clock is that the program reads: a jump when it is written.

    The program reads it in one place.  The steady clock, the database's time and that of libraries stay as they are.
    """
    from bot import clock  # noqa: PLC0415  (imported in the process that is meant)

    class Wrong(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]  # a plain one, as any other's
            return datetime.now(tz) + timedelta(seconds=float(file.read_text(encoding="utf-8") or 0))

    clock.datetime = Wrong  # type: ignore[attr-defined]  # the clock's own name for it
