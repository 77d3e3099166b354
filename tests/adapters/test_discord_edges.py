"""What is Discord's alone: nonces, marks, messages that it refuses or that are too old, what the channel hears."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.discord import Discord
from bot.core.message import Call, Message, Reach
from bot.errors import Busy, PermanentFailure, TemporaryFailure, UnknownOutcome
from bot.model import Ref
from tests import localdiscord
from tests.adapters.cases import HOSTILE
from tests.adapters.contract import SINCE, message
from tests.adapters.ondiscord import a_bot, a_discord, id_of, said
from tests.adapters.test_discord import is_source, ours
from tests.localdiscord import OWNER, PERSON, LocalDiscord, alive, readable, too_long
from tests.localdiscord.nouns import Channel


@pytest.fixture
async def local() -> AsyncIterator[LocalDiscord]:
    async with a_discord() as running:
        yield running


@pytest.fixture
def ops(local: LocalDiscord) -> Channel:
    return local.world.channel("ops")


@pytest.fixture
async def bot(local: LocalDiscord) -> AsyncIterator[Discord]:
    async with a_bot(local) as one:
        yield one


async def test_the_same_key_within_the_nonces_window_gives_one_message(
    local: LocalDiscord, ops: Channel, bot: Discord
) -> None:
    """PLATFORMS 0.3: a deterministic nonce, enforced, makes a send repeatable."""
    first = await bot.post(ops.id, message(), "root")
    again = await bot.post(ops.id, message(), "root")
    reply = await bot.reply(first, message("We found the cause."), "reply")
    reply_again = await bot.reply(first, message("We found the cause."), "reply")

    assert (again, reply_again) == (first, reply)
    assert len(local.world.roots(ops.id)) == 1
    assert len(local.world.thread(ops.id, id_of(first))) == 1
    nonces = [call.body["nonce"] for call in local.journal.of("create_message")]
    assert all(len(one) <= 25 for one in nonces)
    assert all(call.body["enforce_nonce"] for call in local.journal.of("create_message"))


async def test_after_the_nonces_window_only_the_mark_tells(local: LocalDiscord, ops: Channel, bot: Discord) -> None:
    """PLATFORMS 0.4: the window is short, and a nonce is not read back."""
    root = await bot.post(ops.id, message(), "root")
    local.world.clock.jumps(local.world.rules.nonce_window + 1)

    found = await bot.find(ops.id, None, "root", SINCE)
    await bot.post(ops.id, message(), "root")

    assert found == root
    assert len(local.world.roots(ops.id)) == 2
    assert all("nonce" not in one for one in local.journal.of("get_messages")[0].answer)


async def test_what_was_deleted_within_the_nonces_window_is_sent_again_after_it(
    local: LocalDiscord, ops: Channel, bot: Discord
) -> None:
    """Discord answers 404 on purpose: https://github.com/discord/discord-api-docs/issues/6647."""
    root = await bot.post(ops.id, message(), "root")
    local.world.removes(ops.id, id_of(root))

    with pytest.raises(TemporaryFailure, match="was deleted at once"):
        await bot.post(ops.id, message(), "root")
    local.world.clock.jumps(local.world.rules.nonce_window + 1)
    await bot.post(ops.id, message(), "root")

    assert len(local.world.roots(ops.id)) == 1


async def test_too_many_edits_of_old_messages_are_a_wait_and_park_nothing(
    local: LocalDiscord, ops: Channel, bot: Discord
) -> None:
    """PLATFORMS 1B: 30046, of messages older than an hour."""
    local.world.clock.stops()
    root = await bot.post(ops.id, message(), "root")
    local.world.clock.jumps(3_601)
    for number in range(local.world.rules.old_edits):
        await bot.edit(root, message(f"Edit {number}."))

    with pytest.raises(Busy) as told:
        await bot.edit(root, message("One too many."))
    local.world.clock.jumps(local.world.rules.old_window)
    await bot.edit(root, message("One more."))

    assert told.value.retry_after is not None
    assert timedelta() < told.value.retry_after <= timedelta(seconds=local.world.rules.old_window + 1)
    assert "One more." in said(local, ops.id)[0]


async def test_too_many_edits_of_old_messages_are_a_wait_whatever_their_status(
    local: LocalDiscord, ops: Channel, bot: Discord
) -> None:
    root = await bot.post(ops.id, message(), "root")
    local.faults.add("edit_message", localdiscord.error(30046, status=400))

    with pytest.raises(Busy):
        await bot.edit(root, message("All is well again."))


