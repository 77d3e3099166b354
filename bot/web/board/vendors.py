"""`/vendors`: everyone that is watched, with the last 90 days of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.catalog import folded
from bot.core import answers
from bot.core.days import Mark
from bot.core.message import Tone
from bot.core.overview import Row, Survey
from bot.core.scorecard import Watch
from bot.core.standing import Standing
from bot.model import Impact
from bot.store import pulse, spells, standings
from bot.web.board.bars import Bar
from bot.web.board.cards import Pages, asked
from bot.web.board.pages import Board, page
from bot.web.board.past import BACK

_EACH = 30
_SORTS = (("worst", "Worst now"), ("name", "Name"), ("trouble", "Most trouble in 90 days"))
_SHOWN = (
    ("", "All"),
    ("trouble", "In trouble"),
    ("stale", "Can not be read"),
    ("unread", "Not looked at yet"),
    ("well", "Operational"),
)
KEY = (
    ("well", "no trouble known"),
    ("critical", "critical"),
    ("major", "major"),
    ("minor", "minor"),
    ("suspected", "seen by us alone"),
    ("maintenance", "maintenance"),
    ("blind", "not watched"),
    ("before", "before we watched"),
)
# Who has had most trouble changes slowly, and takes long to find out.
_KEPT = timedelta(seconds=60)


@dataclass(slots=True)
class _Ranking:
    """How long each vendor was in trouble, as of when."""

    at: datetime | None = None
    spans: Mapping[str, timedelta] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Line:
    """One of the list: how it stands, and what its 90 days were."""

    slug: str
    name: str
    tone: Tone
    word: str
    bar: Bar
    said: str

    @property
    def state(self) -> str:
        return f"{self.tone} {self.word}"


def routes(board: Board) -> list[Route]:
    """Return what is served of it."""
    return [Route("/vendors", partial(_vendors, board, _Ranking()))]


async def _vendors(board: Board, ranking: _Ranking, request: Request) -> Response:
    now = board.clock.now()
    sort, show, query = (_one_of(request, "sort", _SORTS), _one_of(request, "show", _SHOWN), _query(request))
    survey = await standings.surveyed(board.database)
    named = [row for row in _chosen(survey, show) if query in folded(row.name) or query in row.vendor]
    rows = await _in_order(board, ranking, named, sort, now)
    count = max(-(-len(rows) // _EACH), 1)
    number = min(_number(request), count)
    shown = rows[(number - 1) * _EACH : number * _EACH]
    typed = request.query_params.get("q", "")[:100]
    return page(
        request,
        "vendors.html",
        title="Vendors",
        lines=await _lines(board, shown, now),
        sorts=_choices(_SORTS, sort, lambda word: asked(sort=word, show=show, q=typed)),
        shows=_choices(_SHOWN, show, lambda word: asked(sort=sort, show=word, q=typed)),
        pages=Pages("/vendors", number, count, len(rows), asked(sort=sort, show=show, q=typed)),
        typed=typed,
        sort=sort,
        show=show,
        total=survey.total,
        key=KEY,
        now=now,
        fresh=await pulse.fresh(board.database),
    )


def _one_of(request: Request, name: str, known: Sequence[tuple[str, str]]) -> str:
    """Return what is asked for if it is known, else the first."""
    word = request.query_params.get(name, "")
    return word if any(word == one for one, _ in known) else known[0][0]


def _query(request: Request) -> str:
    return folded(request.query_params.get("q", "")[:100])


def _number(request: Request) -> int:
    text = request.query_params.get("page", "1")
    return max(int(text), 1) if text.isascii() and text.isdecimal() and len(text) < 7 else 1  # noqa: PLR2004  (digits)


@dataclass(frozen=True, slots=True)
class _Choice:
    word: str
    address: str
    is_current: bool


def _choices(known: Sequence[tuple[str, str]], current: str, address: Callable[[str], str]) -> list[_Choice]:
    return [_Choice(word, f"/vendors?{address(one)}", one == current) for one, word in known]


def _chosen(survey: Survey, show: str) -> Sequence[Row]:
    lists = {"trouble": survey.troubled, "stale": survey.stale, "unread": survey.unread, "well": survey.well}
    return lists.get(show) or (() if show else survey.troubled + survey.stale + survey.unread + survey.well)


async def _in_order(board: Board, ranking: _Ranking, rows: Sequence[Row], sort: str, now: datetime) -> Sequence[Row]:
    if sort == "name":
        return sorted(rows, key=lambda row: row.name.lower())
    if sort == "trouble":
        if ranking.at is None or now - ranking.at > _KEPT:
            found = await board.spells.of({row.vendor for row in rows}, now - BACK, now)
            ranking.at, ranking.spans = now, {vendor: _in_trouble(marks, now) for vendor, marks in found.items()}
        return sorted(rows, key=lambda row: (-ranking.spans.get(row.vendor, timedelta()), row.name.lower()))
    return rows


def _in_trouble(marks: Sequence[Mark], now: datetime) -> timedelta:
    """Return how long a vendor told of any trouble; what overlaps counts once."""
    told = [mark for mark in marks if not mark.is_ours and mark.impact.rank >= Impact.MINOR.rank]
    total, until = timedelta(), now - BACK
    for mark in sorted(told, key=lambda mark: mark.began_at):
        begun = max(mark.began_at, until)
        if mark.ended_at > begun:
            total, until = total + (mark.ended_at - begun), mark.ended_at
    return total


async def _lines(board: Board, rows: Sequence[Row], now: datetime) -> list[_Line]:
    vendors = {row.vendor for row in rows}
    stands = {one.key: one for one in await standings.some(board.database, [row.key for row in rows])}
    marks = await board.spells.of(vendors, now - BACK, now)
    watches = await spells.watches(board.database, vendors, now - BACK, now)
    found = []
    for row in rows:
        if row.key in stands:
            watch = watches.get(row.vendor, Watch())
            found.append(
                _line(row, stands[row.key], *board.past.bar(row.vendor, marks.get(row.vendor, ()), watch, now))
            )
    return found


def _line(row: Row, standing: Standing, bar: Bar, said: str) -> _Line:
    return _Line(row.vendor, row.name, answers.look(standing), answers.condition(standing), bar, said)
