"""Forums on Discord: a post for each incident, and how it is found again, for it has no nonce."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from adapters.discord import Discord
from bot.core import wording
from bot.errors import MessageGone, PermanentFailure, UnknownOutcome
from bot.model import Ref
from tests import localdiscord
from tests.adapters.cases import OVER, outage
from tests.adapters.contract import SINCE, message
from tests.adapters.ondiscord import a_bot, a_discord, id_of, said
from tests.localdiscord import BOT_USER, PERSON, LocalDiscord
from tests.localdiscord.nouns import Channel

OPEN, RESOLVED = wording.root(outage()), wording.root(outage(**OVER))


@pytest.fixture
async def local() -> AsyncIterator[LocalDiscord]:
    async with a_discord() as running:
        yield running


@pytest.fixture
def forum(local: LocalDiscord) -> Channel:
    return local.world.forum("incidents")


@pytest.fixture
async def bot(local: LocalDiscord) -> AsyncIterator[Discord]:
    async with a_bot(local) as one:
        yield one


def loses_the_answer(local: LocalDiscord) -> None:
    local.faults.add("start_thread", localdiscord.after(localdiscord.drops()))


async def test_a_post_has_the_headline_for_a_name_and_replies_stand_in_it(
    local: LocalDiscord, forum: Channel, bot: Discord
) -> None:
    root = await bot.post(forum.id, message(), "root")
    await bot.reply(root, message("We found the cause."), "reply")

    (post,) = local.world.posts(forum.id)
    first, reply = said(local, post.id)
    assert (post.name, root) == ("Acme: Errors", Ref(f"{post.id}/{post.id}"))
    assert "Some requests fail." in first
    assert "We found the cause." in reply


async def test_a_post_whose_answer_was_lost_is_found_and_not_made_again(
    local: LocalDiscord, forum: Channel, bot: Discord
) -> None:
    """PLATFORMS 1C: a forum post is not idempotent."""
    loses_the_answer(local)
    with pytest.raises(UnknownOutcome):
        await bot.post(forum.id, message(), "root")

    found = await bot.find(forum.id, None, "root", SINCE)

    (post,) = local.world.posts(forum.id)
    assert found == Ref(f"{post.id}/{post.id}")
    assert await bot.find(forum.id, None, "another", SINCE) is None
    assert "nonce" not in local.journal.of("start_thread")[0].body["message"]


async def test_a_post_that_failed_after_it_was_stored_is_not_repeated_by_anything(
    local: LocalDiscord, forum: Channel, bot: Discord
) -> None:
    """discord.py itself repeats what ended in a 500: here that would be a second post."""
    local.faults.add("start_thread", localdiscord.after(localdiscord.status(500)))

    with pytest.raises(UnknownOutcome, match="500"):
        await bot.post(forum.id, message(), "root")

    assert len(local.world.posts(forum.id)) == 1


async def test_a_post_is_found_among_those_that_were_archived(
    local: LocalDiscord, forum: Channel, bot: Discord
) -> None:
    made = [await bot.post(forum.id, message(), f"root-{number}") for number in range(3)]
    for root in made[:2]:
        local.world.there(id_of(root)).archived = True

    found = [await bot.find(forum.id, None, f"root-{number}", SINCE) for number in range(3)]

    assert found == made


async def test_a_post_is_found_among_many_that_were_archived_since(
    local: LocalDiscord, forum: Channel, bot: Discord
) -> None:
    since = local.world.clock.now()
    root = await bot.post(forum.id, message(), "root")
    posts = [local.world.there(id_of(root))]
    posts += [local.world.opens_thread(forum, f"post {number}", owner=PERSON) for number in range(250)]
    for number, post in enumerate(posts):
        post.archived, post.archive_at = True, (since + timedelta(seconds=number + 1)).isoformat()

    assert await bot.find(forum.id, None, "root", since) == root
    assert len(local.journal.of("list_archived_threads")) == 3
    assert len(local.journal.of("get_message")) == 1


async def test_a_post_that_is_listed_late_is_found_at_the_second_look(
    local: LocalDiscord, forum: Channel, bot: Discord
) -> None:
    root = await bot.post(forum.id, message(), "root")
    kept = local.world.channels.pop(id_of(root))

    def came_late(_: object) -> bool:
        if local.journal.routes().count("list_active_threads") == 2:
            local.world.channels[kept.id] = kept
        return False

    local.faults.add("list_active_threads", localdiscord.status(500), when=came_late)

    assert await bot.find(forum.id, None, "root", SINCE) == root


async def test_posts_that_were_archived_before_are_not_looked_through(
    local: LocalDiscord, forum: Channel, bot: Discord
) -> None:
    for number in range(250):
        post = local.world.opens_thread(forum, f"post {number}", owner=BOT_USER)
        post.archived = True
    since = local.world.clock.now() + timedelta(minutes=1)

    assert await bot.find(forum.id, None, "root", since) is None
    assert len(local.journal.of("list_archived_threads")) == 2
    assert local.journal.of("get_message") == []


async def test_a_search_passes_over_posts_without_a_first_message_and_other_forums(
    local: LocalDiscord, forum: Channel, bot: Discord
) -> None:
    elsewhere = local.world.forum("elsewhere")
    await bot.post(elsewhere.id, message(), "root")
    emptied = await bot.post(forum.id, message(), "emptied")
    local.world.removes(id_of(emptied), id_of(emptied))

    assert await bot.find(forum.id, None, "root", SINCE) is None
    assert await bot.find(forum.id, None, "emptied", SINCE) is None


async def test_an_archived_post_is_opened_for_an_edit(local: LocalDiscord, forum: Channel, bot: Discord) -> None:
    """PLATFORMS 1B: 50083."""
    root = await bot.post(forum.id, OPEN, "root")
    local.world.there(id_of(root)).archived = True

    await bot.edit(root, RESOLVED)

    assert not local.world.there(id_of(root)).archived
    assert "Resolved" in said(local, id_of(root))[0]


async def test_an_archived_post_is_opened_for_few_words_too(local: LocalDiscord, forum: Channel, bot: Discord) -> None:
    root = await bot.post(forum.id, OPEN, "root")
    local.world.there(id_of(root)).archived = True
    local.faults.add("edit_message", localdiscord.error(50083))
    local.faults.add("edit_message", localdiscord.error(50035))

    await bot.edit(root, RESOLVED)

    assert "Acme" in local.world.roots(id_of(root))[0].content


async def test_a_locked_post_parks_its_edit(local: LocalDiscord, forum: Channel, bot: Discord) -> None:
    root = await bot.post(forum.id, OPEN, "root")
    post = local.world.there(id_of(root))
    post.locked = post.archived = True
    local.world.forbids("manage_threads")

    with pytest.raises(PermanentFailure, match="the thread is locked: unlock it"):
        await bot.edit(root, RESOLVED)


@pytest.mark.parametrize("whole", [True, False], ids=["the-post", "its-first-message"])
async def test_a_post_that_was_deleted_is_replaced_and_that_is_said(
    local: LocalDiscord, forum: Channel, bot: Discord, *, whole: bool
) -> None:
    root = await bot.post(forum.id, OPEN, "root")
    if whole:
        local.world.removes_channel(id_of(root))
    else:
        local.world.removes(id_of(root), id_of(root))

    with pytest.raises(MessageGone):
        await bot.edit(root, RESOLVED)
    fresh = await bot.post(forum.id, RESOLVED, "another", root)

    words = "was deleted, and its thread too" if whole else "Its thread has what was told before"
    assert words in said(local, id_of(fresh))[0]


async def test_a_reply_to_a_post_that_was_deleted_is_told(local: LocalDiscord, forum: Channel, bot: Discord) -> None:
    root = await bot.post(forum.id, OPEN, "root")
    local.world.removes_channel(id_of(root))

    with pytest.raises(MessageGone):
        await bot.reply(root, message(), "reply")


async def test_in_a_forum_a_broadcast_is_heard_in_the_post(local: LocalDiscord, forum: Channel, bot: Discord) -> None:
    root = await bot.post(forum.id, OPEN, "root")
    before = len(local.journal.calls)

    assert await bot.broadcast(root, message("It is worse now.", broadcast=True), "broadcast") == root
    assert len(local.journal.calls) == before
    assert await bot.find(forum.id, None, "broadcast", SINCE) is None


async def test_what_a_forum_refuses_as_it_is_is_posted_in_few_words(
    local: LocalDiscord, forum: Channel, bot: Discord
) -> None:
    local.faults.add("start_thread", localdiscord.error(50035))

    root = await bot.post(forum.id, OPEN, "root")

    assert len(local.world.posts(forum.id)) == 1
    assert "Errors on the API" in said(local, id_of(root))[0]
    assert await bot.find(forum.id, None, "root", SINCE) == root


async def test_what_a_forum_refuses_even_so_parks(local: LocalDiscord, forum: Channel, bot: Discord) -> None:
    with (
        local.faults.during("start_thread", localdiscord.error(50035)),
        pytest.raises(PermanentFailure, match="refuse"),
    ):
        await bot.post(forum.id, OPEN, "root")

    assert local.world.posts(forum.id) == []


async def test_a_server_with_too_many_active_threads_parks(local: LocalDiscord, forum: Channel, bot: Discord) -> None:
    local.world.guilds[forum.guild].max_threads = 0

    with pytest.raises(PermanentFailure, match="as many active threads as it may have: archive some"):
        await bot.post(forum.id, message(), "root")


async def test_a_forum_is_asked_for_once(local: LocalDiscord, forum: Channel, bot: Discord) -> None:
    for number in range(3):
        await bot.post(forum.id, message("", headline=f"Acme {number}"), str(number))

    assert len(local.journal.of("create_message")) == 1
    assert len(local.journal.of("start_thread")) == 3
