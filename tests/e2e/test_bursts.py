"""Many incidents at once on Slack and on Discord: one message on each, pressed on one, taken apart on the other."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.program import until
from tests.e2e.test_both import VENDOR, team

NAMES = ("Search", "Login", "Files", "Mail", "Chat")


async def test_five_at_once_are_one_message_on_both_and_one_is_taken_out(tmp_path: Path) -> None:
    async with team(tmp_path) as at:
        slack_ops, discord_ops = at.slack.world.named("ops").id, at.discord.world.named("ops")
        for name in NAMES:
            at.page.opens(f"{name} is slow", "major", f"We look into {name}.")
        at.them.publish(VENDOR)
        await at.sitrep.started()
        await until(lambda: at.slack_roots() and at.discord_roots(), "they stand in both channels")
        await at.discord.gateway.until_ready()
        await at.slack.sockets.until_connected()
        await until(lambda: at.discord.world.commands.get(""), "Discord has the commands")

        await (await at.discord.person().presses(at.discord.world.roots(discord_ops.id)[0], "Acknowledge")).said()
        await until(lambda: "Acknowledged by Reader" in at.slack_roots()[0], "Slack says who has them all")
        (root,) = at.slack.world.roots(slack_ops)
        await at.slack.person().mentions("ungroup mail", slack_ops, thread=root.ts)
        await until(lambda: len(at.slack_roots()) == 2 and len(at.discord_roots()) == 2, "one has its own")
        await until(lambda: "took one out" in "".join(at.discord_thread()), "Discord's thread says so")
        await until(lambda: "4 incidents at once" in at.slack_roots()[0], "Slack's list is one shorter")
        await until(lambda: "4 incidents at once" in at.discord_roots()[0], "Discord's list is one shorter")

        assert "Mail is slow" in at.slack_roots()[1]
        assert "Acknowledged by Reader" in at.slack_roots()[1]
        assert all("".join(at.slack_thread()).count(f"We look into {name}.") == 1 for name in NAMES)
        assert all("".join(at.discord_thread()).count(f"We look into {name}.") == 1 for name in NAMES)
        assert await at.sitrep.stop() == 0
        assert "Traceback" not in at.sitrep.err
