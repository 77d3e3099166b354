"""Leave to send, asked for once more when the first byte of a message is about to go out.

Between the check in front of a call and its bytes lie a connection that is opened and turns of the event loop.  Whoever
is stopped there, and wakes after others took over, would send first and hear of its timers afterwards.
"""

from __future__ import annotations

from types import SimpleNamespace

import aiohttp

from bot.leave import require_leave


def at_the_wire() -> aiohttp.TraceConfig:
    """Return what makes a session ask: a request whose body may not go out any more fails as if it were cut off.

    aiohttp tells of a part of a body right before it writes it, and writes small headers together with it:
    https://docs.aiohttp.org/en/stable/tracing_reference.html#aiohttp.TraceConfig.on_request_chunk_sent.
    """
    trace = aiohttp.TraceConfig()
    trace.on_request_chunk_sent.append(_ask)
    return trace


async def _ask(
    session: aiohttp.ClientSession, context: SimpleNamespace, part: aiohttp.TraceRequestChunkSentParams
) -> None:
    del session, context, part
    require_leave()
