"""How our services stand, and who can stand in for what an incident touches: gathered for more than one page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bot import catalog
from bot.core import impact
from bot.core.impact import Names, ServiceView
from bot.core.rules import Service
from bot.model import Incident
from bot.store import grounds
from bot.web.board.pages import Board


async def views(board: Board, services: Iterable[Service]) -> tuple[ServiceView, ...]:
    """Return how services stand, the worst first."""
    wanted = tuple(services)
    found = await grounds.grounds(board.database, impact.vendors(wanted))
    return impact.in_order(impact.view(one, found, names()) for one in wanted)


async def conditions(board: Board, incident: Incident) -> Mapping[str, str]:
    """Return how all stand that can stand in for what an incident touches, by slug."""
    others = {one.stand_in for one in incident.cards if one.stand_in}
    found = await grounds.grounds(board.database, others)
    return {vendor: impact.condition(vendor, ground, names()) for vendor, ground in found.items()}


def names() -> Names:
    """Return what vendors are called that nobody watches, and people's words for their components."""
    known = catalog.load()
    return Names(title=title, meanings=known.meanings)


def title(slug: str) -> str:
    """Return what a vendor is called."""
    known = catalog.find(slug)
    return known.name if known else slug
