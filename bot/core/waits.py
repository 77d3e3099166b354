"""What is left alone for a while because a platform has asked for that, by one instance as by all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

# Those that are over need not be remembered.
_FORGET_ABOVE = 20_000


@dataclass(slots=True)
class Waits:
    """Until when each thing of a platform is left alone, by its name.

    `told` is what the platform told this instance and the others do not know yet.
    """

    until: dict[str, datetime] = field(default_factory=dict[str, datetime])
    told: dict[str, datetime] = field(default_factory=dict[str, datetime])

    def left(self, name: str, now: datetime) -> timedelta | None:
        """Return for how long one thing is to be left alone, None if it need not be."""
        until = self.until.get(name)
        return until - now if until is not None and until > now else None

    def ask(self, name: str, until: datetime, now: datetime) -> None:
        """Note what the platform asks for; what it asked for before holds too."""
        self.learn({name: until}, now)
        self.told[name] = self.until[name]

    def learn(self, others: Mapping[str, datetime], now: datetime) -> None:
        """Note what it asked others for."""
        for name, until in others.items():
            self.until[name] = max(self.until.get(name, until), until)
        if len(self.until) > _FORGET_ABOVE:
            self.until = {name: until for name, until in self.until.items() if until > now}

    def shared(self, told: Mapping[str, datetime]) -> None:
        """Note that others know that much."""
        self.told = {name: until for name, until in self.told.items() if told.get(name) != until}
