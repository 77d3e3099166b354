"""What a process agrees on with its system: how it is told to end, how many files it may open."""

from __future__ import annotations

import asyncio
import resource
import signal

_FILES = 65536


def told_to_stop() -> asyncio.Event:
    """Return what is set when somebody wants us to end: from the first moment on, so that no end is a hard one."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


def allow_many_connections() -> None:
    """Take as many open files as the system lets us have: each watched page keeps a connection."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _FILES if hard == resource.RLIM_INFINITY else min(hard, _FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def leave_no_core() -> None:
    """Let a crash leave no image of our memory on a disk: there are secrets in it."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
