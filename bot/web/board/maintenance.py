"""`/maintenance`: what is planned and under way, by day and by month; `/maintenance.ics` for calendars."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import partial
from hashlib import blake2b

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot import catalog
from bot.core import agenda
from bot.core.agenda import Event
from bot.core.slugs import slug
from bot.core.windows import Window
from bot.model import Incident
from bot.store import calendar, maintenances
from bot.web.board import ics
from bot.web.board.pages import Board, page

# A calendar that is asked for shows so much of what was, and of what will be.
_BEFORE, _AHEAD, _OURS = timedelta(days=30), timedelta(days=730), timedelta(days=60)
_RECENT = timedelta(days=14)
_Plans = calendar.Planned[Event | None]


def routes(board: Board, windows: Sequence[Window] = ()) -> list[Route]:
    """Return what is served of them."""

    def event(incident: Incident, changed: datetime) -> Event | None:
        return agenda.of_incident(incident, changed, board.services)

    plans: _Plans = calendar.Planned(board.database, event)
    return [
        Route("/maintenance", partial(_maintenance, board, plans, windows)),
        Route("/maintenance.ics", partial(_calendar, board, plans, windows)),
    ]


async def _maintenance(board: Board, plans: _Plans, windows: Sequence[Window], request: Request) -> Response:
    now = board.clock.now()
    today = now.astimezone(UTC).date()
    first = agenda.beginning(request.query_params.get("month", ""), today)
    begins = datetime.combine(first, datetime.min.time(), UTC)
    ends = datetime.combine(agenda.shifted(first, 1), datetime.min.time(), UTC)
    vendor = request.query_params.get("vendor", "").strip()[:100]
    since, until = min(now - _RECENT, begins - timedelta(days=7)), max(now + _AHEAD, ends + timedelta(days=7))
    ours = agenda.of_windows(windows, since, max(now + _OURS, ends + timedelta(days=7)))
    everything = agenda.in_order([*await _events(board, plans, since, until), *ours])
    events = _of(everything, vendor)
    return page(
        request,
        "maintenance.html",
        title="Maintenance",
        now=now,
        vendor=vendor,
        conflicts=agenda.conflicts(everything, board.services, now),
        underway=[one for one in events if one.starts <= now and not one.is_over and (one.vendor or one.last > now)],
        days=agenda.by_day(one for one in events if one.starts > now and not one.is_over),
        past=[one for one in events if one.is_over and one.last > now - _RECENT][::-1],
        weeks=agenda.month(events, first, today),
        first=first,
        before=_month(agenda.shifted(first, -1)),
        after=_month(agenda.shifted(first, 1)),
    )


async def _calendar(board: Board, plans: _Plans, windows: Sequence[Window], request: Request) -> Response:
    now = board.clock.now()
    vendor = request.query_params.get("vendor", "").strip()[:100]
    ours = agenda.of_windows(windows, now - _BEFORE, now + _OURS)
    events = _of(agenda.in_order([*await _events(board, plans, now - _BEFORE, now + _AHEAD), *ours]), vendor)
    title = f"Maintenance: {vendor}" if vendor else "Maintenance"
    # The first time it is hundreds that have to be written.
    body = await asyncio.to_thread(ics.calendar, events, title, board.url.rstrip("/"))
    tag = f'"{blake2b(body, digest_size=12).hexdigest()}"'
    headers = {"etag": tag, "cache-control": "max-age=60"}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    headers["content-disposition"] = 'inline; filename="maintenance.ics"'
    return Response(body, media_type="text/calendar; charset=utf-8", headers=headers)


async def _events(board: Board, plans: _Plans, since: datetime, until: datetime) -> list[Event]:
    """Return what vendors have told of, and what they list that is too far off to have been told here."""
    now = board.clock.now()
    told = await plans.of(since, until)
    untold = await maintenances.untold(board.database, now, until)
    more = [agenda.of_claim(watched.source, claim, board.services) for watched, claim in untold]
    return [one for one in (*told, *more) if one is not None]


def _of(events: Sequence[Event], vendor: str) -> tuple[Event, ...]:
    if not vendor:
        return tuple(events)
    known = catalog.find(vendor)
    wanted = known.slug if known else slug(vendor)
    return tuple(one for one in events if one.vendor == wanted)


def _month(first: date) -> str:
    return f"{first:%Y-%m}"
