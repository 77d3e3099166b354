"""What is counted of new lines in timelines: their kinds, and how much later than others somebody was."""

from __future__ import annotations

from bot.core.testimony import lag
from bot.core.timeline import Told
from bot.gauges import ACK_LAG, DETECTION_LAG, ENTRIES, Gauges
from bot.model import ChangeKind, SourceKind, TimelineEntry


def count(gauges: Gauges, told: Told, *, is_first: bool) -> None:
    """Count what one look has brought; what is found at the first look says nothing of how fast we are."""
    for entry in told.entries:
        gauges.count(ENTRIES, entry.kind.value)
        if not is_first:
            _measure(gauges, told, entry)


def _measure(gauges: Gauges, told: Told, entry: TimelineEntry) -> None:
    view, incident = entry.claim, told.incidents.get(entry.incident)
    if view is None or view.teller is not SourceKind.FEED or incident is None:
        return
    if entry.kind in {ChangeKind.OPENED, ChangeKind.ACKNOWLEDGED} and view.published_at is not None:
        gauges.measure(DETECTION_LAG, max((entry.recorded_at - view.published_at).total_seconds(), 0))
    behind = lag(incident)
    if entry.kind is ChangeKind.ACKNOWLEDGED and behind is not None:
        first = "vendor" if behind.total_seconds() < 0 else "us"
        gauges.measure(ACK_LAG, abs(behind.total_seconds()), first)
