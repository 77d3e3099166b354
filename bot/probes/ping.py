"""Sends echo requests (ICMP) and counts what comes back.

It needs no special rights, but the system has to let ordinary programs ping: Linux decides that by
net.ipv4.ping_group_range.  Where it does not, that is said, and nobody is accused.
"""

from __future__ import annotations

import asyncio
import errno
import os
import socket
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median
from time import perf_counter
from typing import Annotated, Any

from pydantic import Field

from bot.core.faults import fault_of
from bot.model import Fault, ProbeResult
from bot.ports import Setup, Web
from bot.probes._keys import Keys, Span, filled, refuse_secret
from bot.probes._results import Facts, Objection, cause_of, result_of, seconds, slow

# Type of an echo request and of its reply.  https://www.rfc-editor.org/rfc/rfc792 and https://www.rfc-editor.org/rfc/rfc4443
_ECHO_V4 = (8, 0)
_ECHO_V6 = (128, 129)
_HEADER = struct.Struct("!BBHHH")
_IPV4 = 4
_LONGEST = 1500
_PACE = timedelta(milliseconds=200)
_NOT_ALLOWED = (
    "this machine does not let Sitrep ping; as root, run: "
    'sysctl -w net.ipv4.ping_group_range="0 2147483647" (in a container, set it for the container)'
)
_NO_SUCH_SOCKETS = frozenset({errno.EPROTONOSUPPORT, errno.EAFNOSUPPORT, errno.ESOCKTNOSUPPORT, errno.EINVAL})


class Options(Keys):
    """How many, and how many may be lost."""

    count: Annotated[int, Field(ge=1, le=20)] = Field(
        default=4, description="How many pings one check sends; default 4.", examples=["10"]
    )
    loss: Annotated[int, Field(ge=0, le=99)] = Field(
        default=50, description="If more of them are lost, in %, it is a failure; default 50.", examples=["20"]
    )
    slower_than: Span | None = Field(
        default=None, description="If half of the replies take longer, it is a failure.", examples=['"150ms"']
    )


def read_target(text: str) -> None:
    """Raise ValueError if a target is none."""
    refuse_secret(text)
    if not text.strip() or any(letter in text for letter in "/ @"):
        raise ValueError('is not a host; write for example "db.example.com" or "192.0.2.7"')


@dataclass(slots=True)
class _Echoes:
    """What was sent when, and how long the replies took, by number."""

    sent: dict[int, float] = field(default_factory=dict)
    took: dict[int, float] = field(default_factory=dict)
    problem: OSError | None = None
    complete: asyncio.Event = field(default_factory=asyncio.Event)


async def check(setup: Setup, _web: Web, at: datetime) -> ProbeResult:
    """Ping so many times, and wait for the replies until the time is over."""
    host = filled(setup.target, setup.secrets).strip().strip("[]")
    return await result_of(setup, at, _look(setup, host))


async def _look(setup: Setup, host: str) -> Facts:
    options: Options = setup.options
    loop = asyncio.get_running_loop()
    deadline = loop.time() + setup.timeout.total_seconds()
    async with asyncio.timeout_at(deadline):
        found = await loop.getaddrinfo(host, None, type=socket.SOCK_DGRAM)
    with _link(found) as link:
        echoes = await _exchange(link, options.count, deadline)
    return _judged(options, echoes, host)


def _link(found: Sequence[tuple[Any, ...]]) -> socket.socket:
    """Return a socket for the first address that there is a way to."""
    problem: OSError = socket.gaierror(socket.EAI_NONAME, "no address")
    for family, _, _, _, address in found:
        link = _socket(family)
        try:
            link.setblocking(False)  # noqa: FBT003  the name of the only parameter is `flag`
            link.connect(address)
        except OSError as error:
            link.close()
            problem = error
        else:
            return link
    raise problem


