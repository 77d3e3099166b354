"""The real program and a local Discord that loses answers, under kill -9: no update is lost, none is told twice."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from adapters.discord.render import marked
from tests import localdiscord
from tests.databases import sqlite_in
from tests.e2e.program import Sitrep, Told, patiently, until
from tests.e2e.test_killed import dice, kills_of, last_life, life_and_death, vendors, weather
from tests.localdiscord import LocalDiscord, local_discord, readable
from tests.localdiscord.nouns import FORUM, Message

POST, EDIT, THREAD = "create_message", "edit_message", "start_thread_from_message"
FORUM_POST = "start_thread"
FAULTS: Sequence[tuple[str, localdiscord.Fault]] = (
    (POST, localdiscord.after(localdiscord.drops())),
    (POST, localdiscord.after(localdiscord.resets())),
    (POST, localdiscord.after(localdiscord.status(500))),
    (POST, localdiscord.status(503)),
    (POST, localdiscord.drops()),
    (POST, localdiscord.rate_limited(1)),
    (POST, localdiscord.html(502)),
    (FORUM_POST, localdiscord.after(localdiscord.drops())),
    (FORUM_POST, localdiscord.after(localdiscord.status(500))),
    (FORUM_POST, localdiscord.rate_limited(1)),
    (THREAD, localdiscord.after(localdiscord.resets())),
    (THREAD, localdiscord.status(500)),
    (EDIT, localdiscord.after(localdiscord.drops())),
    (EDIT, localdiscord.rate_limited(1)),
    ("get_messages", localdiscord.status(500)),
    ("get_messages", localdiscord.drops()),
    ("get_channel", localdiscord.drops()),
)


@dataclass(slots=True)
class OnDiscord(Sitrep):
    """A program whose channels are Discord's, one for each vendor; what it has told is what stands there."""

    discord: LocalDiscord = field(default_factory=LocalDiscord)

    def watches(self, urls: Mapping[str, str], interval: str = "5s", more: str = "") -> None:
        """Watch as always, and tell in each vendor's channel."""
        Sitrep.watches(self, urls, interval, self._routes(urls) + more)

    @property
    def environment(self) -> dict[str, str]:
        return {
            **Sitrep.environment.fget(self),  # type: ignore[attr-defined]  # a dataclass with slots knows no super()
            "DISCORD_TOKEN": self.discord.token,
            "DISCORD_API_URL": self.discord.api_url,
            "DISCORD_GATEWAY_URL": self.discord.gateway_url,
        }

    def _routes(self, names: Iterable[str]) -> str:
        return "".join(
            f'[[route]]\nmatch = {{ vendor = ["{name}"] }}\nto = ["discord:{self.discord.world.named(name).id}"]\n'
            for name in names
        )

    def told(self) -> list[Told]:
        world = self.discord.world
        rooms = [one for one in list(world.channels.values()) if one.name.startswith("vendor-") and not one.parent]
        return [row for room in rooms for row in self._in(room.id)]

    def _in(self, room: str) -> Iterator[Told]:
        world = self.discord.world
        posts = world.posts(room) if world.channels[room].type == FORUM else []
        roots = [(post.id, world.message(post.id, post.id)) for post in posts if post.id in post.messages]
        roots += [(room, one) for one in world.roots(room) if one.components]
        for channel, root in roots:
            key = f"{_incident(root)}/{root.id}"
            yield Told(key, "post", key, _said(root))
            thread = [one for one in world.thread(channel, root.id) if one.id != root.id]
            yield from (Told(str(marked(_sent(one))), "reply", key, _said(one)) for one in thread)
            yield Told(f"{key}#edit", "edit", key, _said(root))

    def aloud(self) -> list[str]:
        """Return the marks of what the channels themselves were told besides the roots."""
        world = self.discord.world
        rooms = [one for one in world.channels.values() if one.name.startswith("vendor-") and not one.parent]
        said = [one for room in rooms if room.type != FORUM for one in world.roots(room.id) if not one.components]
        return [str(marked(_sent(one))) for one in said]


def _sent(message: Message) -> Mapping[str, object]:
    return {"embeds": message.embeds}


def _incident(root: Message) -> str:
    """Return the incident that a root's buttons are about."""
    return str(root.components[0]["components"][0]["custom_id"]).rpartition(":")[2]


def _said(message: Message) -> str:
    """Return what a message says as the terminal would write it: quotes in quotation marks, nothing escaped."""
    rows = [message.content, *(str(embed.get("description") or "") for embed in message.embeds)]
    text = re.sub(r"\\(.)|\u2060", r"\1", "\n".join(rows))
    text = re.sub(r"(?m)((?:^> .*\n?)+)", _quoted, text)
    plain = re.sub(r"\*\*|^-# ", "", text, flags=re.MULTILINE).replace("\n\n", "\n")
    # In a catch-up the headings have their times.
    return re.sub(r" · <t:\d+:\w>$", "", plain, flags=re.MULTILINE).lstrip("🔴🟠🟡🔵🟣🟢 ")


def _quoted(found: re.Match[str]) -> str:
    words = "\n".join(row.removeprefix("> ") for row in found[0].rstrip("\n").split("\n"))
    return f"“{words}”\n— "


