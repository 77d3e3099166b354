"""A second opinion on what people do in Discord: SimCord's world, which is not ours, and the same discord.py."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import discord
import pytest
import simcord

from adapters.discord import answers, render
from adapters.discord.client import Bot
from adapters.discord.listen import Listener, Members
from bot.core.access import Access
from bot.model import Action
from bot.ports import Answer
from bot.store.database import Database
from tests.adapters.discordscene import ROOT
from tests.adapters.fakedesk import FakeDesk, Kept, says
from tests.commands.office import Office


@dataclass(slots=True)
class Room:
    """A channel in SimCord's world, somebody in it, and the desk behind the bot."""

    env: Any
    desk: FakeDesk
    channel: Any
    somebody: Any
    kept: Kept

    async def root(self) -> discord.Message:
        """Post what Sitrep posts, by the bot itself."""
        body = answers.dressed(render.root(ROOT, "root"))
        sent: discord.Message = await self.env.bot.get_channel(self.channel.id).send(**body)
        return sent


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


async def changed() -> None:
    """Nothing is waiting for that here."""


def bot(desk: Any, kept: Kept) -> Bot:
    return Bot(Listener(desk, is_forum=no, members=Nobody()), kept, changed, settle=0.0)


@asynccontextmanager
async def room(desk: Any = None) -> AsyncIterator[Room]:
    asked, kept = desk or FakeDesk(), Kept()
    async with simcord.run(bot(asked, kept)) as env:
        guild = env.create_guild()
        channel = guild.create_text_channel("ops")
        responders = guild.create_role("responders")
        somebody = guild.add_member(env.create_user("reader"), roles=[responders])
        await env.settle()
        yield Room(env, asked, channel, somebody, kept)


@pytest.mark.parametrize(
    ("command", "options", "said"),
    [("status", {"what": "chatgpt"}, "status chatgpt"), ("sitrep incidents", {}, "incidents")],
)
async def test_a_command_is_answered_to_one_person(command: str, options: dict[str, str], said: str) -> None:
    async with room() as at:
        result = await at.somebody.slash(at.channel, command, **options)

        assert result.ephemeral
        assert "Acme is down" in result.response.content
        assert [one[0] for one in at.desk.said] == [said]


async def test_an_incident_is_acknowledged_by_a_command_and_by_a_button() -> None:
    async with room() as at:
        await at.somebody.slash(at.channel, "incident ack", which="acme-1")
        result = await at.somebody.click(await at.root(), custom_id="sitrep:ack:acme-1")

        assert result.ephemeral
        assert [(one.command.action, one.command.incident) for one in at.desk.asked] == 2 * [(Action.ACK, "acme-1")]
        assert at.desk.asked[0].person.roles


@pytest.mark.parametrize(
    ("command", "option", "typed", "values"),
    [("status", "what", "gp", ["openai"]), ("incident ack", "which", "", ["acme-1", "bolt-7"])],
)
async def test_while_somebody_types_something_is_offered(
    command: str, option: str, typed: str, values: list[str]
) -> None:
    async with room() as at:
        found = await at.somebody.autocomplete(at.channel, command, option, typed)

        assert [_value(one) for one in found] == values


async def test_a_button_works_after_the_bot_was_started_anew() -> None:
    async with room() as at:
        root = await at.root()
        await at.env.restart_bot(bot(at.desk, at.kept))
        result = await at.somebody.click(root, custom_id="sitrep:ack:acme-1")

        assert "Acme is down" in result.response.content
        assert [one.command.action for one in at.desk.asked] == [Action.ACK]


async def test_a_note_is_asked_for_and_taken_down() -> None:
    async with room() as at:
        opened = await at.somebody.click(await at.root(), custom_id="sitrep:note:acme-1")
        await at.somebody.submit_modal(opened, {answers.WORDS: "We switched over."})

        assert [(one.command.action, one.command.text) for one in at.desk.asked] == [(Action.NOTE, "We switched over.")]


async def test_an_answer_is_shared() -> None:
    async with room() as at:
        at.desk.answer = Answer(says("Acme is down", shareable=True))
        result = await at.somebody.slash(at.channel, "status", what="acme")
        shared = await at.somebody.click(result.response, custom_id="sitrep:share:status acme")

        (public,) = shared.followups
        assert "Acme is down" in public.content
        assert not public.ephemeral


async def test_a_message_is_linked() -> None:
    async with room() as at:
        message = await at.somebody.send(at.channel, "The database is slow too")
        asked = await at.somebody.context_menu(at.channel, "Link to incident", message)
        (row,) = asked.response.components
        await at.somebody.select(asked.response, ["acme-1"], custom_id=row["components"][0]["custom_id"])

        (done,) = at.desk.asked
        assert done.command.action is Action.LINK
        assert (done.command.url or "").endswith(f"/{message.id}")


async def test_who_is_not_a_responder_is_told_so(database: Database) -> None:
    """From the command to the database: roles come from Discord, and are checked at the desk."""
    office = Office(database, access=Access(responders=("discord:role:1",)))
    await office.opens()
    async with room(office.desk) as at:
        result = await at.somebody.slash(at.channel, "incident ack", which="acme-1")

        assert "Only responders may acknowledge here" in result.response.content
    assert (await office.now()).acked is None


def _value(choice: Any) -> str:
    return str(choice["value"] if isinstance(choice, dict) else choice.value)
