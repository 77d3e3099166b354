from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, ip_address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import ConfigError, EgressDenied, FetchError
from bot.fetch import EgressPolicy, FetchLimits, is_public
from tests.fetch.world import FakeResolver, local_fetcher
from tests.servers import Answer, serve

NOTHING = EgressPolicy()
PRIVATE_NETWORKS = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "168.63.129.16/32",
    "192.0.2.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",
    "240.0.0.0/4",
]
private_v4 = st.sampled_from([IPv4Network(network) for network in PRIVATE_NETWORKS]).flatmap(
    lambda network: st.integers(int(network.network_address), int(network.broadcast_address))
)
FORMS = {
    "mapped": lambda v4: 0xFFFF << 32 | v4,
    "compatible": lambda v4: v4,
    "translated": lambda v4: 0xFFFF << 48 | v4,
    "nat64": lambda v4: 0x0064FF9B << 96 | v4,
    "local nat64": lambda v4: 0x0064FF9B0001 << 80 | v4,
    "6to4": lambda v4: 0x2002 << 112 | v4 << 80 | 1,
    "teredo server": lambda v4: 0x20010000 << 96 | v4 << 64 | 0xF7F7F7F7,
    "teredo client": lambda v4: 0x20010000 << 96 | 0x08080808 << 64 | (v4 ^ 0xFFFFFFFF),
    "isatap": lambda v4: 0x26064700 << 96 | 0x00005EFE << 32 | v4,
    "global isatap": lambda v4: 0x26064700 << 96 | 0x02005EFE << 32 | v4,
}


@settings(deadline=None)
@given(private_v4)
def test_no_private_ipv4_address_is_public(number: int) -> None:
    assert not is_public(IPv4Address(number))


@settings(deadline=None)
@given(number=private_v4, form=st.sampled_from(sorted(FORMS)))
def test_no_ipv6_form_of_a_private_ipv4_address_is_public(number: int, form: str) -> None:
    assert not is_public(IPv6Address(FORMS[form](number)))


@settings(deadline=None)
@given(st.integers(0, 2**128 - 1))
def test_only_global_unicast_and_carried_ipv4_can_be_public(number: int) -> None:
    address = IPv6Address(number)

    assert not is_public(address) or number >> 125 == 1 or number >> 32 in {0xFFFF, 0x0064FF9B << 64}


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "1.1.1.1", "192.1.2.3", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"],
)
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254",
        "255.255.255.255",
        "::",
        "::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "ff02::1",
        "2001:db8::1",
        "3fff::1",
        "100::1",
        "2002:808:808::1",
        "4000::1",
    ],
)
def test_special_addresses_are_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "10.1.2.3",
        "0.0.0.0",  # noqa: S104  nobody binds to it
        "169.254.169.254",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[64:ff9b::10.0.0.1]",
        "[fe80::1%25eth0]",
        "127.0.0.1.",
        "2130706433",
        "0x7f.1",
        "0x7f000001",
        "127.1",
        "127\u30020\u30020\u30021",
        "public.test@127.0.0.1",
        "public.test\\@127.0.0.1",
        "public.test:80@127.0.0.1",
        "localhost",
        "LOCALHOST.",
        "www.localhost",
    ],
)
async def test_a_private_host_is_refused_however_it_is_written(host: str) -> None:
    async with local_fetcher(egress=NOTHING) as fetcher:
        with pytest.raises(EgressDenied):
            await fetcher.get(f"http://{host}/")


@pytest.mark.parametrize("host", ["0177.0.0.1", "%31%32%37.0.0.1", "\uff11\uff12\uff17.0.0.1", "127.0.0.1%2f.test"])
async def test_a_host_that_nobody_writes_so_is_refused(host: str) -> None:
    async with local_fetcher() as fetcher:
        with pytest.raises(FetchError, match="url"):
            await fetcher.get(f"http://{host}/")


async def test_an_odd_spelling_is_refused_even_where_the_address_is_allowed() -> None:
    async with local_fetcher() as fetcher:
        with pytest.raises(EgressDenied, match=r"127\.1 is an odd way to write 127\.0\.0\.1"):
            await fetcher.get("http://127.1/")


async def test_a_name_with_a_private_address_is_refused_and_the_message_says_what_to_do() -> None:
    async with local_fetcher(egress=NOTHING) as fetcher:
        with pytest.raises(EgressDenied) as caught:
            await fetcher.get("http://status.test/?token=s3cret")

    assert str(caught.value) == (
        'status.test is not a public address: to watch it all the same, add "status.test" to [egress] allow'
    )


@pytest.mark.parametrize("word", ["status.test", "Status.Test.", "127.0.0.1", "127.0.0.0/8"])
async def test_what_the_configuration_allows_is_reached(word: str) -> None:
    async with serve({"/": Answer.json({})}) as server, local_fetcher(egress=EgressPolicy.allowing(word)) as fetcher:
        fetched = await fetcher.get(f"http://status.test:{server.port}/")

    assert fetched.body == b"{}"


async def test_allowing_one_host_allows_no_other() -> None:
    async with local_fetcher(egress=EgressPolicy.allowing("status.test")) as fetcher:
        with pytest.raises(EgressDenied):
            await fetcher.get("http://cdn.test/")
        with pytest.raises(EgressDenied):
            await fetcher.get("http://127.0.0.1/")


