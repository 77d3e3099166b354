"""One request of a probe: built from what it wants, and its redirects."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import httpx

from bot.errors import BadAnswer, BadRequest
from bot.fetch.body import ACCEPT_ENCODING
from bot.fetch.target import USER_AGENT, Target, is_same_origin
from bot.ports import WebRequest

_SEE_OTHER = 303
_MOVED = frozenset({301, 302})


def built(asked: WebRequest, target: Target, connect: timedelta) -> httpx.Request:
    """Return the request to send.  A header that is asked for comes before ours of the same name."""
    headers = {"User-Agent": USER_AGENT, "Accept": "*/*", "Accept-Encoding": ACCEPT_ENCODING}
    if target.authorization:
        headers["Authorization"] = target.authorization
    asked_for = {name.title(): value for name, value in asked.headers}
    try:
        return httpx.Request(
            asked.method,
            target.url,
            headers={name.encode("ascii"): value.encode() for name, value in (headers | asked_for).items()},
            content=asked.body,
            extensions={"timeout": {"connect": connect.total_seconds()}},
        )
    except (ValueError, TypeError):
        raise BadRequest("the request has a header that can not be sent") from None


def following(asked: WebRequest, status: int, came_from: Target, leads_to: Target) -> WebRequest:
    """Return what to ask where a redirect leads.

    What proves who we are stays at the origin that it was given for.  https://www.rfc-editor.org/rfc/rfc9110#section-15.4
    """
    if (status == _SEE_OTHER and asked.method != "HEAD") or (status in _MOVED and asked.method == "POST"):
        asked = replace(asked, method="GET", body=None)
    if is_same_origin(came_from, leads_to):
        return asked
    if asked.body is not None:
        raise BadAnswer(f"{came_from.host} redirects what we send to {leads_to.host}, where we do not send it")
    return replace(asked, headers=())
