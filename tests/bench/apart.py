"""Work done in a process of its own, so that what is measured is its own: its CPU time, its memory, its imports."""

from __future__ import annotations

import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Self, TypeVar

import uvloop

from bot import garbage

T = TypeVar("T")


def apart(work: Callable[..., Coroutine[Any, Any, T]], *arguments: object) -> T:
    """Run `work` on a fresh event loop in a fresh process, as the program itself would, and return what it returns."""
    with ProcessPoolExecutor(1, get_context("spawn")) as one:
        return one.submit(run_here, partial(work, *arguments)).result()


def run_here(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run `work` on a fresh event loop in this process, and return what it returns."""
    garbage.seldom()
    return uvloop.run(work())


def most_memory() -> float:
    """Return the MiB that were resident in this process at the most.

    What `getrusage` says is no use here: a process that was begun by a larger one has the larger one's figure.
    """
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(float(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


@dataclass(slots=True)
class Spent:
    """What a block of code took, in seconds: CPU time of all threads of this process, and time on the wall."""

    cpu: float = 0.0
    wall: float = 0.0
    _began: tuple[float, float] = field(default=(0.0, 0.0), repr=False)

    def __enter__(self) -> Self:
        self._began = (time.process_time(), time.perf_counter())
        return self

    def __exit__(self, *_: object) -> None:
        cpu, wall = self._began
        self.cpu += time.process_time() - cpu
        self.wall += time.perf_counter() - wall
