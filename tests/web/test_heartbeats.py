"""Jobs call in, over real sockets, and what the team reads if they do not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.core.heartbeat import Heartbeat
from bot.loops import heartbeats as loop
from bot.model import SourceKind
from bot.store import heartbeats
from bot.store.database import Database
from tests.databases import opened
from tests.web.world import HOOKS, JOBS, TOKEN, World, configured, listening

CALL = f"/heartbeat/nightly-backup/{TOKEN}"
BEARER = {"authorization": f"Bearer {TOKEN}"}


@pytest.fixture
async def here(database: Database, tmp_path: Path) -> AsyncIterator[World]:
    async with listening(World(database, configured(tmp_path, JOBS))) as world:
        yield world


async def known(world: World) -> Heartbeat:
    return (await heartbeats.every(world.database))["nightly-backup"]


def shown(world: World) -> list[str]:
    """Return what `/sitrep health` shows of jobs."""
    return [line for one in world.shown for line in one()]


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
async def test_a_call_is_noted_by_whatever_method(here: World, method: str) -> None:
    answer = await here.asks(method, CALL)

    assert (answer.status_code, answer.text) == (200, "" if method == "HEAD" else "OK\n")
    assert await known(here) == Heartbeat(called_at=here.clock.now(), ended_at=here.clock.now())


@pytest.mark.parametrize(("path", "failed"), [("/0", False), ("/1", True), ("/255", True), ("/fail", True)])
async def test_an_exit_status_says_how_it_went(here: World, path: str, *, failed: bool) -> None:
    answer = await here.asks("GET", CALL + path)

    assert answer.status_code == 200
    assert bool((await known(here)).failing_since) == failed


@pytest.mark.parametrize("path", ["", "/start", "/fail", "/3"])
async def test_the_token_may_come_in_a_header_instead(here: World, path: str) -> None:
    answer = await here.asks("POST", f"/heartbeat/nightly-backup{path}", headers=BEARER)

    assert answer.status_code == 200
    assert (await known(here)).called_at == here.clock.now()


@pytest.mark.parametrize("path", ["/256", "/1000", "/-1", "/log", "/start%20"])
async def test_a_call_that_there_is_not_is_refused(here: World, path: str) -> None:
    answer = await here.asks("GET", CALL + path)

    assert answer.status_code == 404
    assert "the calls are /start, /fail and an exit status" in answer.text


async def test_who_is_not_known_hears_the_same_whatever_is_wrong(here: World) -> None:
    answers = [
        await here.asks("GET", path, headers=headers)
        for path, headers in (
            ("/heartbeat/nightly-backup", {}),
            ("/heartbeat/nightly-backup/wrong", {}),
            ("/heartbeat/nightly-backup/wrong/fail", {}),
            (f"/heartbeat/nothing/{TOKEN}", {}),
            ("/heartbeat/nightly-backup/start", {}),
            ("/heartbeat/nightly-backup", {"authorization": "Bearer wrong"}),
            (f"/heartbeat/nightly-backup?token={TOKEN}", {}),
        )
    ]

    assert {(answer.status_code, answer.text) for answer in answers} == {
        (401, "not known: the name or the token is wrong, or missing\n")
    }
    assert await heartbeats.every(here.database) == {}
    assert (await here.asks("DELETE", CALL)).status_code == 405


async def test_who_calls_too_often_is_told_so(here: World) -> None:
    statuses = [(await here.asks("GET", CALL)).status_code for _ in range(31)]

    assert statuses == [200] * 30 + [429]


async def test_a_failure_is_told_at_once_with_its_words_and_its_end(here: World) -> None:
    await here.asks("POST", CALL + "/3", content=b"tar: no space left\x00 on device\n")
    await here.looks()

    shown = await here.shows()
    assert "Nightly backup: It failed" in shown
    assert "It reported a failure (exit status 3)." in shown
    assert "tar: no space left on device" in shown

    here.clock.move(minutes=10)
    await here.asks("GET", CALL)
    await here.looks()
    assert "It called in again." in await here.shows()
    assert not (await here.one()).is_open


async def test_long_words_are_kept_as_far_as_ten_kilobytes(here: World) -> None:
    answer = await here.asks("POST", CALL + "/fail", content=b"x" * 300_000)
    far_too_long = await here.asks("POST", CALL + "/fail", content=b"x" * 2_000_000)

    assert answer.status_code == 200
    assert (await known(here)).words == "x" * 10_240
    assert far_too_long.status_code == 413


async def test_a_job_that_never_called_is_not_accused(here: World) -> None:
    here.clock.move(hours=99)
    await here.looks()

    assert await here.incidents() == ()
    assert shown(here) == ["Nightly backup: It is waiting for its first call."]


async def test_late_is_not_told_missing_is(here: World) -> None:
    await here.asks("GET", CALL)
    await here.looks()
    for _ in range(62):
        here.clock.move(minutes=1)
        await here.looks()
    assert await here.incidents() == ()
    assert shown(here) == ["Nightly backup: It has not called in for 1 h 2 min; it is expected to every 1 h."]

    for _ in range(3):
        here.clock.move(minutes=1)
        await here.looks()
    incident = await here.one()
    assert (incident.name, incident.title, incident.vendor) == (
        "Nightly backup",
        "It did not call in",
        "probe-nightly-backup",
    )
    assert incident.started_at == here.clock.now() - timedelta(minutes=5)
    assert incident.claims[0].teller is SourceKind.PROBE
    assert "It has not called in for 1 h 5 min; it is expected to every 1 h." in await here.shows()


async def test_a_run_without_end_is_told(here: World) -> None:
    await here.asks("GET", CALL + "/start")
    for _ in range(30):
        here.clock.move(minutes=1)
        await here.looks()

    assert (await here.one()).title == "It takes too long"


async def test_trouble_is_told_once_also_after_a_restart(here: World, database_url: str) -> None:
    await here.asks("GET", CALL + "/fail")
    await here.looks()
    before = await here.said()
    async with opened(database_url) as again:
        world = World(again, here.configured, here.clock)
        async with listening(world):
            await world.looks()
            assert await world.said() == before

            await world.asks("GET", CALL)
            await world.looks()
            assert not (await world.one()).is_open


async def test_a_call_to_another_instance_counts(here: World, database_url: str) -> None:
    await here.asks("GET", CALL + "/fail")
    await here.looks()
    async with opened(database_url) as other:
        world = World(other, here.configured, here.clock)
        async with listening(world):
            await world.asks("GET", CALL)
    await here.looks()

    assert not (await here.one()).is_open


async def test_what_was_due_while_nobody_listened_is_not_missed(here: World, database_url: str) -> None:
    await here.asks("GET", CALL)
    await here.looks()
    here.clock.move(minutes=50)
    await here.looks()
    here.clock.move(minutes=20)
    async with opened(database_url) as again:
        world = World(again, here.configured, here.clock)
        async with listening(world):
            await world.looks()
            assert await world.incidents() == ()

            for _ in range(56):
                world.clock.move(minutes=1)
                await world.looks()
            assert (await world.one()).title == "It did not call in"


async def test_what_is_missing_while_we_work_on_it_is_no_trouble(database: Database, tmp_path: Path) -> None:
    window = '[[maintenance]]\nname = "Move"\nstarts = 2026-03-01T12:30:00Z\nends = 2026-03-01T13:30:00Z\n'
    async with listening(World(database, configured(tmp_path, JOBS + window))) as world:
        await world.asks("GET", CALL)
        for minute in range(1, 92):
            world.clock.move(minutes=1)
            await world.looks()
            assert (await world.incidents() == ()) == (minute < 90), minute


async def test_a_job_may_tell_of_a_vendor(database: Database, tmp_path: Path) -> None:
    accusing = JOBS + 'vendor = "openai"\ncomponent = "Batch"\n'
    async with listening(World(database, configured(tmp_path, accusing + HOOKS))) as world:
        await world.asks("GET", CALL + "/1")
        await world.looks()

        assert "OpenAI: Batch is failing" in await world.shows()


async def test_what_is_open_of_a_job_that_is_configured_no_more_is_given_up(
    here: World, database_url: str, tmp_path: Path
) -> None:
    await here.asks("GET", CALL + "/fail")
    await here.looks()
    async with opened(database_url) as again:
        world = World(again, configured(tmp_path, HOOKS), here.clock)
        async with listening(world):
            for _ in range(2):
                await loop.begin(world.beating)

            assert not (await world.one()).is_open
            assert "nightly-backup tells it no more" in await world.shows()
            assert await heartbeats.every(world.database) == {}


async def test_the_loop_looks_as_soon_as_a_job_has_called_and_else_every_few_seconds(here: World) -> None:
    watching = asyncio.create_task(loop.watch(here.beating))
    try:
        assert await here.clock.until_someone_sleeps() == loop.PAUSE
        await here.asks("GET", CALL + "/fail")
        async with asyncio.timeout(20):
            await here.due.wait()
        assert (await here.one()).title == "It failed"
        here.due.clear()
        await heartbeats.change(here.database, "nightly-backup", lambda _: Heartbeat(called_at=here.clock.now()))
        here.clock.move(seconds=5)
        async with asyncio.timeout(20):
            await here.due.wait()
    finally:
        watching.cancel()
        await asyncio.wait([watching])

    assert not (await here.one()).is_open
