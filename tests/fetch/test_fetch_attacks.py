"""What somebody would write into a page, a redirect or a name server to have us read the network that we run in."""

from __future__ import annotations

import pytest

from bot.errors import EgressDenied, FetchError
from bot.fetch import EgressPolicy, FetchLimits
from bot.loops.detection import detect
from bot.ports import WebRequest
from tests.fetch.world import FakeResolver, local_fetcher
from tests.servers import Answer, serve

NOTHING = EgressPolicy()
# Ways to write 127.0.0.1, ::1 and 10.0.0.1 that some library somewhere understands.
FORMS = (
    "127.1",
    "127.0.1",
    "0x7f.0.0.1",
    "0x7f000001",
    "0X7F000001",
    "2130706433",
    "017700000001",
    "0177.0.0.1",
    "127.0.0.1.",
    "127.0.0.1..",
    "127.000.000.001",
    "0",
    "0.0.0.0",  # noqa: S104  (nobody binds to it)
    "%31%32%37.0.0.1",
    "①②⑦.⓪.⓪.①",
    "127。0。0。1",
    "\uff11\uff12\uff17.0.0.1",
    "localhost.",
    "LocalHost",
    "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ",
    "a.localhost",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[::1%25lo]",
    "[::127.0.0.1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[0:0:0:0:0:ffff:10.0.0.1]",
    "[::ffff:0:127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b:1::10.0.0.1]",
    "[2002:7f00:1::]",
    "[2001:0:4136:e378:8000:63bf:80ff:fffe]",
    "[fe80::1%25eth0]",
    "[fd00:ec2::254]",
    "[2606:4700::5efe:7f00:1]",
    "public.test@127.0.0.1",
    "public.test%40127.0.0.1",
    "public.test\\@127.0.0.1",
    "127.0.0.1#@public.test",
    "127.0.0.1?@public.test",
    "127.0.0.1\\.public.test",
    "127.0.0.1%00.public.test",
    "127.0.0.1 .public.test",
)


def public() -> FakeResolver:
    """Names as strangers have them: none leads anywhere near us."""
    return FakeResolver(public_test=[["93.184.216.34"]])


@pytest.mark.parametrize("form", FORMS)
async def test_no_way_to_write_it_leads_there(form: str) -> None:
    async with serve({"/": Answer.json({})}) as server, local_fetcher(egress=NOTHING, resolver=public()) as fetcher:
        for url in (f"http://{form}:{server.port}/", f"http://{form}/", f"http:\\\\{form}:{server.port}\\"):
            with pytest.raises(FetchError):
                await fetcher.get(url)

    assert server.hits == []


async def test_no_way_to_write_it_leads_there_by_a_redirect_either() -> None:
    """From a page that is itself allowed, so that it is reached at all."""
    policy = EgressPolicy.allowing("status.test")
    async with serve({"/": Answer.json({})}) as target, serve() as page:
        for form in FORMS:
            for location in (f"http://{form}:{target.port}/", f"//{form}:{target.port}/", f"\\\\{form}:{target.port}/"):
                page.answers["/r"] = Answer.redirect(location.encode("utf-8").decode("latin-1"))
                async with local_fetcher(egress=policy) as fetcher:
                    with pytest.raises(FetchError):
                        await fetcher.get(f"http://status.test:{page.port}/r")

    assert target.hits == []


