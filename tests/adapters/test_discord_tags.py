"""The tags of a forum's posts: state, severity and vendor, kept current, and never a reason to tell nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from adapters.discord import Discord
from bot.core import wording
from bot.errors import PermanentFailure
from bot.model import Impact, Ref
from tests import localdiscord
from tests.adapters.cases import OVER, outage
from tests.adapters.contract import message
from tests.adapters.ondiscord import a_bot, a_discord, id_of, said
from tests.localdiscord import LocalDiscord
from tests.localdiscord.nouns import Channel

TAGS = ("Open", "Resolved", "Investigating", "Critical", "Major", "Acme", "Other")
OPEN, RESOLVED = wording.root(outage()), wording.root(outage(**OVER))


@pytest.fixture
async def local() -> AsyncIterator[LocalDiscord]:
    async with a_discord() as running:
        yield running


@pytest.fixture
def forum(local: LocalDiscord) -> Channel:
    return local.world.forum("incidents", tags=TAGS)


@pytest.fixture
async def bot(local: LocalDiscord) -> AsyncIterator[Discord]:
    async with a_bot(local) as one:
        yield one


def tags(local: LocalDiscord, forum: Channel, post: Ref) -> set[str]:
    """Return the names of the tags that a post has."""
    names = {one.id: one.name for one in forum.tags}
    return {names[id_] for id_ in local.world.there(id_of(post)).applied}


async def test_a_post_is_tagged_by_state_severity_and_vendor(local: LocalDiscord, forum: Channel, bot: Discord) -> None:
    root = await bot.post(forum.id, OPEN, "root")

    assert tags(local, forum, root) == {"Open", "Investigating", "Critical", "Acme"}


async def test_an_edit_keeps_the_tags_current(local: LocalDiscord, forum: Channel, bot: Discord) -> None:
    root = await bot.post(forum.id, OPEN, "root")
    await bot.edit(root, wording.root(outage(impact=Impact.MAJOR, peak=Impact.MAJOR)))
    worse = tags(local, forum, root)
    await bot.edit(root, RESOLVED)

    assert worse == {"Open", "Investigating", "Major", "Acme"}
    assert tags(local, forum, root) == {"Resolved", "Critical", "Acme"}
    assert "resolved" in said(local, id_of(root))[0].casefold()


async def test_an_edit_that_changes_no_tag_changes_no_post(local: LocalDiscord, forum: Channel, bot: Discord) -> None:
    root = await bot.post(forum.id, OPEN, "root")

    await bot.edit(root, OPEN)

    assert local.journal.of("modify_channel") == []


async def test_a_post_has_five_tags_at_most(local: LocalDiscord, bot: Discord) -> None:
    labels = ("one", "two", "three", "four", "five", "six")
    forum = local.world.forum("incidents", tags=labels)

    root = await bot.post(forum.id, replace(message(), labels=labels), "root")
    await bot.edit(root, replace(message(), labels=labels[::-1]))

    assert [len(call.body["applied_tags"]) for call in local.journal.of("start_thread")] == [5]
    assert tags(local, forum, root) == {"two", "three", "four", "five", "six"}


async def test_a_forum_that_wants_a_tag_gets_one_and_keeps_it_where_none_fits(
    local: LocalDiscord, bot: Discord
) -> None:
    forum = local.world.forum("incidents", tags=("open",), needs_tag=True)

    root = await bot.post(forum.id, OPEN, "root")
    await bot.edit(root, RESOLVED)

    assert tags(local, forum, root) == {"open"}
    assert local.journal.of("modify_channel") == []


async def test_a_forum_that_wants_a_tag_and_has_none_that_fits_parks(local: LocalDiscord, bot: Discord) -> None:
    forum = local.world.forum("incidents", tags=("fun",), needs_tag=True)

    with pytest.raises(PermanentFailure, match="the forum wants a tag on every post: give it tags"):
        await bot.post(forum.id, OPEN, "root")

    (line,) = await bot.shortcomings((forum.id,))
    assert line.startswith(f"{forum.id} (#incidents) wants a tag on every post: give it the tags Open and Resolved")


async def test_a_tag_that_was_deleted_since_costs_nothing_of_the_message(
    local: LocalDiscord, forum: Channel, bot: Discord
) -> None:
    await bot.post(forum.id, OPEN, "1")
    forum.tags = [one for one in forum.tags if one.name != "Open"]

    root = await bot.post(forum.id, OPEN, "2")
    forum.tags = [one for one in forum.tags if one.name != "Resolved"]
    await bot.edit(root, RESOLVED)

    assert tags(local, forum, root) == {"Critical", "Acme"}
    assert len(local.world.posts(forum.id)) == 2
    assert "Most requests fail." in str(local.world.roots(id_of(root))[0].posted)


async def test_tags_of_moderators_are_left_out_where_the_bot_is_none(
    local: LocalDiscord, forum: Channel, bot: Discord
) -> None:
    forum.tags[0].moderated = forum.tags[1].moderated = True
    local.world.forbids("manage_threads")

    root = await bot.post(forum.id, OPEN, "1")
    await bot.edit(root, RESOLVED)
    await bot.post(forum.id, OPEN, "2")

    assert tags(local, forum, root) == {"Critical", "Acme"}
    assert local.journal.invalid() == 1


async def test_tags_of_moderators_are_used_by_a_bot_that_is_one(
    local: LocalDiscord, forum: Channel, bot: Discord
) -> None:
    forum.tags[0].moderated = True

    root = await bot.post(forum.id, OPEN, "root")

    assert "Open" in tags(local, forum, root)


async def test_tags_that_can_not_be_changed_do_not_hold_up_an_edit(
    local: LocalDiscord, forum: Channel, bot: Discord
) -> None:
    root = await bot.post(forum.id, OPEN, "root")
    with local.faults.during("modify_channel", localdiscord.error(50013)):
        await bot.edit(root, RESOLVED)

    assert "Resolved" in said(local, id_of(root))[0]
    assert "Open" in tags(local, forum, root)


def test_a_root_says_in_single_words_how_it_stands() -> None:
    assert OPEN.labels[:4] == ("open", "investigating", "critical", "Acme")
    assert RESOLVED.labels[0] == "resolved"
