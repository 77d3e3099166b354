"""`/probes/{key}`: one probe of ours: what it checks, how it stands, and how its checks went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.core import baseline
from bot.core.days import DAYS, days
from bot.core.probe_days import percent, probe_days
from bot.core.probe_views import alone, today, tone
from bot.core.scorecard import Watch
from bot.core.spans import duration
from bot.store import probe_board, spells
from bot.store.samples import Span
from bot.web.board import bars, charts
from bot.web.board.cards import bare
from bot.web.board.pages import Board, missing, page

_BACK = timedelta(days=DAYS)


@dataclass(frozen=True, slots=True)
class _Range:
    """How far back a drawing looks, and in which steps."""

    key: str
    word: str
    back: timedelta
    step: timedelta


_RANGES = (
    _Range("24h", "24 hours", timedelta(hours=24), timedelta(minutes=5)),
    _Range("7d", "7 days", timedelta(days=7), timedelta(hours=1)),
    _Range("90d", "90 days", _BACK, timedelta(hours=6)),
)
KEY = (
    ("well", "every check passed"),
    ("failed", "some failed: the more, the higher"),
    ("blind", "not checked"),
    ("before", "before it was first checked"),
)


def routes(board: Board) -> list[Route]:
    """Return what is served of it."""
    return [Route("/probes/{key:path}", partial(_probe, board))]


async def _probe(board: Board, request: Request) -> Response:
    key, now = request.path_params["key"], board.clock.now()
    found = await probe_board.one(board.database, key)
    if found is None:
        return missing(request, "No probe of this name", "There is none, and there never was.", now)
    chosen = next((one for one in _RANGES if one.key == request.query_params.get("range")), _RANGES[0])
    since = _aligned(now - chosen.back, chosen.step)
    spans = (await probe_board.spans(board.database, [key], since, chosen.step)).get(key, [])
    watch = (await spells.watches_of(board.database, [key], now - _BACK, now)).get(key, Watch())
    counted = (await probe_board.days(board.database, [key], now - _BACK)).get(key, {})
    past = probe_days(days((), watch, now), counted)
    source, view = found.source, found.view
    return page(
        request,
        "probe.html",
        title=source.name,
        tone=tone(view),
        spans=alone(view, now),
        active=found.active,
        vendor=source.vendor if source.vendor_name else "",
        vendor_name=source.vendor_name,
        chart=charts.chart(spans, since, now, chosen.step),
        said=_said(spans),
        since=since,
        ranges=_RANGES,
        chosen=chosen,
        bar=bars.of_probe(past, with_days=True),
        key=KEY,
        facts=[
            ("Checks", f"{source.format}{' of ' + bare(source.url) if bare(source.url) else ''}"),
            ("Speaks for", ", ".join(source.components)),
            ("Every", duration(source.interval)),
            ("Usually takes", baseline.seconds(view.usual) if view.usual else "not known yet"),
            ("Today", today(view, now)),
        ],
        first=found.health.first_look,
        checked_at=view.checked_at,
        now=now,
    )


def _aligned(moment: datetime, step: timedelta) -> datetime:
    """Return the last whole step: what is kept by the hour begins at one."""
    midnight = moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + (moment - midnight) // step * step


def _said(spans: Sequence[Span]) -> str:
    """Return in words what the drawing shows."""
    checks, failures = sum(span.checks for span in spans), sum(span.failures for span in spans)
    if not checks:
        return "Nothing was checked in this time."
    failed = f"{failures:,} of {checks:,} checks failed ({percent(failures / checks)})" if failures else ""
    failed = failed or f"All {checks:,} checks passed"
    passes, spent = checks - failures, sum(span.latency for span in spans)
    if not passes:
        return f"{failed}."
    slowest = max(span.slowest for span in spans)
    return f"{failed}; a pass took {baseline.seconds(spent / passes)} on average, {baseline.seconds(slowest)} at most."