async def test_where_a_page_on_the_internet_leads_what_is_allowed_is_not_reached() -> None:
    """`status.corp` may be watched; that is no leave for others to send us there, to a path of their choice."""
    # 127.0.0.1 stands for the internet here: the policy is of the second name only.
    policy = EgressPolicy.allowing("inside.test")
    resolver = FakeResolver(inside_test=[["127.0.0.1"]])
    async with serve({"/": Answer.json({})}) as inside, local_fetcher(egress=policy, resolver=resolver) as fetcher:
        url = f"http://inside.test:{inside.port}/"
        assert (await fetcher.get(url)).body == b"{}"
        with pytest.raises(EgressDenied, match="no page on the internet may lead there"):
            await fetcher.get(url, led_from="https://public.test/status")
        assert (await fetcher.get(f"{url}?again", led_from=url)).body == b"{}"

    assert len(inside.hits) == 2


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_nor_is_it_by_a_redirect_however_long_the_chain(status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    policy = EgressPolicy.allowing("inside.test")
    resolver = FakeResolver(inside_test=[["127.0.0.1"]], public_test=[["127.0.0.1"]], other_test=[["127.0.0.1"]])
    # Of this machine's addresses none is public: for this test those are that are not asked for by the name inside.
    monkeypatch.setattr("bot.fetch.egress.is_public", lambda _: False)
    monkeypatch.setattr(EgressPolicy, "permits", lambda self, name, _: "inside" not in name or name in self.hosts)
    monkeypatch.setattr(EgressPolicy, "note", lambda *_: None)
    async with serve() as server, local_fetcher(egress=policy, resolver=resolver) as fetcher:
        at = f"test:{server.port}"
        server.answers["//public.test/a"] = Answer.redirect(f"http://other.{at}/b", status)
        server.answers["//other.test/b"] = Answer.redirect(f"http://inside.{at}/c", status)
        for ask in (fetcher.get(f"http://public.{at}/a"), fetcher.send(WebRequest(url=f"http://public.{at}/a"))):
            with pytest.raises(EgressDenied, match="no page on the internet may lead there"):
                await ask

    assert server.paths == ["/a", "/b"] * 2


async def test_what_a_page_names_is_not_asked_for_inside() -> None:
    """The HTML of a page may name any address as its feed; detection follows those that look like one."""
    policy = EgressPolicy.allowing("status.test")
    resolver = FakeResolver(status_test=[["127.0.0.1"]], inside_test=[["127.0.0.1"]])
    html = '<link rel="alternate" type="application/atom+xml" href="http://inside.test:{}/history.atom">'
    async with serve() as inside, serve() as page, local_fetcher(egress=policy, resolver=resolver) as fetcher:
        page.answers["/"] = Answer.html(html.format(inside.port))
        await detect(fetcher, f"http://status.test:{page.port}/")

    assert inside.hits == []


async def test_a_name_that_changes_between_the_hops_of_a_chain_gets_nowhere() -> None:
    resolver = FakeResolver(status_test=[["127.0.0.1"]], cdn_test=[["127.0.0.1"], ["10.0.0.1"]])
    limits = FetchLimits(dns_ttl=FetchLimits().dns_ttl * 0)
    async with serve() as server, local_fetcher(limits=limits, resolver=resolver) as fetcher:
        end = {"Connection": "close"}
        for number, host in enumerate(("cdn", "status", "cdn")):
            to = f"http://{host}.test:{server.port}/{number + 1}"
            server.answers[f"/{number}"] = Answer(status=302, headers={"Location": to, **end})
        with pytest.raises(EgressDenied):
            await fetcher.get(f"http://status.test:{server.port}/0")

    assert server.paths == ["/0", "/1", "/2"]


@pytest.mark.parametrize("address", ["fe80::1%2", "::ffff:10.0.0.1", "64:ff9b::a00:1", "169.254.169.254", "0.0.0.0"])  # noqa: S104  (likewise)
async def test_a_name_servers_answer_in_any_form_is_judged(address: str) -> None:
    async with local_fetcher(egress=NOTHING, resolver=FakeResolver(public_test=[[address]])) as fetcher:
        with pytest.raises(EgressDenied):
            await fetcher.get("http://public.test/")


async def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """There it is not we who look names up, so nothing that was judged would count."""
    async with serve({"/": Answer.json({})}) as server, serve() as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        async with local_fetcher() as fetcher:
            await fetcher.get(server.url + "/")
            await fetcher.send(WebRequest(url=server.url + "/"))

    assert (len(server.hits), proxy.hits) == (2, [])


async def test_nothing_that_proves_who_asks_follows_a_redirect_to_another_port() -> None:
    async with serve({"/": Answer.json({})}) as other, serve() as page, local_fetcher() as fetcher:
        page.answers["/"] = Answer.redirect(f"http://status.test:{other.port}/")
        await fetcher.get(f"http://me:pw@status.test:{page.port}/")
        asked = WebRequest(url=f"http://status.test:{page.port}/", headers=(("X-Api-Key", "secret"),))
        await fetcher.send(asked)

    assert [
        name for hit in other.hits for name in hit.headers if name in {"authorization", "x-api-key", "cookie"}
    ] == []
    assert len(other.hits) == 2
