"""`sitrep check --live` against pages of our own."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.program import Ended, Sitrep, sitrep_in
from tests.localdiscord import LocalDiscord, local_discord
from tests.localslack import PERSON, LocalSlack, local_slack
from tests.localslack.nouns import SCOPES
from tests.loops.acme import SUMMARY, component, incident, summary
from tests.servers import Answer, serve

PAGE = summary(incident("i1", ("investigating", "Some requests fail.", 1)), components=[component("API")])


async def test_every_page_is_read_once_and_told_with_what_it_speaks(tmp_path: Path) -> None:
    async with serve({SUMMARY: Answer.json(PAGE)}) as server, sitrep_in(tmp_path) as sitrep:
        sitrep.watches({"Acme": server.url})
        checked = await sitrep.run("check", "--live", "--config", str(sitrep.config))

        assert (checked.status, checked.err) == (0, "")
        assert "ok    Acme: statuspage, 1 component, 1 open incident" in checked.out.splitlines()
        assert server.paths == [SUMMARY]
        assert not (tmp_path / "sitrep.db").exists()


async def test_the_format_of_a_page_that_nobody_names_is_found_out(tmp_path: Path) -> None:
    async with serve({SUMMARY: Answer.json(PAGE)}) as server, sitrep_in(tmp_path) as sitrep:
        sitrep.watches({"Acme": server.url})
        config = sitrep.config.read_text(encoding="utf-8")
        sitrep.config.write_text(config.replace('format = "statuspage"\n', ""), encoding="utf-8")
        checked = await sitrep.run("check", "--live", "--config", str(sitrep.config))

    assert (checked.status, checked.err) == (0, "")
    assert "ok    Acme: statuspage, 1 component, 1 open incident" in checked.out.splitlines()


async def test_a_filter_that_the_page_has_nothing_for_is_told(tmp_path: Path) -> None:
    async with serve({SUMMARY: Answer.json(PAGE)}) as server, sitrep_in(tmp_path) as sitrep:
        sitrep.watches({"Acme": server.url})
        config = sitrep.config.read_text(encoding="utf-8")
        filtered = config.replace("[[watch]]\n", '[[watch]]\ncomponents = ["api", "Lgoin"]\n')
        sitrep.config.write_text(filtered, encoding="utf-8")
        checked = await sitrep.run("check", "--live", "--config", str(sitrep.config))

    assert checked.status == 0
    assert checked.out.splitlines()[2].endswith("; nothing there is called Lgoin, as `components` wants")


async def test_a_page_that_can_not_be_read_fails_the_check_and_hides_no_other(tmp_path: Path) -> None:
    async with (
        serve({SUMMARY: Answer.json(PAGE)}) as well,
        serve({SUMMARY: Answer.html()}) as ill,
        sitrep_in(tmp_path) as sitrep,
    ):
        sitrep.watches({"Well": f"{well.url}/well", "Ill": f"{ill.url}/ill"})
        checked = await sitrep.run("check", "--live", "--config", str(sitrep.config))

        assert checked.status == 2
        assert [line.split(":")[0] for line in checked.out.splitlines()[2:]] == ["ok    Well"]
        assert checked.err.startswith("FAIL  Ill: ")
        assert "Traceback" not in checked.err


async def test_whoever_should_hear_that_we_live_is_called_once_and_not_shown(tmp_path: Path) -> None:
    async with serve({"/ping/made-up": Answer(body="OK"), "/gone/made-up": Answer(status=404)}) as server:
        said = []
        for path in ("ping", "gone"):
            async with sitrep_in(tmp_path) as sitrep:
                sitrep.config.write_text("watch = []\n", encoding="utf-8")
                secret = {"SITREP_HEARTBEAT_URL": f"{server.url}/{path}/made-up", "SITREP_ALLOW_HOSTS": "127.0.0.1"}
                said.append(await sitrep.run("check", "--live", "--config", str(sitrep.config), environment=secret))

        assert server.paths == ["/ping/made-up", "/gone/made-up"]
    well, ill = said
    assert (well.status, well.out.splitlines()[-1]) == (0, "ok    heartbeat: heard")
    assert (ill.status, ill.err) == (2, "FAIL  heartbeat: not heard: HTTP 404\n")
    assert "made-up" not in well.out + ill.out + ill.err


async def test_where_the_board_is_and_who_may_look_is_told_with_what_to_think_of(tmp_path: Path) -> None:
    async with sitrep_in(tmp_path) as sitrep:
        sitrep.config.write_text("watch = []\n", encoding="utf-8")
        checked = await sitrep.run("check", "--config", str(sitrep.config), environment={"HOST": "0.0.0.0"})  # noqa: S104  (what is warned of)

    board, warning = checked.out.splitlines()[1:]
    assert "whoever reaches it may look, nobody acts (no SITREP_BOARD_SECRET)" in board
    assert warning.startswith("warning: HOST=0.0.0.0 is open to the network")
    assert checked.status == 0


async def checked_with(slack: LocalSlack, sitrep: Sitrep, *to: str, **more: str) -> Ended:
    routes = "".join(f'[[route]]\nmatch = {{ vendor = ["openai"] }}\nto = ["slack:{name}"]\n' for name in to)
    sitrep.config.write_text(f"watch = []\n{routes}", encoding="utf-8")
    tokens = {"SLACK_BOT_TOKEN": slack.token, "SLACK_APP_TOKEN": slack.app_token, "SLACK_API_URL": slack.api_url}
    return await sitrep.run("check", "--live", "--config", str(sitrep.config), environment={**tokens, **more})


async def test_slack_that_is_set_up_well_is_said_to_be(tmp_path: Path) -> None:
    async with local_slack() as slack, sitrep_in(tmp_path) as sitrep:
        slack.world.channel("ops")
        checked = await checked_with(slack, sitrep, "#ops")

    assert (checked.status, checked.err) == (0, "")
    assert checked.out.splitlines()[2:] == [
        "ok    Slack: sitrep in Workspace T0LOCAL",
        "ok    Slack: #ops: the bot is in it",
        "ok    Slack: Socket Mode works",
    ]
    assert slack.world.messages() == []


async def test_everything_that_is_wrong_with_slack_is_told_at_once(tmp_path: Path) -> None:
    async with local_slack() as slack, sitrep_in(tmp_path) as sitrep:
        slack.world.channel("ops", member=False)
        slack.world.installation.scopes = ("chat:write", "channels:read", "groups:read", "groups:history")
        checked = await checked_with(slack, sitrep, "#ops", "#nowhere", SLACK_APP_TOKEN="xapp-wrong")

    assert checked.status == 2
    told = [line.removeprefix("FAIL  Slack: ") for line in checked.err.splitlines()]
    assert told[0] == "the app lacks the scope channels:history; compare it with manifest.yaml and install it again"
    assert any(line.startswith("#ops: the bot is not a member") for line in told)
    assert any(line.startswith("#nowhere: the bot sees no channel #nowhere") for line in told)
    assert told[-1] == "the app token: Slack does not take it (invalid_auth); make one with the scope connections:write"
    assert "xapp-wrong" not in checked.err + checked.out


async def test_a_bot_token_that_slack_does_not_know_is_told_without_it(tmp_path: Path) -> None:
    async with local_slack() as slack, sitrep_in(tmp_path) as sitrep:
        checked = await checked_with(slack, sitrep, SLACK_BOT_TOKEN="xoxb-wrong")

    assert checked.status == 2
    assert checked.err.startswith("FAIL  Slack: the bot token: Slack does not know the bot token; copy SLACK_BOT_TOKEN")
    assert "xoxb-wrong" not in checked.err + checked.out


CHECK_IT = "check its name, whether it is archived, and invite the bot if it is private"
ACCESS = """
[access]
admins = ["{known}", "{unknown}"]
responders = ["{group}", "{no_group}"]
[[access.channel]]
channel = "{here}"
[[access.channel]]
channel = "{nowhere}"
"""


async def test_everybody_whom_access_names_on_slack_is_looked_for(tmp_path: Path) -> None:
    async with local_slack() as slack, sitrep_in(tmp_path) as sitrep:
        slack.world.channel("ops")
        slack.world.group("S0OPS", "ops", "U1", "U2")
        names = {"known": f"slack:{PERSON}", "unknown": "slack:U404", "here": "slack:#ops", "nowhere": "slack:#nowhere"}
        sitrep.config.write_text(
            "watch = []\n" + ACCESS.format(**names, group="slack:group:S0OPS", no_group="slack:S404"), encoding="utf-8"
        )
        tokens = {"SLACK_BOT_TOKEN": slack.token, "SLACK_API_URL": slack.api_url}
        checked = await sitrep.run("check", "--live", "--config", str(sitrep.config), environment=tokens)

    assert checked.status == 2
    assert checked.out.splitlines()[3:] == [
        f"ok    Slack: [access]: slack:{PERSON} is reader",
        "ok    Slack: [access]: the user group S0OPS has 2 people",
        "ok    Slack: [access]: #ops is there",
    ]
    assert [line.removeprefix("FAIL  Slack: [access]: ").split(" (")[0] for line in checked.err.splitlines()] == [
        "slack:U404: nobody in the workspace has this id: copy it from their profile",
        "slack:S404: there is no such user group in this workspace",
        f"#nowhere: the bot sees no channel #nowhere: {CHECK_IT}",
    ]


async def test_without_the_scope_for_user_groups_that_is_told(tmp_path: Path) -> None:
    async with local_slack() as slack, sitrep_in(tmp_path) as sitrep:
        slack.world.installation.scopes = tuple(one for one in SCOPES if one != "usergroups:read")
        sitrep.config.write_text('watch = []\n[access]\nadmins = "slack:S0OPS"\n', encoding="utf-8")
        tokens = {"SLACK_BOT_TOKEN": slack.token, "SLACK_API_URL": slack.api_url}
        checked = await sitrep.run("check", "--live", "--config", str(sitrep.config), environment=tokens)

    assert checked.status == 2
    assert checked.err.splitlines() == [
        "FAIL  Slack: the app lacks the scope usergroups:read, which a user group in [access] needs; install it again"
    ]


async def test_everybody_whom_access_names_on_discord_is_looked_for(tmp_path: Path) -> None:
    async with local_discord() as discord, sitrep_in(tmp_path) as sitrep:
        ops, role = discord.world.channel("ops"), discord.world.role("oncall")
        lead = discord.world.user("lead")
        names = {"known": f"discord:{lead.id}", "unknown": "discord:404", "here": f"discord:{ops.id}"}
        groups = {"group": f"discord:role:{role.id}", "no_group": "discord:role:404", "nowhere": "discord:405"}
        sitrep.config.write_text("watch = []\n" + ACCESS.format(**names, **groups), encoding="utf-8")
        told = {"DISCORD_API_URL": discord.api_url, "DISCORD_GATEWAY_URL": discord.gateway_url}
        tokens = {"DISCORD_TOKEN": discord.token, **told}
        checked = await sitrep.run("check", "--live", "--config", str(sitrep.config), environment=tokens)

    assert checked.status == 2
    assert [
        line.removeprefix("ok    Discord: [access]: ").split(" in ")[0] for line in checked.out.splitlines()[3:]
    ] == [
        f"discord:role:{role.id} is oncall",
        f"discord:{lead.id} is lead",
        f"{ops.id} is #ops",
    ]
    assert [line.removeprefix("FAIL  Discord: [access]: ").split(" (")[0] for line in checked.err.splitlines()] == [
        "discord:role:404: there is no such role in the bot's servers: copy the role's id again",
        "discord:404: there is nobody of this id: copy it again, with Developer Mode turned on",
        "405: there is no such channel, or the bot is not in its server: copy the channel's id again, invite the bot",
    ]


INVITATION = (
    "https://discord.com/oauth2/authorize"
    "?client_id=900000000000000002&permissions=309237763072&scope=bot+applications.commands"
)


async def checked_on(discord: LocalDiscord, sitrep: Sitrep, *to: str, token: str = "") -> Ended:
    routes = "".join(f'[[route]]\nmatch = {{ vendor = ["openai"] }}\nto = ["discord:{name}"]\n' for name in to)
    sitrep.config.write_text(f"watch = []\n{routes}", encoding="utf-8")
    told = {"DISCORD_API_URL": discord.api_url, "DISCORD_GATEWAY_URL": discord.gateway_url}
    tokens = {"DISCORD_TOKEN": token or discord.token, **told}
    return await sitrep.run("check", "--live", "--config", str(sitrep.config), environment=tokens)


async def test_discord_that_is_set_up_well_is_said_to_be(tmp_path: Path) -> None:
    async with local_discord() as discord, sitrep_in(tmp_path) as sitrep:
        ops, forum = discord.world.channel("ops"), discord.world.forum("incidents")
        checked = await checked_on(discord, sitrep, ops.id, forum.id)

    assert (checked.status, checked.err) == (0, "")
    assert checked.out.splitlines()[2:] == [
        f"ok    Discord: sitrep (900000000000000002); it is invited by {INVITATION}",
        f"ok    Discord: {ops.id}: the bot may do there what it has to",
        f"ok    Discord: {forum.id}: the bot may do there what it has to",
    ]
    assert discord.world.messages() == []


async def test_everything_that_is_wrong_with_discord_is_told_at_once(tmp_path: Path) -> None:
    async with local_discord() as discord, sitrep_in(tmp_path) as sitrep:
        ops = discord.world.channel("ops", deny=("EMBED_LINKS", "READ_MESSAGE_HISTORY"))
        checked = await checked_on(discord, sitrep, ops.id, "123")

    assert checked.status == 2
    told = [line.removeprefix("FAIL  Discord: ") for line in checked.err.splitlines()]
    assert told[0].startswith(f"{ops.id} (#ops): the bot lacks Embed Links, which it needs")
    assert told[1].startswith(f"{ops.id} (#ops): the bot lacks Read Message History, which it needs")
    assert told[2].startswith("123: there is no such channel")


async def test_a_token_that_discord_does_not_know_is_told_without_it(tmp_path: Path) -> None:
    wrong = "OTAwMDAw.some.other-token"
    async with local_discord() as discord, sitrep_in(tmp_path) as sitrep:
        checked = await checked_on(discord, sitrep, token=wrong)

    assert checked.status == 2
    assert "FAIL  Discord: the bot token: Discord does not know the bot token (401)" in checked.err
    assert wrong not in checked.err + checked.out
