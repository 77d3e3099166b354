from __future__ import annotations

import pytest

from bot.errors import EgressDenied, FetchError
from bot.fetch import EgressPolicy, Fetched, FetchLimits
from tests.fetch.world import FakeResolver, local_fetcher, server_tls, trusting_tls
from tests.servers import Answer, Server, serve

PAGE = Answer.json({"page": {}})


def named(server: Server, host: str = "status.test") -> str:
    return server.url.replace("127.0.0.1", host)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_followed(status: int) -> None:
    async with serve({"/old": Answer.redirect("/new?a=1", status), "/new": PAGE}) as server, local_fetcher() as fetcher:
        fetched = await fetcher.get(server.url + "/old")

    assert fetched.body == PAGE.content
    assert fetched.url == server.url + "/new?a=1"
    assert fetched.moved_permanently_to is None


async def walk(*hops: tuple[int, str]) -> tuple[Fetched, Server]:
    """Fetch `/0` at status.test; each hop is a status and the host that `/<n>` redirects to."""
    async with serve() as server:
        for number, (status, host) in enumerate(hops):
            server.answers[f"/{number}"] = Answer.redirect(f"{named(server, host)}/{number + 1}", status)
        server.answers[f"/{len(hops)}"] = PAGE
        async with local_fetcher() as fetcher:
            return await fetcher.get(named(server) + "/0"), server


async def test_a_page_that_moved_to_another_host_for_good_is_told() -> None:
    fetched, server = await walk((301, "cdn.test"))

    assert fetched.moved_permanently_to == fetched.url == named(server, "cdn.test") + "/1"


async def test_a_permanent_move_ends_where_a_temporary_one_begins() -> None:
    fetched, server = await walk((308, "cdn.test"), (302, "status.test"))

    assert fetched.moved_permanently_to == named(server, "cdn.test") + "/1"
    assert fetched.url == named(server) + "/2"


@pytest.mark.parametrize(
    "hops", [[(302, "cdn.test")], [(302, "cdn.test"), (301, "status.test")], [(301, "status.test")]]
)
async def test_what_moved_for_now_or_within_its_host_has_not_moved(hops: list[tuple[int, str]]) -> None:
    fetched, _ = await walk(*hops)

    assert fetched.moved_permanently_to is None


async def test_a_page_that_moved_and_did_not_change_is_still_told() -> None:
    async with serve({"/new": Answer.json({}, etag=True)}) as server, local_fetcher() as fetcher:
        server.answers["/old"] = Answer.redirect(named(server, "cdn.test") + "/new", 301)
        first = await fetcher.get(named(server) + "/old")
        second = await fetcher.get(named(server) + "/old", first.validators)

    assert second.body is None
    assert second.moved_permanently_to == named(server, "cdn.test") + "/new"


async def test_as_many_redirects_as_allowed_are_followed() -> None:
    fetched, _ = await walk(*[(302, "status.test")] * 5)

    assert fetched.body == PAGE.content


async def test_more_redirects_are_an_error() -> None:
    with pytest.raises(FetchError, match="more than 5 redirects"):
        await walk(*[(302, "status.test")] * 6)


async def test_a_redirect_loop_ends() -> None:
    async with (
        serve({"/": Answer.redirect("/")}) as server,
        local_fetcher(limits=FetchLimits(max_redirects=3)) as fetcher,
    ):
        with pytest.raises(FetchError, match="more than 3 redirects"):
            await fetcher.get(server.url + "/")

    assert len(server.hits) == 4


@pytest.mark.parametrize("location", ["ftp://127.0.0.1/", "file:///etc/passwd", "data:,{}", "javascript:1"])
async def test_a_redirect_to_another_scheme_is_refused(location: str) -> None:
    async with serve({"/": Answer.redirect(location)}) as server, local_fetcher() as fetcher:
        with pytest.raises(FetchError, match="only http and https"):
            await fetcher.get(server.url + "/")


