"""`/operations`: how Sitrep itself is, for whoever runs it."""

from __future__ import annotations

import platform
from datetime import datetime
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot import __version__, catalog
from bot.core import operating, places, remarks, routing
from bot.core.calling import lines
from bot.core.message import Message
from bot.store import filters, lookups, operations, standings
from bot.store.operations import Running
from bot.web.board.beside import Beside
from bot.web.board.pages import Board, page


def routes(board: Board, beside: Beside) -> list[Route]:
    """Return what is served of it."""
    return [Route("/operations", partial(_operations, board, beside))]


async def _operations(board: Board, beside: Beside, request: Request) -> Response:
    now = board.clock.now()
    found = await operations.running(board.database, now)
    stale = {one.key: one for one in await standings.some(board.database, found.stale)}
    lost = [stale[key] for key in found.stale if key in stale]
    callers = await beside.callers()
    platforms = tuple(beside.platforms())
    return page(
        request,
        "operations.html",
        title="Operations",
        now=now,
        health=await _health(board, found, beside, now),
        platforms=platforms,
        found=found,
        stuck=[(places.telling(one, one.last_seq, now), one.incident, title) for one, title in found.stuck],
        unreadable=[one for one in lost if not one.is_probe],
        untold=[one for one in lost if one.is_probe],
        callers=list(zip(callers, lines(callers), strict=False)),
        jobs=tuple(beside.jobs()),
        outages=operating.together(found.gaps),
        size=operating.size(found.size),
        engine="SQLite" if board.database.is_sqlite else "PostgreSQL",
        version=__version__,
        python=platform.python_version(),
        since=beside.since,
    )


async def _health(board: Board, found: Running, beside: Beside, now: datetime) -> Message:
    """Return what `health` answers in chat, in the same words."""
    troubles = await lookups.troubles(board.database, now)
    meanings = catalog.load().meanings
    misfits = [
        (source.name, names)
        for source, parts in await filters.filtered(board.database)
        if (names := routing.misfits(source.components, meanings(source.vendor), parts))
    ]
    seen = remarks.Health(
        watched=troubles.watched,
        stale_total=found.stale_total,
        unread=found.unread_total,
        stuck_total=found.stuck_total,
        waiting=troubles.waiting,
        open_incidents=troubles.open_incidents,
        platforms=tuple(beside.platforms()),
        misfits=tuple(misfits),
    )
    return remarks.health(seen, now).message
