"""The files of a report, made when it is sent: as it was known when that was decided, and as its channel sees it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.core import afterwards, members
from bot.core.afterwards import Written
from bot.core.report.material import Material
from bot.model import Destination, TimelineEntry
from bot.store import report
from bot.store.database import Database
from bot.store.errands import Errand


@dataclass(frozen=True, slots=True)
class Attaching:
    """What reports are made with: `write` makes one of all that is known at a moment, and takes its time."""

    database: Database
    write: Callable[[Material, datetime], Written]


async def attach(attaching: Attaching, errand: Errand, entry: TimelineEntry) -> Written:
    """Return what goes with the line `entry`: nothing where it has opened again since."""
    material = await report.material(attaching.database, entry.incident, entry.recorded_at)
    if material is None or material.incident.is_open:
        return Written()
    told = as_told(material, errand.announcement.destination, entry)
    return await asyncio.to_thread(attaching.write, told, entry.recorded_at)


def as_told(material: Material, to: Destination, entry: TimelineEntry) -> Material:
    """Return what one channel is to know: of a burst the members that it is shown, of all what was written until then.

    The lines that posted earlier reports are no part of the story.
    """
    incident = members.seen_at(material.incident, to)
    shown = {member.id for member in incident.members}
    before = [one for one in material.entries if one.seq < entry.seq]
    return replace(
        material,
        incident=incident,
        entries=afterwards.but_reports(members.told_at(material.incident, before, to)),
        members=tuple(one for one in material.members if one.incident.id in shown),
    )
