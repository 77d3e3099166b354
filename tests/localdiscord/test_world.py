"""What a test can ask the world itself."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.localdiscord import BOT_USER, GUILD, PERSON, World
from tests.localdiscord.clock import iso, moment_of, snowflake
from tests.localdiscord.errors import DiscordError
from tests.localdiscord.permissions import Can, named


def test_an_id_carries_its_moment() -> None:
    """https://docs.discord.com/developers/reference#snowflakes has this one."""
    assert iso(moment_of("175928847299117063")) == "2016-04-30T11:18:25.796000+00:00"
    assert snowflake(datetime(2015, 1, 1, tzinfo=UTC)) == 0


def test_ids_are_unique_and_rise_also_while_time_stands() -> None:
    world = World()
    world.clock.stops()
    ids = [int(world.clock.snowflake()) for _ in range(1_000)]

    assert ids == sorted(set(ids))


def test_what_was_said_is_found_by_place() -> None:
    world = World()
    ops, forum = world.channel("ops"), world.forum("incidents", tags=("open",))
    root = world.says(ops.id, "root")
    thread = world.opens_thread(ops, "talk", id_=root.id, owner=BOT_USER)
    world.says(thread.id, "reply", user=PERSON)
    post = world.opens_thread(forum, "post", owner=BOT_USER)

    assert [one.content for one in world.roots(ops.id)] == ["root"]
    assert [one.content for one in world.thread(ops.id, root.id)] == ["reply"]
    assert world.posts(forum.id) == [post]
    assert world.named("ops") is ops
    assert len(world.messages()) == 2


def test_what_is_removed_is_unknown_with_all_that_was_in_it() -> None:
    world = World()
    ops = world.channel("ops")
    thread = world.opens_thread(ops, "talk", owner=BOT_USER)
    world.removes_channel(ops.id)

    for gone in (ops, thread):
        with pytest.raises(DiscordError, match="10003 Unknown Channel"):
            world.there(gone.id)


def test_a_thread_goes_by_its_parents_permissions() -> None:
    world = World()
    ops = world.channel("ops", deny=("send_messages_in_threads",))
    thread = world.opens_thread(ops, "talk", owner=BOT_USER)
    hidden = world.channel("hidden", deny=("view_channel",))

    assert not world.may(thread, Can.SEND_MESSAGES_IN_THREADS)
    assert world.may(thread, Can.VIEW_CHANNEL)
    assert not world.may(hidden, Can.SEND_MESSAGES)
    assert world.may(hidden, named(("send_messages",)), PERSON)


def test_there_may_be_a_second_guild() -> None:
    world = World()
    other = world.guild("Other")
    there = world.channel("ops", guild=other.id)
    world.forbids("send_messages", guild=other.id)

    assert other.id != GUILD
    assert world.named("ops", other.id) is there
    assert not world.may(there, Can.SEND_MESSAGES)
