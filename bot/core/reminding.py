"""When a maintenance is about to begin, the channel hears of it once more."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

from bot.core import people
from bot.core.actions import Acted, Outcome
from bot.core.fold import advance
from bot.core.lines import by_bot
from bot.model import ChangeKind, Incident, State


def is_due(incident: Incident, ahead: Collection[timedelta], now: datetime) -> bool:
    """Whether it is time to say that a maintenance begins: so long `ahead` of it, for each of these spans once.

    What was said since, that it is planned at all or a reminder, has told it already; of several that were missed
    one is enough.
    """
    if incident.state is not State.SCHEDULED or incident.starts_at is None or incident.starts_at <= now:
        return False
    told = max(incident.first_seen_at, incident.reminded_at or incident.first_seen_at)
    return any(told < incident.starts_at - span <= now for span in ahead)


def remind(incident: Incident, ahead: Collection[timedelta], now: datetime) -> Acted:
    """Return the incident with a reminder in its timeline, if one is due."""
    if not is_due(incident, ahead, now):
        return Acted(Outcome.NOTHING, incident)
    entry = replace(by_bot(incident, ChangeKind.REMINDED, now), until=incident.starts_at)
    after = advance(incident, entry)
    return Acted(Outcome.DONE, after, (replace(entry, hushed=people.is_hushed(incident, after, entry)),))
