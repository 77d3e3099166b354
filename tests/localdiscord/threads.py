"""Channels and threads: https://docs.discord.com/developers/resources/channel, …/topics/threads.

Chosen where the pages leave it open: a second thread on a message is 160004 even if the first was archived; a deleted
one sets the message free.

Discord writes lines of its own, which lists of messages hold and `world.roots` leaves out: 18 in the channel for a
thread without a message, 21 in a thread that was made from one, 4 in a thread with a new name, 6 for a pin
(https://docs.discord.com/developers/resources/message#message-object-message-types).
"""

from __future__ import annotations

from typing import Any

from tests.localdiscord import errors, shapes
from tests.localdiscord.attaching import may_attach
from tests.localdiscord.calls import Answer, Asked
from tests.localdiscord.checking import check_message, check_thread, is_empty, will_be_v2
from tests.localdiscord.errors import DiscordError, Json, Problems
from tests.localdiscord.mentions import called
from tests.localdiscord.messages import SETTABLE, content
from tests.localdiscord.nouns import (
    FORUM,
    NEWS,
    NEWS_THREAD,
    PINNED,
    PRIVATE_THREAD,
    PUBLIC_THREAD,
    RENAMED,
    THREAD_CREATED,
    THREAD_STARTER,
    Channel,
    Message,
)
from tests.localdiscord.permissions import Can
from tests.localdiscord.places import needs, visible, without_embeds
from tests.localdiscord.world import BOT_USER, World

MAX_TAGS = 5


def channel(asked: Asked) -> Answer:
    return Answer(shapes.channel(asked.world, visible(asked)))


def start_from_message(asked: Asked) -> Answer:
    """https://docs.discord.com/developers/resources/channel#start-thread-from-message: its id is the message's."""
    parent = visible(asked)
    if parent.dm_with:
        raise DiscordError(errors.NOT_IN_DIRECT)
    if parent.is_thread or parent.type == FORUM:
        raise DiscordError(errors.NOT_IN_THIS_TYPE)
    needs(asked.world, parent, Can.CREATE_PUBLIC_THREADS)
    message = asked.world.message(parent.id, asked.part("message_id"))
    check_thread(asked.body)
    if message.id in asked.world.channels:
        raise DiscordError(errors.THREAD_EXISTS)
    _room(asked.world, parent)
    kind = NEWS_THREAD if parent.type == NEWS else PUBLIC_THREAD
    made = _opened(asked, parent, asked.body, type=kind, id_=message.id)
    message.thread, message.thread_name = made.id, made.name
    pointer = {"message_id": message.id, "channel_id": parent.id, "guild_id": parent.guild}
    asked.world.add(made, author=BOT_USER, type=THREAD_STARTER, reference=pointer)
    asked.world.tells("MESSAGE_UPDATE", {"message": message}, parent.guild)
    return Answer(shapes.channel(asked.world, made), 201)


def start(asked: Asked) -> Answer:
    """A post in a forum, or a thread without a message: the same address, told apart by the channel."""
    parent = visible(asked)
    if parent.is_thread:
        raise DiscordError(errors.NOT_IN_THIS_TYPE)
    check_thread(asked.body)
    if parent.type == FORUM:
        return _post(asked, parent)
    kind = int(asked.body.get("type") or PRIVATE_THREAD)
    if kind not in (PUBLIC_THREAD, PRIVATE_THREAD, NEWS_THREAD):
        problems = Problems()
        problems.add(("type",), "BASE_TYPE_CHOICES", "Value must be one of {10, 11, 12}.")
        problems.check()
    needs(asked.world, parent, Can.CREATE_PRIVATE_THREADS if kind == PRIVATE_THREAD else Can.CREATE_PUBLIC_THREADS)
    _room(asked.world, parent)
    made = _opened(asked, parent, asked.body, type=kind)
    if kind != PRIVATE_THREAD:
        pointer = {"channel_id": made.id, "guild_id": made.guild}
        asked.world.add(parent, author=BOT_USER, content=made.name, type=THREAD_CREATED, reference=pointer)
    return Answer(shapes.channel(asked.world, made), 201)