def _socket(family: int) -> socket.socket:
    protocol = socket.IPPROTO_ICMPV6 if family == socket.AF_INET6 else socket.IPPROTO_ICMP
    try:
        return socket.socket(family, socket.SOCK_DGRAM, protocol)
    except PermissionError:
        raise Objection(Fault.SETUP, _NOT_ALLOWED) from None
    except OSError as error:
        if error.errno not in _NO_SUCH_SOCKETS:
            raise
        raise Objection(Fault.SETUP, f"this machine can not ping without special rights: {cause_of(error)}") from None


async def _exchange(link: socket.socket, count: int, deadline: float) -> _Echoes:
    """Send all, and listen until all have come back or the time is over."""
    loop, echoes, mark = asyncio.get_running_loop(), _Echoes(), os.urandom(16)
    pace = min(_PACE.total_seconds(), (deadline - loop.time()) / (2 * count))
    loop.add_reader(link.fileno(), _receive, link, echoes, mark, count)
    try:
        async with asyncio.timeout_at(deadline):
            for number in range(1, count + 1):
                _send(link, echoes, mark, number)
                await asyncio.sleep(pace if number < count else 0)
            await echoes.complete.wait()
    except TimeoutError:
        pass
    finally:
        loop.remove_reader(link.fileno())
    return echoes


def _send(link: socket.socket, echoes: _Echoes, mark: bytes, number: int) -> None:
    request, _ = _ECHO_V6 if link.family == socket.AF_INET6 else _ECHO_V4
    head = _HEADER.pack(request, 0, 0, 0, number)
    echoes.sent[number] = perf_counter()
    try:
        link.send(_HEADER.pack(request, 0, _checksum(head + mark), 0, number) + mark)
    except OSError as error:
        # What an earlier one met on its way may be told here too.
        echoes.problem = error


def _receive(link: socket.socket, echoes: _Echoes, mark: bytes, count: int) -> None:
    # Not by the loop's clock: that of uvloop counts milliseconds.
    now = perf_counter()
    _, reply = _ECHO_V6 if link.family == socket.AF_INET6 else _ECHO_V4
    try:
        packet = link.recv(_LONGEST)
    except BlockingIOError:
        return
    except OSError as error:
        echoes.problem = error
        return
    # macOS hands over the header of IPv4 as well.
    if packet and link.family == socket.AF_INET and packet[0] >> 4 == _IPV4:
        packet = packet[(packet[0] & 0x0F) * 4 :]
    if len(packet) < _HEADER.size or packet[0] != reply or packet[_HEADER.size :] != mark:
        return
    number = _HEADER.unpack_from(packet)[4]
    if number in echoes.sent:
        echoes.took.setdefault(number, now - echoes.sent[number])
    if len(echoes.took) == count:
        echoes.complete.set()


def _checksum(packet: bytes) -> int:
    """Return the sum of RFC 1071; for IPv6 the system writes its own over it."""
    total: int = sum(struct.unpack(f"!{len(packet) // 2}H", packet))
    total = (total >> 16) + (total & 0xFFFF)
    return ~(total + (total >> 16)) & 0xFFFF


def _judged(options: Options, echoes: _Echoes, host: str) -> Facts:
    came = len(echoes.took)
    lost = 100 * (options.count - came) / options.count
    usual = timedelta(seconds=median(echoes.took.values()) if came else 0)
    facts: Facts = (("loss", f"{lost:.0f} %"),)
    if came:
        facts += (("round trip", seconds(usual)),)
    if not came and echoes.problem:
        reason = f"{host} can not be reached: {cause_of(echoes.problem)}"
        raise Objection(fault_of(echoes.problem.errno), reason, facts)
    if not came:
        raise Objection(Fault.TIMEOUT, f"no reply to {_pings(options.count)}", facts)
    if lost > options.loss:
        raise Objection(Fault.TIMEOUT, f"{options.count - came} of {_pings(options.count)} were lost", facts)
    if options.slower_than is not None and usual > options.slower_than:
        raise Objection(Fault.SLOW, slow("replied", usual, options.slower_than), facts)
    return facts


def _pings(count: int) -> str:
    return f"{count} ping{'' if count == 1 else 's'}"
