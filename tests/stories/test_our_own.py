"""Stories in which it is us: our network, our keys, our quota, our maintenance, our jobs.  No vendor is accused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.probes.world import HERE, authority_file, silence, talking, tls_server
from tests.stories import configs
from tests.stories.world import World


async def test_our_network_is_down_and_nobody_is_accused(world: World) -> None:
    world.has(configs.API, configs.ANTHROPIC)
    await world.lives(minutes=5)
    world.network.is_there = False
    await world.lives(minutes=12)
    assert "not watching: our own connection is gone" in await world.types("health")
    world.network.is_there = True
    await world.lives(minutes=5)

    assert world.roots() == ["Sitrep: We can not see: our own connection is gone"]
    assert world.thread() == ["Identified", "Resolved after 12 min"]
    assert "We see again, after 12 min. What happened meanwhile was not watched." in world.root()


async def test_an_expired_key_accuses_nobody(world: World) -> None:
    world.has(configs.API, configs.LLM)
    await world.lives(minutes=5)
    world.api.breaks(401)
    world.model.refuses_the_key()
    await world.lives(minutes=10)
    health = await world.types("health")

    assert world.roots() == []
    assert "openai-api · can not tell for 10 min" in health
    assert "our key is not accepted (HTTP 401)" in health
    assert "our key is not accepted (HTTP 401, invalid_api_key)" in health


async def test_a_quota_that_is_used_up_accuses_nobody(world: World) -> None:
    world.has(configs.LLM)
    await world.lives(minutes=5)
    world.model.runs_out_of_quota()
    await world.lives(minutes=10)
    status = await world.types("status openai")

    assert world.roots() == []
    assert status.startswith("OpenAI: operational")
    assert "gpt can not tell since 2026-03-01 12:04 UTC: our quota is used up" in status


async def test_what_a_day_may_cost_is_kept_to_also_by_the_next_process(world: World) -> None:
    world.has(f"{configs.LLM}daily_checks = 10\n")
    await world.lives(minutes=20)
    asked = world.model.asked
    await world.restarts()
    await world.lives(minutes=20)
    status = await world.types("status openai")

    assert asked == world.model.asked == 10
    assert world.roots() == []
    assert "its daily ceiling of 10 checks is reached; it checks again at 00:00 UTC" in status
    await world.rests(hours=12)
    await world.lives(minutes=20)
    assert world.model.asked == 20


async def test_a_key_that_expires_in_the_middle_of_an_outage_is_no_recovery(world: World) -> None:
    world.has(configs.API)
    await world.lives(minutes=5)
    world.api.breaks(503)
    await world.lives(minutes=5)
    world.api.breaks(401)
    await world.lives(minutes=10)

    assert world.thread() == ["openai-api fails"]
    assert "suspected" in world.root()


async def test_what_fails_while_we_work_on_it_ourselves_is_told_only_if_it_lasts(world: World) -> None:
    window = '[[maintenance]]\nname = "Proxy upgrade"\nstarts = 2026-03-01T12:04:00Z\nends = 2026-03-01T12:20:00Z'
    world.has(configs.API, window)
    await world.lives(minutes=5)
    world.api.breaks(503)
    await world.lives(minutes=10)
    assert world.roots() == []
    assert "openai-api is in maintenance (“Proxy upgrade”)" in await world.types("status openai")
    await world.lives(minutes=10)

    assert world.roots() == ["OpenAI: Chat Completions is failing"]
    assert "Since 2026-03-01 12:20 UTC" in world.root()


async def test_a_job_that_does_not_call_in_is_missed(world: World) -> None:
    world.has("watch = []", configs.ROUTES, configs.BACKUP, base=" ")
    await world.beats("nightly-backup")
    await world.rests(hours=1)
    await world.beats("nightly-backup")
    await world.lives(minutes=64)
    assert world.roots() == []
    await world.lives(minutes=6)
    await world.beats("nightly-backup")
    await world.lives(minutes=2)

    assert world.roots() == ["Nightly backup: It did not call in"]
    assert "It has not called in for 1 h 5 min; it is expected to every 1 h." in world.words()
    assert world.thread()[-1] == "Resolved after 10 min"


async def test_a_job_that_was_due_while_sitrep_did_not_run_is_expected_anew(world: World) -> None:
    world.has("watch = []", configs.ROUTES, configs.BACKUP, base=" ")
    await world.beats("nightly-backup")
    await world.lives(minutes=5)
    await world.ends()
    world.clock.move(hours=2)
    await world.lives(minutes=10)
    assert world.roots() == []
    await world.lives(hours=1)

    assert world.roots() == ["Nightly backup: It did not call in"]


async def test_something_of_our_own_fails_and_no_vendor_is_named(world: World) -> None:
    world.has(configs.SHOP)
    await world.lives(minutes=5)
    world.api.breaks(500)
    await world.lives(minutes=5)
    world.api.works()
    await world.lives(minutes=5)

    assert world.roots() == ["shop is failing"]
    assert world.thread() == ["shop fails", "Resolved after 5 min"]
    assert "OpenAI" not in world.root()


async def test_a_certificate_of_ours_that_ends_soon_is_told_in_time(world: World) -> None:
    ends = datetime(2035, 1, 1, tzinfo=UTC)
    async with talking(silence, tls=tls_server(HERE, until=ends)) as address:
        kept = f'[[probe]]\nname = "shop certificate"\ntype = "tls"\ntarget = "{address}"\ninterval = "1h"'
        world.has("watch = []", configs.ROUTES, kept, f'ca = "{authority_file(world.folder)}"', base=" ")
        world.clock.move(seconds=(ends - timedelta(days=14, hours=2) - world.clock.now()).total_seconds())
        await world.rests(hours=1)
        assert world.roots() == []
        await world.rests(hours=3)

    assert world.roots() == ["shop certificate is failing"]
    assert "is valid for 13 days more, until 2035-01-01 00:00 UTC" in world.root()
