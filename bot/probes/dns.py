"""Asks name servers for records, and looks at what they answer."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Annotated

import dns.asyncquery
import dns.exception
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.resolver
import dns.reversename
from dns.inet import is_address
from pydantic import BeforeValidator, Field

from bot.core.faults import fault_of
from bot.model import Fault, ProbeResult
from bot.ports import Setup, Web
from bot.probes._address import host_and_port
from bot.probes._keys import Keys, Regex, Span, Texts, as_list, filled, refuse_secret
from bot.probes._results import Facts, Objection, cause_of, result_of, seconds, shown

_PORT = 53
_SHOWN = 200
# Errors of a server, not of the name; another server may know.  https://www.rfc-editor.org/rfc/rfc1035#section-4.1.1
_TRY_ANOTHER = frozenset({dns.rcode.SERVFAIL, dns.rcode.REFUSED, dns.rcode.NOTIMP, dns.rcode.FORMERR})

Server = tuple[str, int]


def _record(value: object) -> str:
    try:
        if isinstance(value, str) and not dns.rdatatype.is_metatype(dns.rdatatype.from_text(value)):
            return value.upper()
    except (dns.rdatatype.UnknownRdatatype, ValueError):
        pass
    raise ValueError("is not a type of record; write for example A, AAAA, CNAME, MX, NS, TXT or SRV")


def _address(text: str) -> Server:
    return host_and_port(f"[{text}]" if text.count(":") > 1 and "[" not in text else text, _PORT)


def _server(value: object) -> str:
    if isinstance(value, str):
        host, _port = _address(value)
        if is_address(host):
            return value
    raise ValueError('is not the address of a name server; write for example "192.0.2.53" or "[2001:db8::53]:53"')


class Options(Keys):
    """What is asked, of whom, and what has to come."""

    record: Annotated[str, BeforeValidator(_record)] = Field(
        default="A", description="The type of the record; default A.", examples=['"MX"']
    )
    servers: Annotated[list[Annotated[str, BeforeValidator(_server)]], BeforeValidator(as_list)] = Field(
        default=[],
        description="Addresses of the name servers to ask, one after the other until one can tell; "
        "default those of this machine.",
        examples=['["192.0.2.53", "198.51.100.53"]'],
    )
    all: Texts = Field(
        default=[], description="Answers that all have to be there.", examples=['["192.0.2.1", "192.0.2.2"]']
    )
    any: Texts = Field(
        default=[], description="Answers of which one has to be there.", examples=['["192.0.2.1", "192.0.2.2"]']
    )
    only: Texts = Field(
        default=[],
        description="Answers beside which there must be no other.",
        examples=['["192.0.2.1", "192.0.2.2"]'],
    )
    matches: Regex | None = Field(
        default=None, description="A regular expression that one of the answers has to match.", examples=["'v=spf1 '"]
    )
    slower_than: Span | None = Field(
        default=None, description="An answer that takes longer is a failure.", examples=['"200ms"']
    )


def read_target(text: str) -> None:
    """Raise ValueError if a target is none."""
    refuse_secret(text)
    try:
        name = dns.name.from_text(text.strip())
    except (dns.exception.DNSException, UnicodeError):
        name = dns.name.root
    if name == dns.name.root or "/" in text:
        raise ValueError('is not a name; write for example "api.example.com"')


async def check(setup: Setup, _web: Web, at: datetime) -> ProbeResult:
    """Ask once, each server at most."""
    name = filled(setup.target, setup.secrets).strip()
    options: Options = setup.options
    return await result_of(setup, at, _look(setup, name), options.slower_than)


async def _look(setup: Setup, name: str) -> Facts:
    options: Options = setup.options
    try:
        asked = dns.reversename.from_address(name) if is_address(name) else dns.name.from_text(name)
    except (dns.exception.DNSException, UnicodeError):
        asked = dns.name.root
    if asked == dns.name.root:
        raise Objection(Fault.SETUP, f"{name or 'nothing'} is not a name that can be looked up") from None
    query = dns.message.make_query(asked, options.record)
    answer, server = await _answered(query, _servers(options), setup.timeout, ours=not options.servers)
    found = tuple(_found(answer, name, options.record, server))
    facts: Facts = (("answers", ", ".join(found)[:_SHOWN]), ("server", server))
    reason = next(_objections(options, found, setup), "")
    if reason:
        raise Objection(Fault.WRONG, reason, facts)
    return facts


def _servers(options: Options) -> list[Server]:
    if options.servers:
        return [_address(one) for one in options.servers]
    try:
        found = [str(one) for one in dns.resolver.Resolver().nameservers]
    except dns.resolver.NoResolverConfiguration:
        raise Objection(Fault.SETUP, "this machine has no name server; name some in `servers`") from None
    return [(one, _PORT) for one in found if is_address(one)]


async def _answered(
    query: dns.message.Message, servers: list[Server], within: timedelta, *, ours: bool
) -> tuple[dns.message.Message, str]:
    """Return what the first server says that can tell; if none can, the last one's excuse is the objection."""
    time = asyncio.get_running_loop().time
    deadline = time() + within.total_seconds()
    excuse = Objection(Fault.SETUP, "this machine has no name server; name some in `servers`")
    for number, (address, port) in enumerate(servers):
        share = max(0.0, deadline - time()) / (len(servers) - number)
        label = f"{'our name server ' if ours else ''}{address if port == _PORT else f'{address}:{port}'}"
        try:
            async with asyncio.timeout(share):
                answer, _by_tcp = await dns.asyncquery.udp_with_fallback(
                    query, address, port=port, ignore_unexpected=True, ignore_errors=True
                )
        except TimeoutError:
            excuse = Objection(Fault.TIMEOUT, f"no answer from {label} within {seconds(timedelta(seconds=share))}")
        except (dns.exception.DNSException, EOFError):
            excuse = Objection(Fault.WRONG, f"{label} answered something that is not DNS")
        except OSError as error:
            excuse = Objection(fault_of(error.errno), f"no connection to {label}: {cause_of(error)}")
        else:
            if answer.rcode() not in _TRY_ANOTHER:
                return answer, label
            excuse = _excuse(answer, label, ours=ours)
    raise excuse


