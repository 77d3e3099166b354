"""Work done in a process of its own, so that what is measured is its own: its CPU time, its memory, its imports."""

from __future__ import annotations

import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import get_context
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
