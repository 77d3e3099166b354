"""The body of a request, read within its limits: no sender may fill our memory or keep us waiting."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from starlette.requests import ClientDisconnect, Request

# A sender that is refused in the middle of its body hears so only if somebody reads on for a moment.
_LINGER_BYTES = 1024 * 1024
_LINGER_SECONDS = 1.0


class Refused(Exception):
    """A request that is answered with a status and one line, and with which the connection ends."""

    def __init__(self, status: int, reason: str, **headers: str) -> None:
        """Keep what is answered."""
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


async def read(request: Request, *, most: int, seconds: float) -> bytes:
    """Return the body; Refused with 413 if it is longer than `most`, with 408 if it takes longer than `seconds`."""
    body = await beginning(request, most=most + 1, seconds=seconds)
    if len(body) > most:
        raise Refused(413, f"the body is longer than {most:,} bytes; send less at once")
    return body


async def beginning(request: Request, *, most: int, seconds: float) -> bytes:
    """Return the first `most` bytes of the body; Refused with 408 if they take longer than `seconds`."""
    told = request.headers.get("content-length", "")
    limit = max(most, _LINGER_BYTES)
    if told.isascii() and told.isdigit() and int(told[:20]) > limit:
        raise Refused(413, f"the body is longer than {_LINGER_BYTES:,} bytes; send less at once")
    parts, size = [], 0
    try:
        async with asyncio.timeout(seconds):
            async for part in request.stream():
                parts.append(part[: most - size])
                size += len(parts[-1])
                if size >= most:
                    break
    except TimeoutError:
        raise Refused(408, f"the body did not come within {seconds:g} s") from None
    except ClientDisconnect:
        raise Refused(400, "the body ended too early") from None
    return b"".join(parts)


async def linger(request: Request) -> None:
    """Read on for a moment, and throw it away."""
    if "expect" in request.headers:  # it has not sent anything yet, and need not
        return
    size = 0
    with suppress(TimeoutError, ClientDisconnect, RuntimeError):
        async with asyncio.timeout(_LINGER_SECONDS):
            async for part in request.stream():
                size += len(part)
                if size > _LINGER_BYTES:
                    return
