"""`/vendors/{slug}`: one vendor, or something of our own that is watched: how it stands, and its last 90 days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.core import choosing, records
from bot.core.days import Day, Mark, days, said, told
from bot.core.health import ALERT_INTERVAL
from bot.core.message import Span, Tone
from bot.core.probe_days import probe_days
from bot.core.probe_views import alone, tone
from bot.core.scorecard import Watch
from bot.core.spans import duration
from bot.core.standing import in_order
from bot.model import Source
from bot.store import probe_board, pulse, sources, spells, standings
from bot.web.board import bars, cards, charts
from bot.web.board.bars import Bar
from bot.web.board.cards import bare
from bot.web.board.charts import Chart
from bot.web.board.pages import Board, missing, page
from bot.web.board.past import BACK, Record
from bot.web.board.vendors import KEY

_INCIDENTS, _LISTED, _NAMED = 30, 60, 8
_LATELY, _STEP = timedelta(hours=24), timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class _Probe:
    """One probe of it: how it stands, its day, its 90 days."""

    key: str
    name: str
    tone: Tone
    spans: tuple[Span, ...]
    chart: Chart
    bar: Bar


@dataclass(frozen=True, slots=True)
class _Told:
    """One day on which something was, with what that was."""

    anchor: str
    when: date
    said: str
    incidents: tuple[choosing.Row, ...]
    more: int = 0


@dataclass(frozen=True, slots=True)
class _Named:
    """A component that incidents named: the days of these."""

    name: str
    bar: Bar
    said: str


@dataclass(frozen=True, slots=True)
class _Past:
    """Its 90 days: drawn, in words, day by day, and by the components that its incidents named."""

    bar: Bar
    told: str
    days: tuple[_Told, ...]
    named: tuple[_Named, ...]


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
    known = await board.past.record(slug, now)
    if not named and not known.rows:
        return missing(request, "No vendor of this name", "Nobody watches it, and nothing is known of it.", now)
    name = next((one.name for one in named), known.name or slug)
    stands = in_order(
        await standings.some(board.database, [one.key for one in named if not one.key.startswith("probe:")])
    )
    stands = stands or in_order(await standings.some(board.database, [one.key for one in named]))
    marks = (await board.spells.of({slug}, now - BACK, now)).get(slug, ())
    watch = (await spells.watches(board.database, {slug}, now - BACK, now)).get(slug, Watch())
    drawn = board.past.page((slug, known), marks, watch, lambda: _drawn(marks, watch, known))
    parts = [part for one in stands for part in await standings.components(board.database, one.key)]
    return page(
        request,
        "vendor.html",
        title=name,
        cards_shown=[cards.card(one, now, _INCIDENTS) for one in stands],
        bar=drawn.bar,
        told=drawn.told,
        key=KEY,
        days=drawn.days,
        groups=cards.groups(parts),
        named=drawn.named,
        probes=await _probes(board, slug, now),
        record=records.record(known.card).message if known.card else None,
        grade=known.card.grade if known.card else None,
        graded_at=known.at,
        facts=await _facts(board, slug),
        slug=slug,
        now=now,
        fresh=await pulse.fresh(board.database),
    )


def _drawn(marks: Sequence[Mark], watch: Watch, known: Record) -> _Past:
    past = days(marks, watch, known.at)
    named = _named(marks, known.named, watch, known.at)
    return _Past(bars.of_days(past, _anchor), told(past), tuple(_days(past, known.rows)), tuple(named))


def _anchor(day: Day) -> str:
    """Return where a day is told of; a day on which nothing was is told of nowhere."""
    return f"#day-{day.date.isoformat()}" if day.incidents else ""


def _days(past: Sequence[Day], known: Mapping[str, choosing.Row]) -> list[_Told]:
    """Return the days on which something was, the newest first; of many incidents only the newest are listed."""
    found, left = [], _LISTED
    for day in reversed(past):
        if day.incidents:
            rows = [known[one] for one in day.incidents if one in known][: max(left, 0)]
            more = len(day.incidents) - len(rows)
            found.append(_Told(f"day-{day.date.isoformat()}", day.date, said(day), tuple(rows), more))
            left -= len(rows)
    return found


def _named(marks: Sequence[Mark], named: Mapping[str, frozenset[str]], watch: Watch, now: datetime) -> list[_Named]:
    """Return the components that incidents of 90 days named, those with the most first."""
    found = [(name, [mark for mark in marks if mark.incident in ids]) for name, ids in named.items()]
    some = sorted((one for one in found if one[1]), key=lambda one: (-len(one[1]), one[0].lower()))[:_NAMED]
    return [_Named(name, bars.of_days(past), told(past)) for name, its in some for past in [days(its, watch, now)]]


async def _probes(board: Board, slug: str, now: datetime) -> list[_Probe]:
    """Return the probes that accuse it."""
    found = await probe_board.of_vendor(board.database, slug)
    keys = [one.source.key for one in found]
    watches = await spells.watches_of(board.database, keys, now - BACK, now)
    counted = await probe_board.days(board.database, keys, now - BACK)
    since = now - _LATELY
    lately = await probe_board.spans(board.database, keys, since, _STEP)
    return [
        _Probe(
            one.source.key,
            one.source.name,
            tone(one.view),
            alone(one.view, now),
            charts.chart(lately.get(key, ()), since, now, _STEP, 240, 48, with_grid=False),
            bars.of_probe(probe_days(days((), watches.get(key, Watch()), now), counted.get(key, {}))),
        )
        for key, one in zip(keys, found, strict=True)
    ]


async def _facts(board: Board, slug: str) -> list[_Fact]:
    """Return how its pages are watched; of an address nothing that may be secret."""
    found = []
    for one in await sources.entries_of(board.database, slug):
        source, health = one.source, one.health
        found += [
            _Fact("Page", bare(source.url)),
            _Fact("Format", source.format),
            _Fact("Looked at", _how_often(source)),
            _Fact("Only", ", ".join((*source.components, *source.regions))),
            _Fact("Watched since", "", health.first_look),
            _Fact("Last look", "", health.last_look),
            _Fact("Said by", "the configuration" if one.origin == "file" else "somebody in the chat"),
        ]
    return [one for one in found if one.text or one.at]


def _how_often(source: Source) -> str:
    often = f"every {duration(source.interval)}"
    if source.exact or source.interval <= ALERT_INTERVAL:
        return often
    return f"{often}, every {duration(ALERT_INTERVAL)} while something is wrong"
