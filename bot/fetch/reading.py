"""The body of an answer, read within the limits: whole, or while it comes."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from datetime import timedelta
from typing import cast

import httpx

from bot.fetch.answer import FetchLimits
from bot.fetch.body import Body, too_large
from bot.ports import WebChunk


async def whole(response: httpx.Response, told: Mapping[str, str], limits: FetchLimits) -> bytes:
    """Return all of it, decoded."""
    body = _body(told, limits)
    async with aclosing(_raw(response)) as chunks:
        async for chunk in chunks:
            body.feed(chunk)
    return body.finish()


async def pieces(
    response: httpx.Response, told: Mapping[str, str], limits: FetchLimits, clock: Callable[[], timedelta]
) -> AsyncGenerator[WebChunk]:
    """Give what comes as it comes, decoded, with the time of its coming."""
    body = _body(told, limits)
    async with aclosing(_raw(response)) as chunks:
        async for chunk in chunks:
            body.feed(chunk)
            if taken := body.take():
                yield WebChunk(taken, clock())
    if rest := body.finish():
        yield WebChunk(rest, clock())


def _body(told: Mapping[str, str], limits: FetchLimits) -> Body:
    declared = told.get("content-length", "")
    if declared.isdecimal() and int(declared) > limits.max_received:
        raise too_large(limits.max_received)
    return Body(told.get("content-encoding", ""), limits)


def _raw(response: httpx.Response) -> AsyncGenerator[bytes]:
    """Return the raw stream: httpx would decode without a limit.  To be closed by hand, or the loop must do it."""
    return cast("AsyncGenerator[bytes]", aiter(cast("httpx.AsyncByteStream", response.stream)))
