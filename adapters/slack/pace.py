"""How fast Slack may be spoken to.

About one message a second and channel, short bursts allowed; a method that is told to wait waits as a whole:
https://docs.slack.dev/apis/web-api/rate-limits.  Nothing sleeps here: who has to wait is told how long, and its
announcement falls due again then, so that a busy channel holds up no other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.errors import Busy

_SECOND = timedelta(seconds=1)
_BURST = 4
# Channels that have been quiet need not be remembered.
_FORGET_ABOVE = 20_000


@dataclass(slots=True)
class _Channel:
    """`full_at` is when the whole burst is free again; the others, the last moments given to those who wait."""

    full_at: datetime
    promised: datetime
    promised_urgent: datetime


@dataclass(slots=True)
class Pace:
    """The limits of one workspace, as far as they are known."""

    now: Callable[[], datetime]
    channels: dict[str, _Channel] = field(default_factory=dict[str, _Channel])
    closed: dict[str, datetime] = field(default_factory=dict[str, datetime])

    def spend(self, method: str, channel: str, *, urgent: bool = False) -> None:
        """Use one call of `method`, a message in `channel` if there is one; raises Busy if there is no room yet.

        Who waits stands in line; what is urgent stands in a line of its own, which begins at the next free moment.
        """
        now = self.now()
        until = self.closed.get(method)
        if until is not None and until > now:
            raise Busy("Slack asks to wait", until - now)
        if channel:
            self._message(channel, now, urgent=urgent)

    def _message(self, channel: str, now: datetime, *, urgent: bool) -> None:
        if len(self.channels) > _FORGET_ABOVE:
            self.channels = {name: one for name, one in self.channels.items() if max(one.full_at, one.promised) > now}
        one = self.channels.setdefault(channel, _Channel(now, now, now))
        one.full_at = max(one.full_at, now)
        free_at = one.full_at - (_BURST - 1) * _SECOND
        if free_at <= now:
            one.full_at += _SECOND
            return
        if urgent:
            one.promised_urgent = moment = max(one.promised_urgent, free_at - _SECOND) + _SECOND
        else:
            one.promised = moment = max(one.promised, free_at - _SECOND) + _SECOND
        raise Busy("one message a second in this channel", moment - now)

    def close(self, method: str, wait: timedelta) -> None:
        """Let nobody call `method` before `wait` is over: Slack has asked for it."""
        self.closed[method] = max(self.closed.get(method, self.now()), self.now() + wait)
