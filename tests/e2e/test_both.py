"""One incident on Slack and on Discord: what is done on one shows on the other; one that is lost loses nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.databases import sqlite_in
from tests.e2e.program import Sitrep, sitrep_in, until
from tests.e2e.statuspage import StatusPage
from tests.e2e.test_killed import Vendors, dice, vendors
from tests.localdiscord import LocalDiscord, local_discord
from tests.localdiscord import readable as on_discord
from tests.localslack import LocalSlack, local_slack
from tests.localslack import readable as on_slack

VENDOR = "vendor-00"


@dataclass(slots=True)
class OnBoth(Sitrep):
    """A program that tells one vendor's incidents on both."""

    more: dict[str, str] | None = None

    @property
    def environment(self) -> dict[str, str]:
        return {**Sitrep.environment.fget(self), **(self.more or {})}  # type: ignore[attr-defined]  # slots know no super()


@dataclass(slots=True)
class Team:
    """Both chats, and the program between them."""

    slack: LocalSlack
    discord: LocalDiscord
    sitrep: OnBoth
    them: Vendors

    @property
    def page(self) -> StatusPage:
        return self.them.pages[VENDOR]

    def slack_roots(self) -> list[str]:
        return [on_slack(one) for one in self.slack.world.roots(self.slack.world.named("ops").id) if one.attachments]

    def discord_roots(self) -> list[str]:
        return [on_discord(one) for one in self.discord.world.roots(self.discord.world.named("ops").id)]

    def slack_thread(self) -> list[str]:
        ops = self.slack.world.named("ops").id
        root = self.slack.world.roots(ops)[0]
        return [on_slack(one) for one in self.slack.world.thread(ops, root.ts)]

    def discord_thread(self) -> list[str]:
        ops = self.discord.world.named("ops").id
        root = self.discord.world.roots(ops)[0]
        return [on_discord(one) for one in self.discord.world.thread(ops, root.id)]


@asynccontextmanager
async def team(folder: Path) -> AsyncIterator[Team]:
    async with (
        vendors(1, dice()) as them,
        local_slack(limits=False) as slack,
        local_discord(limits=False) as discord,
        sitrep_in(folder) as plain,
    ):
        there, here = slack.world.channel("ops"), discord.world.channel("ops")
        tokens = {
            "SLACK_BOT_TOKEN": slack.token,
            "SLACK_APP_TOKEN": slack.app_token,
            "SLACK_API_URL": slack.api_url,
            "DISCORD_TOKEN": discord.token,
            "DISCORD_API_URL": discord.api_url,
            "DISCORD_GATEWAY_URL": discord.gateway_url,
        }
        sitrep = OnBoth(folder, sqlite_in(folder), more=tokens)
        route = f'[[route]]\nto = ["slack:{there.id}", "discord:{here.id}"]\n'
        sitrep.watches(them.urls, "5s", route)
        try:
            yield Team(slack, discord, sitrep, them)
        finally:
            plain.process = sitrep.process


async def begun(at: Team) -> None:
    """Let the vendor have an incident that stands in both channels, and both chats be connected."""
    at.page.opens("API is slow", "major", "We look into it.", API="partial_outage")
    at.them.publish(VENDOR)
    await at.sitrep.started()
    await until(lambda: at.slack_roots() and at.discord_roots(), "it stands in both channels")
    await at.slack.sockets.until_connected()
    await until(lambda: at.discord.world.commands.get(""), "Discord has the commands")
    await at.discord.gateway.until_ready()


async def test_an_acknowledgement_on_one_shows_on_the_other_with_who_it_was(tmp_path: Path) -> None:
    async with team(tmp_path) as at:
        await begun(at)
        ops = at.discord.world.named("ops").id

        await (await at.discord.person().presses(at.discord.world.roots(ops)[0], "Acknowledge")).said()
        await until(lambda: "Acknowledged by Reader" in at.slack_roots()[0], "Slack's root says who has it")
        await until(lambda: "Reader" in "".join(at.slack_thread()), "Slack's thread says so")

        (root,) = at.slack.world.roots(at.slack.world.named("ops").id)
        await (await at.slack.person().presses(root, "sitrep:unack")).acked()
        await until(lambda: "Acknowledged by" not in at.discord_roots()[0], "Discord's root says that nobody has it")
        await until(lambda: "reader" in "".join(at.discord_thread()), "Discord's thread says who gave it back")
        (root,) = at.slack.world.roots(at.slack.world.named("ops").id)
        await (await at.slack.person().presses(root, "sitrep:ack")).acked()
        await until(lambda: "Acknowledged by reader" in at.discord_roots()[0], "Discord's root says who has it")

        assert await at.sitrep.stop() == 0
        assert "Traceback" not in at.sitrep.err


async def test_when_slack_is_stopped_discord_says_so_and_slack_gets_one_message_after_it_is_mended(
    tmp_path: Path,
) -> None:
    async with team(tmp_path) as at:
        await begun(at)
        told = len(at.slack_thread())

        at.slack.world.installation.state = "token_revoked"
        for number in range(12):
            at.page.incidents[0].says("identified", f"Update number {number}.")
        at.them.publish(VENDOR)
        await until(lambda: any("Nothing can be posted to Slack" in root for root in at.discord_roots()), "it is told")
        await until(lambda: "Update number 11." in "".join(at.discord_thread()), "Discord goes on")
        assert len(at.slack_thread()) == told
        held = next(root for root in at.discord_roots() if "Nothing can be posted to Slack" in root)
        assert "told when Sitrep is started again" in held
        assert await at.sitrep.stop() == 0

        at.slack.world.installation.state = ""
        await at.sitrep.started()
        await until(lambda: "Update number 11." in "".join(at.slack_thread()), "Slack catches up")
        await until(
            lambda: any("It can be posted to again" in "".join(_all(at)) for _ in (0,)), "Discord says that it is over"
        )

        assert len(at.slack_thread()) == told + 1
        assert len(at.slack_roots()) == 1
        assert await at.sitrep.stop() == 0


def _all(at: Team) -> list[str]:
    return [on_discord(one) for one in at.discord.world.messages()]
