"""What the bot says of how it is set up on Discord: a line for each thing, with what to do about it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence

import pytest
from discord import Permissions

from adapters.discord import Discord
from adapters.discord.channels import NEEDED, Channel, _overwritten
from bot.errors import PlatformStopped, TemporaryFailure
from tests import localdiscord
from tests.adapters.contract import message
from tests.adapters.ondiscord import a_bot, a_discord
from tests.localdiscord import BOT_USER, GUILD, LocalDiscord
from tests.localdiscord.permissions import BOT, EVERYBODY, NOTHING, Can
from tests.localdiscord.world import BOT_ROLE

TITLES = {
    "view_channel": "View Channel",
    "send_messages": "Send Messages",
    "send_messages_in_threads": "Send Messages in Threads",
    "create_public_threads": "Create Public Threads",
    "embed_links": "Embed Links",
    "read_message_history": "Read Message History",
    "attach_files": "Attach Files",
}
VOICE, CATEGORY, STAGE, NEWS, MEDIA, DIRECTORY = 2, 4, 13, 5, 16, 14


@pytest.fixture
async def local() -> AsyncIterator[LocalDiscord]:
    async with a_discord() as running:
        yield running


@pytest.fixture
async def bot(local: LocalDiscord) -> AsyncIterator[Discord]:
    async with a_bot(local) as one:
        yield one


async def test_a_server_that_is_set_up_well_has_no_shortcomings(local: LocalDiscord, bot: Discord) -> None:
    channels = local.world.channel("ops"), local.world.channel("news", type_=NEWS), local.world.forum("incidents")

    assert await bot.shortcomings(tuple(one.id for one in channels)) == []


@pytest.mark.parametrize("lacking", NEEDED)
async def test_each_permission_that_is_missing_is_one_line(local: LocalDiscord, bot: Discord, lacking: str) -> None:
    """PLATFORMS 1B, "Permissions"."""
    ops = local.world.channel("ops", deny=(lacking,))
    if lacking == "view_channel":
        # Discord answers nothing about a channel that the bot can not see.
        assert await bot.shortcomings((ops.id,)) == [
            f"{ops.id}: the bot can not see the channel: give its role View Channel there (50001)"
        ]
        return

    assert await bot.shortcomings((ops.id,)) == [
        f"{ops.id} (#ops): the bot lacks {TITLES[lacking]}, which it needs {NEEDED[lacking]}"
    ]


async def test_what_is_missing_in_the_whole_server_is_told_for_each_channel(local: LocalDiscord, bot: Discord) -> None:
    one, two = local.world.channel("one"), local.world.channel("two")
    local.world.guilds[GUILD].roles[GUILD].permissions = Can.VIEW_CHANNEL | Can.SEND_MESSAGES
    local.world.forbids("send_messages_in_threads", "create_public_threads")

    found = await bot.shortcomings((one.id, two.id))

    assert [line.split(":")[0] for line in found] == [f"{one.id} (#one)"] * 2 + [f"{two.id} (#two)"] * 2
    assert ["in Threads" in line for line in found] == [True, False] * 2


async def test_an_administrator_lacks_nothing(local: LocalDiscord, bot: Discord) -> None:
    ops = local.world.channel("ops", deny=("send_messages", "embed_links"))
    local.world.guilds[GUILD].roles[BOT_ROLE].permissions = Can.ADMINISTRATOR

    assert await bot.shortcomings((ops.id,)) == []


async def test_in_a_forum_nobody_needs_to_open_threads(local: LocalDiscord, bot: Discord) -> None:
    forum = local.world.forum("incidents")
    forum.denied = Can.CREATE_PUBLIC_THREADS | Can.EMBED_LINKS

    (line,) = await bot.shortcomings((forum.id,))

    assert "Embed Links" in line


async def test_a_thread_is_no_address(local: LocalDiscord, bot: Discord) -> None:
    ops = local.world.channel("ops")
    root = await bot.post(ops.id, message(), "root")
    reply = await bot.reply(root, message(), "reply")
    thread = reply.value.partition("/")[0]

    assert await bot.shortcomings((thread,)) == [f"{thread} is a thread: name the channel that it is in"]


@pytest.mark.parametrize("kind", [VOICE, CATEGORY, STAGE, DIRECTORY])
async def test_a_channel_without_threads_is_no_address(local: LocalDiscord, bot: Discord, kind: int) -> None:
    there = local.world.channel("there", type_=kind)

    assert await bot.shortcomings((there.id,)) == [
        f"{there.id} takes no messages with threads: name a text, announcement or forum channel"
    ]


@pytest.mark.parametrize("address", ["#ops", "ops", "", "12three", "١٢٣", "-1", "1/2"])
async def test_what_is_no_number_is_no_address(local: LocalDiscord, bot: Discord, address: str) -> None:
    (line,) = await bot.shortcomings((address,))

    assert line.startswith(f"{address}: “{address}” is no channel: in Discord turn on Developer Mode")
    assert local.journal.calls == []


async def test_each_address_is_told_of_by_itself(local: LocalDiscord, bot: Discord) -> None:
    ops = local.world.channel("ops", deny=("embed_links",))
    local.faults.add("get_channel", localdiscord.error(50035), when=lambda args: args["channel_id"] == "9" * 30)

    found = await bot.shortcomings(("12345", "9" * 30, ops.id))

    assert found[0].startswith("12345: there is no such channel, or the bot is not in its server: copy")
    assert found[1].startswith(f"{'9' * 30}: Discord refuses")
    assert found[2].startswith(f"{ops.id} (#ops): the bot lacks Embed Links")


async def test_a_token_that_is_no_good_is_told_once(local: LocalDiscord, bot: Discord) -> None:
    ops = local.world.channel("ops")
    local.revokes()

    assert await bot.shortcomings((ops.id, ops.id)) == [
        "Discord does not know the bot token (401); copy DISCORD_TOKEN again"
    ]
    assert isinstance(bot.web.stopped, PlatformStopped)


async def test_what_can_not_be_asked_now_is_no_shortcoming(local: LocalDiscord, bot: Discord) -> None:
    ops = local.world.channel("ops")
    with local.faults.during("get_channel", localdiscord.status(503)), pytest.raises(TemporaryFailure):
        await bot.shortcomings((ops.id,))

    assert await bot.shortcomings((ops.id,)) == []


def overwritten(*overwrites: Mapping[str, object], base: Can = BOT | EVERYBODY) -> Can:
    """Return what is left of `base` in a channel with overwrites."""
    channel = Channel("1", 0, GUILD, "ops", {}, overwrites)
    return Can(_overwritten(Permissions(int(base)), channel, {GUILD, BOT_ROLE, "77"}, BOT_USER).value)


def rule(id_: str, *, allow: Can = NOTHING, deny: Can = NOTHING) -> dict[str, str]:
    return {"id": id_, "allow": str(int(allow)), "deny": str(int(deny))}


SEND = Can.SEND_MESSAGES


@pytest.mark.parametrize(
    ("rules", "may"),
    [
        ((), True),
        ((rule(GUILD, deny=SEND),), False),
        ((rule(GUILD, deny=SEND), rule(BOT_ROLE, allow=SEND)), True),
        ((rule(BOT_ROLE, allow=SEND), rule(GUILD, deny=SEND)), True),
        ((rule("77", deny=SEND), rule(BOT_ROLE, allow=SEND)), True),
        ((rule(BOT_ROLE, deny=SEND), rule(BOT_USER, allow=SEND)), True),
        ((rule(BOT_ROLE, allow=SEND), rule(BOT_USER, deny=SEND)), False),
        ((rule("88", deny=SEND), rule("99", deny=SEND)), True),
        ((rule(GUILD, deny=SEND), rule("88", allow=SEND)), False),
    ],
    ids=[
        "none",
        "everyone",
        "a-role-over-everyone",
        "in-whatever-order",
        "one-role-lets-what-another-does-not",
        "the-member-over-roles",
        "the-member-last",
        "others",
        "a-role-that-is-not-ours",
    ],
)
def test_a_channels_own_rules_go_by_everyone_then_roles_then_member(
    rules: Sequence[Mapping[str, str]], *, may: bool
) -> None:
    """https://docs.discord.com/developers/topics/permissions#permission-overwrites."""
    assert (SEND in overwritten(*rules)) is may
