"""What a process agrees on with its system: how it is told to end, how many files it may open, who has a port."""

from __future__ import annotations

import asyncio
import logging
import os
import resource
import signal
import threading
from contextlib import suppress
from pathlib import Path

log = logging.getLogger("sitrep")

_FILES = 65536
# Whoever runs us may count on ten seconds (docs/operations.md).
_ENDS_WITHIN = 9.5


class Stop(asyncio.Event):
    """Set when this process is to end."""

    def __init__(self) -> None:
        """Nobody wants that yet."""
        super().__init__()
        self._told_at: float | None = None

    def set(self) -> None:
        """Let it end; the time for that begins when this is first called."""
        if self._told_at is None:
            self._told_at = asyncio.get_running_loop().time()
        super().set()

    @property
    def left(self) -> float:
        """For how many seconds more it may take to end, below zero if they are over."""
        if self._told_at is None:
            return _ENDS_WITHIN
        return _ENDS_WITHIN - (asyncio.get_running_loop().time() - self._told_at)


def told_to_stop() -> Stop:
    """Return what is set when somebody wants us to end: from the first moment on, so that no end is a hard one.

    What hangs does not keep us longer than that: what was begun is recorded, and is read back by whoever goes on.
    """
    stop = Stop()

    def told() -> None:
        if not stop.is_set():
            last = threading.Timer(_ENDS_WITHIN, _end)
            last.daemon = True
            last.start()
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told)
    return stop


def _end() -> None:
    log.warning("something hangs: ending without it")
    os._exit(0)


def allow_many_connections() -> None:
    """Take as many open files as the system lets us have: each watched page keeps a connection."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _FILES if hard == resource.RLIM_INFINITY else min(hard, _FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def leave_no_core() -> None:
    """Let a crash leave no image of our memory on a disk: there are secrets in it."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


def most_files() -> int:
    """Return how many files the system lets us have open."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    return _FILES if hard == resource.RLIM_INFINITY else min(hard, _FILES)


_PROC = Path("/proc")
# https://www.kernel.org/doc/html/latest/networking/proc_net_tcp.html
_LISTENS, _ADDRESS, _STATE, _INODE = "0A", 1, 3, 9


def who_listens(port: int) -> str:
    """Return which program listens on a port, `nginx (pid 812)`; nothing where the system does not let us know."""
    sockets = {f"socket:[{inode}]" for table in ("tcp", "tcp6") for inode in _listening(table, port)}
    for process in _PROC.glob("[0-9]*") if sockets else ():
        with suppress(OSError):
            if any(_leads_to(file, sockets) for file in (process / "fd").iterdir()):
                return f"{(process / 'comm').read_text(encoding='utf-8').strip()} (pid {process.name})"
    return ""


def _leads_to(file: Path, sockets: set[str]) -> bool:
    with suppress(OSError):  # it may be closed by now
        return str(file.readlink()) in sockets
    return False


def _listening(table: str, port: int) -> list[str]:
    try:
        rows = (_PROC / "net" / table).read_text(encoding="ascii").splitlines()[1:]
    except OSError:
        return []
    found = (row.split() for row in rows)
    return [
        row[_INODE] for row in found if row[_STATE] == _LISTENS and int(row[_ADDRESS].rpartition(":")[2], 16) == port
    ]
