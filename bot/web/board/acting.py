"""`/incidents/<id>/do`: what somebody with a session does to an incident.

The same desk answers as in chat, so the same people may do the same things, and the same record is kept of it.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from functools import partial
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.core import passes
from bot.core.audit import BOARD
from bot.core.controls import controls, pressed
from bot.core.message import Control, Line, Reply, plain_part
from bot.model import Action, Asked, Incident
from bot.ports import Desk
from bot.web.board.forms import sent
from bot.web.bodies import Refused
from bot.web.entrance import Entrance, Visitor, visitor_of

# What needs words, and what they are for.
_WORDS = {Action.NOTE: "What the thread should know", Action.UPDATE: "How it stands"}
_FOR_HERE = frozenset(
    {
        Action.ACK,
        Action.UNACK,
        Action.TAKE,
        Action.NOTE,
        Action.MUTE,
        Action.UNMUTE,
        Action.UPDATE,
        Action.RESOLVE,
        Action.REOPEN,
        Action.AFFECTED,
        Action.WORKS,
        Action.FALLBACK_ON,
        Action.FALLBACK_OFF,
    }
)
_LONGEST_TEXT = 3000
_MOST_LINES = 4


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing to press; `words` asks for some, `options` are what is chosen from: label and value."""

    action: str
    label: str
    options: tuple[tuple[str, str], ...] = ()
    words: str = ""
    primary: bool = False


@dataclass(frozen=True, slots=True)
class Deeds:
    """What `actions.html` shows: where forms go, who sends them, what there is to press.

    `request` is a name of this very page's forms: pressed twice, it is done once.  Without a `visitor` nothing is
    pressed.
    """

    address: str
    visitor: Visitor | None
    request: str
    deeds: tuple[Deed, ...]


def deeds(request: Request, incident: Incident) -> Deeds:
    """Return what whoever looks at an incident may press, for `{% include "actions.html" %}` with `actions`."""
    visitor = visitor_of(request)
    shown = () if visitor is None else tuple(_deed(one) for one in controls(incident) if one.action in _FOR_HERE)
    return Deeds(f"/incidents/{quote(incident.id, safe='')}/do", visitor, secrets.token_urlsafe(12), shown)


def routes(entrance: Entrance, desk: Desk) -> list[Route]:
    """Return what is served of it."""
    return [Route("/incidents/{incident}/do", partial(_done, entrance, desk), methods=["POST"])]


async def _done(entrance: Entrance, desk: Desk, request: Request) -> Response:
    session = await entrance.session(request)
    if session is None:
        raise Refused(401, "to act here, come by a link of your own: ask for “/sitrep board” in the chat")
    form = await sent(request, passes.form_key(entrance.secret, session))
    incident = request.path_params["incident"]
    try:
        action = Action(form.get("action", ""))
    except ValueError:
        raise Refused(400, "there is nothing of that name to be done") from None
    if action not in _FOR_HERE:
        raise Refused(400, "that can not be done here; ask for it in the chat")
    command = pressed(action, incident, form.get("option", ""), form.get("text", "").strip()[:_LONGEST_TEXT])
    # The name is the form's and the session's: nobody can use up another one's.
    once = f"{BOARD}{session.nonce}:{action}:{form.get('request', '')[:40]}"
    answer = await desk.ask(Asked(command=command, person=session.person, request=once))
    back = RedirectResponse(f"/incidents/{quote(incident, safe='')}", 303)
    entrance.say(back, session, said(answer.reply))
    return back


def said(reply: Reply) -> str:
    """Return an answer as it is shown on the page: its headline, and the lines under it."""
    lines = [plain_part(part) for part in reply.message.parts if isinstance(part, Line)]
    return "\n".join([reply.message.headline, *lines[:_MOST_LINES]])


def _deed(one: Control) -> Deed:
    return Deed(one.action.value, one.label, one.options, _WORDS.get(one.action, ""), one.primary)
