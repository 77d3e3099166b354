"""Everything that other programs ask for, as routes."""

from __future__ import annotations

from starlette.routing import Route

from bot.web.api import atom, native, statuspage
from bot.web.api.answers import KEEPS, Shelf
from bot.web.api.press import Press
from bot.web.board.pages import Board


def routes(board: Board, keeps: float = KEEPS) -> list[Route]:
    """Return the routes; a document is good for `keeps` seconds."""
    shelf = Shelf(board.clock, keeps)
    press = Press(board)
    return [*statuspage.routes(press, shelf), *atom.routes(press, shelf), *native.routes(board, shelf)]
