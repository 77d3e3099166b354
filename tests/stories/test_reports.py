"""Stories in which an outage ends: its report arrives in every thread, once, and once more with the cause."""

from __future__ import annotations

import asyncio
from itertools import chain
from pathlib import Path

from bot.model import ChangeKind
from tests import localslack
from tests.localdiscord import LocalDiscord
from tests.localdiscord import readable as readable_on_discord
from tests.localslack import LocalSlack, readable
from tests.localslack.errors import Json
from tests.localslack.nouns import Upload
from tests.stories import configs
from tests.stories.test_seed import everywhere
from tests.stories.world import World

SOON = '[reports]\nafter = "2m"'
THE_REPORT, AGAIN = "The report of this incident", "The report, now with what was added later"
PNG = b"\x89PNG\r\n\x1a\n"


async def an_outage(world: World) -> None:
    """Let OpenAI fail, say so, and work again."""
    await world.lives(minutes=2)
    world.api.breaks(503)
    await world.lives(minutes=5)
    world.page.posts("Errors", "We look.", component="Chat Completions")
    await world.lives(minutes=5)
    world.api.works()
    await world.lives(minutes=3)
    world.page.resolves("All is well.")
    await world.lives(minutes=2)


def on_slack(slack: LocalSlack) -> dict[str, list[Upload]]:
    """Return the replies that post a report, with the files that they show."""
    ops = next(one for one in slack.world.channels.values() if one.name == "ops")
    (root,) = slack.world.roots(ops.id)
    said = [(readable(one).partition("\n")[0], one.files) for one in slack.world.thread(ops.id, root.ts)]
    found = [(title, files) for title, files in said if title.startswith("The report")]
    assert len(found) == len(dict(found)), "told twice"
    return dict(found)


def addresses(slack: LocalSlack, discord: LocalDiscord) -> tuple[str, str]:
    """Return where the roots are found, as each platform's own menu copies it."""
    here = next(one for one in slack.world.channels.values() if one.name == "ops")
    there = next(one for one in discord.world.channels.values() if one.name == "ops")
    (root,) = slack.world.roots(here.id)
    message = discord.world.roots(there.id)[0]
    return (
        f".slack.com/archives/{here.id}/p{root.ts.replace('.', '')})",
        f"(https://discord.com/channels/{there.guild}/{there.id}/{message.id})",
    )


def on_discord(discord: LocalDiscord) -> dict[str, list[Json]]:
    ops = next(one for one in discord.world.channels.values() if one.name == "ops")
    root = discord.world.roots(ops.id)[0]
    said = [(readable_on_discord(one), one.attachments) for one in discord.world.thread(ops.id, root.id)]
    found = [(title, files) for text, files in said for title in (THE_REPORT, AGAIN) if title in text]
    assert len(found) == len(dict(found)), "told twice"
    return dict(found)


async def test_its_report_arrives_once_in_each_thread_and_again_with_the_cause(tmp_path: Path, sqlite_url: str) -> None:
    async with everywhere(tmp_path, sqlite_url, configs.API, SOON) as (world, slack, discord):
        await an_outage(world)
        await world.lives(minutes=3)
        first = on_slack(slack)
        world.page.says("postmortem", "A change of the routing was to blame.")
        await world.rests(hours=3)

        assert list(first) == [THE_REPORT]
        assert list(on_slack(slack)) == list(on_discord(discord)) == [THE_REPORT, AGAIN]
        for title, (report, picture) in on_slack(slack).items():
            text = (report.content or b"").decode()
            assert (report.name.endswith(".md"), picture.name.endswith(".png")) == (True, True)
            assert (picture.content or b"").startswith(PNG)
            assert picture.alt.startswith("OpenAI: Errors")
            assert "# OpenAI: Errors" in text
            assert all(one in text for one in addresses(slack, discord))
            assert ("A change of the routing was to blame." in text) is (title == AGAIN)
        for title, attachments in on_discord(discord).items():
            sent = [discord.world.uploads[one["id"]] for one in attachments]
            assert sent == [one.content for one in on_slack(slack)[title]]
        terminal = world.terminal.getvalue()
        assert terminal.count(THE_REPORT) == terminal.count(AGAIN) == 1
        assert terminal.count(".png; `sitrep report") == 2


async def test_whoever_is_killed_between_the_upload_and_the_message_sends_one_message(
    tmp_path: Path, sqlite_url: str
) -> None:
    def is_the_report(args: Json) -> bool:
        return THE_REPORT in str(args.get("text"))

    async with everywhere(tmp_path, sqlite_url, configs.API, SOON) as (world, slack, discord):
        await an_outage(world)
        slack.faults.add("chat.postMessage", localslack.hangs(), when=is_the_report)
        living = asyncio.create_task(world.lives(minutes=1))
        await slack.faults.until_hanging()
        for task in (living, *chain(*world.program.delivering.under_way.values())):
            task.cancel()
        await asyncio.wait({living})
        slack.faults.clear()
        await world.restarts()
        await world.lives(minutes=10)

        assert list(on_slack(slack)) == list(on_discord(discord)) == [THE_REPORT]
        shared = [one for one in slack.world.uploads.values() if one.shared]
        assert len(shared) == 2
        # What the dead had uploaded nobody was ever shown.
        assert len(slack.world.uploads) in {2, 4}


async def test_many_at_once_have_one_report_and_those_among_them_none(tmp_path: Path, sqlite_url: str) -> None:
    names = ("EC2", "S3", "Lambda", "RDS")
    async with everywhere(tmp_path, sqlite_url, SOON) as (world, slack, discord):
        await world.lives(minutes=2)
        for name in names:
            world.page.posts(f"{name} fails", "We look.", impact="major")
        await world.lives(minutes=2)
        for one in world.page.board.incidents:
            one.vanishes("It works again.")
        world.page.show()
        await world.lives(minutes=6)

        ((report, _),) = on_slack(slack).values()
        assert list(on_discord(discord)) == [THE_REPORT]
        assert all(f"{name} fails" in (report.content or b"").decode() for name in names)
        told = [entry.kind for _, entries in await world.timelines() for entry in entries]
        assert told.count(ChangeKind.REPORTED) == 1
