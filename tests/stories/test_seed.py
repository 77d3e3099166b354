"""The seed story as it is read on each platform: in the terminal, in Slack and in Discord, each by its real adapter."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from adapters.discord import Discord
from adapters.slack import Slack
from bot.core.report.facts import facts
from bot.core.report.markdown import markdown
from bot.store import incidents, report
from tests import localdiscord, localslack
from tests.adapters.hurry import Hurry
from tests.localdiscord import LocalDiscord, local_discord, pointed_at
from tests.localslack import LocalSlack, local_slack
from tests.stories import configs, seed
from tests.stories.world import World, living

GOLDEN = Path(__file__).parents[1] / "data" / "stories"
ROUTES = configs.ROUTES.partition("[[route]]")[0] + '[[route]]\nto = ["console", "slack:{}", "discord:{}"]\n{}\n'
ORDER = (
    "gpt is slow",
    "We see now: 2 of 2 probes fail",
    "gateway tells of it too",
    "support is affected",
    "Acknowledged by on-call",
    "Note by on-call",
    "OpenAI acknowledged it 17 min after us",
    "Impact raised: minor → critical",
    "No word from OpenAI for 35 min",
    "OpenAI edited an earlier update",
    "OpenAI calls it resolved, but we still see it",
    "Resolved after 1 h 21 min: our own checks pass again",
    "Root cause",
)


@asynccontextmanager
async def everywhere(
    folder: Path, url: str, *tables: str, keys: Sequence[str] = ()
) -> AsyncIterator[tuple[World, LocalSlack, LocalDiscord]]:
    """Make a world whose channels are on a local Slack and a local Discord."""
    async with (
        living(folder, url) as world,
        local_slack(limits=False) as slack,
        local_discord(limits=False) as discord,
    ):
        with pointed_at(discord):
            there = slack.world.channel("ops").id, discord.world.channel("ops").id
            on_slack = Slack(slack.token, api_url=slack.api_url, now=Hurry())
            on_discord = Discord(discord.token, now=Hurry())
            world.platforms |= {"slack": on_slack, "discord": on_discord}
            world.has(configs.PAGE, *tables, base=ROUTES.format(*there, "\n".join(keys)))
            try:
                yield world, slack, discord
            finally:
                await on_slack.close()
                await on_discord.close()


def read_on_slack(slack: LocalSlack) -> Iterator[str]:
    """Return what stands in the channel and in its threads, at the end."""
    (channel,) = (one.id for one in slack.world.channels.values() if one.name == "ops")
    for root in slack.world.roots(channel):
        yield localslack.readable(root)
        for one in slack.world.thread(channel, root.ts):
            mark = "in the thread, and in the channel" if one.posted.get("reply_broadcast") else "in the thread"
            yield f"--- {mark}\n{localslack.readable(one)}"


def read_on_discord(discord: LocalDiscord) -> Iterator[str]:
    (channel,) = (one.id for one in discord.world.channels.values() if one.name == "ops")
    threads = []
    for root in discord.world.roots(channel):
        yield f"--- in the channel\n{localdiscord.readable(root)}"
        threads += discord.world.thread(channel, root.id)
    for one in threads:
        yield f"--- in the thread\n{localdiscord.readable(one)}"


async def read_as_a_report(world: World) -> str:
    """Return the report as Markdown, without what is another in every world: ports, and what stands for them."""
    database, now = world.program.database, world.clock.now()
    (one,) = await incidents.recent_incidents(database, 1)
    found = await report.material(database, one.id, now)
    assert found is not None
    text = re.sub(r"(?<=test):\d+", "", markdown(facts(found, now)))
    return re.sub(r"(slack|discord):\w+", r"\1:…", text)


async def test_it_reads_as_it_was_reviewed(tmp_path: Path, sqlite_url: str) -> None:
    """To accept a change, delete the files, run this once more, and look at the difference."""
    async with everywhere(tmp_path, sqlite_url, *seed.TABLES) as (world, slack, discord):
        for step in seed.STEPS:
            await step(world)
        history = await world.types("status openai history")
        shown = {
            "console": f"{world.terminal.getvalue()}\n> status openai history\n\n{history}\n",
            "report": await read_as_a_report(world),
            "slack": "\n".join(read_on_slack(slack)) + "\n",
            "discord": "\n".join(read_on_discord(discord)) + "\n",
        }
    written = [name for name, text in shown.items() if _is_new(name, text)]

    assert written == [], f"written anew: look at them in {GOLDEN}"
    for name, text in shown.items():
        assert text == (GOLDEN / f"seed.{name}.txt").read_text(encoding="utf-8"), name


def _is_new(name: str, text: str) -> bool:
    file = GOLDEN / f"seed.{name}.txt"
    if file.exists():
        return False
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return True


@pytest.mark.parametrize("platform", ["console", "slack", "discord"])
def test_it_is_told_from_the_first_failure_to_the_root_cause(platform: str) -> None:
    told = (GOLDEN / f"seed.{platform}.txt").read_text(encoding="utf-8")
    at = told.index("gpt is slow")
    for one in ORDER:
        assert one in told[at:], one
        at = told.index(one, at)
