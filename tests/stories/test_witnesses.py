"""Stories of witnesses: probes, programs that count, alerts and colleagues, together and against each other."""

from __future__ import annotations

from tests.stories import configs
from tests.stories.world import LEAD, ONCALL, SUPPORT, World
from tests.web.world import alert, group


async def test_a_gateway_that_counts_sees_it_first_and_then_the_vendor_says_so(world: World) -> None:
    world.has(configs.GATEWAY)
    await world.lives(minutes=2)
    for failures in (456, 470, 440):
        await world.counts(failures)
        await world.lives(minutes=1)
    assert "We see: gateway: 38 % of 1,200 calls to api.openai.com fail · one witness, not sure yet" in world.root()
    world.page.posts("Elevated errors", "We are investigating.", component="Chat Completions")
    await world.lives(minutes=1)
    await world.counts(6)
    await world.lives(minutes=1)

    assert world.thread() == [
        "gateway reports",
        "OpenAI acknowledged it 3 min after us",
        "Investigating",
        "Our own checks pass again",
    ]
    assert "Calls succeed again: under 1 % of 1,200 calls to api.openai.com fail." in world.words()


async def test_a_gateway_that_falls_silent_is_not_taken_for_a_recovery(world: World) -> None:
    world.has(configs.GATEWAY)
    await world.lives(minutes=2)
    await world.counts(456)
    await world.lives(minutes=20)

    assert "It was not told again for 15 min: nobody knows whether it still holds." in world.words()
    assert "Minor · unknown" in world.root()


async def test_an_alert_joins_a_suspicion_and_makes_it_likely(world: World) -> None:
    world.has(configs.API, configs.ALERTS)
    await world.lives(minutes=5)
    world.api.breaks(503)
    await world.lives(minutes=3)
    await world.tells("alerts", group(alert(startsAt="2026-03-01T12:06:00Z")))
    await world.lives(minutes=1)

    assert world.roots() == ["OpenAI: Chat Completions is failing"]
    assert world.thread() == [
        "openai-api fails",
        "alerts tells of it too: HighErrorRate fires",
        "We see now: our probe fails (HTTP 503), alerts: HighErrorRate fires",
    ]
    assert "We see: our probe fails (HTTP 503), alerts: HighErrorRate fires · likely" in world.root()


async def test_one_colleague_is_asked_to_wait_and_the_second_is_announced(world: World) -> None:
    await world.lives(minutes=1)
    alone = await world.types("report chatgpt", ONCALL)
    await world.lives(minutes=2)
    assert "so far you are the only one who reports OpenAI: ChatGPT" in alone
    assert world.roots() == []
    second = await world.types("report chatgpt: nothing loads", SUPPORT)
    await world.lives(minutes=1)

    assert "Thank you: 2 people report OpenAI: ChatGPT now" in second
    assert world.roots() == ["OpenAI: ChatGPT is failing"]
    assert "We see: 2 people are affected · likely" in world.root()
    assert "“nothing loads”" in world.words()


async def test_a_report_that_nobody_shares_fades_without_a_word(world: World) -> None:
    await world.lives(minutes=1)
    await world.types("report chatgpt", ONCALL)
    await world.lives(minutes=35)
    ((incident, _),) = await world.timelines()

    assert not incident.is_open
    assert world.roots() == []


async def test_those_for_whom_it_works_make_it_less_sure(world: World) -> None:
    world.has(configs.API)
    await world.lives(minutes=5)
    world.api.breaks(503)
    await world.lives(minutes=3)
    await world.types("affected", ONCALL, thread=True)
    await world.lives(seconds=30)
    assert "We see: our probe fails (HTTP 503), 1 person is affected · likely" in world.root()
    await world.types("works", LEAD, thread=True)
    await world.lives(seconds=30)

    assert "1 person is affected, it works for 1 person · not sure yet" in world.root()


async def test_a_probe_and_a_colleague_together_are_announced(world: World) -> None:
    world.has(configs.API)
    await world.lives(minutes=5)
    await world.types("report openai: 503 everywhere", SUPPORT)
    await world.lives(minutes=1)
    assert world.roots() == []
    world.api.breaks(503)
    await world.lives(minutes=3)

    assert len(world.roots()) == 1
    assert "our probe fails (HTTP 503), 1 person is affected · likely" in world.root()


