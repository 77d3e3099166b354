"""What a form of the board sends: short, from the board itself, and in the end a few words by name."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl

from starlette.requests import Request

from bot.web import bodies, keys
from bot.web.bodies import Refused

KEY = "key"
_LONGEST, _SECONDS, _MOST_FIELDS = 16 * 1024, 10.0, 20
_KIND = "application/x-www-form-urlencoded"


async def sent(request: Request, key: str | None = None) -> Mapping[str, str]:
    """Return the fields of a form, each once.

    Refused if the browser says that another site has sent it, or if it does not bring the `key` of the session.
    """
    # https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Sec-Fetch-Site
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise Refused(403, "another site has sent this form; open the board itself")
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _KIND:
        raise Refused(415, "a form of this board is sent as a browser sends it")
    body = await bodies.read(request, most=_LONGEST, seconds=_SECONDS)
    try:
        fields = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict")
    except ValueError:
        raise Refused(400, "this form can not be read") from None
    found = dict(fields)
    if key is not None and not keys.is_same(found.get(KEY, ""), key):
        raise Refused(403, "this form is of another session; load the page again")
    return found