def _excuse(answer: dns.message.Message, server: str, *, ours: bool) -> Objection:
    match answer.rcode():
        case dns.rcode.SERVFAIL:
            return Objection(Fault.SERVER, f"{server} could not find it out (SERVFAIL)")
        case dns.rcode.REFUSED:
            # Who uses a name server that does not serve us has to change that, unless it was named as what is checked.
            return Objection(Fault.SETUP if ours else Fault.SERVER, f"{server} does not answer us (REFUSED)")
        case code:
            return Objection(Fault.WRONG, f"{server} answered {dns.rcode.to_text(code)}")


def _found(answer: dns.message.Message, name: str, record: str, server: str) -> Iterator[str]:
    """Give the answers as text, those at the end of a chain of aliases; there must be some."""
    if answer.rcode() == dns.rcode.NXDOMAIN:
        raise Objection(Fault.WRONG, f"there is no {name} (NXDOMAIN from {server})")
    if answer.rcode() != dns.rcode.NOERROR:
        raise Objection(Fault.WRONG, f"{server} answered {dns.rcode.to_text(answer.rcode())}")
    if not isinstance(answer, dns.message.QueryMessage) or not answer.question:
        raise Objection(Fault.WRONG, f"{server} answered something that is not an answer")
    try:
        chain = answer.resolve_chaining()
    except dns.exception.DNSException:
        raise Objection(Fault.WRONG, f"{server} answered with aliases that lead nowhere") from None
    if not chain.answer:
        leads = f", only an alias of {str(chain.canonical_name).rstrip('.')}" if chain.cnames else ""
        raise Objection(Fault.EMPTY, f"{name} has no {record} record{leads} (from {server})")
    yield from sorted(rdata.to_text() for rdata in chain.answer)


def _objections(options: Options, found: tuple[str, ...], setup: Setup) -> Iterator[str]:
    there = {_plain(one) for one in found}
    held = shown(", ".join(found), setup.secrets)
    for one in options.all:
        if _plain(one) not in there:
            yield f"{one} is not among the answers: {held}"
    if options.any and not there & {_plain(one) for one in options.any}:
        yield f"none of {', '.join(options.any)} is among the answers: {held}"
    if options.only and (others := there - {_plain(one) for one in options.only}):
        yield f"{', '.join(sorted(others))} should not be among the answers"
    if options.matches is not None and not any(options.matches.is_in(one) for one in found):
        yield f"no answer matches {shown(options.matches.text, {})}: {held}"


def _plain(answer: str) -> str:
    """Return an answer in the one spelling in which answers are compared."""
    return answer.strip().strip('"').rstrip(".").lower()
