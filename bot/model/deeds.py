"""What people here have done to an incident, and what is planned for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.model.words import ChangeKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Ack:
    """Somebody here has taken it on, for good or `until` then; `person` is their key, `name` what colleagues read.

    `tended_at` is when something was noted since, or they were asked how it stands.  `way` is how they came to it, and
    `other` from whom, or by whom.  Who was named by a colleague may be known by several `keys`.
    """

    person: str
    name: str
    at: datetime
    until: datetime | None = None
    tended_at: datetime | None = None
    way: ChangeKind = ChangeKind.ACKED
    other: str = ""
    keys: tuple[str, ...] = ()

    def is_by(self, key: str) -> bool:
        """Whether somebody of this key has it."""
        return key == self.person or key in self.keys


@dataclass(frozen=True, slots=True, kw_only=True)
class Mute:
    """Nothing of it goes to the channel `until` then; without a time, until it is resolved, or `for_good`.

    `of` is what was muted, a vendor or some components, if it was not this very incident; `muting` is the number of
    that mute.
    """

    person: str
    name: str
    at: datetime
    until: datetime | None = None
    why: str = ""
    for_good: bool = False
    of: str = ""
    muting: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """A colleague's last word on whether it fails for them, and when they said it."""

    person: str
    is_affected: bool
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What the configuration says of whoever an incident touches: whose it is, and what to do instead.

    `name` is a service of our own, or a vendor; `fallback` is what the vendor that can stand in is called, `stand_in`
    the slug by which it is watched.
    """

    name: str
    owner: str | None = None
    runbook: str | None = None
    fallback: str | None = None
    stand_in: str | None = None
    steps: tuple[str, ...] = ()

    @property
    def has_plan(self) -> bool:
        """Whether it says what to do instead."""
        return bool(self.fallback or self.steps)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fallback:
    """Somebody here has switched over: for which card (none if no card has a plan), who, when; and who back, when."""

    card: str
    name: str
    at: datetime
    back_by: str = ""
    back_at: datetime | None = None
