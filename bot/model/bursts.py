"""One incident of a burst, as the burst keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.model.sources import Component
from bot.model.words import ChangeKind, Impact, Kind, State


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One incident of a burst as it stands, as far as lists, routes and the thread need it.

    `seq` is the last line of its own timeline that the burst has, `to` where it is to be told.  `acked_by` has it, by
    itself or with all the others; `planned` are those whose plans the thread was given for its sake, and `is_silent`
    says that it was told of its vendor's silence.
    """

    id: str
    vendor: str
    name: str
    kind: Kind
    title: str
    state: State
    impact: Impact
    peak: Impact
    started_at: datetime
    first_seen_at: datetime
    resolved_at: datetime | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    url: str | None = None
    components: tuple[Component, ...] = ()
    ending: ChangeKind | None = None
    detected_at: datetime | None = None
    acknowledged_at: datetime | None = None
    was_open_at_first_look: bool = False
    acked_by: str = ""
    is_had_with_all: bool = False
    planned: tuple[str, ...] = ()
    is_silent: bool = False
    seq: int = 0
    to: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether it goes on."""
        return not self.state.is_over