async def test_one_region_fails_and_the_other_is_not_spoken_of(world: World) -> None:
    world.has(configs.US, configs.EU)
    await world.lives(minutes=5)
    world.api.breaks(503, "/us")
    await world.lives(minutes=5)
    world.page.posts("Errors in the US", "We are looking.", component="us-east-1")
    await world.lives(minutes=2)

    assert world.roots() == ["OpenAI: Errors in the US"]
    assert world.thread() == ["api-us fails", "OpenAI acknowledged it 4 min after us", "Investigating"]
    assert "Affects: us-east-1 (partial outage)" in world.root()
    assert "eu-west-1" not in world.root() + world.words()


async def test_two_vendors_fail_at_once_and_are_two_incidents(world: World) -> None:
    world.has(configs.API, configs.ANTHROPIC)
    await world.lives(minutes=5)
    world.api.breaks(503)
    world.vendors["anthropic"].api.breaks(529)
    await world.lives(minutes=5)
    world.api.works()
    await world.lives(minutes=3)

    assert sorted(world.roots()) == [
        "Anthropic: Chat Completions is failing",
        "OpenAI: Chat Completions is failing",
    ]
    assert [incident.name for incident, _ in await world.timelines() if incident.is_open] == ["Anthropic"]


async def test_two_probes_of_one_vendor_see_different_parts_fail(world: World) -> None:
    world.has(configs.API, configs.LOGIN)
    await world.lives(minutes=5)
    world.api.breaks(503)
    await world.lives(minutes=3)
    world.page.posts("Login errors", "We are investigating logins.", component="Login")
    await world.lives(minutes=2)

    assert sorted(world.roots()) == ["OpenAI: Chat Completions is failing", "OpenAI: Login errors"]
    assert "OpenAI acknowledged it 1 min after us" in world.thread(world.roots().index("OpenAI: Login errors"))


async def test_a_person_links_what_belongs_together_and_unlinks_it_again(world: World) -> None:
    world.has(configs.API)
    await world.lives(minutes=5)
    world.api.breaks(503)
    await world.lives(minutes=3)
    world.page.posts("Login errors", "We are investigating logins.", component="Login")
    await world.lives(minutes=3)
    (ours, _), (theirs, _) = await world.timelines()
    assert "Linked: it goes on in the second one's thread" in await world.types(f"join {ours.id} to {theirs.id}")
    await world.lives(minutes=1)
    assert "2 min after us" in world.root(1)
    assert "Part of another incident" in world.root(0)
    await world.types(f"unlink {theirs.id}")
    await world.lives(minutes=1)

    assert world.thread(0)[-1] == "on-call unlinked this from “OpenAI: Login errors”"
    assert world.root(0).startswith("OpenAI: Chat Completions is failing\nMinor · suspected")
    assert "after us" not in world.root(1)


async def test_what_is_muted_is_heard_by_the_channel_only_when_it_becomes_critical(world: World) -> None:
    world.has(configs.API)
    await world.lives(minutes=3)
    world.api.breaks(503)
    await world.lives(minutes=2)
    await world.types("mute 4h because we know", ONCALL, thread=True)
    world.page.posts("Elevated errors", "We look.", component="Chat Completions", impact="minor")
    await world.lives(minutes=2)
    world.page.raises("critical")
    await world.lives(minutes=2)

    assert world.thread()[1:3] == ["Muted by on-call", "OpenAI acknowledged it 1 min after us"]
    assert world.aloud() == ["Impact raised: minor → critical"]
    assert "Muted until 2026-03-01 16:05 UTC by on-call: we know" in world.root()


async def test_what_a_colleague_reported_before_the_vendor_called_it_over_is_over_with_it(world: World) -> None:
    await world.lives(minutes=3)
    await world.types("report chatgpt", ONCALL)
    await world.lives(minutes=5)
    world.page.posts("ChatGPT errors", "We look.", component="ChatGPT")
    await world.lives(minutes=3)
    world.page.resolves("It is over.")
    await world.lives(minutes=3)

    assert world.thread() == [
        "OpenAI acknowledged it 5 min after us",
        "Investigating",
        "Resolved",
        "Resolved after 8 min",
    ]
    assert world.aloud() == ["OpenAI acknowledged it 5 min after us", "Resolved after 8 min"]


async def test_what_a_gateway_tells_of_a_vendor_whose_page_nobody_watches_is_in_the_status(world: World) -> None:
    world.has("watch = []", configs.ROUTES, configs.GATEWAY, base=" ")
    await world.lives(minutes=1)
    for failures in (456, 470):
        await world.counts(failures)
        await world.lives(minutes=1)

    status = await world.types("status")

    assert status.startswith("1 suspected to be in trouble; nothing is watched yet\n- OpenAI · suspected\n")
    assert "gateway: 38 % of 1,200 calls to api.openai.com fail" in status
