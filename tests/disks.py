"""A disk that is small, and can be made full and empty again: a real one where we may mount one.

Where we may not, the files of one process may not grow any more (RLIMIT_FSIZE): the writes that fail are real, and
fail with another word (EFBIG, which SQLite takes for a broken disk), and a new process has to be limited anew.
"""

from __future__ import annotations

import errno
import os
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

_PIECE = bytes(64 * 1024)
_NO_LIMIT = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)


class Disk(Protocol):
    """Where files lie.  `kind` says what it really is; `fill` returns when no byte more fits."""

    folder: Path
    kind: str

    def fill(self, *pids: int) -> None: ...
    def free(self, *pids: int) -> None: ...


@dataclass(slots=True)
class Mounted:
    """A file system of its own."""

    folder: Path
    kind: str = "a tmpfs of its own"

    def fill(self, *pids: int) -> None:
        del pids
        size = len(_PIECE)
        with (self.folder / "ballast").open("ab", buffering=0) as ballast:
            while size:
                try:
                    ballast.write(_PIECE[:size])
                except OSError as error:
                    if error.errno != errno.ENOSPC:
                        raise
                    size //= 2

    def free(self, *pids: int) -> None:
        del pids
        (self.folder / "ballast").unlink(missing_ok=True)


@dataclass(slots=True)
class Limited:
    """A folder like any other, in which the files of some processes may not grow."""

    folder: Path
    kind: str = "RLIMIT_FSIZE: no file system may be mounted here"

    def fill(self, *pids: int) -> None:
        now = max((file.stat().st_size for file in self.folder.iterdir()), default=0)
        for pid in pids:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (now, _NO_LIMIT[1]))

    def free(self, *pids: int) -> None:
        for pid in pids:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, _NO_LIMIT)


def may_mount() -> bool:
    """Whether a file system can be mounted here: root of a container often may not."""
    return os.geteuid() == 0 and _said("unshare", "--mount", "mount", "-t", "tmpfs", "none", "/mnt")


@contextmanager
def small_disk(folder: Path, size: str = "24m") -> Iterator[Disk]:
    """Give a disk in `folder`, for the length of the block."""
    folder.mkdir(parents=True, exist_ok=True)
    if not may_mount():
        yield Limited(folder)
        return
    subprocess.run(("mount", "-t", "tmpfs", "-o", f"size={size}", "none", str(folder)), check=True)
    try:
        yield Mounted(folder)
    finally:
        # Whoever was killed may hold it for a moment longer; it is gone when nobody does.
        subprocess.run(("umount", "--lazy", str(folder)), check=True)


def _said(*command: str) -> bool:
    return subprocess.run(command, check=False, capture_output=True).returncode == 0
