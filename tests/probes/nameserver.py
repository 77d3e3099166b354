"""A name server of our own: real datagrams and streams on 127.0.0.1, and every answer is yours."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import cast

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset

from tests.probes.world import HERE


@dataclass(slots=True)
class NameServer:
    """`records` are texts such as `A 192.0.2.1` by name; what is not there does not exist."""

    records: dict[str, tuple[str, ...]] = field(default_factory=dict)
    rcode: dns.rcode.Rcode = dns.rcode.NOERROR
    is_silent: bool = False
    truncates: bool = False
    garbles: bool = False
    address: str = ""
    asked: list[str] = field(default_factory=list)

    def answer(self, wire: bytes, by: str) -> bytes:
        """Return what is said to a question, nothing if nothing is said."""
        query = dns.message.from_wire(wire)
        question = query.question[0]
        self.asked.append(f"{by} {question.name} {dns.rdatatype.to_text(question.rdtype)}")
        if self.is_silent:
            return b""
        if self.garbles:
            return wire[:2] + b"\xff" * 3
        response = dns.message.make_response(query)
        response.set_rcode(self.rcode)
        if self.truncates and by == "udp":
            response.flags |= dns.flags.TC
            return response.to_wire()
        if self.rcode == dns.rcode.NOERROR:
            self._fill(response, question.name, question.rdtype)
        return response.to_wire()

    def _fill(self, response: dns.message.Message, name: dns.name.Name, wanted: dns.rdatatype.RdataType) -> None:
        texts = self.records.get(name.to_text(omit_final_dot=True))
        if texts is None:
            response.set_rcode(dns.rcode.NXDOMAIN if not response.answer else dns.rcode.NOERROR)
            return
        for text in texts:
            kind, _, data = text.partition(" ")
            if kind == "CNAME" and wanted != dns.rdatatype.CNAME:
                response.answer.append(dns.rrset.from_text(name, 60, "IN", kind, data))
                self._fill(response, dns.name.from_text(data), wanted)
            elif kind == dns.rdatatype.to_text(wanted):
                rrset = response.find_rrset(response.answer, name, dns.rdataclass.IN, wanted, create=True)
                rrset.add(dns.rrset.from_text(name, 60, "IN", kind, data)[0])


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, server: NameServer) -> None:
        self._server = server

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if answer := self._server.answer(data, "udp"):
            self._transport.sendto(answer, addr)


@asynccontextmanager
async def serving(server: NameServer) -> AsyncIterator[NameServer]:
    """Serve at one port by datagrams and by streams until the block ends."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            (length,) = struct.unpack("!H", await reader.readexactly(2))
            answer = server.answer(await reader.readexactly(length), "tcp")
            writer.write(struct.pack("!H", len(answer)) + answer)
            await writer.drain()
        writer.close()

    streams = await asyncio.start_server(talk, HERE, 0)
    port = streams.sockets[0].getsockname()[1]
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: _Datagrams(server), local_addr=(HERE, port))
    server.address = f"{HERE}:{port}"
    try:
        yield server
    finally:
        transport.close()
        streams.close()
        await streams.wait_closed()
