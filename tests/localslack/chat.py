"""chat.*: https://docs.slack.dev/reference/methods/chat.postMessage, …/chat.update, …/chat.delete.

Chosen where the pages leave it open:

- `chat.update` with `text` and no `blocks` deletes the blocks; attachments stay unless `attachments` is given
  ("If you don't include this field, the message's previous attachments will be retained").
- Blocks without `text`: the text becomes "This content can't be displayed.", as it reads in real histories.
- A reply whose `thread_ts` is itself a reply is refused (`cannot_reply_to_message`): the page says never to do it.
- A reply to a tombstone joins its thread.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from tests.localslack import blocks
from tests.localslack.arguments import truth
from tests.localslack.calls import Asked
from tests.localslack.errors import Json, SlackError
from tests.localslack.files import shown
from tests.localslack.nouns import Channel, Message
from tests.localslack.places import of_id, to_write

# https://docs.slack.dev/reference/methods/chat.postMessage#truncating, …/chat.update#errors
MAX_POSTED = 40_000
MAX_UPDATED = 4_000
MAX_MARKDOWN = 12_000
MAX_ATTACHMENTS = 100
NOTHING_TO_SHOW = "This content can't be displayed."


def post_message(asked: Asked) -> Json:
    channel = to_write(asked)
    content = _content(asked)
    metadata = _metadata(asked)
    thread = _thread(asked, channel)
    made = asked.world.add(
        channel,
        user=asked.by.bot_user,
        bot_id=asked.by.bot_id,
        app_id=asked.by.app,
        team=asked.by.team,
        metadata=metadata,
        thread_ts=thread,
        broadcast=thread is not None and truth(asked.args.get("reply_broadcast")),
        sent=asked.args,
        posted=asked.args,
        files=shown(asked, content["text"], channel.id),
        **content,
    )
    return {"ok": True, "channel": channel.id, "ts": made.ts, "message": made.public()}


def post_ephemeral(asked: Asked) -> Json:
    channel = to_write(asked)
    user = str(asked.args.get("user", ""))
    if user not in channel.members:
        raise SlackError("user_not_in_channel")
    made = Message(
        channel=channel.id,
        ts=asked.world.new_ts(channel),
        user=asked.by.bot_user,
        bot_id=asked.by.bot_id,
        thread_ts=asked.args.get("thread_ts"),
        ephemeral_to=user,
        sent=asked.args,
        posted=asked.args,
        **_content(asked),
    )
    channel.ephemeral.append(made)
    return {"ok": True, "message_ts": made.ts}


def update(asked: Asked) -> Json:
    channel = of_id(asked)
    if channel.archived:
        raise SlackError("is_inactive")
    message = _own(asked, channel, "cant_update_message")
    window = asked.world.rules.edit_window
    if window is not None and asked.world.clock.seconds() - float(message.ts) > window:
        raise SlackError("edit_window_closed")
    changes = [name for name in ("text", "blocks", "attachments", "markdown_text") if name in asked.args]
    if truth(asked.args.get("reply_broadcast")):
        return _broadcast(channel, message, changes)
    _rewrite(asked, message, changes)
    shown = message.public()
    return {"ok": True, "channel": channel.id, "ts": message.ts, "text": message.text, "message": shown}


def delete(asked: Asked) -> Json:
    channel = of_id(asked)
    message = _own(asked, channel, "cant_delete_message")
    asked.world.remove(channel.id, message.ts)
    return {"ok": True, "channel": channel.id, "ts": message.ts}


def permalink(asked: Asked) -> Json:
    channel = of_id(asked)
    message = channel.messages.get(str(asked.args.get("message_ts")))
    if message is None:
        raise SlackError("message_not_found")
    domain = asked.world.workspaces[channel.team].domain
    link = f"https://{domain}.slack.com/archives/{channel.id}/p{message.ts.replace('.', '')}"
    if message.is_reply:
        link += f"?thread_ts={message.thread_ts}&cid={channel.id}"
    return {"ok": True, "channel": channel.id, "permalink": link}


def _broadcast(channel: Channel, message: Message, changes: Sequence[str]) -> Json:
    if changes:
        raise SlackError("no_dual_broadcast_content_update")
    if not message.is_reply:
        raise SlackError("cant_broadcast_message")
    message.broadcast = True
    return {"ok": True, "channel": channel.id, "ts": message.ts, "text": message.text, "message": message.public()}


def _rewrite(asked: Asked, message: Message, changes: Sequence[str]) -> None:
    if len(str(asked.args.get("text", ""))) > MAX_UPDATED:
        raise SlackError("msg_too_long")
    content = _content(asked)
    metadata = _metadata(asked)
    message.versions.append(message.public())
    if set(changes) - {"attachments"}:
        message.text, message.blocks = content["text"], content["blocks"]
    if "attachments" in changes:
        message.attachments = content["attachments"]
    if "metadata" in asked.args:
        message.metadata = metadata
    message.sent = asked.args
    # With blocks no "edited" is shown.
    message.edited = None if message.blocks else {"user": message.user, "ts": message.ts}


def _content(asked: Asked) -> dict[str, Any]:
    """Return text, blocks and attachments as they will be kept, or raise what is wrong with them."""
    args = asked.args
    text = args.get("text", "")
    if not isinstance(text, str):
        text = json.dumps(text)
    if "markdown_text" in args:
        text = _markdown(args)
    limit = asked.world.rules.blocks_limit
    given = args.get("blocks") or []
    below = attached(args.get("attachments") or [], limit)
    kept = blocks.completed(blocks.checked(given, limit)) if given else []
    if not (text.strip() or kept or below):
        raise SlackError("no_text")
    text = text[:MAX_POSTED] or NOTHING_TO_SHOW * bool(kept)
    return {"text": text, "blocks": kept, "attachments": below}


def _markdown(args: Json) -> str:
    if args.get("text") or args.get("blocks"):
        raise SlackError("markdown_text_conflict")
    text = str(args["markdown_text"])
    if len(text) > MAX_MARKDOWN:
        raise SlackError("msg_too_long")
    return text


def attached(given: Any, limit: int) -> list[Json]:
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise SlackError("invalid_attachments")
    if len(given) > MAX_ATTACHMENTS:
        raise SlackError("too_many_attachments")
    kept: list[Json] = []
    for number, one in enumerate(given):
        made = {"id": number + 1, **one}
        if one.get("blocks"):
            inside = blocks.checked(one["blocks"], limit, f"/attachments/{number}/blocks", "invalid_attachments")
            made["blocks"] = blocks.completed(inside)
        made.setdefault("fallback", "[no preview available]")
        kept.append(made)
    return kept


def _metadata(asked: Asked) -> Json | None:
    """https://docs.slack.dev/messaging/message-metadata; `{}` removes what there was."""
    given = asked.args.get("metadata")
    if not given:
        return None
    if not isinstance(given, dict) or not isinstance(given.get("event_payload"), dict):
        raise SlackError("invalid_metadata_format")
    if not isinstance(given.get("event_type"), str) or not given["event_type"]:
        raise SlackError("invalid_metadata_format")
    if len(json.dumps(given)) > asked.world.rules.metadata_limit:
        raise SlackError("metadata_too_large")
    return {"event_type": given["event_type"], "event_payload": given["event_payload"]}


def _thread(asked: Asked, channel: Channel) -> str | None:
    """Return the thread that a new message stands in."""
    wanted = asked.args.get("thread_ts")
    if not wanted:
        return None
    parent = channel.messages.get(str(wanted))
    if parent is None:
        if asked.world.rules.orphans == "posted":
            return None
        raise SlackError(asked.world.rules.orphans)
    if parent.is_reply:
        raise SlackError("cannot_reply_to_message")
    parent.thread_ts = parent.ts
    return parent.ts


def _own(asked: Asked, channel: Channel, otherwise: str) -> Message:
    message = channel.messages.get(str(asked.args.get("ts")))
    if message is None or message.tombstone:
        raise SlackError("message_not_found")
    if message.bot_id != asked.by.bot_id:
        raise SlackError(otherwise)
    return message
