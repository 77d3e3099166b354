"""`/vendors/{slug}`: one vendor, or something of our own that is watched: how it stands, and its last 90 days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.core import records
from bot.core.days import DAYS, Day, Sort, days, said, told
from bot.core.message import Part, Tone
from bot.core.probe_days import probe_days
from bot.core.scorecard import WINDOW, Watch, scorecard
from bot.core.spans import duration
from bot.core.standing import in_order
from bot.model import Incident
from bot.store import briefs, probe_board, pulse, sources, spells, standings
from bot.store import records as stored
from bot.web.board import bars, cards, charts
from bot.web.board.bars import Bar
from bot.web.board.charts import Chart
from bot.web.board.pages import Board, missing, page
from bot.web.board.vendors import KEY
from bot.web.board.cards import bare

_BACK = timedelta(days=DAYS)
_INCIDENTS = 30
_LATELY, _STEP = timedelta(hours=24), timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class _Probe:
    """One probe of it: how it stands, its day, its 90 days."""

    key: str
    name: str
    tone: Tone
    spans: tuple[object, ...]
    chart: Chart
    bar: Bar


@dataclass(frozen=True, slots=True)
class _Told:
    """One day on which something was, with what that was."""

    anchor: str
    when: datetime
    said: str
    incidents: tuple[briefs.Brief, ...]


@dataclass(frozen=True, slots=True)
class _Fact:
    """One thing that is configured, or known of how it is watched."""

    name: str
    text: str
    at: datetime | None = None


def routes(board: Board) -> list[Route]:
    """Return what is served of it."""
    return [Route("/vendors/{slug}", partial(_vendor, board))]


async def _vendor(board: Board, request: Request) -> Response:
    slug, now = request.path_params["slug"], board.clock.now()
    named = [one for one in await standings.called(board.database, {slug}) if one.vendor == slug]
    history = await stored.history(board.database, slug, now - WINDOW, now)
    if not named and not history.records:
        return missing(request, "No vendor of this name", "Nobody watches it, and nothing is known of it.", now)
    name = next((one.name for one in named), history.name or slug)
    stands = in_order(await standings.some(board.database, [one.key for one in named if not one.key.startswith("probe:")]))
    stands = stands or in_order(await standings.some(board.database, [one.key for one in named]))
    marks = (await board.spells.of({slug}, now - _BACK, now)).get(slug, ())
    watch = (await spells.watches(board.database, {slug}, now - _BACK, now)).get(slug, Watch())
    past = days(marks, watch, now)
    parts = [part for one in stands for part in await standings.components(board.database, one.key)]
    known = await briefs.some(board.database, {id for day in past for id in day.incidents})
    card = scorecard(slug, name, history.records, history.watch, now, cut=history.is_cut)
    is_known = watch.since is not None or bool(history.records)
    return page(
        request,
        "vendor.html",
        title=name,
        cards=[cards.card(one, now, _INCIDENTS) for one in stands],
        bar=bars.of_days(past, _anchor),
        told=told(past),
        key=KEY,
        days=_days(past, known),
        groups=cards.groups(parts),
        probes=await _probes(board, slug, now),
        record=records.record(card).message if is_known else None,
        grade=card.grade if is_known else None,
        facts=await _facts(board, [one.key for one in stands], now),
        slug=slug,
        now=now,
        fresh=await pulse.fresh(board.database),
    )


def _anchor(day: Day) -> str:
    """Return where a day is told of; a day on which nothing was is told of nowhere."""
    return f"#day-{day.date.isoformat()}" if day.incidents else ""


def _days(past: Sequence[Day], known: Mapping[str, briefs.Brief]) -> list[_Told]:
    """Return the days on which something was, the newest first."""
    return [
        _Told(
            f"day-{day.date.isoformat()}",
            datetime.combine(day.date, datetime.min.time(), tzinfo=past[-1].tzinfo),
            said(day),
            tuple(known[id] for id in day.incidents if id in known),
        )
        for day in reversed(past)
        if day.incidents
    ]


async def _probes(board: Board, slug: str, now: datetime) -> list[_Probe]:
    """Return the probes that accuse it."""
    found = await probe_board.of_vendor(board.database, slug)
    keys = [one.source.key for one in found]
    watches = await spells.watches_of(board.database, keys, now - _BACK, now)
    counted = await probe_board.days(board.database, keys, now - _BACK)
    since = now - _LATELY
    lately = await probe_board.spans(board.database, keys, since, _STEP)
    return [
        _Probe(
            one.source.key,
            one.source.name,
            probe_tone(one),
            alone(one.view, now),
            charts.chart(lately.get(key, ()), since, now, _STEP, 240, 48, with_grid=False),
            bars.of_probe(probe_days(days((), watches.get(key, Watch()), now), counted.get(key, {}))),
        )
        for key, one in zip(keys, found, strict=True)
    ]
