"""The real program on Slack and Discord: a vendor is muted on one, and a channel of each chooses what it hears."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.program import until
from tests.e2e.test_both import VENDOR, Team, begun, team
from tests.localdiscord import readable as on_discord
from tests.localdiscord.nouns import Channel
from tests.localdiscord.world import PERSON as READER
from tests.localslack import readable as on_slack
from tests.localslack.world import PERSON

ACCESS = f'[access]\nadmins = ["slack:{PERSON}", "discord:{READER}"]\n'


def configured(at: Team) -> None:
    """Have admins, and be told on both."""
    there, here = at.slack.world.named("ops"), at.discord.world.named("ops")
    route = f'[[route]]\nto = ["slack:{there.id}", "discord:{here.id}"]\n'
    at.sitrep.watches(at.them.urls, "5s", ACCESS + route)


async def on_discord_says(at: Team, command: str, channel: Channel, **options: str) -> str:
    sent = await at.discord.person().runs(command, channel=channel, **options)
    return on_discord(await sent.said())


async def test_channels_choose_and_a_vendor_is_muted_for_all_of_them(tmp_path: Path) -> None:
    async with team(tmp_path) as at:
        configured(at)
        support, strange = at.slack.world.channel("support"), at.slack.world.channel("strange", member=False)
        devs = at.discord.world.channel("devs")
        await begun(at)
        person = at.slack.person()

        refused = await (await person.runs("/watch", f"{VENDOR} here", strange.id)).acked()
        await (await person.runs("/watch", f"{VENDOR} min=major here", support.id)).acked()
        told = await on_discord_says(at, "watch here", devs, whom=VENDOR, components="API")
        await until(lambda: at.slack.world.roots(support.id), "it stands in the channel that chose, on Slack")
        await until(lambda: at.discord.world.roots(devs.id), "and on Discord")
        muted = await on_discord_says(at, "incident mute", devs, vendor=VENDOR, length="for good", reason="not ours")

        assert "Nothing can be told in this channel yet" in str(refused)
        assert "From now on this channel is told vendor-00's incidents" in told
        assert "Muted: vendor-00" in muted
        for_good = "Muted with vendor-00 for good by Reader: not ours"
        await until(lambda: for_good in at.slack_roots()[0], "Slack's root says so")
        await until(lambda: for_good in on_slack(at.slack.world.roots(support.id)[0]), "in each of its channels")
        await until(lambda: for_good in on_discord(at.discord.world.roots(devs.id)[0]), "and Discord's")
        at.page.opens("Something else is slow", "major", "We look into it.", API="partial_outage")
        at.them.publish(VENDOR)
        listed = await on_discord_says(at, "sitrep mutes", devs)
        assert "1 thing is muted" in listed
        await (await person.runs("/sitrep", f"unmute vendor {VENDOR}", support.id)).acked()
        await until(lambda: len(at.slack.world.roots(support.id)) > 1 or len(at.slack_roots()) > 1, "it is told then")

        assert await at.sitrep.stop() == 0
        assert "Traceback" not in at.sitrep.err
