"""What the board shows of Sitrep and no database knows."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.core.calling import CallerView
from bot.core.windows import Window


async def _nobody() -> Sequence[CallerView]:
    return ()


@dataclass(frozen=True, slots=True)
class Beside:
    """Who calls in and how they are, what is wrong with platforms, which jobs are waited for, since when this one runs.

    `windows` are when we work on something ourselves.
    """

    windows: Sequence[Window] = ()
    callers: Callable[[], Awaitable[Sequence[CallerView]]] = _nobody
    platforms: Callable[[], Sequence[str]] = tuple
    jobs: Callable[[], Sequence[str]] = tuple
    since: datetime | None = None


NOTHING = Beside()
