"""A connection to Discord's gateway that is there for as long as we run, or says why not.

discord.py connects again by itself after most losses.  It ends for good when its very first connection is refused
(https://github.com/Rapptz/discord.py/issues/10520) and when the gateway sends what it can not read; and it waits up to
a quarter of an hour between two tries.  So each attempt is a client of its own, watched from outside.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections.abc import Callable

import discord

from adapters.discord.client import Bot

log = logging.getLogger("sitrep.discord")

# Without a connection for so long the client is beyond help.
PATIENCE = 120.0
# Discord takes a thousand beginnings a day: https://docs.discord.com/developers/events/gateway#session-start-limit-object.
_FIRST, _LONGEST = 1.0, 300.0
# A connection that held for so long was well: the next failure is the first again.
_WELL = 300.0
_FINAL_PAUSE = 600.0
_LOOK = 1.0
# https://docs.discord.com/developers/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes
_FINAL = {
    4004: "Discord does not know the bot token (4004); copy DISCORD_TOKEN again",
    4010: "Discord refuses the shard (4010)",
    4011: "the bot is in so many servers that Discord wants it sharded (4011)",
    4012: "Discord does not speak this version of its API any more (4012): update Sitrep",
    4013: "Discord does not know the intents (4013): update Sitrep",
    4014: "Discord does not grant the intents (4014)",
}


class Gateway:
    """Keeps one bot connected.  `connected` is whether it is, `reason` why not."""

    def __init__(
        self, token: str, make: Callable[[], Bot], *, patience: float = PATIENCE, first: float = _FIRST
    ) -> None:
        """Connect to nothing yet; `make` returns a client for one attempt."""
        self._token = token
        self._make = make
        self._patience = patience
        self._first = first
        self.running = False
        self.connected = False
        self.reason = "not connected yet"

    async def run(self) -> None:
        """Stay connected until cancelled."""
        failures = 0
        self.running = True
        try:
            while True:
                began = _now()
                final = await self._once()
                failures = 1 if _now() - began > _WELL else failures + 1
                await asyncio.sleep(_FINAL_PAUSE if final else self._pause(failures))
        finally:
            self.running = False

    def _pause(self, failures: int) -> float:
        longest = min(self._first * 2.0 ** min(failures - 1, 16), _LONGEST)
        return random.uniform(longest / 2, longest)  # noqa: S311  (it is no secret)

    async def _once(self) -> bool:
        """Keep one client connected as long as it can be; returns whether there is no use in another one soon."""
        bot = self._make()
        task = asyncio.create_task(bot.start(self._token))
        try:
            await self._watch(bot, task)
            final = self._ended(task)
            self._is(connected=False, reason=self.reason or "the connection is gone")
            return final
        finally:
            self.connected = False
            await _closed(bot, task)

    async def _watch(self, bot: Bot, task: asyncio.Task[None]) -> None:
        """Return when the client has ended, or is beyond help."""
        lost_at = _now()
        while not task.done():
            news = asyncio.create_task(bot.news.wait())
            await asyncio.wait(
                {task, news}, timeout=min(_LOOK, self._patience / 4), return_when=asyncio.FIRST_COMPLETED
            )
            news.cancel()
            bot.news.clear()
            if bot.online and bot.is_ready():
                lost_at = _now()
                self._is(connected=True, reason="")
                continue
            if self.connected:
                self._is(connected=False, reason="the connection is gone")
            if _now() - lost_at > self._patience:
                self.reason = f"no connection for {self._patience:g} s"
                return

    def _ended(self, task: asyncio.Task[None]) -> bool:
        """Say why a client has ended."""
        if not task.done() or task.cancelled():
            return False
        error = task.exception()
        code = error.code if isinstance(error, discord.ConnectionClosed) else None
        final = _FINAL.get(code or 0)
        if isinstance(error, discord.LoginFailure):
            final = "Discord does not know the bot token (401); copy DISCORD_TOKEN again"
        elif isinstance(error, discord.PrivilegedIntentsRequired):
            final = _FINAL[4014]
        if final is not None:
            log.critical("%s: no commands and no buttons", final)
        self.reason = final or (f"closed with {code}" if code else _named(error))
        return final is not None

    def _is(self, *, connected: bool, reason: str) -> None:
        if connected != self.connected:
            if connected:
                log.info("connected to Discord")
            else:
                log.warning("Discord's gateway is lost (%s): connecting again", reason)
        self.connected, self.reason = connected, reason


def _named(error: BaseException | None) -> str:
    """Say what went wrong without a word that may hold a token."""
    if error is None:
        return "the connection was ended"
    if isinstance(error, discord.HTTPException):
        return f"Discord answered {error.status}"
    strerror = getattr(error, "strerror", None)
    return str(strerror) if strerror else f"the client ended with {type(error).__name__}"


async def _closed(bot: Bot, task: asyncio.Task[None]) -> None:
    with contextlib.suppress(Exception):
        async with asyncio.timeout(5):
            await bot.close()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def _now() -> float:
    return asyncio.get_running_loop().time()
