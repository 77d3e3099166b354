"""The summary of a week, made when it is sent: what is known of it is gathered, counted, worded and drawn."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.core import routing, week_words, weeks
from bot.core.holding import Ruling, as_meant
from bot.core.message import File, Message
from bot.core.picture.shapes import about
from bot.core.picture.week import of_week
from bot.core.report.material import Minute
from bot.core.rules import Route, Service
from bot.core.weeks import VendorWeek
from bot.errors import StoreUnavailable
from bot.model import Digest
from bot.store import weeks as stored
from bot.store.database import Database

log = logging.getLogger(__name__)


async def summary(database: Database, ruling: Ruling, digest: Digest, *, draws: bool) -> Message:
    """Return what the week of a digest was like in the channel that it is for; with a picture, where there are any."""
    routes = ruling.leading(digest.destination)
    meant = [one for one in routes if as_meant(one, digest.destination).weekly is not None]
    read, services = await stored.week(database, digest), routing.ours(ruling.services)
    found = await asyncio.to_thread(_counted, read, digest, meant or routes, services)
    message = week_words.message(digest, found)
    return replace(message, files=await _pictures(database, digest, found)) if draws else message


def _counted(
    read: stored.Read, digest: Digest, routes: Sequence[Route], services: Sequence[Service]
) -> tuple[VendorWeek, ...]:
    mine = weeks.matched(stored.gathered(read), routes, services)
    return tuple(weeks.week_of(one, digest) for one in mine)


async def _pictures(database: Database, digest: Digest, found: Sequence[VendorWeek]) -> tuple[File, ...]:
    """Return the picture, if there is anything to see; one that can not be made holds nothing up."""
    shown, note = weeks.shown(found), week_words.in_short(found)
    try:
        probes = [key for one in shown for key in one.gathered.probes]
        checks = await stored.checks(database, probes, digest)
        return await asyncio.to_thread(_drawn, digest, shown, checks, note)
    except StoreUnavailable:
        raise
    except Exception:
        log.exception("the week can not be drawn destination=%s", digest.destination)
        return ()


def _drawn(
    digest: Digest, shown: Sequence[VendorWeek], checks: Mapping[str, Sequence[Minute]], note: str
) -> tuple[File, ...]:
    drawing = of_week(digest, shown, checks, note)
    if drawing is None:
        return ()
    from bot.png import png  # noqa: PLC0415  (Pillow, for those who have a week drawn)

    return (File(f"week-{digest.ends_at:%Y-%m-%d}.png", "image/png", png(drawing), about(drawing)),)
