"""`/incidents/{id}`: one incident on its two clocks, with everything that was said and done."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.core import (
    affected,
    annals,
    choosing,
    clock_rows,
    lanes,
    lanes_drawn,
    members_drawn,
    places,
    roster,
    team,
    wording,
)
from bot.core.elsewhere import as_it_went, elsewhere
from bot.core.members import as_incident
from bot.core.message import Item, Line, Message, Quote
from bot.core.people import as_of
from bot.model import SourceKind
from bot.store import lookups
from bot.store.whole import Whole, whole
from bot.web.board import acting, grounding
from bot.web.board.pages import Board, page

_WIDE, _NARROW, _SHOWN = 960, 328, 150


def routes(board: Board) -> list[Route]:
    """Return what is served of it."""
    return [Route("/incidents/{name}", partial(_incident, board))]


async def _incident(board: Board, request: Request) -> Response:
    name, now = request.path_params["name"], board.clock.now()
    found = await whole(board.database, name, now)
    if found is None:
        return await _begun(board, request, name)
    incident = as_of(found.incident, now)
    root = wording.root(incident)
    return page(
        request,
        "incident.html",
        200,
        title=wording.headline(incident),
        now=now,
        incident=incident,
        is_ours=incident.vendor == team.VENDOR,
        top=choosing.row(incident),
        state=root.parts[0],
        lines=_lines(root),
        latest=incident.latest,
        actions=acting.deeds(request, incident),
        is_measured=any(view.teller is SourceKind.PROBE for view in incident.claims),
        conditions=await grounding.conditions(board, incident),
        components=affected.affected(incident),
        told=places.tellings(found.told, incident.last_seq, now),
        links=await board.links(found.told),
        members=[choosing.row(as_incident(one)) for one in roster.in_order(incident.members)],
        burst=found.burst,
        elsewhere=elsewhere(found.incident, found.entries),
        earlier=_earlier(found),
        **_drawn(found, now),
        **_timeline(found, request),
    )


def _drawn(found: Whole, now: datetime) -> Mapping[str, object]:
    """Return both clocks, for a wide sheet and for a narrow one, and in words; of many at once, all of them."""
    incident = as_it_went(found.incident, found.entries)
    two = lanes.clocks(incident, found.entries, now, found.unread, found.unchecked)
    return {
        "clocks": two,
        "wide": lanes_drawn.drawn(two, _WIDE),
        "narrow": lanes_drawn.drawn(two, _NARROW),
        "sheets": [members_drawn.drawn(incident, now, width) for width in (_WIDE, _NARROW)] if incident.members else [],
        "facts": clock_rows.facts(incident, two, now),
    }


def _timeline(found: Whole, request: Request) -> Mapping[str, object]:
    """Return the lines in the order that is asked for: the last ones, unless all are wanted."""
    told = annals.rows(found.incident, found.entries)
    newest_first = request.query_params.get("order") != "oldest"
    rows = told if "all" in request.query_params else told[-_SHOWN:]
    return {
        "sources": annals.SOURCES,
        "rows": rows[::-1] if newest_first else rows,
        "newest_first": newest_first,
        "left_out": found.count - len(found.entries) + len(told) - len(rows),
    }


async def _begun(board: Board, request: Request, name: str) -> Response:
    """Lead to the incident whose id begins so; if there are several, to the search for them."""
    alike = await lookups.named(board.database, name, limit=2)
    if len(alike) == 1:
        return RedirectResponse(f"/incidents/{quote(alike[0].id)}", 302)
    if alike:
        return RedirectResponse(f"/search?{urlencode({'q': name})}", 302)
    text = f"No incident has the id “{name[:100]}”, and none has an id that begins so."
    return page(request, "missing.html", 404, title="No such incident", text=text)


def _lines(root: Message) -> tuple[Line, ...]:
    """Return what the root message says, without the list of members and the words, which have places of their own."""
    return tuple(part for part in root.parts[1:] if not isinstance(part, Quote | Item))


def _earlier(found: Whole) -> list[tuple[choosing.Row, tuple[str, ...]]]:
    """Return the vendor's earlier incidents with the parts that they have in common, those with the most first."""
    mine = {part.id: part.name for part in found.incident.components}
    shared = [(one, tuple(mine[part.id] for part in one.components if part.id in mine)) for one in found.earlier]
    ordered = sorted(shared, key=lambda pair: -len(pair[1]))
    return [(choosing.row(one), names) for one, names in ordered]
