"""A fault, as it reaches the client."""

from __future__ import annotations

import asyncio
import math
import socket
import struct

from aiohttp import web

from tests.localdiscord.calls import Call
from tests.localdiscord.faults import Fault, Faults

VIA = {"Via": "1.1 google"}


async def broken(request: web.Request, call: Call, fault: Fault, faults: Faults) -> web.Response | None:
    """Let a fault be; None if the call is to go on after it."""
    if fault.late:
        await asyncio.sleep(fault.late)
    if fault.hang:
        await faults.released()
    if fault.drop:
        _drop(request, reset=fault.reset)
        return web.Response()
    return faulty(call, fault) if fault.status else None


def faulty(call: Call, fault: Fault) -> web.Response:
    call.status = fault.status or 200
    call.scope = fault.scope
    headers = {"Content-Type": fault.content_type} | (VIA if fault.via else {})
    if fault.retry_after is not None:
        headers["Retry-After"] = str(math.ceil(fault.retry_after))
    if fault.scope:
        headers["X-RateLimit-Scope"] = fault.scope
    if fault.scope == "global":
        headers["X-RateLimit-Global"] = "true"
    return web.Response(status=call.status, body=fault.body.encode(), headers=headers)


def _drop(request: web.Request, *, reset: bool) -> None:
    """Close the connection of a request without an answer."""
    transport = request.transport
    if transport is None:
        return
    if reset:
        # Without lingering, closing is a reset: socket(7), SO_LINGER.
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    transport.close()
