"""A page that nobody watches, seen for the first time: how it stands, as if it had been watched since now."""

from __future__ import annotations

from datetime import datetime

from bot.core import health
from bot.core.correlate import Surroundings, correlate
from bot.core.diff import diff
from bot.core.health import Health
from bot.core.memory import Known
from bot.core.standing import Standing, standing
from bot.core.timeline import tell
from bot.model import Incident, Page, Snapshot, Source


def first_look(source: Source, snapshot: Snapshot, now: datetime, own: tuple[Incident, ...] = ()) -> Standing:
    """Return how a source stands by one snapshot alone, and by what is open of `own`; nothing of it is kept."""
    changes = diff(Known(None, None, {}), snapshot)
    around = Surroundings()
    told = tell(changes, correlate(changes, source, around, now), {}, source=source, now=now, baseline=True)
    page = Page(indicator=snapshot.indicator, components=snapshot.components, url=snapshot.page_url)
    open_ones = tuple(incident for incident in told.incidents.values() if incident.is_open)
    return standing(source, health.seen(Health(), now), page, (*own, *open_ones))
