"""One Sitrep watches another as it would watch a Statuspage: the same incidents, the same times, the same words."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from bot.model import ChangeKind, Incident, Kind, State, Who
from bot.store import sources
from tests.stories import configs, kin
from tests.stories.world import LEAD, ONCALL, World


async def only(world: World) -> Incident:
    (found,) = (one for one, _ in await world.timelines())
    return found


async def words(world: World) -> list[tuple[str, str]]:
    """Return the vendor's and the team's words as an incident's readers have them now, with their times."""
    ((_, entries),) = await world.timelines()
    said: dict[str, str] = {}
    for entry in entries:
        if entry.kind is ChangeKind.EDITED:
            said = {at: entry.text if text == entry.transitions[0].before else text for at, text in said.items()}
        elif entry.text and not entry.text.startswith("Sitrep: ") and entry.who is not Who.PROBE:
            said[f"{entry.happened_at:%H:%M:%S.%f}"] = entry.text
    return sorted(said.items())


def times(one: Incident) -> tuple[object, ...]:
    return (one.state, one.impact, one.peak, one.started_at, one.resolved_at, one.starts_at, one.ends_at)


async def test_who_watches_a_sitrep_has_the_same_incident_with_the_same_words_and_times(
    world: World, tmp_path: Path, migrated_file: Path
) -> None:
    world.has(configs.API, configs.BOT)
    async with kin.published(world) as asked, kin.beside(world, tmp_path / "other", migrated_file) as other:
        other.has(kin.watching(f"{asked.address}/vendors/openai", "OpenAI"))
        await other.begins()
        await kin.both(world, other, 5)
        world.api.breaks(503)
        await kin.both(world, other, 6)
        suspected = await only(other)
        began = world.clock.now() - timedelta(minutes=30)
        world.page.posts("Errors", "We look <b>into</b> it, a < b & c.", component="Chat Completions", began=began)
        await kin.both(world, other, 3)
        world.page.says("identified", "We found it.")
        world.page.raises("critical")
        await kin.both(world, other, 3)
        world.page.edits("We found the &lt;cause&gt;.")
        world.api.works()
        await kin.both(world, other, 6)
        world.page.resolves("All is well.")
        await kin.both(world, other, 6)
        mine, theirs = await only(world), await only(other)
        said, heard = await words(world), await words(other)

    assert suspected.title == "Suspected: OpenAI: Chat Completions is failing"
    assert times(theirs) == times(mine)
    assert (theirs.title, theirs.state) == (mine.title, State.RESOLVED) == ("Errors", State.RESOLVED)
    # The other posted it when it saw it, which is before the vendor did.
    assert theirs.acknowledged_at == mine.detected_at
    assert heard == said
    assert [text for _, text in said] == ["We look into it, a < b & c.", "We found the <cause>.", "All is well."]


async def test_all_that_a_sitrep_says_itself_says_that_it_does(world: World) -> None:
    world.has(configs.API)
    async with kin.published(world) as asked:
        await world.lives(minutes=3)
        world.api.breaks(503)
        await world.lives(minutes=5)
        world.page.posts("Errors", "We look into it.", component="Chat Completions")
        await world.lives(minutes=3)
        world.page.resolves("All is well.")
        await world.lives(minutes=3)
        world.api.works()
        await world.lives(minutes=5)
        (one,) = (await asked.json("/api/v2/incidents.json"))["incidents"]

    assert [(update["status"], update["body"]) for update in reversed(one["incident_updates"])] == [
        ("investigating", "Sitrep: openai-api suspects that Chat Completions is failing."),
        ("investigating", "Sitrep: openai-api fails. HTTP 503."),
        ("investigating", "We look into it."),
        ("investigating", "Sitrep: OpenAI acknowledged it 4 min after us. Posted as “Errors”."),
        ("resolved", "All is well."),
        (
            "monitoring",
            "Sitrep: OpenAI calls it resolved, but we still see it. It stays open here: our probe fails (HTTP 503).",
        ),
        ("resolved", "Sitrep: Resolved after 11 min: our own checks pass again."),
    ]


