"""The connection to Discord's gateway: it comes back from whatever ends it, and says what is wrong meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from adapters.discord.client import Bot
from adapters.discord.gateway import Gateway
from adapters.discord.listen import Listener, Members
from tests.adapters.discordscene import running, scene, soon
from tests.adapters.fakedesk import FakeDesk, Kept
from tests.localdiscord import LocalDiscord, error, local_discord, pointed_at, readable, shapes
from tests.localdiscord.nouns import Channel
from tests.localdiscord.world import BOT_ROLE

PATIENCE = 1.0
FIRST = 0.02


@dataclass(slots=True)
class Line:
    """A gateway that is kept open, and what there is at its other end."""

    local: LocalDiscord
    gateway: Gateway
    kept: Kept
    more: list[str] = field(default_factory=list[str])
    made: list[Bot] = field(default_factory=list[Bot])

    async def works(self) -> None:
        """Fail unless somebody is answered, however it was before."""
        async with asyncio.timeout(20):
            while True:
                sent = await self.local.person().runs("status", channel=self.ops)
                if (await sent.done()).is_answered:
                    assert sent.response is not None
                    assert "Acme is down" in readable(sent.response)
                    return
                await asyncio.sleep(0.01)

    @property
    def ops(self) -> Channel:
        return next(one for one in self.local.world.channels.values() if one.name == "ops")


async def no(_: str) -> bool:
    return False


class Nobody(Members):
    """Knows nobody."""

    async def roles(self, person: str) -> tuple[str, ...]:
        del person
        return ()

    async def name(self, person: str, guild: str) -> str:
        del person, guild
        return ""


@asynccontextmanager
async def line(local: LocalDiscord, kept: Kept | None = None) -> AsyncIterator[Line]:
    one = Line(local, None, kept or Kept())  # type: ignore[arg-type]  # it is there in a moment
    listener = Listener(FakeDesk(), is_forum=no, members=Nobody())

    async def changed() -> None:
        one.more.append("more")

    def make() -> Bot:
        bot = Bot(listener, one.kept, changed, settle=0.01)
        bot.before_identify_hook = at_once  # type: ignore[method-assign]  # discord.py waits five seconds
        one.made.append(bot)
        return bot

    one.gateway = Gateway(local.token, make, patience=PATIENCE, first=FIRST)
    local.gateway.patience = 1.0
    if not local.world.channels:
        local.world.channel("ops")
    with pointed_at(local):
        task = asyncio.ensure_future(one.gateway.run())
        try:
            yield one
        finally:
            task.cancel()
            await asyncio.wait({task})


async def at_once(shard_id: int | None, *, initial: bool = False) -> None:
    del shard_id, initial


@pytest.fixture
async def local() -> AsyncIterator[LocalDiscord]:
    async with local_discord(limits=False) as one:
        yield one


def is_up(one: Line) -> Callable[[], bool]:
    return lambda: one.gateway.connected and bool(one.local.world.commands.get(""))


async def test_it_connects_and_says_so(local: LocalDiscord, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    async with line(local) as one:
        await soon(is_up(one))
        await one.works()

    assert not one.gateway.connected
    assert "connected to Discord" in caplog.text


async def test_a_first_connect_that_is_refused_is_tried_again(local: LocalDiscord) -> None:
    local.gateway.refuses(3)
    async with line(local) as one:
        await soon(is_up(one))
        await one.works()


@pytest.mark.parametrize("text", ["this is no JSON", '{"op": 0, "t": "GUILD_CREATE", "s": 5, "d": {"id": []}}'])
async def test_what_can_not_be_read_ends_a_client_and_not_the_bot(
    local: LocalDiscord, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with line(local) as one:
        await soon(is_up(one))
        local.gateway.says_raw(text)
        await soon(lambda: len(local.gateway.identifies) == 2)
        await soon(is_up(one))
        await one.works()

    assert "connecting again" in caplog.text


@pytest.mark.parametrize("ends", ["reconnects", "aborts", "forgets"])
async def test_it_comes_back_when_the_connection_ends(local: LocalDiscord, ends: str) -> None:
    async with line(local) as one:
        await soon(is_up(one))
        getattr(local.gateway, ends)()
        if ends == "forgets":
            local.gateway.aborts()
        await one.works()
        await soon(is_up(one))


async def test_a_client_that_does_not_come_back_is_replaced(local: LocalDiscord) -> None:
    async with line(local) as one:
        await soon(is_up(one))
        local.gateway.refuses(10_000)
        local.gateway.aborts()
        await soon(lambda: "no connection for" in one.gateway.reason)
        local.gateway.welcomes()
        await soon(is_up(one))
        await one.works()

    assert len(one.made) > 1


@pytest.mark.parametrize("code", [4004, 4010, 4011, 4012, 4013, 4014])
async def test_a_close_that_is_final_is_said_once_and_left_alone(
    local: LocalDiscord, code: int, caplog: pytest.LogCaptureFixture
) -> None:
    async with line(local) as one:
        await soon(is_up(one))
        local.gateway.closes(code)
        await soon(lambda: f"({code})" in one.gateway.reason)
        await asyncio.sleep(10 * FIRST)

        assert len(local.gateway.identifies) == 1
    assert caplog.text.count("no commands and no buttons") == 1


async def test_a_token_that_discord_does_not_know_is_said_and_not_told(
    local: LocalDiscord, caplog: pytest.LogCaptureFixture
) -> None:
    local.world.state = "revoked"
    async with line(local) as one:
        await soon(lambda: "401" in one.gateway.reason)
        calls = len(local.journal.calls)
        await asyncio.sleep(10 * FIRST)

        assert len(local.journal.calls) == calls
    assert "copy DISCORD_TOKEN again" in caplog.text
    assert local.token not in caplog.text


async def test_commands_are_registered_once_and_again_when_they_are_gone(local: LocalDiscord) -> None:
    kept = Kept()
    for _ in range(2):
        async with line(local, kept) as one:
            await soon(is_up(one))
            await local.journal.until("get_global_commands", 1)
    once = len(local.journal.of("overwrite_global_commands"))
    local.world.commands[""] = []

    async with line(local, kept) as one:
        await soon(is_up(one))

    assert once == 1
    assert len(local.journal.of("overwrite_global_commands")) == 2


async def test_commands_that_have_changed_are_registered_again(local: LocalDiscord) -> None:
    kept = Kept()
    async with line(local, kept) as one:
        await soon(is_up(one))
        await soon(lambda: bool(kept.bodies))
    kept.bodies = dict.fromkeys(kept.bodies, "another version's")

    async with line(local, kept) as one:
        await local.journal.until("overwrite_global_commands", 2)
        await soon(lambda: "another version's" not in kept.bodies.values())


async def test_everything_is_heard_although_the_commands_are_not_taken(
    local: LocalDiscord, caplog: pytest.LogCaptureFixture
) -> None:
    with local.faults.during("overwrite_global_commands", error(30034)):
        async with line(local) as one:
            await soon(lambda: one.gateway.connected)
            await soon(lambda: "has not taken our commands" in caplog.text)

            assert one.gateway.connected


@pytest.mark.parametrize("how", ["channel", "role", "server"])
async def test_what_could_not_be_posted_is_tried_again_when_the_bot_may_more(local: LocalDiscord, how: str) -> None:
    async with line(local) as one:
        await soon(is_up(one))
        before = len(one.more)
        if how == "channel":
            local.world.channel("another")
        elif how == "server":
            guild = local.world.guild("Beta")
            joined = shapes.guild_created(local.world, guild)
            local.gateway.dispatches("GUILD_CREATE", {k: v for k, v in joined.items() if k != "unavailable"})
        else:
            role = local.world.guilds[one.local.world.channel("x").guild].roles[BOT_ROLE]
            local.world.tells("GUILD_ROLE_UPDATE", {"role": role}, "900000000000000004")
        await soon(lambda: len(one.more) > before)


async def test_the_condition_says_that_nobody_is_heard_and_that_announcements_go_on() -> None:
    async with running() as at:
        at.local.gateway.closes(4014)
        await soon(lambda: bool(at.chat.condition()))

        assert at.chat.condition().startswith("Discord hears nobody, announcements go on: ")
        root = await at.root()
        assert "Acme: Errors" in readable(root)


async def test_an_instance_that_does_not_hold_the_gateway_is_well_without() -> None:
    async with local_discord(limits=False) as local, scene(local) as at:
        assert at.chat.condition() == ""
    assert at.chat.condition() == ""
