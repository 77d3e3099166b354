from __future__ import annotations

from typing import Any

import dns.message
import dns.rcode
import pytest

from bot.model import Fault, ProbeResult
from bot.plugins import probe_named
from bot.probes.dns import _excuse
from tests.probes.nameserver import NameServer, serving
from tests.probes.world import BRIEF, SECOND, checked, closed_port, mistake, options

RECORDS = {
    "api.test": ("A 192.0.2.1", "A 192.0.2.2", 'TXT "v=spf1 -all"'),
    "www.test": ("CNAME api.test.",),
    "dangling.test": ("CNAME gone.elsewhere.",),
    "loop.test": ("CNAME pool.test.",),
    "only4.test": ("A 192.0.2.1",),
    "1.2.0.192.in-addr.arpa": ("PTR api.test.",),
    "mail.test": ("MX 10 mx1.test.", "MX 20 mx2.test."),
}


async def asked(name: str, server: NameServer | None = None, **keys: Any) -> ProbeResult:
    async with serving(server or NameServer(RECORDS)) as running:
        return await checked("dns", name, servers=running.address, **keys)


async def test_any_answer_will_do_and_is_told() -> None:
    result = await asked("api.test")

    assert (result.ok, result.reason) == (True, "")
    assert result.facts[0] == ("answers", "192.0.2.1, 192.0.2.2")
    assert result.latency is not None


@pytest.mark.parametrize(
    ("name", "keys", "reason"),
    [
        ("api.test", {"all": ["192.0.2.2", "192.0.2.1"]}, ""),
        ("api.test", {"all": ["192.0.2.9"]}, '192.0.2.9 is not among the answers: "192.0.2.1, 192.0.2.2"'),
        ("api.test", {"any": ["192.0.2.2", "192.0.2.9"]}, ""),
        (
            "api.test",
            {"any": ["192.0.2.8", "192.0.2.9"]},
            'none of 192.0.2.8, 192.0.2.9 is among the answers: "192.0.2.1, 192.0.2.2"',
        ),
        ("api.test", {"only": ["192.0.2.1", "192.0.2.2", "192.0.2.3"]}, ""),
        ("api.test", {"only": "192.0.2.1"}, "192.0.2.2 should not be among the answers"),
        ("api.test", {"matches": r"^192\.0\.2\."}, ""),
        ("api.test", {"matches": "^10[.]"}, 'no answer matches "^10[.]": "192.0.2.1, 192.0.2.2"'),
        ("api.test", {"record": "txt", "all": "v=spf1 -all"}, ""),
        ("www.test", {"all": "192.0.2.1"}, ""),
        ("www.test", {"record": "CNAME", "all": "API.test"}, ""),
        ("mail.test", {"record": "MX", "all": "10 mx1.test"}, ""),
        ("192.0.2.1", {"record": "PTR", "all": "api.test"}, ""),
    ],
)
async def test_the_answers_that_are_expected(name: str, keys: dict[str, Any], reason: str) -> None:
    result = await asked(name, **keys)

    assert result.reason == reason
    assert result.fault is (Fault.WRONG if reason else None)


async def test_an_answer_without_a_record_is_a_failure() -> None:
    async with serving(NameServer(RECORDS)) as server:
        result = await checked("dns", "only4.test", servers=server.address, record="AAAA")

    assert (result.reason, result.fault) == (
        f"only4.test has no AAAA record (from {server.address})",
        Fault.EMPTY,
    )


async def test_an_alias_that_leads_to_nothing_is_a_failure() -> None:
    result = await asked("dangling.test")

    assert result.fault is Fault.EMPTY
    assert result.reason.startswith("dangling.test has no A record, only an alias of gone.elsewhere (from ")


async def test_aliases_that_go_round_in_circles() -> None:
    circle: dict[str, tuple[str, ...]] = {f"a{n}.test": (f"CNAME a{n + 1}.test.",) for n in range(30)}

    result = await asked("a0.test", NameServer(circle))

    assert not result.ok
    assert result.fault in {Fault.WRONG, Fault.EMPTY}


