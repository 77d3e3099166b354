"""Direct messages on Discord: opened, kept current, read back, answered, and refused."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from adapters._named import Named
from adapters.discord import Discord, checks
from adapters.discord.connect import Keys
from bot.core.message import About
from bot.errors import Busy, PermanentFailure, UnknownOutcome
from bot.model import Action, Command, Ref
from tests import localdiscord
from tests.adapters.contract import message
from tests.adapters.discordscene import ROOT, Scene, running, soon
from tests.adapters.ondiscord import a_bot, a_discord, said
from tests.localdiscord import BOT_USER, LocalDiscord
from tests.localdiscord.nouns import Message as Posted
from tests.localdiscord.nouns import User


@pytest.fixture
async def local() -> AsyncIterator[LocalDiscord]:
    async with a_discord() as one:
        yield one


@pytest.fixture
async def bot(local: LocalDiscord) -> AsyncIterator[Discord]:
    async with a_bot(local) as one:
        yield one


@pytest.fixture
def lead(local: LocalDiscord) -> User:
    return local.world.user("lead")


def to(user: User) -> str:
    return f"user:{user.id}"


def posted(local: LocalDiscord, ref: Ref) -> Posted:
    channel, _, id_ = ref.value.removeprefix("@").partition("/")
    return local.world.message(channel, id_)


RISE = replace(message(), headline="Impact raised", broadcast=True, about=About("Acme: Errors"))


async def test_it_is_opened_once_and_what_is_told_later_is_a_reply_to_the_root(
    local: LocalDiscord, bot: Discord, lead: User
) -> None:
    root = await bot.post(to(lead), message(), "root")
    told = await bot.reply(root, RISE, "reply")
    await bot.edit(root, replace(message(), headline="Acme: All is well"))
    await bot.post(to(lead), message(), "another")

    there = local.world.direct(lead.id)
    assert len(local.journal.of("create_dm")) == 1
    assert local.journal.of("start_thread_from_message") == []
    assert "Acme: All is well" in said(local, there.id)[0]
    assert posted(local, told).reference == {"message_id": posted(local, root).id, "channel_id": there.id}
    assert "Acme: Errors\nImpact raised" in said(local, there.id)[1]


async def test_a_send_whose_answer_is_lost_is_found_and_is_not_repeated(
    local: LocalDiscord, bot: Discord, lead: User
) -> None:
    since = datetime.now(UTC) - timedelta(days=400)  # noqa: TID251  (as long ago as any clock here)
    local.faults.add("create_message", localdiscord.after(localdiscord.drops()))
    with pytest.raises(UnknownOutcome):
        await bot.post(to(lead), message(), "root")

    root = await bot.find(to(lead), None, "root", since)
    assert root is not None
    told = await bot.reply(root, RISE, "reply")

    assert await bot.post(to(lead), message(), "root") == root
    assert await bot.find(to(lead), root, "reply", since) == told
    assert await bot.find(to(lead), root, "never", since) is None
    assert len(local.world.direct(lead.id).messages) == 2


@pytest.mark.parametrize(
    ("setting", "reason"),
    [
        ({"takes_dms": False}, "this person takes no direct messages from the bot"),
        ({"is_member": False}, "this person is in no server that the bot is in"),
    ],
)
async def test_who_takes_none_is_parked_with_the_reason(
    local: LocalDiscord, bot: Discord, lead: User, setting: dict[str, bool], reason: str
) -> None:
    ops = local.world.channel("ops")
    for name, value in setting.items():
        setattr(lead, name, value)

    with pytest.raises(PermanentFailure, match=reason):
        await bot.post(to(lead), message(), "root")
    await bot.post(ops.id, message(), "elsewhere")


async def test_whom_nobody_knows_is_parked_and_too_many_wait(local: LocalDiscord, bot: Discord, lead: User) -> None:
    with pytest.raises(PermanentFailure, match="there is nobody of this id"):
        await bot.post("user:123456789012345678", message(), "root")
    local.faults.add("create_dm", localdiscord.error(40003))

    with pytest.raises(Busy):
        await bot.post(to(lead), message(), "root")


async def test_check_tells_who_can_be_written_to_and_writes_to_nobody(local: LocalDiscord, lead: User) -> None:
    away = local.world.user("away")
    away.is_member = False
    keys = Keys(local.token, local.api_url, local.gateway_url)

    told = await checks.check(keys, Named((to(lead), to(away), f"user:{BOT_USER}")), noon)
    found = {words: good for good, words in told}

    assert found[f"{to(lead)}: can be written to"]
    assert not found[f"{to(away)} (away) is in no server that the bot is in, and can not be written to"]
    assert not found[f"user:{BOT_USER} is a bot: name a person"]
    assert local.journal.of("create_dm") == []


def noon() -> datetime:
    return datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
async def at() -> AsyncIterator[Scene]:
    async with running() as one:
        yield one


async def test_a_button_and_a_command_there_are_heard_with_the_roles_that_somebody_has_elsewhere(at: Scene) -> None:
    role = at.local.world.role("responders")
    lead = at.local.world.user("lead")
    lead.roles.append(role.id)
    root = await at.chat.platform.post(to(lead), ROOT, "root")
    await at.local.journal.until("overwrite_global_commands")

    person = at.local.person(lead.id)
    await (await person.presses(posted(at.local, root), "Acknowledge")).done()
    await (await person.runs("incident take", channel=at.local.world.direct(lead.id))).done()
    await soon(lambda: len(at.desk.asked) == 2)

    assert [one.command for one in at.desk.asked] == [
        Command(action=Action.ACK, incident="acme-1"),
        Command(action=Action.TAKE),
    ]
    assert {one.person.roles for one in at.desk.asked} == {(role.id,)}


async def test_deeds_are_asked_for_of_somebody_and_of_an_incident_at_once(at: Scene) -> None:
    lead = at.local.world.user("lead")
    await at.local.journal.until("overwrite_global_commands")

    asked = {"who": f"<@{lead.id}>", "which": "acme-1", "since": "2d"}
    await (await at.local.person().runs("sitrep audit", **asked, channel=at.ops)).done()

    await soon(lambda: len(at.desk.said) == 1)
    assert at.desk.said[0][0] == f"audit <@{lead.id}|Lead> #acme-1 since 2d"


async def test_who_is_mentioned_in_a_command_is_handed_on_with_their_name(at: Scene) -> None:
    lead = at.local.world.user("lead")
    await at.local.journal.until("overwrite_global_commands")
    person = at.local.person()

    await (await person.runs("incident assign", to=f"<@{lead.id}>", which="acme-1", channel=at.ops)).done()
    await (await person.runs("sitrep incident handover", words="Watch it.", to="on-call", channel=at.ops)).done()
    await (await person.runs("incident escalate", channel=at.ops)).done()
    await (await person.runs("incident note", words=f"<@{lead.id}> knows more", channel=at.ops)).done()
    await (await person.runs("incident declare", title=f"<@{lead.id}> broke it", channel=at.ops)).done()
    await (await person.runs("incident mute", length="4h", reason=f"<@{lead.id}> is on it", channel=at.ops)).done()
    await soon(lambda: len(at.desk.asked) == 5)
    await soon(lambda: len(at.desk.said) == 1)

    assert [one.command for one in at.desk.asked] == [
        Command(action=Action.ASSIGN, incident="acme-1", query=f"<@{lead.id}|Lead>"),
        Command(action=Action.HANDOVER, query="on-call", text="Watch it."),
        Command(action=Action.ESCALATE),
        Command(action=Action.NOTE, text=f"<@{lead.id}|Lead> knows more"),
        Command(action=Action.DECLARE, title=f"<@{lead.id}|Lead> broke it"),
    ]
    assert [text for text, *_ in at.desk.said] == [f"mute 4h because <@{lead.id}|Lead> is on it"]
