"""Whoever is on call and looks at no channel is written to directly, on both chats, by the real program."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.program import until
from tests.e2e.test_both import VENDOR, Team, team
from tests.localdiscord import readable as on_discord
from tests.localslack import readable as on_slack

TABLES = """
[[route]]
to = ["console"]
[[oncall]]
name = "platform"
people = [{{ name = "First engineer", slack = "{slack}", discord = "{discord}" }}]
[[escalation]]
steps = [{{ after = "1s", notify = "oncall:platform" }}]
"""


def slack_says(at: Team, who: str) -> list[str]:
    return [on_slack(one) for one in at.slack.world.direct(who).messages.values()]


def discord_says(at: Team, who: str) -> list[str]:
    return [on_discord(one) for one in at.discord.world.direct(who).messages.values()]


async def test_they_are_told_once_on_both_and_acknowledge_on_one_for_both(tmp_path: Path) -> None:
    async with team(tmp_path) as at:
        first, same = at.slack.world.user("U0FIRST", "first"), at.discord.world.user("first")
        at.sitrep.watches(at.them.urls, "5s", TABLES.format(slack=first.id, discord=same.id))
        at.page.opens("API is slow", "major", "We look into it.", API="partial_outage")
        at.them.publish(VENDOR)
        await at.sitrep.started()

        def both() -> tuple[list[str], list[str]]:
            return slack_says(at, first.id), discord_says(at, same.id)

        await until(lambda: all(len(said) == 2 for said in both()), "it stands in both conversations")
        assert all("Escalated to on-call (platform), nobody has acknowledged for" in said[1] for said in both())

        await at.slack.sockets.until_connected()
        root = next(iter(at.slack.world.direct(first.id).messages.values()))
        await (await at.slack.person(first.id).presses(root, "sitrep:ack")).acked()
        await until(lambda: all("Acknowledged by first" in said[0] for said in both()), "both roots say who has it")
        await at.slack.person(first.id).mentions("note We are on it.", root.channel, thread=root.ts)
        await until(lambda: "Note by first" in at.sitrep.out, "what is said in its thread is about the incident")

        # Beside the two lines of Sitrep's: what the person wrote, and the answer to it.
        await until(lambda: len(slack_says(at, first.id)) == 2 + 2, "whoever wrote it has an answer")
        assert await at.sitrep.stop() == 0
        assert [len(said) for said in both()] == [4, 2]
        assert "Traceback" not in at.sitrep.err
