"""Where requests may go: the public internet, and what the configuration allows besides.

A feed's url comes from people, and its redirects from strangers; neither may make us read the
network that we happen to run in.  Names are judged by their addresses, in the resolver, so that
the connector connects to exactly the addresses that were judged.
"""

from __future__ import annotations

import socket
from collections.abc import Iterable
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from aiohttp.abc import AbstractResolver, ResolveResult

from bot.errors import ConfigError, EgressDenied

# Not public, though some versions of `ipaddress` count them so: protocol assignments, 6to4 and
# its relays, documentation.  https://www.iana.org/assignments/iana-ipv4-special-registry
# and https://www.iana.org/assignments/iana-ipv6-special-registry
# The last is what Azure's own machines are told by, reached from within alone:
# https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16
_SPECIAL_V4 = (IPv4Network("192.0.0.0/24"), IPv4Network("192.88.99.0/24"), IPv4Network("168.63.129.16/32"))
_SPECIAL_V6 = (IPv6Network("2002::/16"), IPv6Network("3fff::/20"))
# All that IANA has given out so far; what lies outside is local, reserved or not yet born.
# https://www.iana.org/assignments/ipv6-address-space
_GLOBAL_V6 = IPv6Network("2000::/3")
_MAPPED = IPv6Network("::ffff:0:0/96")
_NAT64 = IPv6Network("64:ff9b::/96")
# https://www.rfc-editor.org/rfc/rfc5214#section-6.1
_ISATAP = frozenset({0x00005EFE, 0x02005EFE})
_LOW_32 = 0xFFFFFFFF


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Return whether an address is reached over the public internet and nowhere else.

    An IPv6 address that carries an IPv4 address (mapped, NAT64, ISATAP) is as public as that one;
    the tunnels that nobody uses any more (6to4, Teredo) are not public at all.
    """
    if isinstance(address, IPv4Address):
        return address.is_global and not address.is_multicast and not any(address in net for net in _SPECIAL_V4)
    number = int(address)
    if address in _MAPPED or address in _NAT64:
        return is_public(IPv4Address(number & _LOW_32))
    if address not in _GLOBAL_V6 or not address.is_global or any(address in net for net in _SPECIAL_V6):
        return False
    is_isatap = number >> 32 & _LOW_32 in _ISATAP
    return not is_isatap or is_public(IPv4Address(number & _LOW_32))


@dataclass(frozen=True, slots=True)
class EgressPolicy:
    """What is allowed although it is not public: whole names, and addresses in these networks."""

    hosts: frozenset[str] = frozenset()
    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    is_for_strangers: bool = False
    # Names that led to places that are not public whenever they were looked up, and those that once led to one that is.
    # Whoever has a name on the internet may let it lead inside too, for a moment, or beside its own address.
    _inside: set[str] = field(default_factory=set[str], compare=False, hash=False, repr=False)
    _public: set[str] = field(default_factory=set[str], compare=False, hash=False, repr=False)

    def for_strangers(self) -> EgressPolicy:
        """Return what holds where a page on the internet leads: nothing is allowed besides the internet itself.

        Else whoever writes such a page would reach what only an address of ours should.
        """
        return EgressPolicy(is_for_strangers=True)

    def is_inside(self, host: str) -> bool:
        """Return whether a host is one of those that are allowed although they are not public."""
        name = plain_name(host)
        address = _literal(name)
        return name in self.hosts or name in self._inside or (address is not None and not is_public(address))

    def note(self, name: str, addresses: Iterable[IPv4Address | IPv6Address]) -> None:
        """Remember whether a name leads inside, and nowhere else."""
        if any(map(is_public, addresses)):
            self._public.add(name)
        if name in self._public:
            self._inside.discard(name)
        else:
            self._inside.add(name)

    @classmethod
    def allowing(cls, *words: str) -> EgressPolicy:
        """Read names (`status.corp`), addresses (`10.1.2.3`, `::1`) and networks (`10.0.0.0/8`)."""
        hosts: set[str] = set()
        networks: list[IPv4Network | IPv6Network] = []
        mistakes: list[str] = []
        for word in words:
            try:
                networks.append(ip_network(word.strip().strip("[]")))
            except ValueError:
                if "/" in word or ":" in word or not word.strip():
                    mistakes.append(f"{word!r} is neither a host name nor an address nor a network")
                hosts.add(plain_name(word))
        if mistakes:
            raise ConfigError(*mistakes)
        return cls(frozenset(hosts), tuple(networks))

    def check_host(self, host: str) -> None:
        """Raise EgressDenied for a host that needs no resolver to be judged; other names pass here."""
        name = plain_name(host)
        if name in self.hosts:
            return
        address = _literal(name)
        if address and str(address) != name and ":" not in name:
            raise EgressDenied(f"{host} is an odd way to write {address}: write it so")
        if address and not self.permits(name, address):
            raise self.denied(name)
        if _is_localhost(name) and not any(net.is_loopback for net in self.networks):
            raise self.denied(name)

    def permits(self, name: str, address: IPv4Address | IPv6Address) -> bool:
        """Return whether we may connect to this address when it was asked for by this name."""
        return name in self.hosts or is_public(address) or any(address in network for network in self.networks)

    def denied(self, name: str) -> EgressDenied:
        """Return what is said of a place that is not permitted."""
        if self.is_for_strangers:
            return EgressDenied(f"{name} is not a public address, and no page on the internet may lead there")
        return EgressDenied(f'{name} is not a public address: to watch it all the same, add "{name}" to [egress] allow')


class GuardedResolver(AbstractResolver):
    """Another resolver's answers, less the addresses that the policy does not permit."""

    def __init__(self, inner: AbstractResolver, policy: EgressPolicy) -> None:
        self._inner = inner
        self._policy = policy

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return the permitted addresses; raise EgressDenied when there are only others."""
        answers = await self._inner.resolve(host, port, family)
        if not answers:
            raise socket.gaierror(socket.EAI_NONAME, "no address")
        name = plain_name(host)
        permitted = [answer for answer in answers if self._policy.permits(name, ip_address(answer["host"]))]
        if not permitted:
            raise self._policy.denied(name)
        self._policy.note(name, (ip_address(answer["host"]) for answer in permitted))
        return permitted

    async def close(self) -> None:
        await self._inner.close()


def plain_name(host: str) -> str:
    """Return a host name in the one spelling in which names are compared."""
    return host.strip().lower().rstrip(".").strip("[]")


def _literal(name: str) -> IPv4Address | IPv6Address | None:
    """Return the address that a name spells, in any way that the C library would understand."""
    try:
        return ip_address(name) if ":" in name else IPv4Address(socket.inet_aton(name))
    except (OSError, ValueError):
        return None


def _is_localhost(name: str) -> bool:
    return name == "localhost" or name.endswith(".localhost")
