"""For how long what is known is kept: what people read for ever, what only machines count for as long as it is used."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

# Pages look back 90 days, and the first of them is a whole one.
RECORD = timedelta(days=91)
# Single minutes are looked at while something is under way, and shortly after.
MINUTES = timedelta(days=2)
DEEDS = timedelta(days=400)


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep:
    """How long what is kept.

    `minutes`: checks by the minute, which are then summed up by the hour.  `record`: checks by the hour and times in
    which a page could not be read, unless an incident was near.  `incidents`: what is over, with all that belongs to
    it; None is for ever.  `deeds`: who did what, and what people agreed on that holds no more.
    """

    minutes: timedelta = MINUTES
    record: timedelta = RECORD
    incidents: timedelta | None = None
    deeds: timedelta = DEEDS
