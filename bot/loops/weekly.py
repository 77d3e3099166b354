"""The summary of a week, made when it is sent: what is known of it is gathered, counted, worded and drawn."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from bot.core import routing, weeks
from bot.core.holding import Ruling, as_meant
from bot.core.message import File, Message
from bot.core.picture import week
from bot.core.picture.shapes import Drawing, about
from bot.model import Digest
from bot.png import png
from bot.store import weeks as stored
from bot.store.database import Database


async def summary(database: Database, ruling: Ruling, digest: Digest, *, draws: bool) -> Message:
    """Return what the week of a digest was like in the channel that it is for; with a picture, where there are any."""
    routes = [one for one in ruling.routes if digest.destination in one.to]
    meant = [one for one in routes if as_meant(one, digest.destination).weekly is not None]
    gathered = weeks.matched(await stored.week(database, digest), meant or routes, routing.ours(ruling.services))
    found = await asyncio.to_thread(lambda: [weeks.week_of(one, digest) for one in gathered])
    message = weeks.message(digest, found)
    if not draws:
        return message
    shown = weeks.shown(found)
    checks = await stored.checks(database, [key for one in shown for key in one.gathered.probes], digest)
    drawing = week.of_week(digest, shown, checks, message.headline)
    return message if drawing is None else replace(message, files=(await asyncio.to_thread(_picture, digest, drawing),))


def _picture(digest: Digest, drawing: Drawing) -> File:
    return File(f"week-{digest.ends_at:%Y-%m-%d}.png", "image/png", png(drawing), about(drawing))