@pytest.mark.parametrize(
    ("rcode", "fault", "said"),
    [
        (dns.rcode.NXDOMAIN, Fault.WRONG, "there is no api.test (NXDOMAIN from {})"),
        (dns.rcode.SERVFAIL, Fault.SERVER, "{} could not find it out (SERVFAIL)"),
        (dns.rcode.REFUSED, Fault.SERVER, "{} does not answer us (REFUSED)"),
        (dns.rcode.NOTIMP, Fault.WRONG, "{} answered NOTIMP"),
        (dns.rcode.FORMERR, Fault.WRONG, "{} answered FORMERR"),
        (dns.rcode.YXDOMAIN, Fault.WRONG, "{} answered YXDOMAIN"),
    ],
)
async def test_what_a_server_says_instead(rcode: dns.rcode.Rcode, fault: Fault, said: str) -> None:
    async with serving(NameServer(RECORDS, rcode=rcode)) as server:
        result = await checked("dns", "api.test", servers=server.address)

    assert (result.reason, result.fault) == (said.format(server.address), fault)


async def test_a_server_that_says_nothing() -> None:
    async with serving(NameServer(RECORDS, is_silent=True)) as server:
        result = await checked("dns", "api.test", servers=server.address, within=BRIEF)

    assert (result.reason, result.fault) == (f"no answer from {server.address} within 300 ms", Fault.TIMEOUT)


async def test_a_port_where_nobody_listens() -> None:
    result = await checked("dns", "api.test", servers=f"127.0.0.1:{closed_port()}", within=BRIEF)

    assert result.fault in {Fault.CONNECTION, Fault.TIMEOUT}
    assert not result.ok


async def test_a_server_that_speaks_no_dns() -> None:
    async with serving(NameServer(RECORDS, garbles=True)) as server:
        result = await checked("dns", "api.test", servers=server.address, within=BRIEF)

    assert result.fault in {Fault.WRONG, Fault.TIMEOUT}
    assert not result.ok


async def test_an_answer_that_does_not_fit_is_asked_for_again_by_tcp() -> None:
    server = NameServer(RECORDS, truncates=True)

    result = await asked("api.test", server, all="192.0.2.1")

    assert result.ok
    assert server.asked == ["udp api.test. A", "tcp api.test. A"]


async def test_the_next_server_is_asked_if_one_can_not_tell() -> None:
    async with (
        serving(NameServer(RECORDS, is_silent=True)) as silent,
        serving(NameServer(RECORDS, rcode=dns.rcode.SERVFAIL)) as failing,
        serving(NameServer(RECORDS)) as good,
    ):
        servers = [silent.address, failing.address, good.address]
        result = await checked("dns", "api.test", servers=servers, within=SECOND)

    assert result.ok
    assert result.facts[-1] == ("server", good.address)


async def test_what_a_server_knows_not_to_exist_no_other_is_asked_for() -> None:
    async with serving(NameServer()) as first, serving(NameServer(RECORDS)) as second:
        result = await checked("dns", "api.test", servers=[first.address, second.address])

    assert result.reason == f"there is no api.test (NXDOMAIN from {first.address})"
    assert second.asked == []


async def test_slower_than_it_may_be() -> None:
    assert (await asked("api.test", slower_than="0.001ms")).fault is Fault.SLOW


@pytest.mark.parametrize("text", ["", ".", "https://api.test/", "a..b", "x" * 64 + ".test"])
def test_a_target_that_is_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a name; write for example"):
        probe_named("dns").read_target(text)


def test_mistakes() -> None:
    assert mistake("dns", record="ANY").startswith("is not a type of record; write for example A")
    assert mistake("dns", record="WHAT").startswith("is not a type of record")
    assert mistake("dns", servers="dns.example.com").startswith("is not the address of a name server")


@pytest.mark.parametrize("server", ["192.0.2.53", "192.0.2.53:5353", "2001:db8::53", "[2001:db8::53]:53"])
def test_a_server_is_an_address_with_a_port_or_without(server: str) -> None:
    assert options("dns", servers=server).servers == [server]


async def test_without_servers_the_machines_own_are_asked() -> None:
    result = await checked("dns", "nowhere.invalid", within=BRIEF)

    assert not result.ok
    assert "our name server" in result.reason or "no name server" in result.reason


def test_a_name_server_of_our_own_that_refuses_accuses_nobody() -> None:
    answer = dns.message.make_response(dns.message.make_query("api.test", "A"))
    answer.set_rcode(dns.rcode.REFUSED)

    assert _excuse(answer, "our name server 192.0.2.53", ours=True).fault is Fault.SETUP
    assert _excuse(answer, "192.0.2.53", ours=False).fault is Fault.SERVER
