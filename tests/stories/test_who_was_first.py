"""Stories of two clocks: who sees it first, the vendor or we, and what the team reads of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.stories import configs
from tests.stories.world import World


async def test_probes_see_it_seventeen_minutes_before_the_vendor_says_so(world: World) -> None:
    world.has(configs.API)
    await world.lives(minutes=5)
    world.api.breaks(503)
    await world.lives(minutes=18)
    world.page.posts("Elevated errors", "We are investigating.", component="Chat Completions")
    await world.lives(minutes=1)

    assert world.thread() == ["openai-api fails", "OpenAI acknowledged it 17 min after us", "Investigating"]
    assert "OpenAI posted it at 2026-03-01 12:23 UTC, 17 min after us" in world.root()
    assert "Posted as “Elevated errors”" in world.words()
    assert world.aloud() == ["OpenAI acknowledged it 17 min after us"]


async def test_the_vendor_is_first_and_then_we_see_it_too(world: World) -> None:
    world.has(configs.API)
    await world.lives(minutes=5)
    world.page.posts("Elevated errors", "We are investigating.", component="Chat Completions")
    await world.lives(minutes=6)
    world.api.breaks(503)
    await world.lives(minutes=4)

    assert world.roots() == ["OpenAI: Elevated errors"]
    assert world.thread() == ["Investigating", "openai-api sees it too: HTTP 503"]
    assert "OpenAI had posted it 6 min before." in world.words()
    assert "We see: our probe fails (HTTP 503)" in world.root()
    assert "6 min before us" in world.root()


async def test_the_vendor_never_admits_it(world: World) -> None:
    world.has(configs.API)
    await world.lives(minutes=5)
    world.api.breaks(503)
    await world.lives(minutes=12)
    assert "We see: our probe fails (HTTP 503) · one witness, not sure yet" in world.root()
    assert "OpenAI's status page showed nothing of it at 2026-03-01 12:17 UTC" not in world.root()
    world.api.works()
    await world.lives(minutes=5)

    assert world.thread() == ["openai-api fails", "Over after 12 min, unconfirmed"]
    assert "OpenAI said nothing of it while we watched." in world.words()
    assert "Over, unconfirmed · was minor · lasted 12 min" in world.root()
    assert "OpenAI said nothing of it while we watched." in world.root()
    assert "Suspected by us alone · once, for 12 min, and never confirmed" in await world.types("status openai history")


async def test_the_vendor_calls_it_over_too_early(world: World) -> None:
    world.has(configs.API, configs.SECOND)
    await world.lives(minutes=5)
    world.api.breaks(503)
    await world.lives(minutes=10)
    world.page.posts("Elevated errors", "We are investigating.", component="Chat Completions")
    await world.lives(minutes=10)
    world.page.resolves("All fixed.")
    await world.lives(minutes=2)
    assert "OpenAI calls it over, but we still see it." in world.root()
    await world.lives(minutes=10)
    world.api.works()
    await world.lives(minutes=4)

    assert world.aloud() == [
        "We see now: 2 of 2 probes fail (HTTP 503)",
        "OpenAI acknowledged it 9 min after us",
        "OpenAI calls it resolved, but we still see it",
        "Resolved after 32 min: our own checks pass again",
    ]
    assert "It stays open here: 2 of 2 probes fail (HTTP 503)." in world.words()
    assert "OpenAI called it over 12 min before." in world.words()


async def test_our_checks_pass_while_the_vendor_is_still_at_it(world: World) -> None:
    world.has(configs.API)
    await world.lives(minutes=5)
    world.api.breaks(503)
    await world.lives(minutes=4)
    world.page.posts("Elevated errors", "We are investigating.", component="Chat Completions")
    await world.lives(minutes=4)
    world.api.works()
    await world.lives(minutes=4)
    assert "Our own checks pass." in world.root()
    world.page.resolves("All fixed.")
    await world.lives(minutes=2)

    assert world.thread()[-2:] == ["Our own checks pass again", "Resolved after 11 min"]
    assert "OpenAI's incident is still open." in world.words()


async def test_the_vendor_dates_it_back(world: World) -> None:
    world.has(configs.API)
    await world.lives(minutes=25)
    world.api.breaks(503)
    await world.lives(minutes=5)
    began = world.clock.now() - timedelta(minutes=22)
    world.page.posts("Elevated errors", "We are investigating.", component="Chat Completions", began=began)
    await world.lives(minutes=2)

    assert world.thread() == ["openai-api fails", "OpenAI acknowledged it 4 min after us", "Investigating"]
    assert "OpenAI dates it from 2026-03-01 12:08 UTC, 22 min before its first word" in world.words()
    assert "OpenAI dates it from 2026-03-01 12:08 UTC, 22 min before its first word" in world.root()


async def test_sitrep_begins_to_watch_when_it_is_going_on_already(world: World) -> None:
    world.has(configs.API)
    world.page.posts("Elevated errors", "We are investigating.", component="Chat Completions")
    world.api.breaks(503)
    world.clock.move(minutes=40)
    await world.lives(minutes=3)

    assert world.roots() == ["OpenAI: Elevated errors"]
    assert "Since 2026-03-01 12:00 UTC, already going on when we began to watch" in world.root()
    assert world.thread() == ["Investigating", "openai-api sees it too: HTTP 503"]


async def test_the_page_turns_yellow_without_a_word_while_we_suspect_it(world: World) -> None:
    world.has(configs.API)
    await world.lives(minutes=5)
    world.api.breaks(503)
    await world.lives(minutes=3)
    world.page.turns("Chat Completions", "degraded_performance")
    await world.lives(minutes=2)

    assert world.thread() == ["openai-api fails", "Chat Completions now degraded"]
    assert world.root().startswith("OpenAI: Chat Completions degraded\nMinor · unannounced")
    assert "OpenAI's status page shows it; no incident has been posted." in world.root()


async def test_a_page_that_can_not_be_read_is_not_said_to_show_nothing(world: World) -> None:
    world.has(configs.API)
    await world.lives(minutes=5)
    world.page.vanishes()
    world.api.breaks(503)
    await world.lives(minutes=8)
    assert "OpenAI's status page can not be read just now." in world.root()
    world.page.comes_back()
    await world.lives(minutes=10)

    assert "OpenAI's status page showed nothing of it at 2026-03-01 12:16 UTC" in world.root()
    assert world.thread() == ["openai-api fails"]


async def test_the_vendor_writes_it_down_when_it_has_long_passed(world: World) -> None:
    world.has(configs.LIST, configs.API, base=configs.ROUTES)
    await world.lives(minutes=5)
    began = world.clock.now()
    world.api.breaks(503)
    await world.lives(minutes=12)
    world.api.works()
    await world.lives(minutes=5)
    world.clock.move(hours=1)
    ended = began + timedelta(minutes=11)
    world.page.writes_afterwards("Errors in the API", "Earlier today some requests failed.", began, ended)
    await world.lives(minutes=2)

    assert world.thread()[-2:] == ["OpenAI wrote of it afterwards, 1 h 16 min after us", "Resolved"]
    assert "OpenAI dates it from 2026-03-01 12:05 UTC to 2026-03-01 12:16 UTC" in world.words()
    assert world.root().startswith("OpenAI: Errors in the API\nResolved · was minor · lasted 12 min")
    assert "said nothing of it" not in world.root()


async def test_what_the_vendor_said_while_sitrep_did_not_run_is_not_denied(world: World) -> None:
    world.has(configs.API)
    await world.lives(minutes=3)
    world.api.breaks(503)
    await world.lives(minutes=3)
    await world.ends()
    world.page.posts("Elevated errors", "We are investigating.", component="Chat Completions")
    world.clock.move(hours=1)
    world.page.resolves("All fixed.")
    world.api.works()
    await world.lives(minutes=5)

    assert world.thread()[-1].endswith(", unconfirmed")
    assert "OpenAI said nothing of it while we watched." in world.words()


async def test_of_a_page_that_nobody_watches_nothing_is_claimed(world: World) -> None:
    world.has("watch = []", configs.ROUTES, configs.API, base=" ")
    await world.lives(minutes=3)
    world.api.breaks(503)
    await world.lives(minutes=3)
    assert "OpenAI's status page is not watched." in world.root()
    world.api.works()
    await world.lives(minutes=3)

    assert world.root().endswith("OpenAI's status page is not watched.")


async def test_a_vendor_that_called_it_over_too_early_posts_it_anew_in_the_same_thread(world: World) -> None:
    world.has(configs.API)
    await world.lives(minutes=5)
    world.api.breaks(503)
    await world.lives(minutes=3)
    world.page.posts("Elevated errors", "We are investigating.", component="Chat Completions")
    await world.lives(minutes=5)
    world.page.resolves("All fixed.")
    await world.lives(minutes=5)
    world.page.posts("Errors again", "It is not fixed.", component="Chat Completions")
    await world.lives(minutes=3)
    assert world.root().startswith("OpenAI: Errors again\nMajor · investigating")
    world.page.resolves("Now it is.")
    world.api.works()
    await world.lives(minutes=3)

    assert world.roots() == ["OpenAI: Errors again"]
    assert world.thread()[-4:-1] == [
        "OpenAI posted it anew",
        "Investigating",
        "OpenAI calls it resolved, but we still see it",
    ]
    assert "2 min after us" in world.root()


async def _two_troubles(world: World) -> None:
    """Let OpenAI have posted one thing, and us see another."""
    world.has(configs.API)
    await world.lives(minutes=5)
    world.page.posts("Login trouble", "We are investigating.", component="Login")
    await world.lives(minutes=3)
    world.api.breaks(503)
    await world.lives(minutes=9)
    assert world.roots() == ["OpenAI: Login trouble", "OpenAI: Chat Completions is failing"]


@pytest.mark.parametrize(
    ("component", "words"), [("Chat Completions", "It is wider."), ("", "Chat Completions is affected as well.")]
)
async def test_the_vendor_counts_it_in_with_what_it_had_posted_before(world: World, component: str, words: str) -> None:
    await _two_troubles(world)
    world.page.says("identified", words, component=component)
    await world.lives(minutes=5)

    assert world.thread(1) == [
        "openai-api fails",
        "OpenAI acknowledged it 8 min after us, as part of “OpenAI: Login trouble”",
    ]
    assert world.aloud(1) == world.thread(1)[1:]
    assert "Part of another incident" in world.root(1)
    assert "It goes on there: openai-openai00" in world.words(1)
    assert world.thread(0)[-1] == "“OpenAI: Chat Completions is failing” is part of this: we saw it 8 min before"
    assert "We see: our probe fails (HTTP 503)" in world.root(0)

    world.api.works()
    await world.lives(minutes=5)
    world.page.resolves("All fixed.")
    await world.lives(minutes=5)
    assert world.thread(0)[-2:] == ["Our own checks pass again", "Resolved after 22 min"]
    assert len(world.thread(1)) == 2
    record = await world.types("status openai history")
    assert "Acknowledgement · 8 min late on average, in 1 trouble that we saw ourselves" in record
    assert "Suspected by us alone · nothing" in record


async def test_reports_of_what_the_vendor_has_counted_in_accuse_it_of_nothing(world: World) -> None:
    await _two_troubles(world)
    world.page.says("identified", "It is wider.", component="Chat Completions")
    await world.lives(minutes=2)
    world.api.works()
    await world.lives(minutes=5)
    world.page.resolves("All fixed.")
    await world.lives(minutes=2)

    suspicion = await world.types("report openai-chat-completions-20260301T1208")
    assert "A suspicion of ours; it was told here for 8 min" in suspicion
    assert "OpenAI told of it at 12:17 UTC, 8 min after us." in suspicion
    assert "said nothing of it" not in suspicion
    whole = await world.types("report openai-openai00")
    assert "from our probe openai-api: HTTP 503. OpenAI told of it at 12:05 UTC, 3 min before us." in whole
    assert "By our own witnesses: 11 min: from 2026-03-01 12:08 UTC (the first bad check or count)" in whole


async def test_what_the_vendor_has_in_its_words_and_does_not_list_is_no_suspicion_of_ours(world: World) -> None:
    world.has(configs.API)
    await world.lives(minutes=5)
    world.page.posts("Login trouble", "Login and Chat Completions fail for some.", component="Login")
    await world.lives(minutes=3)
    world.api.breaks(503)
    await world.lives(minutes=4)

    assert world.roots() == ["OpenAI: Login trouble"]
    assert world.thread() == ["Investigating", "openai-api sees it too: HTTP 503"]


async def test_what_the_vendor_counts_in_a_person_may_take_out_and_it_stays_out(world: World) -> None:
    await _two_troubles(world)
    world.page.says("identified", "It is wider.", component="Chat Completions")
    await world.lives(minutes=2)
    await world.types("unlink openai-openai00")
    world.page.says("identified", "We are working on Chat Completions.")
    await world.lives(minutes=2)

    assert world.thread(1)[-1] == "on-call unlinked this from “OpenAI: Login trouble”"
    assert "Minor · suspected" in world.root(1)
    assert "We see" not in world.root(0)


async def test_whoever_had_what_the_vendor_counts_in_has_it_still(world: World) -> None:
    await _two_troubles(world)
    await world.types("ack openai-chat-completions-20260301T1208")
    world.page.says("identified", "It is wider.", component="Chat Completions")
    await world.lives(minutes=2)

    assert "Acknowledged by on-call" in world.root(0)
    assert world.thread(0)[-1].endswith("is part of this: we saw it 8 min before")


async def test_a_vendor_that_names_two_of_our_suspicions_at_once_admits_both(world: World) -> None:
    world.has(configs.API, configs.LOGIN)
    await world.lives(minutes=5)
    world.api.breaks(503)
    await world.lives(minutes=9)
    assert len(world.roots()) == 2
    world.page.posts("Trouble", "Login and Chat Completions fail.")
    await world.lives(minutes=2)

    ends = sorted(world.thread(number)[1] for number in range(2))
    assert ends[0].startswith("OpenAI acknowledged it")
    assert ends[1].startswith("OpenAI acknowledged it")
    assert sum("as part of" in one for one in ends) == 1


async def test_what_the_vendor_says_of_something_else_leaves_a_suspicion_alone(world: World) -> None:
    await _two_troubles(world)
    world.page.says("identified", "We have found the cause.")
    await world.lives(minutes=2)

    assert world.thread(1) == ["openai-api fails"]
    assert "Minor · suspected" in world.root(1)
