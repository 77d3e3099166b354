"""How the team's own services stand, for whoever asks over HTTP."""

from __future__ import annotations

from bot import catalog
from bot.core import impact
from bot.core.impact import Names, ServiceView
from bot.core.routing import ours
from bot.store import grounds
from bot.web.board.pages import Board


async def views(board: Board) -> tuple[ServiceView, ...]:
    """Return how they stand, the worst first."""
    wanted = ours(board.services)
    if not wanted:
        return ()
    known = catalog.load()

    def title(slug: str) -> str:
        vendor = known.find(slug)
        return vendor.name if vendor else slug

    names = Names(title=title, meanings=known.meanings)
    found = await grounds.grounds(board.database, impact.vendors(wanted))
    return impact.in_order(impact.view(one, found, names) for one in wanted)
