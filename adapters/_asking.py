"""What every platform's listener needs: answers that follow later, and an answer whatever goes wrong."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from bot.core.message import Message, Reply, Tone
from bot.ports import Answer

_LAST_WAIT = 5.0


class Followers:
    """Work that goes on after what began it is over; one that fails is told in the log, never to whoever began it."""

    def __init__(self, log: logging.Logger, failed: str) -> None:
        """Begin nothing yet; `failed` is what the log says of work that ended in an error."""
        self._log = log
        self._failed = failed
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something from now on; it is kept alive until it ends."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._over)

    def cancel(self) -> None:
        """End everything where it stands."""
        for task in self._tasks:
            task.cancel()

    async def drain(self) -> None:
        """Let everything come to its end, for five seconds at most."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=_LAST_WAIT)

    def _over(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._log.error("%s: %s", self._failed, type(error).__name__, exc_info=error)


def remark(text: str, tone: Tone = Tone.NOTICE) -> Reply:
    """Return a remark of the listener's own."""
    return Reply(message=Message(tone=tone, headline=text))


async def safely(asking: Awaitable[Answer], log: logging.Logger) -> Answer:
    """Return the answer; whatever goes wrong, the person is told that something did."""
    try:
        return await asking
    except Exception as error:
        log.exception("a question could not be answered: %s", type(error).__name__)
        return Answer(_WRONG)


async def last(later: Callable[[], Awaitable[Reply]], log: logging.Logger) -> Reply:
    """Return what takes the place of a first answer; whatever goes wrong, the person is told that something did."""
    try:
        return await later()
    except Exception as error:
        log.exception("a question could not be answered to its end: %s", type(error).__name__)
        return _WRONG


_WRONG = remark("That went wrong here; the log has the reason.", Tone.MINOR)
