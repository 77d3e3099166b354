"""https://docs.slack.dev/reference/methods/conversations.history and …/conversations.replies.

History is newest first and has the channel's messages, broadcast replies among them; replies are oldest first and
begin with the parent, on the first page only (as an integration of others has found: Sim, pull request 4934).
"""

from __future__ import annotations

import base64
from collections.abc import Sequence

from tests.localslack.arguments import truth
from tests.localslack.calls import Asked
from tests.localslack.errors import Json, SlackError
from tests.localslack.nouns import Channel, Message
from tests.localslack.places import to_read

DEFAULT_PAGE = {"history": 100, "replies": 1_000}
# "maximum of 999": https://docs.slack.dev/reference/methods/conversations.history#arg_limit
MAX_PAGE = 999


def history(asked: Asked) -> Json:
    channel = to_read(asked, "history")
    roots = [one for one in channel.messages.values() if not one.is_reply or one.broadcast]
    among = _between(asked, roots)
    forwards = asked.world.rules.from_oldest and "oldest" in asked.args and "latest" not in asked.args
    page, cursor = _page(asked, among if forwards else among[::-1], "history")
    newest_first = page[::-1] if forwards else page
    return _answer(asked, channel, newest_first, cursor) | {"pin_count": 0, "channel_actions_ts": None}


def replies(asked: Asked) -> Json:
    channel = to_read(asked, "history")
    named = channel.messages.get(str(asked.args.get("ts")))
    if named is None:
        raise SlackError("thread_not_found")
    root = channel.messages.get(named.thread_ts or named.ts, named)
    among = _between(asked, channel.threads.get(root.ts, ()))
    page, cursor = _page(asked, [root, *among], "replies")
    return _answer(asked, channel, page, cursor)


def parent_fields(channel: Channel, message: Message) -> Json:
    """Return what a message that has replies says of them."""
    below = channel.threads.get(message.ts)
    if not below or message.is_reply:
        return {}
    users = list(dict.fromkeys(one.user for one in below))
    return {
        "thread_ts": message.ts,
        "reply_count": len(below),
        "reply_users_count": len(users),
        "reply_users": users,
        "latest_reply": below[-1].ts,
        "is_locked": False,
        "subscribed": True,
    }


def _answer(asked: Asked, channel: Channel, page: Sequence[Message], cursor: str) -> Json:
    everything = truth(asked.args.get("include_all_metadata"))
    shown = [one.public(all_metadata=everything) | parent_fields(channel, one) for one in page]
    answer: Json = {"ok": True, "messages": shown, "has_more": bool(cursor)}
    return answer | ({"response_metadata": {"next_cursor": cursor}} if cursor else {})


def _between(asked: Asked, messages: Sequence[Message]) -> list[Message]:
    oldest, latest = _moment(asked, "oldest"), _moment(asked, "latest")
    inclusive = truth(asked.args.get("inclusive"))
    shown_until = (asked.world.clock.seconds() - asked.world.rules.lag) * 1_000_000
    if asked.world.rules.lag:
        messages = [one for one in messages if _micros(one.ts) <= shown_until]
    found = [one for one in messages if oldest is None or _micros(one.ts) > oldest - inclusive]
    return [one for one in found if latest is None or _micros(one.ts) < latest + inclusive]


def _moment(asked: Asked, name: str) -> int | None:
    given = asked.args.get(name)
    if given in (None, "", "now"):
        return None
    try:
        return _micros(str(given))
    except ValueError:
        raise SlackError(f"invalid_ts_{name}") from None


def _micros(ts: str) -> int:
    """Return a ts as a whole number: they are too long for a float to compare."""
    whole, _, part = ts.partition(".")
    return int(whole) * 1_000_000 + int(part[:6].ljust(6, "0"))


def _page(asked: Asked, messages: Sequence[Message], kind: str) -> tuple[list[Message], str]:
    limit = page_size(asked, DEFAULT_PAGE[kind], MAX_PAGE if kind == "history" else 1_000)
    begin = start(asked.args.get("cursor"), [one.ts for one in messages])
    rest = messages[begin + limit :]
    return list(messages[begin : begin + limit]), cursor_to(rest[0].ts) if rest else ""


def page_size(asked: Asked, otherwise: int, most: int) -> int:
    given = asked.args.get("limit")
    try:
        return min(int(given or otherwise), most)
    except (TypeError, ValueError):
        raise SlackError("invalid_limit") from None


def cursor_to(key: str) -> str:
    return base64.b64encode(f"next:{key}".encode()).decode()


def start(cursor: object, keys: Sequence[str]) -> int:
    """Return where the page begins that a cursor asks for."""
    if not cursor:
        return 0
    try:
        key = base64.b64decode(str(cursor), validate=True).decode().removeprefix("next:")
        return keys.index(key)
    except ValueError:
        raise SlackError("invalid_cursor") from None