def _post(asked: Asked, forum: Channel) -> Answer:
    """https://docs.discord.com/developers/resources/channel#start-thread-in-forum-or-media-channel: no nonce there."""
    body = asked.body
    needs(asked.world, forum, Can.SEND_MESSAGES)
    given = body.get("message")
    if given is None:
        problems = Problems()
        problems.required(("message",))
        problems.check()
    said: Json = given or {}
    check_message(said, v2=will_be_v2(said), at=("message",))
    if is_empty(said, asked.call.files):
        raise DiscordError(errors.EMPTY_MESSAGE)
    may_attach(asked, forum, said, ("message",))
    visible_part = without_embeds(asked.world, forum, said)
    if is_empty(visible_part, asked.call.files):
        raise DiscordError(errors.MISSING_PERMISSIONS)
    tags = _tags(asked.world, forum, body.get("applied_tags") or [])
    _room(asked.world, forum)
    made = _opened(asked, forum, body, type=PUBLIC_THREAD, applied=tags)
    first = asked.world.add(
        made,
        id_=made.id,
        author=BOT_USER,
        **content(asked.world, visible_part, asked.call.files),
        flags=int(said.get("flags") or 0) & SETTABLE,
        thread_name=made.name,
        pinged=called(asked.world, made, said),
        posted=said,
        sent=said,
    )
    shown = shapes.channel(asked.world, made) | {"message": shapes.message(asked.world, first)}
    return Answer(shown, 201)


def _tags(world: World, forum: Channel, given: list[Any]) -> list[str]:
    wanted, known = [str(one) for one in given], {one.id: one for one in forum.tags}
    problems = Problems()
    problems.longer(("applied_tags",), wanted, MAX_TAGS)
    for number, one in enumerate(wanted):
        if one not in known:
            problems.add(("applied_tags", number), "CHANNEL_FORUM_TAG_INVALID", f"Unknown tag {one}")
    problems.check()
    if forum.needs_tag and not wanted:
        raise DiscordError(errors.TAG_REQUIRED)
    if any(known[one].moderated for one in wanted):
        needs(world, forum, Can.MANAGE_THREADS)
    return wanted


def _opened(asked: Asked, parent: Channel, body: Json, **more: Any) -> Channel:
    return asked.world.opens_thread(
        parent,
        str(body["name"]).strip(),
        owner=BOT_USER,
        archive_after=body.get("auto_archive_duration") or 4_320,
        slow=body.get("rate_limit_per_user") or 0,
        **more,
    )


def _room(world: World, parent: Channel) -> None:
    if len(world.active(parent.guild)) >= world.guild_of(parent.guild).max_threads:
        raise DiscordError(errors.TOO_MANY_THREADS)


def modify(asked: Asked) -> Answer:
    """https://docs.discord.com/developers/resources/channel#modify-channel-json-params-thread.

    One's own thread may be renamed, archived and tagged; to lock takes MANAGE_THREADS.
    """
    one = visible(asked)
    if not one.is_thread:
        needs(asked.world, one, Can.MANAGE_CHANNELS)
        one.name, one.topic = asked.body.get("name", one.name), asked.body.get("topic", one.topic)
        asked.world.tells("CHANNEL_UPDATE", {"channel": one}, one.guild)
        return Answer(shapes.channel(asked.world, one))
    body = asked.body
    if "name" in body or "auto_archive_duration" in body:
        check_thread({"name": one.name, **body})
    _may_modify(asked, one, body)
    parent = asked.world.channels.get(one.parent or "")
    if "applied_tags" in body and parent is not None and parent.type == FORUM:
        one.applied = _tags(asked.world, parent, body["applied_tags"])
    if body.get("archived") is False and one.archived:
        _room(asked.world, one)
    if body.get("archived") is not None and bool(body["archived"]) != one.archived:
        one.archived, one.archive_at = bool(body["archived"]), asked.world.now()
    one.locked = bool(body.get("locked", one.locked))
    name = str(body.get("name", one.name)).strip()
    if name != one.name:
        one.name = name
        asked.world.add(one, author=BOT_USER, content=name, type=RENAMED)
    one.archive_after = body.get("auto_archive_duration", one.archive_after)
    one.slow = body.get("rate_limit_per_user", one.slow)
    asked.world.tells("THREAD_UPDATE", {"channel": one}, one.guild)
    return Answer(shapes.channel(asked.world, one))


