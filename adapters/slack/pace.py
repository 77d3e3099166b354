"""How fast Slack may be spoken to.

About one message a second and channel, short bursts allowed; a method that is told to wait waits as a whole:
https://docs.slack.dev/apis/web-api/rate-limits.  Nothing sleeps here: who has to wait is told how long, and its
announcement falls due again then, so that a busy channel holds up no other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.core.pace import Turns
from bot.core.waits import Waits
from bot.errors import Busy

_SECOND = timedelta(seconds=1)
_BURST = 4
# Channels that have been quiet need not be remembered.
_FORGET_ABOVE = 20_000


@dataclass(slots=True)
class Pace:
    """The limits of one workspace, as far as they are known; `waits` knows its methods with `scope` before them."""

    now: Callable[[], datetime]
    waits: Waits = field(default_factory=Waits)
    scope: str = ""
    channels: dict[str, Turns] = field(default_factory=dict[str, Turns])

    def spend(self, method: str, channel: str, *, urgent: bool = False) -> None:
        """Use one call of `method`, a message in `channel` if there is one; raises Busy if there is no room yet."""
        now = self.now()
        if (left := self.waits.left(self.scope + method, now)) is not None:
            raise Busy("Slack asks to wait", left)
        if channel:
            self._message(channel, now, urgent=urgent)

    def _message(self, channel: str, now: datetime, *, urgent: bool) -> None:
        if len(self.channels) > _FORGET_ABOVE:
            self.channels = {name: one for name, one in self.channels.items() if not one.is_idle(now)}
        if channel not in self.channels:
            self.channels[channel] = Turns.starting(now, every=_SECOND, burst=_BURST)
        wait = self.channels[channel].take(now, urgent=urgent)
        if wait is not None:
            raise Busy("one message a second in this channel", wait)

    def close(self, method: str, wait: timedelta) -> None:
        """Let nobody call `method` before `wait` is over: Slack has asked for it."""
        now = self.now()
        self.waits.ask(self.scope + method, now + wait, now)
