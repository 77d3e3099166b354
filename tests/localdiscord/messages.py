"""Messages: https://docs.discord.com/developers/resources/message.

Chosen where the pages leave it open:

- `enforce_nonce` with the nonce of a deleted message is 404, on purpose
  (https://github.com/discord/discord-api-docs/issues/6647), for as long as the nonce is remembered.
- An edit that leaves nothing to see is refused with 50006.
- A locked thread that is archived is opened by nobody's message: 50083, also with MANAGE_THREADS.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.localdiscord import attaching, errors, shapes
from tests.localdiscord.calls import Answer, Asked, Sent
from tests.localdiscord.checking import check_message, is_empty, will_be_v2
from tests.localdiscord.clock import moment_of
from tests.localdiscord.components import completed
from tests.localdiscord.errors import DiscordError, Json, Problems
from tests.localdiscord.mentions import USERS_ONLY, called
from tests.localdiscord.nouns import (
    COMPONENTS_V2,
    DEFAULT,
    FORUM,
    REPLY,
    SILENT,
    SUPPRESS_EMBEDS,
    SYSTEM,
    UNDELETABLE,
    Channel,
    Message,
    User,
)
from tests.localdiscord.permissions import Can
from tests.localdiscord.places import needs, visible, without_embeds
from tests.localdiscord.world import BOT_USER, World

SETTABLE = SUPPRESS_EMBEDS | SILENT | COMPONENTS_V2
HOUR = 3_600
MAX_PAGE = 100


def create(asked: Asked) -> Answer:
    channel = visible(asked)
    body = asked.body
    _may_speak(asked, channel)
    check_message(body, v2=will_be_v2(body))
    if is_empty(body, asked.call.files):
        raise DiscordError(errors.EMPTY_MESSAGE)
    attaching.may_attach(asked, channel, body)
    shown = without_embeds(asked.world, channel, body)
    if is_empty(shown, asked.call.files):
        raise DiscordError(errors.MISSING_PERMISSIONS)
    earlier = _earlier(asked, channel)
    if earlier is not None:
        return Answer(shapes.message(asked.world, earlier, nonce=True))
    reference = _reference(asked, channel)
    made = asked.world.add(
        channel,
        author=BOT_USER,
        **content(asked.world, shown, asked.call.files),
        flags=int(body.get("flags") or 0) & SETTABLE,
        type=REPLY if reference else DEFAULT,
        reference=reference,
        nonce=None if body.get("nonce") is None else str(body["nonce"]),
        pinged=called(asked.world, channel, body),
        posted=body,
        sent=body,
    )
    _remember(asked, channel, made)
    return Answer(shapes.message(asked.world, made, nonce=True))


def edit(asked: Asked) -> Answer:
    channel = visible(asked)
    message = asked.world.message(channel.id, asked.part("message_id"))
    if message.type in SYSTEM:
        raise DiscordError(errors.SYSTEM_MESSAGE)
    if message.author != BOT_USER:
        raise DiscordError(errors.OTHERS_MESSAGE)
    _may_change(asked, channel)
    _not_too_often(asked.world, message)
    rewrite(asked.world, channel, message, without_embeds(asked.world, channel, asked.body), asked.call.files)
    return Answer(shapes.message(asked.world, message))


def rewrite(world: World, channel: Channel, message: Message, body: Json, files: Sequence[Sent] = ()) -> None:
    """Change a message as its body asks: what is not given stays, None and [] empty it."""
    if message.is_v2 and "flags" in body and not int(body["flags"] or 0) & COMPONENTS_V2:
        body = {**body, "flags": int(body["flags"] or 0) | COMPONENTS_V2}
    check_message(body, v2=will_be_v2(body, message.flags))
    after = {**_now(message), **{name: body[name] for name in _now(message) if name in body}}
    if is_empty(after, files):
        raise DiscordError(errors.EMPTY_MESSAGE)
    if will_be_v2(body, message.flags):
        check_message(after, v2=True)
    message.versions.append(shapes.message(world, message))
    kept = content(world, after, files)
    message.content, message.embeds, message.components = kept["content"], kept["embeds"], kept["components"]
    if files:
        message.attachments = kept["attachments"]
    if body.get("flags") is not None:
        message.flags = message.flags & ~SUPPRESS_EMBEDS | int(body["flags"]) & (SUPPRESS_EMBEDS | COMPONENTS_V2)
    # "reconstructed from scratch based on the new content": …/resources/message#edit-message
    said = {**after, "allowed_mentions": body.get("allowed_mentions")}
    message.mentioned = called(world, channel, said, default=USERS_ONLY if message.webhook else None)
    message.edited, message.sent = world.now(), body
    if not message.ephemeral_to:
        world.tells("MESSAGE_UPDATE", {"message": message}, channel.guild or None)


def _now(message: Message) -> Json:
    names = ("content", "embeds", "components", "attachments")
    return {name: getattr(message, name) for name in names}


def content(world: World, body: Json, files: Sequence[Sent] = ()) -> dict[str, Any]:
    """Return content, embeds, components and attachments as they are kept: without space around them."""
    embeds = [_kept({"type": "rich", **one}) for one in body.get("embeds") or []]
    return {
        "content": str(body.get("content") or "").strip(),
        "embeds": embeds,
        "components": completed(body.get("components") or []),
        "attachments": attaching.kept(world, body.get("attachments") or [], files),
    }


def _kept(embed: Json) -> Json:
    """Return an embed as it is kept; `flags` and an empty title do not come back."""
    return {name: value.strip() if isinstance(value, str) else value for name, value in embed.items() if value != ""}


def delete(asked: Asked) -> Answer:
    channel = visible(asked)
    message = asked.world.message(channel.id, asked.part("message_id"))
    if message.type in UNDELETABLE:
        raise DiscordError(errors.SYSTEM_MESSAGE)
    if message.author != BOT_USER:
        needs(asked.world, channel, Can.MANAGE_MESSAGES)
    asked.world.removes(channel.id, message.id)
    return Answer(status=204)


def get(asked: Asked) -> Answer:
    channel = visible(asked)
    needs(asked.world, channel, Can.READ_MESSAGE_HISTORY)
    return Answer(shapes.message(asked.world, asked.world.message(channel.id, asked.part("message_id"))))


def history(asked: Asked) -> Answer:
    """https://docs.discord.com/developers/resources/message#get-channel-messages: newest first.

    "If operating on a guild channel and missing READ_MESSAGE_HISTORY no messages will be returned": an empty list.
    """
    channel = visible(asked)
    if channel.type == FORUM:
        raise DiscordError(errors.NOT_IN_THIS_TYPE)
    query = asked.call.query
    limit = _limit(query.get("limit", "50"))
    if not asked.world.may(channel, Can.READ_MESSAGE_HISTORY):
        return Answer([])
    shown_until = asked.world.clock.seconds() - asked.world.rules.lag
    lagging = asked.world.rules.lag > 0
    every = sorted(
        (one for one in channel.messages.values() if not lagging or moment_of(one.id).timestamp() <= shown_until),
        key=lambda one: int(one.id),
    )
    return Answer([shapes.message(asked.world, one) for one in reversed(_page(every, query, limit))])


def _page(every: list[Message], query: dict[str, str], limit: int) -> list[Message]:
    if "around" in query:
        middle = int(query["around"])
        before = [one for one in every if int(one.id) < middle]
        after = [one for one in every if int(one.id) >= middle]
        return before[-(limit // 2) :] + after[: limit - limit // 2]
    if "before" in query:
        every = [one for one in every if int(one.id) < int(query["before"])]
    if "after" in query:
        return [one for one in every if int(one.id) > int(query["after"])][:limit]
    return every[-limit:]


def _limit(given: str) -> int:
    problems = Problems()
    limit = int(given) if given.isdigit() else 0
    if limit < 1:
        problems.add(("limit",), "NUMBER_TYPE_MIN", "int value should be greater than or equal to 1.")
    if limit > MAX_PAGE:
        problems.add(("limit",), "NUMBER_TYPE_MAX", f"int value should be less than or equal to {MAX_PAGE}.")
    problems.check()
    return limit


def _may_speak(asked: Asked, channel: Channel) -> None:
    """https://docs.discord.com/developers/topics/threads#permissions: threads have a permission of their own."""
    if channel.type == FORUM:
        raise DiscordError(errors.NOT_IN_THIS_TYPE)
    if channel.dm_with:
        _may_write_to(asked.world.users[channel.dm_with])
    needs(asked.world, channel, Can.SEND_MESSAGES_IN_THREADS if channel.is_thread else Can.SEND_MESSAGES)
    if channel.locked and not asked.world.may(channel, Can.MANAGE_THREADS):
        raise DiscordError(errors.THREAD_LOCKED)
    if channel.archived and channel.locked:
        raise DiscordError(errors.THREAD_ARCHIVED)


