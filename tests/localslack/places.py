"""Which conversation a call means, and whether the caller may do there what it wants."""

from __future__ import annotations

from tests.localslack.calls import Asked
from tests.localslack.errors import SlackError
from tests.localslack.nouns import Channel


def of_id(asked: Asked) -> Channel:
    """Return the channel that the argument names by its id, if the caller can see it."""
    found = asked.world.channels.get(str(asked.args.get("channel", "")))
    if found is None or found.team != asked.by.team:
        raise SlackError("channel_not_found")
    if found.private and asked.by.bot_user not in found.members:
        raise SlackError("channel_not_found")
    return found


def to_write(asked: Asked) -> Channel:
    """Return the channel to post in: an id, a name, or a user for the direct conversation with them.

    Without `chat:write.public` the bot must be a member:
    https://docs.slack.dev/reference/scopes/chat.write.public.
    """
    found = _by_any_name(asked)
    if found.archived:
        raise SlackError("is_archived")
    if asked.by.bot_user not in found.members and "chat:write.public" not in asked.by.scopes:
        raise SlackError("not_in_channel")
    if found.read_only:
        raise SlackError("restricted_action")
    if found.dm_with and not asked.world.rules.messages_tab:
        raise SlackError("messages_tab_disabled")
    return found


def to_read(asked: Asked, right: str) -> Channel:
    """Return the channel to read from; needs the scope of that kind of channel, and for history membership."""
    found = of_id(asked)
    needs(asked, f"{found.kind}:{right}")
    if right == "history" and asked.by.bot_user not in found.members:
        raise SlackError("not_in_channel")
    return found


def needs(asked: Asked, scope: str) -> None:
    if scope not in asked.by.scopes:
        raise SlackError("missing_scope", needed=scope, provided=",".join(asked.by.scopes))


def _by_any_name(asked: Asked) -> Channel:
    name = str(asked.args.get("channel", ""))
    user = asked.world.users.get(name)
    if user is not None and user.team == asked.by.team:
        return asked.world.direct(name, asked.by.team)
    if name not in asked.world.channels:
        known = (one for one in asked.world.channels.values() if one.name and one.name == name.removeprefix("#"))
        found = next((one for one in known if one.team == asked.by.team), None)
        asked.args["channel"] = found.id if found else name
    return of_id(asked)
