"""`/`: everything that is watched, the worst first."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.core import answers, histories, impact, routing, serving
from bot.core.message import Item, Tone
from bot.core.overview import Overview, Row
from bot.core.slugs import slug
from bot.core.team import VENDOR
from bot.store import grounds, maintenances, pulse, standings
from bot.web.board import cards, grounding
from bot.web.board.pages import Board, page, ready

# Beyond those that are looked at closely so many more are named.
_NAMED = 60
_SOON = timedelta(days=7)
_PLANNED = 8
_MADE_OF = ("home.html", "base.html", "visitor.html", "parts.html", "cards.html")


@dataclass(frozen=True, slots=True)
class _Count:
    """One number of those at the top, and where those are listed that it counts."""

    tone: Tone
    number: int
    word: str
    show: str


def routes(board: Board) -> list[Route]:
    """Return what is served of it."""
    return [Route("/", partial(_home, board))]


async def _home(board: Board, request: Request) -> Response:
    return page(request, "home.html", **await _values(board))


async def warm(board: Board) -> None:
    """Make once what the page is made from: whoever looks first would wait three times as long."""
    await asyncio.to_thread(ready, *_MADE_OF)
    await _values(board)


async def _values(board: Board) -> dict[str, Any]:
    now = board.clock.now()
    found = await standings.overview(board.database)
    ours = await grounds.open_of(board.database, {VENDOR})
    said = histories.with_ours(answers.everything(found, now), ours).message
    planned = await maintenances.soon(board.database, now, now + _SOON, _PLANNED + 1)
    return {
        "title": said.headline,
        "tone": said.tone,
        "counts": _counts(found),
        "services": await _services(board),
        "declared": [cards.going(one, now) for one in ours],
        "troubled": _cards(found, found.survey.troubled, now),
        "others": _rest(found, found.survey.troubled),
        "unwatched": [cards.card(one, now) for one in found.unwatched[:_NAMED]],
        "stale": _cards(found, found.survey.stale, now),
        "blind": _rest(found, found.survey.stale),
        "unread": found.survey.unread[:_NAMED],
        "more_unread": max(len(found.survey.unread) - _NAMED, 0),
        "planned": [(one.id, Item(Tone.MAINTENANCE, one.name), answers.plan(one)) for one in planned[:_PLANNED]],
        "more_planned": len(planned) > _PLANNED,
        "well": found.survey.well,
        "unlisted": found.survey.unlisted,
        "total": found.survey.total,
        "now": now,
        "fresh": await pulse.fresh(board.database),
    }


@dataclass(frozen=True, slots=True)
class _Service:
    """One of our own services, and what is the matter with it."""

    slug: str
    name: str
    tone: Tone
    word: str
    matters: tuple[str, ...]


async def _services(board: Board) -> Sequence[_Service]:
    """Return how our own services stand, the worst first; those that are well have nothing to say."""
    found = await grounding.views(board, ours) if (ours := routing.ours(board.services)) else ()
    return [
        _Service(slug(one.name), one.name, serving.tone(one), impact.label(one), tuple(serving.matters(one)))
        for one in found
    ]


def _counts(found: Overview) -> Sequence[_Count]:
    """Return the numbers at the top; what is none is left out, but for those that are well."""
    survey = found.survey
    suspected = survey.suspected + len(found.unwatched)
    rows = (
        _Count(Tone.MAJOR, len(survey.troubled) - survey.suspected, "not operational", "trouble"),
        _Count(Tone.MINOR, suspected, "suspected by us alone", "trouble"),
        _Count(Tone.NOTICE, len(survey.stale), "can not be read", "stale"),
        _Count(Tone.NOTICE, len(survey.unread), "not looked at yet", "unread"),
    )
    well = _Count(Tone.RESOLVED, len(survey.well) + survey.unlisted, "operational", "well")
    return [*(row for row in rows if row.number), *([well] if survey.total else [])]


def _cards(found: Overview, rows: Sequence[Row], now: datetime) -> Sequence[cards.Card]:
    return [cards.card(found.closer[row.key], now) for row in rows if row.key in found.closer]


@dataclass(frozen=True, slots=True)
class _Rest:
    """Those that are only named, and how many more there are."""

    rows: tuple[Row, ...]
    more: int


def _rest(found: Overview, rows: Sequence[Row]) -> _Rest:
    left = [row for row in rows if row.key not in found.closer]
    return _Rest(tuple(left[:_NAMED]), max(len(left) - _NAMED, 0))
