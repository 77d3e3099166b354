"""`/search`: vendors, components, probes, our services and incidents, by what people type."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import partial
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot import catalog
from bot.core import choosing, routing, terms
from bot.core.rules import Service
from bot.core.slugs import slug
from bot.store import searching
from bot.store.searching import Called
from bot.web.board.pages import Board, page

_LONGEST, _VENDORS, _ALIKE = 200, 8, 78


@dataclass(frozen=True, slots=True)
class Hit:
    """A vendor that may be meant: whether it is watched, and which of its components are called so."""

    slug: str
    name: str
    is_watched: bool
    components: tuple[str, ...] = ()


def routes(board: Board) -> list[Route]:
    """Return what is served of it."""
    return [Route("/search", partial(_search, board), name="search")]


async def _search(board: Board, request: Request) -> Response:
    query = request.query_params.get("q", "").strip()[:_LONGEST]
    straight = await _straight(board, query) if query else ""
    if straight:
        return RedirectResponse(straight, 302)
    asked = terms.asked(query)
    meant = catalog.search(query)[:_VENDORS] if query else ()
    named = await searching.watched(board.database, query, [one.slug for one in meant])
    alike = await searching.ids_like(board.database, query)
    found, is_more = await searching.incidents(board.database, asked)
    ids = {one.id for one in alike}
    rows: list[tuple[choosing.Row, tuple[tuple[str, bool], ...]]] = [(choosing.row(one), ()) for one in alike]
    rows += [
        (choosing.row(one.incident), terms.found_in(one.words, asked)) for one in found if one.incident.id not in ids
    ]
    return page(
        request,
        "search.html",
        title=f"Search: {query}" if query else "Search",
        now=board.clock.now(),
        query=query,
        vendors=_hits(meant, named),
        probes=[one for one in named if one.is_probe and slug(query) in slug(one.name)],
        services=[(one.name, slug(one.name)) for one in _services(board, query)],
        incidents=rows,
        is_more=is_more,
        instead=await _instead(board, asked) if asked and not rows else "",
    )


async def _straight(board: Board, query: str) -> str:
    """Return where the very thing is that was typed; nothing if it is not the very name of just one."""
    if await searching.is_incident(board.database, query):
        return f"/incidents/{quote(query)}"
    ours = [one for one in routing.ours(board.services) if slug(one.name) == slug(query)]
    if len(ours) == 1 and slug(query):
        return f"/services/{quote(slug(query))}"
    known = catalog.find(query)
    vendor = known.slug if known else slug(query)
    pages = await searching.watched(board.database, query, [vendor]) if vendor else ()
    mine = {one.vendor for one in pages if not one.is_probe and (one.vendor == vendor or _is_called(one, query))}
    return f"/vendors/{quote(mine.pop())}" if len(mine) == 1 else ""


def _is_called(one: Called, query: str) -> bool:
    return catalog.folded(one.name) == catalog.folded(query)


def _hits(meant: Collection[catalog.Vendor], named: Collection[Called]) -> list[Hit]:
    """Return vendors, those that the catalog takes to be meant first, then those with components that are called so."""
    pages = [one for one in named if not one.is_probe]
    watched = {one.vendor for one in pages}
    parts = {one.vendor: one.components for one in pages}
    names = {one.slug: one.name for one in meant} | {one.vendor: one.name for one in pages}
    order = dict.fromkeys((*(one.slug for one in meant), *(one.vendor for one in pages)))
    return sorted(
        (Hit(one, names[one], one in watched, parts.get(one, ())) for one in order), key=lambda h: not h.is_watched
    )


def _services(board: Board, query: str) -> list[Service]:
    """Return our services that have the words in their name, or are spelt nearly so."""
    from rapidfuzz import fuzz  # noqa: PLC0415  (seldom wanted, and not quick to load)

    wanted = slug(query)
    ours = routing.ours(board.services) if wanted else ()
    return [one for one in ours if wanted in slug(one.name) or fuzz.ratio(wanted, slug(one.name)) >= _ALIKE]


async def _instead(board: Board, asked: Collection[str]) -> str:
    """Return what may have been meant, where some word was never said; nothing if no word is spelt like it."""
    from rapidfuzz import fuzz, process  # noqa: PLC0415  (as above)

    said = await searching.words_said_lately(board.database)
    better = []
    for word in (one.strip() for one in asked):
        near = process.extractOne(word, said, scorer=fuzz.ratio, score_cutoff=_ALIKE)
        is_begun = any(one.startswith(word) for one in said)
        better.append(word if is_begun or near is None else near[0])
    return "" if better == [one.strip() for one in asked] else " ".join(better)