@pytest.mark.parametrize("location", ["http://[::1", "http://a:99999/", "http://exa mple/"])
async def test_a_redirect_to_nonsense_is_an_error(location: str) -> None:
    async with serve({"/": Answer.redirect(location)}) as server, local_fetcher() as fetcher:
        with pytest.raises(FetchError, match="url"):
            await fetcher.get(server.url + "/")


async def test_a_redirect_without_a_location_is_an_error() -> None:
    async with serve({"/": Answer(status=302)}) as server, local_fetcher() as fetcher:
        with pytest.raises(FetchError, match="HTTP 302"):
            await fetcher.get(server.url + "/")


@pytest.mark.parametrize(
    "location", ["http://169.254.169.254/latest/meta-data", "http://10.0.0.1/", "http://[::1]/", "http://2130706433/"]
)
async def test_a_redirect_to_a_private_address_is_refused(location: str) -> None:
    async with serve({"/": Answer.redirect(location)}) as server, local_fetcher() as fetcher:
        with pytest.raises(EgressDenied):
            await fetcher.get(server.url + "/")


async def test_a_redirect_to_a_name_with_a_private_address_is_refused() -> None:
    resolver = FakeResolver(status_test=[["127.0.0.1"]], inside_test=[["10.0.0.1"]])
    async with (
        serve({"/": Answer.redirect("http://inside.test/?token=s3cret")}) as server,
        local_fetcher(resolver=resolver) as fetcher,
    ):
        with pytest.raises(EgressDenied, match=r"^inside\.test ") as caught:
            await fetcher.get(named(server) + "/")

    assert "s3cret" not in str(caught.value)


async def test_allowing_a_host_does_not_allow_where_it_redirects_to() -> None:
    policy = EgressPolicy.allowing("status.test")
    async with serve({"/": Answer.redirect("http://cdn.test/")}) as server, local_fetcher(egress=policy) as fetcher:
        with pytest.raises(EgressDenied, match=r"^cdn\.test "):
            await fetcher.get(named(server) + "/")


async def test_a_redirect_may_go_from_http_to_https() -> None:
    async with serve({"/": PAGE}, tls=server_tls()) as secure, serve() as plain:
        plain.answers["/"] = Answer.redirect(secure.url + "/")
        async with local_fetcher(tls=trusting_tls()) as fetcher:
            fetched = await fetcher.get(plain.url + "/")

    assert fetched.url == secure.url + "/"


async def test_a_redirect_may_not_go_from_https_to_http() -> None:
    async with serve({"/": PAGE}) as plain, serve(tls=server_tls()) as secure:
        secure.answers["/"] = Answer.redirect(plain.url + "/")
        async with local_fetcher(tls=trusting_tls()) as fetcher:
            with pytest.raises(FetchError, match="redirects from https to http"):
                await fetcher.get(named(secure) + "/")

    assert plain.hits == []


@pytest.mark.parametrize("host", ["status.test", "cdn.test"])
async def test_credentials_in_a_redirect_are_dropped(host: str) -> None:
    async with serve({"/new": PAGE}) as server, local_fetcher() as fetcher:
        server.answers["/"] = Answer.redirect(named(server, f"eve:pw@{host}") + "/new")
        fetched = await fetcher.get(named(server) + "/")

    assert "authorization" not in server.hits[1].headers
    assert "eve" not in fetched.url


@pytest.mark.parametrize(("host", "kept"), [("status.test", True), ("cdn.test", False)])
async def test_our_credentials_stay_with_the_origin_they_were_given_for(host: str, *, kept: bool) -> None:
    async with serve({"/new": PAGE}) as server, local_fetcher() as fetcher:
        server.answers["/"] = Answer.redirect(named(server, host) + "/new")
        await fetcher.get(named(server).replace("//", "//me:pw@") + "/")

    assert "authorization" in server.hits[0].headers
    assert ("authorization" in server.hits[1].headers) is kept


async def test_an_error_after_a_redirect_is_an_error() -> None:
    async with serve({"/": Answer.redirect("/nowhere")}) as server, local_fetcher() as fetcher:
        with pytest.raises(FetchError, match="HTTP 404"):
            await fetcher.get(server.url + "/")
