"""What is shown instead of a page: there is none, it was asked for wrongly, it failed.  To programs it is one line."""

from __future__ import annotations

import logging

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from bot.errors import StoreRefused
from bot.web.board.pages import page
from bot.web.bodies import Refused

log = logging.getLogger(__name__)

_AWAY = "the database does not answer just now"
_HEADLINES = {
    401: "You need a link of your own",
    403: "That was not accepted",
    404: "There is no such page",
    405: "That can not be asked here",
    421: "This is not the board's address",
    429: "Too many calls",
    500: "This page failed",
    503: "Not just now",
}


async def of_http(request: Request, error: Exception) -> Response:
    """Return the answer to what starlette itself refuses: no such path, no such method."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    headers = dict((error.headers if isinstance(error, HTTPException) else None) or {})
    reasons = {404: "nothing is served at this address", 405: "this address takes other methods"}
    return _shown(request, status, reasons.get(status, "it could not be answered"), headers)


async def of_refusal(request: Request, error: Exception) -> Response:
    """Return the answer to what the gate refuses, or a form's endpoint."""
    if not isinstance(error, Refused):
        raise error
    return _shown(request, error.status, error.reason, dict(error.headers))


async def of_store(request: Request, error: Exception) -> Response:
    """Return the answer while there is no database: whoever calls, a program among them, is to come again."""
    log.warning("not answered for want of the database: %s", error)
    away = f"nothing can be kept just now ({error.reason})" if isinstance(error, StoreRefused) else _AWAY
    reason = f"{away}; nothing is lost that is sent again in a moment"
    return _shown(request, 503, reason, {"retry-after": "5"})


def crashed(request: Request, number: str) -> Response:
    """Return the page in place of one that failed; the log has the rest, under this number."""
    reason = f"it is in Sitrep's log, under the number {number}"
    try:
        return _shown(request, 500, reason, {})
    except Exception:  # noqa: BLE001  (what failed may be what every page is made with)
        return PlainTextResponse(f"this page failed; {reason}\n", 500)


def _shown(request: Request, status: int, reason: str, headers: dict[str, str]) -> Response:
    headers.setdefault("cache-control", "no-store")
    if "text/html" not in request.headers.get("accept", ""):
        return PlainTextResponse(f"{reason}\n", status, headers)
    title = _HEADLINES.get(status, "It could not be answered")
    said = f"{reason[:1].upper()}{reason[1:]}."
    answer = page(request, "error.html", status, title=title, reason=said, leads_home=status != 401)  # noqa: PLR2004  (who is not let in)
    answer.headers.update(headers)
    return answer