@pytest.mark.parametrize("words", [("localhost",), ("127.0.0.0/8",)])
async def test_localhost_can_be_allowed(words: tuple[str, ...]) -> None:
    async with serve({"/": Answer.json({})}) as server:
        resolver = FakeResolver(localhost=[["::1", "127.0.0.1"]] if "/" in words[0] else [["127.0.0.1"]])
        async with local_fetcher(egress=EgressPolicy.allowing(*words), resolver=resolver) as fetcher:
            fetched = await fetcher.get(f"http://localhost:{server.port}/")

    assert fetched.body == b"{}"


async def test_of_a_mixed_answer_only_the_permitted_addresses_are_used() -> None:
    async with serve({"/": Answer.json({})}) as server:
        resolver = FakeResolver(mixed_test=[["10.0.0.1", "127.0.0.1", "::1"]])
        async with local_fetcher(resolver=resolver) as fetcher:
            fetched = await fetcher.get(f"http://mixed.test:{server.port}/")

    assert fetched.body == b"{}"
    assert len(server.hits) == 1


async def test_a_name_that_changes_its_address_gets_nowhere() -> None:
    resolver = FakeResolver(rebinding_test=[["127.0.0.1"], ["10.0.0.1"]])
    async with serve({"/": Answer.json({}, headers={"Connection": "close"})}) as server:
        limits = FetchLimits(dns_ttl=FetchLimits().dns_ttl * 0)
        async with local_fetcher(resolver=resolver, limits=limits) as fetcher:
            await fetcher.get(f"http://rebinding.test:{server.port}/")
            with pytest.raises(EgressDenied):
                await fetcher.get(f"http://rebinding.test:{server.port}/")

    assert resolver.asked == ["rebinding.test", "rebinding.test"]
    assert len(server.hits) == 1


async def test_the_address_that_was_judged_is_the_one_that_is_used() -> None:
    # Were the name looked up once to judge and once to connect, the second answer would be used.
    resolver = FakeResolver(rebinding_test=[["10.0.0.1"], ["127.0.0.1"]])
    async with serve({"/": Answer.json({})}) as server, local_fetcher(resolver=resolver) as fetcher:
        with pytest.raises(EgressDenied):
            await fetcher.get(f"http://rebinding.test:{server.port}/")

    assert server.hits == []
    assert resolver.asked == ["rebinding.test"]


async def test_names_are_remembered_for_a_short_time() -> None:
    resolver = FakeResolver(status_test=[["127.0.0.1"], ["10.0.0.1"]])
    page = Answer.json({}, headers={"Connection": "close"})
    async with serve({"/": page}) as server, local_fetcher(resolver=resolver) as fetcher:
        for _ in range(3):
            await fetcher.get(f"http://status.test:{server.port}/")

    assert resolver.asked == ["status.test"]
    assert len(server.hits) == 3


@pytest.mark.parametrize("url", ["ftp://a.test/", "file:///etc/passwd", "status.test/summary.json", "gopher://a.test/"])
async def test_only_http_is_fetched(url: str) -> None:
    async with local_fetcher() as fetcher:
        with pytest.raises(FetchError, match="only http and https"):
            await fetcher.get(url)


def test_all_mistakes_in_what_is_allowed_are_reported() -> None:
    with pytest.raises(ConfigError) as caught:
        EgressPolicy.allowing("10.0.0.0/33", "http://status.test", "", "status.test", "10.1.2.3/8")

    assert len(caught.value.mistakes) == 4


async def test_through_a_proxy_names_are_the_proxys_to_judge() -> None:
    async with (
        serve({"/summary.json": Answer.json({})}) as proxy,
        local_fetcher(egress=NOTHING, proxy=proxy.url.replace("//", "//me:pw@")) as fetcher,
    ):
        fetched = await fetcher.get("http://inside.test/summary.json")

    assert fetched.body == b"{}"
    assert proxy.hits[0].headers["host"] == "inside.test"
    assert proxy.hits[0].headers["proxy-authorization"] == "Basic bWU6cHc="


async def test_through_a_proxy_literal_private_addresses_are_still_refused() -> None:
    async with serve() as proxy, local_fetcher(egress=NOTHING, proxy=proxy.url) as fetcher:
        for host in ("127.0.0.1", "localhost", "[::1]", "2130706433"):
            with pytest.raises(EgressDenied):
                await fetcher.get(f"http://{host}/")

    assert proxy.hits == []


def test_a_name_that_leads_to_the_internet_as_well_is_not_inside() -> None:
    inside, outside = ip_address("10.0.0.5"), ip_address("93.184.216.34")
    policy = EgressPolicy.allowing("10.0.0.0/8")
    for name, looks in {
        "corp.example": [[inside], [inside]],
        "both.example": [[inside, outside]],
        "turn.example": [[inside], [outside], [inside]],
        "web.example": [[outside]],
    }.items():
        for addresses in looks:
            policy.note(name, addresses)

    assert [name for name in ("corp", "both", "turn", "web") if policy.is_inside(f"{name}.example")] == ["corp"]
