"""Whether we see at all: witnesses that are asked when a probe fails, and what everybody may know of it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.core import witness
from bot.core.spans import duration
from bot.core.witness import Recent, Sight
from bot.model import ProbeResult, Source
from bot.probes._address import host_and_port
from bot.store import probes
from bot.store.database import Database

log = logging.getLogger(__name__)

# However many probes fail, the witnesses are asked no oftener than this.
PAUSE = timedelta(seconds=3)
_WITHIN = 2.0


async def reachable(address: str) -> bool:
    """Tell whether a host takes a connection at a port."""
    host, port = host_and_port(address)
    try:
        async with asyncio.timeout(_WITHIN):
            _, writer = await asyncio.open_connection(host, port)
    except (OSError, UnicodeError):  # a time-out among them, and a name that can be none
        return False
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
    return True


@dataclass(slots=True)
class Eyes:
    """What the loops share: the last result of each probe, what the witnesses said, since when we are blind.

    Pages of which none can be read (`pages_since`) are another way to learn it.
    """

    database: Database
    clock: Clock
    witnesses: tuple[str, ...] = ()
    connect: Callable[[str], Awaitable[bool]] = reachable
    sight: Sight = field(default_factory=Sight)
    pages_since: datetime | None = None
    recent: dict[str, Recent] = field(default_factory=dict[str, Recent])
    asked_at: datetime | None = None
    asking: asyncio.Task[None] | None = None
    questions: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])

    @property
    def blind_since(self) -> datetime | None:
        """Since when we see nothing; None if we do.

        That no page can be read is our own doing only as far as no witness says otherwise.
        """
        if self.sight.blind_since is not None:
            return min(self.sight.blind_since, self.pages_since or self.sight.blind_since)
        return None if self.sight.proven else self.pages_since

    def pages_lost(self, lost: bool) -> None:  # noqa: FBT001  (a callback with one thing to say)
        """Take note that none of the pages can be read, or that some can again; the witnesses are asked then."""
        now = self.clock.now()
        self.pages_since = (self.pages_since or now) if lost else None
        if lost or self.sight.is_blind:
            task = asyncio.create_task(_asked_since(self, now, None if lost else "a status page"))
            self.questions.add(task)
            task.add_done_callback(self.questions.discard)


async def recall(eyes: Eyes) -> None:
    """Remember what was known when the program ended."""
    eyes.sight = await probes.sight(eyes.database)


async def open_eyes(eyes: Eyes) -> None:
    """Ask the witnesses once: only who has answered before can fail to."""
    if eyes.witnesses:
        await _asked_since(eyes, eyes.clock.now())


async def judged(eyes: Eyes, source: Source, result: ProbeResult) -> ProbeResult:
    """Return what a result is worth: while we are blind, a failure says nothing."""
    now, doubtful = eyes.clock.now(), witness.is_doubtful(result)
    if result.is_ours:
        return result
    eyes.recent[source.key] = Recent(source.vendor, doubtful, now)
    if doubtful:
        await _asked_since(eyes, now)
        return witness.blinded(result) if eyes.sight.is_blind else result
    if eyes.sight.is_blind and source.vendor_name:
        await _asked_since(eyes, now, source.name)
    return result


async def _asked_since(eyes: Eyes, moment: datetime, reached: str | None = None) -> None:
    """Return when the witnesses have been asked at `moment` or later; all who wait share one round."""
    while eyes.asked_at is None or eyes.asked_at < moment:
        if eyes.asking is None:
            eyes.asking = asyncio.create_task(_ask(eyes, reached))
        # Who gives up waiting does not end it for the others.
        await asyncio.shield(eyes.asking)


async def _ask(eyes: Eyes, reached: str | None) -> None:
    try:
        now = eyes.clock.now()
        if eyes.asked_at is not None and now - eyes.asked_at < PAUSE:
            await eyes.clock.sleep(eyes.asked_at + PAUSE - now)
        asked_at = eyes.clock.now()
        answers = await asyncio.gather(*(eyes.connect(one) for one in eyes.witnesses))
        eyes.asked_at = asked_at
        await _look(eyes, dict(zip(eyes.witnesses, answers, strict=True)), reached)
    finally:
        eyes.asking = None


async def _look(eyes: Eyes, answers: Mapping[str, bool], reached: str | None) -> None:
    now, before = eyes.clock.now(), eyes.sight
    fails = witness.all_fail(eyes.recent.values(), now)
    after = witness.looked(before, answers, now, everything_fails=fails, reached=reached is not None)
    if after == before:
        return
    eyes.sight = after
    if after.is_blind and not before.is_blind:
        log.error("we can not see: %s; nobody is accused until it is back", _why(answers))
    if before.blind_since is not None and not after.is_blind:
        log.warning("we see again, after %s", duration(now - before.blind_since))
        if reached is not None and not any(answers.values()):
            log.warning("no witness answers, but %s does: they are not believed until they answer", reached)
    await probes.keep_sight(eyes.database, after)


def _why(answers: Mapping[str, bool]) -> str:
    return f"none of {', '.join(answers)} answers" if answers else "every probe fails, of several vendors at once"