async def test_after_a_long_outage_a_root_is_found_among_many_pages(
    local: LocalDiscord, ops: Channel, bot: Discord
) -> None:
    """PLATFORMS 1C: the channel is scanned from the snowflake of the moment before the send."""
    for number in range(225):
        local.world.says(ops.id, f"old chatter {number}")
    local.world.clock.jumps(3_600)
    since = local.world.clock.now()
    for number in range(150):
        local.world.says(ops.id, f"chatter {number}")
    root = await bot.post(ops.id, message(), "root")
    for number in range(150):
        local.world.says(ops.id, f"more chatter {number}")

    assert await bot.find(ops.id, None, "root", since) == root
    assert await bot.find(ops.id, None, "another", since) is None
    assert len(local.journal.of("get_messages")) == 2 + 4


async def test_what_was_sent_before_is_not_looked_at(local: LocalDiscord, ops: Channel, bot: Discord) -> None:
    await bot.post(ops.id, message(), "root")
    local.world.clock.jumps(60)

    assert await bot.find(ops.id, None, "root", local.world.clock.now()) is None


async def test_what_else_is_edited_meanwhile_hides_nothing(local: LocalDiscord, ops: Channel, bot: Discord) -> None:
    root = await bot.post(ops.id, message(), "root")
    with local.faults.during("create_message", localdiscord.after(localdiscord.drops())):
        with pytest.raises(UnknownOutcome):
            await bot.broadcast(root, message("It is worse now."), "broadcast")
        with pytest.raises(UnknownOutcome):
            await bot.post(ops.id, message(), "another")
    await bot.reply(root, message("One."), "1")
    await bot.edit(root, message("All is well again."))

    heard = await bot.find(ops.id, None, "broadcast", SINCE)
    another = await bot.find(ops.id, None, "another", SINCE)
    told = await bot.find(ops.id, root, "1", SINCE)

    assert None not in (heard, another, told)
    assert len({root, heard, another, told}) == 4


async def test_a_message_that_somebody_else_sent_with_our_mark_is_not_ours(
    local: LocalDiscord, ops: Channel, bot: Discord
) -> None:
    root = await bot.post(ops.id, message(), "root")
    ours = local.world.message(ops.id, id_of(root))
    local.world.removes(ops.id, ours.id)
    local.world.add(ops, author=PERSON, content=ours.content, embeds=ours.embeds)

    assert await bot.find(ops.id, None, "root", SINCE) is None


async def test_what_discord_refuses_as_it_is_is_said_in_few_words_and_is_found(
    local: LocalDiscord, ops: Channel, bot: Discord
) -> None:
    local.faults.add("create_message", localdiscord.error(50035))
    root = await bot.post(ops.id, message(), "root")
    local.faults.add("edit_message", localdiscord.error(50035))
    await bot.edit(root, message("All is well again.", headline="Acme: resolved"))

    (now,) = local.world.roots(ops.id)
    assert "Acme: Errors" in now.posted["content"]
    assert "Acme: resolved" in now.content
    assert local.journal.of("create_message")[-1].body["embeds"][0]["url"].startswith("https://sitrep.invalid/")


@pytest.mark.parametrize("verb", ["post", "reply", "broadcast", "edit"])
async def test_what_discord_refuses_even_so_parks(local: LocalDiscord, ops: Channel, bot: Discord, verb: str) -> None:
    root = await bot.post(ops.id, message(), "root")
    await bot.reply(root, message(), "1")
    works: dict[str, Callable[[], Awaitable[Ref | None]]] = {
        "post": lambda: bot.post(ops.id, message(), "2"),
        "reply": lambda: bot.reply(root, message(), "2"),
        "broadcast": lambda: bot.broadcast(root, message(), "2"),
        "edit": lambda: bot.edit(root, message()),
    }
    with local.faults.during("*", localdiscord.error(50035)), pytest.raises(PermanentFailure, match="refuses"):
        await works[verb]()


async def test_a_broadcast_stands_in_the_channel_as_an_answer_to_its_root(
    local: LocalDiscord, ops: Channel, bot: Discord
) -> None:
    root = await bot.post(ops.id, message(), "root")

    heard = await bot.broadcast(root, message("All is well again."), "broadcast")

    _, shown = local.world.roots(ops.id)
    assert shown.reference is not None
    assert shown.reference["message_id"] == id_of(root)
    assert heard == Ref(f"{ops.id}/{shown.id}")
    assert shown.pinged == ()
    assert await bot.find(ops.id, None, "broadcast", SINCE) == heard
    assert await bot.find(ops.id, None, "root", SINCE) == root


async def test_a_broadcast_is_heard_although_its_root_was_deleted_meanwhile(
    local: LocalDiscord, ops: Channel, bot: Discord
) -> None:
    root = await bot.post(ops.id, message(), "root")
    local.world.removes(ops.id, id_of(root))

    heard = await bot.broadcast(root, message("All is well again."), "broadcast")

    (shown,) = local.world.roots(ops.id)
    assert (shown.id, shown.reference) == (id_of(heard), None)
    assert "All is well again." in readable(shown)


