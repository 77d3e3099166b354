from __future__ import annotations

import asyncio
import gc
import warnings
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

import pytest
import uvloop

from bot.errors import FetchError
from bot.fetch import Expect, Fetcher, FetchLimits
from tests.fetch.world import NOW, FakeResolver, local_fetcher, server_tls, trusting_tls
from tests.servers import Answer, serve


async def test_a_connection_is_used_again() -> None:
    async with serve({"/": Answer.json({}, etag=True)}) as server, local_fetcher() as fetcher:
        known = (await fetcher.get(server.url + "/")).validators
        for _ in range(5):
            await fetcher.get(server.url + "/", known)

    assert len(server.hits) == 6
    assert len(server.connections) == 1


async def test_a_connection_that_the_server_closed_meanwhile_is_replaced() -> None:
    page = Answer.json({}, headers={"Connection": "close"})
    async with serve({"/": page}) as server, local_fetcher() as fetcher:
        for _ in range(3):
            await fetcher.get(server.url + "/")

    assert len(server.connections) == 3


async def test_one_host_is_asked_only_so_much_at_once() -> None:
    gate = asyncio.Event()
    async with (
        serve({"/": Answer(body="{}", until=gate)}) as server,
        local_fetcher(limits=FetchLimits(per_host=3)) as fetcher,
        asyncio.TaskGroup() as group,
    ):
        for _ in range(10):
            group.create_task(fetcher.get(server.url + "/"))
        await server.wait_for_hits(3)
        gate.set()

    assert len(server.hits) == 10
    assert server.busiest == 3


async def test_all_hosts_together_are_asked_only_so_much_at_once() -> None:
    gate = asyncio.Event()
    resolver = FakeResolver(**{f"s{n}_test": [["127.0.0.1"]] for n in range(10)})
    async with serve({"/": Answer(body="{}", until=gate)}) as server:
        limits = FetchLimits(at_once=4)
        async with local_fetcher(limits=limits, resolver=resolver) as fetcher, asyncio.TaskGroup() as group:
            for number in range(10):
                group.create_task(fetcher.get(f"http://s{number}.test:{server.port}/"))
            await server.wait_for_hits(4)
            gate.set()

    assert len(server.hits) == 10
    assert server.busiest == 4


async def test_a_host_that_others_redirect_to_is_asked_only_so_much_at_once() -> None:
    gate = asyncio.Event()
    names = [f"s{number}.test" for number in range(10)]
    resolver = FakeResolver(cdn_test=[["127.0.0.1"]], **{name: [["127.0.0.1"]] for name in names})
    async with serve({"/page": Answer(body="{}", until=gate)}) as server:
        server.answers["/"] = Answer.redirect(f"http://cdn.test:{server.port}/page")
        limits = FetchLimits(per_host=3)
        async with local_fetcher(limits=limits, resolver=resolver) as fetcher, asyncio.TaskGroup() as group:
            for name in names:
                group.create_task(fetcher.get(f"http://{name}:{server.port}/"))
            await server.wait_for_hits(13)
            gate.set()

    assert server.busiest == 3


async def test_a_slow_host_keeps_nobody_else_waiting() -> None:
    async with serve({"/slow": Answer.never(), "/": Answer.json({})}) as server:
        limits = FetchLimits(per_host=1, at_once=2, total=timedelta(minutes=1))
        async with local_fetcher(limits=limits) as fetcher, asyncio.timeout(5):
            slow = [asyncio.create_task(fetcher.get(f"http://status.test:{server.port}/slow")) for _ in range(5)]
            await server.wait_for_hits(1)
            fetched = await fetcher.get(f"http://cdn.test:{server.port}/")
            for task in slow:
                task.cancel()
            await asyncio.wait(slow)

    assert fetched.body == b"{}"


async def test_waiting_for_a_turn_is_not_on_the_clock() -> None:
    limits = FetchLimits(per_host=1, total=timedelta(seconds=0.5))
    async with serve({"/": [Answer.never(), Answer.json({})]}) as server, local_fetcher(limits=limits) as fetcher:
        first, second = await asyncio.gather(
            fetcher.get(server.url + "/"), fetcher.get(server.url + "/"), return_exceptions=True
        )

    assert isinstance(first, FetchError)
    assert not isinstance(second, BaseException)


async def test_a_fetcher_reads_no_certificates_until_it_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.fetch.connections._trusted", lambda: pytest.fail("the certificates are read"))

    await Fetcher(now=lambda: NOW).aclose()


async def _everything_once() -> None:
    """Fetch, over TLS too, be refused, be redirected and be given up; then leave nothing behind."""
    answers = {
        "/": Answer.json({}, etag=True),
        "/old": Answer.redirect("/"),
        "/never": Answer.never(),
        "/large": Answer(body=b"x" * 200_000),
        "/html": Answer.html(),
    }
    tls = trusting_tls()
    async with (
        serve(answers) as plain,
        serve(answers, tls=server_tls()) as secure,
        local_fetcher(limits=FetchLimits(max_bytes=1000), tls=tls) as fetcher,
        local_fetcher(limits=FetchLimits(total=timedelta(seconds=0.05)), tls=tls) as hasty,
    ):
        for url in (plain.url, secure.url, f"https://status.test:{secure.port}"):
            known = (await fetcher.get(url + "/old")).validators
            assert (await fetcher.get(url + "/", known)).body is None
            for path in ("/large", "/html"):
                with pytest.raises(FetchError):
                    await fetcher.get(url + path, expect=Expect.JSON)
            with pytest.raises(FetchError):
                await hasty.get(url + "/never")
    assert asyncio.all_tasks() == {asyncio.current_task()}


@pytest.mark.parametrize("run", [asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])
def test_nothing_is_left_behind_on_either_loop(run: Callable[[Coroutine[Any, Any, None]], None]) -> None:
    with warnings.catch_warnings(record=True, action="always") as caught:
        run(_everything_once())
        gc.collect()

    assert [str(warning.message) for warning in caught] == []
