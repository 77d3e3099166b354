"""One request of a probe: built from what it wants, and its redirects."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import httpx

from bot.errors import BadAnswer, BadRequest
from bot.fetch.body import ACCEPT_ENCODING
from bot.fetch.target import USER_AGENT, Target, is_same_origin
from bot.ports import WebRequest

_SEE_OTHER = 303
# A line break would begin another header: it is a secret that was not pasted as it is, and nobody's fault but ours.
# https://www.rfc-editor.org/rfc/rfc9110#name-field-values
_UNSENDABLE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_NOT_SENT = "the request has a header that can not be sent"
_MOVED = frozenset({301, 302})


def built(asked: WebRequest, target: Target, connect: timedelta) -> httpx.Request:
    """Return the request to send.  A header that is asked for comes before ours of the same name."""
    headers = {"User-Agent": USER_AGENT, "Accept": "*/*", "Accept-Encoding": ACCEPT_ENCODING}
    if target.authorization:
        headers["Authorization"] = target.authorization
    asked_for = {name.title(): value for name, value in asked.headers}
    if any(_UNSENDABLE.search(value) for value in asked_for.values()):
        raise BadRequest(_NOT_SENT)
    try:
        return httpx.Request(
            asked.method,
            target.url,
            headers={name.encode("ascii"): value.encode() for name, value in (headers | asked_for).items()},
            content=asked.body,
            extensions={"timeout": {"connect": connect.total_seconds()}},
        )
    except (ValueError, TypeError):
        raise BadRequest(_NOT_SENT) from None


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
