"""A witness in memory: what it is told by a program of ours, and what is known after that."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bot.core import diff, memory
from bot.core.hooks import Accused, Hook, source_of
from bot.core.memory import Known
from bot.model import Change, ChangeKind, Claim, Snapshot, Source

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ALERTS = Hook(name="alerts", type="alertmanager")
OPENAI = Accused("openai", "OpenAI")


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


@dataclass(slots=True)
class Told:
    """What is known of one witness, and all that was found to be news."""

    source: Source = field(default_factory=lambda: source_of(ALERTS, OPENAI))
    known: Known = field(default_factory=lambda: Known(NOON, NOON))
    news: list[Change] = field(default_factory=list[Change])

    def take(self, snapshot: Snapshot, heard: Callable[[Known, Snapshot], Snapshot]) -> tuple[ChangeKind, ...]:
        """Take a snapshot in as the program does; returns what was new."""
        now = snapshot.taken_at
        # A witness is always just being looked at: that is how the loops hand it over.
        known = Known(now, now, self.known.claims)
        amounts = heard(known, snapshot)
        changes = diff.diff(known, amounts)
        self.known = memory.apply(known, amounts)
        self.news += changes
        return tuple(change.kind for change in changes)

    @property
    def open(self) -> list[Claim]:
        return [one.claim for one in self.known.claims.values() if one.claim.is_open]

    @property
    def words(self) -> list[str]:
        return [change.update.body for change in self.news if change.update]