def _may_modify(asked: Asked, one: Channel, body: Json) -> None:
    """https://docs.discord.com/developers/topics/threads#permissions-1, "Editing a thread"."""
    strong = asked.world.may(one, Can.MANAGE_THREADS)
    if one.archived and body.get("archived") is not False:
        raise DiscordError(errors.THREAD_ARCHIVED)
    if one.locked and not strong:
        raise DiscordError(errors.THREAD_LOCKED)
    light = set(body) <= {"archived"} and body.get("archived") is False
    if not strong and (body.get("locked") or body.get("rate_limit_per_user") or not (one.owner == BOT_USER or light)):
        raise DiscordError(errors.MISSING_PERMISSIONS)


def remove(asked: Asked) -> Answer:
    one = visible(asked)
    needs(asked.world, one, Can.MANAGE_THREADS if one.is_thread else Can.MANAGE_CHANNELS)
    shown = shapes.channel(asked.world, one)
    asked.world.removes_channel(one.id)
    return Answer(shown)


def active(asked: Asked) -> Answer:
    """https://docs.discord.com/developers/resources/guild#list-active-guild-threads: newest first."""
    guild = asked.world.guild_of(asked.part("guild_id"))
    threads = sorted(asked.world.threads_of(guild.id), key=lambda one: -int(one.id))
    return Answer(_listed(asked.world, threads))


def archived(asked: Asked) -> Answer:
    """https://docs.discord.com/developers/resources/channel#list-public-archived-threads, latest archived first."""
    parent = visible(asked)
    needs(asked.world, parent, Can.READ_MESSAGE_HISTORY)
    kept = [one for one in asked.world.posts(parent.id) if one.archived and one.type != PRIVATE_THREAD]
    kept.sort(key=lambda one: one.archive_at, reverse=True)
    before, limit = asked.call.query.get("before"), int(asked.call.query.get("limit", "50"))
    if before:
        kept = [one for one in kept if one.archive_at < before]
    return Answer(_listed(asked.world, kept[:limit]) | {"has_more": len(kept) > limit})


def _listed(world: World, threads: list[Channel]) -> Json:
    shown = [shapes.channel(world, one) for one in threads]
    return {"threads": shown, "members": [one["member"] for one in shown if "member" in one]}


def join(asked: Asked) -> Answer:
    one = visible(asked)
    if one.archived:
        raise DiscordError(errors.THREAD_ARCHIVED)
    return Answer(status=204)


def pins(asked: Asked) -> Answer:
    """https://docs.discord.com/developers/resources/message#get-channel-pins."""
    kept = [one for one in visible(asked).messages.values() if one.pinned]
    items = [{"pinned_at": one.at, "message": shapes.message(asked.world, one)} for one in reversed(kept)]
    return Answer({"items": items, "has_more": False})


def pin(asked: Asked) -> Answer:
    """https://docs.discord.com/developers/resources/message#pin-message: PIN_MESSAGES, 50 to a channel."""
    message = _to_pin(asked)
    there = visible(asked)
    if not message.pinned:
        pointer = {"message_id": message.id, "channel_id": there.id, "guild_id": there.guild}
        asked.world.add(there, author=BOT_USER, type=PINNED, reference=pointer)
    message.pinned = True
    return Answer(status=204)


def unpin(asked: Asked) -> Answer:
    message = _to_pin(asked)
    message.pinned = False
    return Answer(status=204)


def _to_pin(asked: Asked) -> Message:
    there = visible(asked)
    needs(asked.world, there, Can.PIN_MESSAGES)
    return asked.world.message(there.id, asked.part("message_id"))


def typing(asked: Asked) -> Answer:
    visible(asked)
    return Answer(status=204)
