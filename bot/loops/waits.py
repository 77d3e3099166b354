"""The waits loop: what a platform asks one instance to wait for, all of them wait for, and whoever begins next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from bot.clock import Clock
from bot.core.waits import Waits
from bot.store import waits
from bot.store.database import Database

PAUSE = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Sharing:
    """What the loop works with: the waits of each platform that has any, and how many instances there are."""

    database: Database
    platforms: Mapping[str, Waits]
    clock: Clock
    crew: Callable[[], int]


async def share(sharing: Sharing) -> None:
    """Tell others what is to be waited for, and hear it from them, until cancelled; alone, only remember it."""
    while True:
        await told(sharing)
        if sharing.crew() > 1:
            await heard(sharing)
        await sharing.clock.sleep(PAUSE)


async def told(sharing: Sharing) -> None:
    """Write what the platforms told this instance, and forget what is over of that."""
    news = {name: dict(one.told) for name, one in sharing.platforms.items() if one.told}
    if news:
        await waits.share(sharing.database, news)
        for name, some in news.items():
            sharing.platforms[name].shared(some)


async def heard(sharing: Sharing) -> None:
    """Wait for what others were told, and for what was told before this instance began; what is over is forgotten."""
    now, is_over = sharing.clock.now(), False
    for name, some in (await waits.known(sharing.database)).items():
        is_over = is_over or min(some.values()) <= now
        if name in sharing.platforms:
            sharing.platforms[name].learn(some, now)
    if is_over:
        await waits.forget(sharing.database, now)
