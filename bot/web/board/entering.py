"""`/enter`: somebody comes by a link of their own and gets a session; `/leave` ends it.

The link itself shows a page with one button, which a script presses: programs that follow every link that they see in
a chat, to show what is behind it, would else use it up before anybody could.
"""

from __future__ import annotations

import logging
from functools import partial

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.core import passes
from bot.core.passes import Pass, Purpose
from bot.store import passes as spent
from bot.web.board.forms import sent
from bot.web.board.pages import page
from bot.web.bodies import Refused
from bot.web.entrance import Entrance

log = logging.getLogger(__name__)

_STALE = "this link is used already, or older than 15 minutes, or not this board's: ask for “/sitrep board” again"


def routes(entrance: Entrance) -> list[Route]:
    """Return what is served of it."""
    return [
        Route("/enter", partial(_asked, entrance)),
        Route("/enter", partial(_entered, entrance), methods=["POST"]),
        Route("/leave", partial(_left, entrance), methods=["POST"]),
    ]


async def _asked(entrance: Entrance, request: Request) -> Response:
    text = request.query_params.get("pass", "")
    link = await _link(entrance, text)
    return page(request, "enter.html", title="The board", name=link.person.name, link=text)


async def _entered(entrance: Entrance, request: Request) -> Response:
    link = await _link(entrance, (await sent(request)).get("pass", ""))
    now = entrance.clock.now()
    if not await spent.spend(entrance.database, Purpose.LINK, link, now):
        raise Refused(403, _STALE)
    log.info("entered the board person=%s", link.person.key)
    answer = RedirectResponse(passes.inside(link.to), 303)
    entrance.keep(answer, passes.entered(link, now))
    return answer


async def _left(entrance: Entrance, request: Request) -> Response:
    session = await entrance.session(request)
    answer = RedirectResponse("/", 303)
    if session is not None:
        await sent(request, passes.form_key(entrance.secret, session))
        await spent.spend(entrance.database, Purpose.SESSION, session, entrance.clock.now())
    entrance.forget(answer, entrance.cookie, entrance.said)
    return answer


async def _link(entrance: Entrance, text: str) -> Pass:
    """Return the pass of a link that is still good."""
    link = passes.read(entrance.secret, Purpose.LINK, text, entrance.clock.now()) if entrance.secret else None
    if link is None or await spent.is_spent(entrance.database, Purpose.LINK, link):
        raise Refused(403, _STALE)
    return link
