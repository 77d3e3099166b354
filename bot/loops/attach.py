"""The files of a report, made when it is sent: as it was known when that was decided, and as its channel sees it."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.addresses import Links, unlinked
from bot.core import afterwards, members
from bot.core.afterwards import Written
from bot.core.report.material import Material, found
from bot.model import Destination, TimelineEntry
from bot.store import report
from bot.store.database import Database
from bot.store.errands import Errand

# What one report is: which line posts it, and the members of a burst that are in it.
_Which = tuple[str, int, tuple[str, ...]]
_Making = asyncio.Task[Written]
_KEPT = 32


@dataclass(slots=True)
class Attaching:
    """What reports are made with: `write` makes one of all that is known at a moment, and takes its time.

    `links` tells under which addresses people find what was announced.

    One report goes to many channels: it is made once.
    """

    database: Database
    write: Callable[[Material, datetime], Written]
    links: Links = unlinked
    made: OrderedDict[_Which, asyncio.Task[Written]] = field(
        default_factory=OrderedDict[_Which, "asyncio.Task[Written]"]
    )


async def attach(attaching: Attaching, errand: Errand, entry: TimelineEntry) -> Written:
    """Return what goes with the line `entry`: nothing where it has opened again since."""
    material = await report.material(attaching.database, entry.incident, entry.recorded_at)
    if material is None or material.incident.is_open:
        return Written()
    told = as_told(material, errand.announcement.destination, entry)
    which = entry.incident, entry.seq, tuple(one.incident.id for one in told.members)
    task = attaching.made.get(which)
    if task is None or (task.done() and (task.cancelled() or task.exception())):
        task = asyncio.create_task(_made(attaching, told, entry.recorded_at))
        attaching.made[which] = task
        if len(attaching.made) > _KEPT:
            attaching.made.popitem(last=False)
    # Whoever gives up takes it from nobody else.
    return await asyncio.shield(task)


async def _made(attaching: Attaching, told: Material, at: datetime) -> Written:
    linked = replace(told, links=found(await attaching.links(told.announcements)))
    return await asyncio.to_thread(attaching.write, linked, at)


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