async def test_two_that_watch_each_other_tell_everything_once(
    world: World, tmp_path: Path, migrated_file: Path
) -> None:
    async with kin.beside(world, tmp_path / "other", migrated_file) as other, kin.published(other) as theirs:
        world.has(kin.watching(theirs.address))
        async with kin.published(world) as mine:
            await sources.add(other.program.database, kin.source(mine.address), world.clock.now())
            await other.types("declare The office network is down impact=major", ONCALL)
            world.page.posts("Errors", "We look into it.", component="Login")
            await kin.both(world, other, 10)
            shown = [await one.json("/api/v2/summary.json") for one in (mine, theirs)]
            told = [await one.timelines() for one in (world, other)]

    here, there = (sorted(incident.title for incident, _ in some) for some in told)
    assert here == ["Errors", "The office network is down"]
    assert there == ["OpenAI: Errors", "The office network is down"]
    relayed = [{one["name"]: one["sitrep"]["relayed"] for one in page["incidents"]} for page in shown]
    assert relayed == [
        {"OpenAI: Errors": False, "Kin: The office network is down": True},
        {"Kin: OpenAI: Errors": True, "The office network is down": False},
    ]


async def test_what_is_withdrawn_planned_and_declared_is_the_same_there_too(
    world: World, tmp_path: Path, migrated_file: Path
) -> None:
    async with kin.published(world) as asked, kin.beside(world, tmp_path / "other", migrated_file) as other:
        other.has(kin.watching(asked.address))
        await other.begins()
        await kin.both(world, other, 3)
        world.page.posts("Errors", "We look into it.", component="Login")
        await world.types("declare Checkout is down: cards are refused. impact=critical", ONCALL)
        await kin.both(world, other, 3)
        world.page.last.vanishes(None)
        world.page.show()
        await world.types("resolve ours-checkout all is well", LEAD)
        await kin.both(world, other, 3)
        ended = {one.title: one for one, _ in await other.timelines()}
        last = (await asked.json("/api/v2/incidents.json"))["incidents"]
        await world.types("reopen ours-checkout refused again", LEAD)
        await kin.both(world, other, 3)
        mine = {one.title: one for one, _ in await world.timelines()}
        theirs = {one.title: one for one, _ in await other.timelines()}

    assert {one.state for one in ended.values()} == {State.RESOLVED}
    gone = next(one for one in last if one["name"] == "OpenAI: Errors")
    assert gone["incident_updates"][0]["body"] == (
        "Sitrep: No longer listed on OpenAI's status page. How it ended could not be read there; we count it as over."
    )
    assert times(theirs["OpenAI: Errors"]) == times(mine["Errors"])
    assert times(theirs["Checkout is down"]) == times(mine["Checkout is down"])
    assert theirs["Checkout is down"].is_open
    assert theirs["Checkout is down"].kind is Kind.INCIDENT
    assert "on-call" not in str(last)


async def test_what_can_not_be_read_is_never_operational_and_said_to_be_unknown(
    world: World, tmp_path: Path, migrated_file: Path
) -> None:
    async with kin.published(world) as asked, kin.beside(world, tmp_path / "other", migrated_file) as other:
        other.has(kin.watching(asked.address))
        await other.begins()
        await kin.both(world, other, 2)
        before = await asked.json("/api/v2/summary.json")
        world.page.turns("Login", "partial_outage")
        await kin.both(world, other, 2)
        world.page.vanishes()
        await kin.both(world, other, 8)
        after = await asked.json("/api/v2/summary.json")
        status = await asked.json("/vendors/openai/api/v2/status.json")
        told = [one.title for one, _ in await other.timelines()]

    group, chat, login = (after["components"][number] for number in (0, 1, 3))
    assert (before["status"]["indicator"], before["components"][1]["status"]) == ("none", "operational")
    assert (chat["name"], chat["status"], chat["sitrep"]["status"]) == (
        "Chat Completions",
        "degraded_performance",
        "unknown",
    )
    assert chat["description"].startswith("Not known: its status page can not be read just now")
    assert (login["name"], login["status"], login["sitrep"]["status"]) == ("Login", "partial_outage", "partial_outage")
    assert (group["status"], after["status"]["indicator"], status["status"]["indicator"]) == (
        "partial_outage",
        "minor",
        "minor",
    )
    # What is only not known is no trouble to whoever watches.
    assert told == ["OpenAI: Login"]
