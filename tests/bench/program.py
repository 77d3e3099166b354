"""The real program, `python -m bot run`, seen from outside: what it writes and when, what it takes."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from types import MappingProxyType

from bot.model import Source

_ROOT = Path(__file__).resolve().parents[2]
_TICK = os.sysconf("SC_CLK_TCK")
_LOG = "stderr.txt"
_MEBIBYTE = 1024 * 1024
_TO_CONSOLE = 'route = [{ to = ["console"] }]'


@dataclass(frozen=True, slots=True)
class Program:
    """A running Sitrep.  Times are those of the monotonic clock."""

    process: subprocess.Popen[str]
    folder: Path
    began: float
    shown: list[tuple[float, str]] = field(default_factory=list[tuple[float, str]])

    def cpu(self) -> float:
        """Return the CPU seconds that it has taken so far, all threads together."""
        stat = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii")
        user, system = stat.rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / _TICK

    def memory(self, which: str = "VmRSS") -> float:
        """Return its resident memory in MiB: now, or `VmHWM` for the most that it ever was."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        kibibytes = next(line.split()[1] for line in status.splitlines() if line.startswith(which))
        return int(kibibytes) * 1024 / _MEBIBYTE

    def has_ended(self) -> bool:
        return self.process.poll() is not None

    def log(self) -> str:
        """Return the end of what it has logged."""
        return (self.folder / _LOG).read_text(encoding="utf-8")[-2000:]

    def listen(self) -> None:
        """Note every line that it shows, and when it came."""
        assert self.process.stdout is not None
        self.shown.extend((time.monotonic(), line) for line in self.process.stdout)


@contextmanager
def running(
    folder: Path,
    watched: Iterable[Source],
    more: Mapping[str, str] = MappingProxyType({}),
    tables: str = "",
    routes: str = _TO_CONSOLE,
) -> Iterator[Program]:
    """Run Sitrep on a SQLite file in `folder`, or on another database, until the block ends.

    `more` is for its environment, `tables` for its configuration, in which `routes` come first.
    """
    config = folder / "sitrep.toml"
    config.write_text(_config(watched, routes) + tables, encoding="utf-8")
    with (folder / _LOG).open("w", encoding="utf-8") as log:
        began = time.monotonic()
        process = subprocess.Popen(
            (sys.executable, "-m", "bot", "run", "--config", config),
            cwd=_ROOT,
            env={**_environment(), "DATABASE_URL": database_in(folder), **more},
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        program = Program(process, folder, began)
        listener = Thread(target=program.listen, daemon=True)
        listener.start()
        try:
            yield program
        finally:
            process.terminate()
            process.wait()
            listener.join()


def _environment() -> dict[str, str]:
    """Return our own, but let Python keep what it has compiled, as it does for everybody."""
    unwanted = {"PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED"}
    return {name: value for name, value in os.environ.items() if name not in unwanted}


def database_in(folder: Path) -> str:
    """Return the address of the SQLite file in `folder`."""
    return f"sqlite+aiosqlite:///{folder / 'sitrep.db'}"


def _config(watched: Iterable[Source], routes: str) -> str:
    # Keys that stand alone come before all tables.
    head, tables = ('egress = { allow = ["127.0.0.0/8"] }\n', f"{routes}\n")
    return (
        head
        + tables
        + "".join(
            f'[[watch]]\nurl = "{source.url}"\nname = "{source.name}"\nformat = "{source.format}"\n'
            f'interval = "{source.interval.total_seconds():g}s"\n'
            for source in watched
        )
    )
