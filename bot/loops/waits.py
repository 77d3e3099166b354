"""The waits loop: what a platform asks one instance to wait for, all of them wait for, and whoever begins next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.clock import SET, Clock
from bot.core.waits import Waits
from bot.store import waits
from bot.store.database import Database

PAUSE = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Sharing:
    """What the loop works with: the waits of each platform that has any, and how many instances there are.

    Waits are meant by the `elapsing` time, which nobody sets; what is kept for others, by the time that all agree on.
    """

    database: Database
    platforms: Mapping[str, Waits]
    clock: Clock
    elapsing: Callable[[], datetime]
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
    if not news:
        return
    now, here = sharing.clock.now(), sharing.elapsing()
    those = {name: {what: now + (until - here) for what, until in some.items()} for name, some in news.items()}
    await waits.share(sharing.database, those, now)
    for name, some in news.items():
        sharing.platforms[name].shared(some)


async def heard(sharing: Sharing) -> None:
    """Wait for what others were told, and for what was told before this instance began; what is over is forgotten."""
    now, here = sharing.clock.now(), sharing.elapsing()
    found = await waits.known(sharing.database)
    for one in found:
        if one.platform in sharing.platforms:
            # Said by a clock that ran ahead: it is the wait that counts, and not the instant.
            wait = min(one.until - now, one.until - one.said_at)
            sharing.platforms[one.platform].learn({one.name: here + wait}, here)
    await waits.forget(sharing.database, [one for one in found if one.until <= now or one.said_at > now + SET])