@asynccontextmanager
async def on_discord(folder: Path, names: Sequence[str], *, forums: bool = False) -> AsyncIterator[OnDiscord]:
    """Give every other vendor a forum, if there are to be any."""
    async with local_discord(limits=False) as discord:
        for number, name in enumerate(names):
            if forums and number % 2:
                discord.world.forum(name, tags=("Open", "Resolved", "Major"))
            else:
                discord.world.channel(name)
        sitrep = OnDiscord(folder, sqlite_in(folder), discord=discord)
        try:
            yield sitrep
        finally:
            if sitrep.process is not None:
                with suppress(ProcessLookupError):
                    sitrep.process.kill()
                await sitrep.process.wait()


@asynccontextmanager
async def bad_days(discord: LocalDiscord, chance: Random) -> AsyncIterator[None]:
    """Let something go wrong with some call every now and then, as long as the block lasts."""

    async def go_wrong() -> None:
        while True:
            await asyncio.sleep(chance.uniform(0.05, 0.5))
            route, fault = chance.choice(FAULTS)
            discord.faults.add(route, fault)
            if chance.random() < 1 / 10:
                chance.choice((discord.gateway.aborts, discord.gateway.reconnects, discord.gateway.refuses))()

    going = asyncio.create_task(go_wrong())
    try:
        yield
    finally:
        going.cancel()
        with suppress(asyncio.CancelledError):
            await going
        discord.faults.clear()
        discord.gateway.welcomes()


async def test_killed_again_and_again_while_discord_loses_answers_it_loses_and_repeats_nothing(tmp_path: Path) -> None:
    chance, kills = dice(), kills_of(2)
    names = [f"vendor-{number:02}" for number in range(2 * kills)]
    async with (
        vendors(2 * kills, chance) as them,
        on_discord(tmp_path, names, forums=True) as sitrep,
        weather(them, sitrep),
    ):
        async with bad_days(sitrep.discord, chance):
            for _ in range(kills):
                them.begin(4)
                await life_and_death(them, sitrep)
        await last_life(them, sitrep)

        assert [mark for mark, times in Counter(sitrep.aloud()).items() if times > 1] == []
        assert sitrep.aloud()
        assert sitrep.discord.journal.invalid() < 100


async def test_a_command_and_a_button_are_answered_by_the_real_program(tmp_path: Path) -> None:
    async with vendors(1, dice()) as them, on_discord(tmp_path, ["vendor-00"]) as sitrep:
        page = them.pages["vendor-00"]
        page.opens("API is slow", "major", "We look into it.", API="partial_outage")
        them.publish("vendor-00")
        sitrep.watches(them.urls)
        await sitrep.started()
        world = sitrep.discord.world
        channel = world.named("vendor-00")
        await until(lambda: len(sitrep.told()) > 1, "the incident is told")
        await until(lambda: world.commands.get(""), "Discord has the commands")
        await sitrep.discord.gateway.until_ready()
        person = sitrep.discord.person()

        offered = await person.types("status", "what", "vend", channel=channel)
        await offered.answer()
        shown = await (await person.runs("status", what="vendor-00", channel=channel)).said()
        await (await person.presses(world.roots(channel.id)[0], "Acknowledge")).said()

        assert [one["value"] for one in offered.choices] == ["vendor-00"]
        assert "API is slow" in readable(shown)
        assert await patiently(lambda: "Acknowledged by Reader" in readable(world.roots(channel.id)[0]))
        assert any("Reader" in row.text for row in sitrep.told() if row.step == "reply")
        assert await sitrep.stop() == 0
        assert "Traceback" not in sitrep.err


async def test_of_two_instances_one_hears_and_the_other_takes_over_when_it_is_killed(
    tmp_path: Path, postgres_url: str
) -> None:
    folders = [tmp_path / name for name in ("one", "two")]
    for folder in folders:
        folder.mkdir()
    async with vendors(1, dice()) as them, local_discord(limits=False) as discord:
        channel = discord.world.channel("vendor-00")
        fleet = [OnDiscord(folder, postgres_url, discord=discord) for folder in folders]
        try:
            for sitrep in fleet:
                sitrep.watches(them.urls)
                await sitrep.started()
            await until(lambda: all("has the role discord-gateway" in one.err for one in fleet), "one has the role")
            await until(lambda: discord.world.commands.get(""), "Discord has the commands")
            holder = next(one for one in fleet if "this instance has the role discord-gateway" in one.err)
            (other,) = (one for one in fleet if one is not holder)
            await discord.gateway.until_ready(1)
            assert len(discord.gateway.identifies) == 1
            assert "another instance has the role discord-gateway" in other.err

            await holder.kill()
            await discord.gateway.until_ready(2)
            shown = await (await discord.person().runs("status", what="vendor-00", channel=channel)).said()

            assert "vendor-00" in readable(shown)
            assert await other.stop() == 0
        finally:
            for sitrep in fleet:
                if sitrep.process is not None:
                    with suppress(ProcessLookupError):
                        sitrep.process.kill()
                    await sitrep.process.wait()