async def test_a_broadcast_is_heard_where_the_bot_may_not_read_the_history(
    local: LocalDiscord, ops: Channel, bot: Discord
) -> None:
    """Discord lets nobody answer a message that they can not read: 160002."""
    root = await bot.post(ops.id, message(), "root")
    local.world.denies(ops.id, "read_message_history")

    await bot.broadcast(root, message("All is well again."), "broadcast")

    assert "All is well again." in said(local, ops.id)[-1]


async def test_edits_send_no_flags(local: LocalDiscord, ops: Channel, bot: Discord) -> None:
    """PLATFORMS 1D: discord.py's own `Message.edit` sends flags 0, which brings suppressed previews back."""
    root = await bot.post(ops.id, message(), "root")
    local.world.message(ops.id, id_of(root)).flags = 4

    await bot.edit(root, message("All is well again."))

    assert "flags" not in local.journal.of("edit_message")[0].body
    assert local.world.roots(ops.id)[0].suppressed


async def test_nobody_is_called_by_anything(local: LocalDiscord, ops: Channel, bot: Discord) -> None:
    root = await bot.post(ops.id, message("@everyone", headline="@here"), "root")
    await bot.reply(root, message(f"<@{PERSON}>"), "1")
    await bot.broadcast(root, message("@everyone", headline="@everyone"), "2")
    await bot.edit(root, message("@everyone"))

    sent = [call for name in ("create_message", "edit_message") for call in local.journal.of(name)]
    assert {str(call.body["allowed_mentions"]) for call in sent} == {"{'parse': []}"}
    assert [one.pinged for one in local.world.messages() if one.pinged] == []


async def test_those_who_are_meant_are_called_and_nobody_else(local: LocalDiscord, ops: Channel, bot: Discord) -> None:
    role, other = local.world.role("on-call", mentionable=True), local.world.role("everybody", mentionable=True)
    words = message(f"<@&{other.id}> @everyone", headline=f"@everyone <@&{other.id}> <@{OWNER}>")
    meant = replace(
        words, calls=(Call(Reach.GROUP, role.id), Call(Reach.PERSON, PERSON), Call(Reach.PERSON, "x> @all"))
    )

    root = await bot.post(ops.id, meant, "root")
    await bot.reply(root, words, "1")
    await bot.broadcast(root, meant, "2")
    await bot.edit(root, meant)

    assert [one.pinged for one in local.world.messages() if one.pinged] == 2 * [(f"<@&{role.id}>", f"<@{PERSON}>")]


async def test_whoever_is_there_is_called_if_that_is_meant(local: LocalDiscord, ops: Channel, bot: Discord) -> None:
    await bot.post(ops.id, replace(message(headline="@everyone"), calls=(Call(Reach.HERE),)), "root")

    sent = local.journal.of("create_message")[-1].body
    assert sent["allowed_mentions"] == {"parse": ["everyone"], "roles": [], "users": []}
    assert "@everyone" not in sent["content"]
    assert sent["content"].endswith("\n@here")


async def test_everybody_is_called_if_that_is_meant(local: LocalDiscord, ops: Channel, bot: Discord) -> None:
    await bot.post(ops.id, replace(message(), calls=(Call(Reach.ALL),)), "root")

    sent = local.journal.of("create_message")[-1].body
    assert sent["allowed_mentions"] == {"parse": ["everyone"], "roles": [], "users": []}
    assert sent["content"].endswith("\n@everyone")


async def test_whom_the_channel_has_called_the_thread_does_not_call_again(
    local: LocalDiscord, ops: Channel, bot: Discord
) -> None:
    root = await bot.post(ops.id, message(), "root")
    loud = replace(message(), broadcast=True, calls=(Call(Reach.PERSON, PERSON),))

    await bot.broadcast(root, loud, "channel")
    await bot.reply(root, loud, "thread")
    await bot.reply(root, replace(loud, broadcast=False), "asked")

    assert [one.pinged for one in local.world.messages() if one.pinged] == 2 * [(f"<@{PERSON}>",)]


async def test_in_a_forum_the_post_calls(local: LocalDiscord, bot: Discord) -> None:
    forum = local.world.forum("outages")
    root = await bot.post(forum.id, message(), "root")
    loud = replace(message(), broadcast=True, calls=(Call(Reach.PERSON, PERSON),))

    await bot.broadcast(root, loud, "channel")
    await bot.reply(root, loud, "thread")

    assert [one.pinged for one in local.world.messages() if one.pinged] == [(f"<@{PERSON}>",)]


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
async def test_a_strangers_text_stays_text_in_a_broadcast_too(
    local: LocalDiscord, ops: Channel, bot: Discord, hostile: Message
) -> None:
    root = await bot.post(ops.id, message(), "root")

    await bot.broadcast(root, hostile, "broadcast")

    shown = local.world.roots(ops.id)[-1]
    assert id_of(root) != shown.id
    assert alive(shown, links=is_source, ours=ours) == []
    assert too_long(shown) == []
