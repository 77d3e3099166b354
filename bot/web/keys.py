"""Who is one of ours: by a token in a header, in the address, or by a signature.  Compared in constant time."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Collection
from datetime import datetime, timedelta

from starlette.requests import Request

from bot.core.hooks import Way

TIMESTAMP, SIGNATURE = "x-sitrep-timestamp", "x-sitrep-signature"
# As with Slack's signed requests: https://docs.slack.dev/authentication/verifying-requests-from-slack
WINDOW = timedelta(minutes=5)
_SECONDS = re.compile(r"\d{1,12}", re.ASCII)
_BEARER = re.compile(r"bearer +(\S+) *", re.IGNORECASE | re.ASCII)


def is_same(given: str, token: str) -> bool:
    """Whether two texts are the same, in a time that does not depend on where they differ."""
    return hmac.compare_digest(given.encode(errors="replace"), token.encode())


def bearer(request: Request) -> str | None:
    """Return the token of the header `Authorization`, None where there is none."""
    found = _BEARER.fullmatch(request.headers.get("authorization", ""))
    return found[1] if found else None


def has_token(request: Request, ways: Collection[Way], token: str) -> bool:
    """Whether the request brings the token in one of these ways."""
    given = bearer(request) if Way.BEARER in ways else None
    if given is None and Way.QUERY in ways:
        given = request.query_params.get("token")
    return given is not None and is_same(given, token)


def is_signed(request: Request) -> bool:
    """Whether the request claims to be signed."""
    return SIGNATURE in request.headers


def is_timely(request: Request, now: datetime) -> bool:
    """Whether a signed request was made just now: one that is repeated later is not let in."""
    told = request.headers.get(TIMESTAMP, "")
    return bool(_SECONDS.fullmatch(told)) and abs(now.timestamp() - int(told)) <= WINDOW.total_seconds()


def has_signature(request: Request, body: bytes, token: str) -> bool:
    """Whether the signature is the one that only the token makes of this body and time."""
    return is_same(request.headers.get(SIGNATURE, ""), signature(token, request.headers.get(TIMESTAMP, ""), body))


def signature(token: str, timestamp: str, body: bytes) -> str:
    """Return the signature of a body: `v1=` and the HMAC-SHA256 of the time, a full stop and the body."""
    told = timestamp.encode(errors="replace") + b"." + body
    return f"v1={hmac.new(token.encode(), told, hashlib.sha256).hexdigest()}"