def _may_write_to(user: User) -> None:
    """A conversation can be opened with anybody; whether anything may be said in it shows when it is."""
    if user.bot or not user.takes_dms:
        raise DiscordError(errors.TAKES_NO_DIRECT)
    if not user.is_member:
        raise DiscordError(errors.NO_MUTUAL_GUILD)


def _may_change(asked: Asked, channel: Channel) -> None:
    if channel.archived:
        raise DiscordError(errors.THREAD_ARCHIVED)
    if channel.locked and not asked.world.may(channel, Can.MANAGE_THREADS):
        raise DiscordError(errors.THREAD_LOCKED)


def _not_too_often(world: World, message: Message) -> None:
    now = world.clock.seconds()
    if now - moment_of(message.id).timestamp() <= HOUR:
        return
    window = world.rules.old_window
    recent = [at for at in world.old_edits.get(message.channel, []) if now - at < window]
    if len(recent) >= world.rules.old_edits:
        left: Json = {"retry_after": round(window - (now - recent[0]), 3), "global": False}
        raise DiscordError(errors.TOO_MANY_OLD_EDITS, more=left)
    world.old_edits[message.channel] = [*recent, now]


def _earlier(asked: Asked, channel: Channel) -> Message | None:
    """Return the message that a nonce has already made.

    https://docs.discord.com/developers/resources/message#create-message-jsonform-params, `enforce_nonce`.
    """
    nonce = asked.body.get("nonce")
    if nonce is None or not asked.body.get("enforce_nonce"):
        return None
    known = asked.world.nonces.get((channel.id, BOT_USER, str(nonce)))
    if known is None or asked.world.clock.seconds() - known[1] > asked.world.rules.nonce_window:
        return None
    return asked.world.message(channel.id, known[0])


def _remember(asked: Asked, channel: Channel, made: Message) -> None:
    if made.nonce is not None:
        asked.world.nonces[(channel.id, BOT_USER, made.nonce)] = (made.id, asked.world.clock.seconds())


def _reference(asked: Asked, channel: Channel) -> Json | None:
    """https://docs.discord.com/developers/resources/message#message-reference-structure."""
    given = asked.body.get("message_reference")
    if not given:
        return None
    if not asked.world.may(channel, Can.READ_MESSAGE_HISTORY):
        raise DiscordError(errors.NO_HISTORY_FOR_REPLY)
    if str(given.get("message_id")) not in channel.messages:
        if given.get("fail_if_not_exists", True):
            problems = Problems()
            problems.add(("message_reference",), "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
            problems.check()
        return None
    guild = {"guild_id": channel.guild} if channel.guild else {}
    return {"message_id": str(given["message_id"]), "channel_id": channel.id, **guild}
