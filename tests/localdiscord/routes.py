"""The routes of /api/v10, by the names that faults and the journal know them by.

The names are those of Discord's pages, the templates those of its OpenAPI file.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from tests.localdiscord import commands, interactions, messages, others, threads, webhooks
from tests.localdiscord.calls import Answer, Asked

Work = Callable[[Asked], Answer]


@dataclass(frozen=True, slots=True)
class Route:
    """`open` ones need no bot token: they carry one of their own in the path."""

    name: str
    verb: str
    template: str
    work: Work
    open: bool = False

    def parts(self, verb: str, path: str) -> dict[str, str] | None:
        """Return what stands in the path, or None if it is another's."""
        if verb != self.verb:
            return None
        pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(self.template))
        found = re.fullmatch(pattern, path)
        return found.groupdict() if found else None


_CHANNEL = "/channels/{channel_id}"
_MESSAGE = f"{_CHANNEL}/messages/{{message_id}}"
_GUILD = "/guilds/{guild_id}"
_APP = "/applications/{application_id}"
_HOOK = "/webhooks/{webhook_id}/{webhook_token}"
_CALLBACK = "/interactions/{interaction_id}/{interaction_token}/callback"

ROUTES: tuple[Route, ...] = (
    Route("get_current_user", "GET", "/users/@me", others.me),
    Route("get_current_application", "GET", "/oauth2/applications/@me", others.application),
    Route("get_gateway_bot", "GET", "/gateway/bot", others.gateway),
    Route("get_current_user_guilds", "GET", "/users/@me/guilds", others.guilds),
    Route("create_dm", "POST", "/users/@me/channels", others.direct),
    Route("get_user", "GET", "/users/{user_id}", others.user),
    Route("get_guild", "GET", _GUILD, others.guild),
    Route("get_guild_channels", "GET", f"{_GUILD}/channels", others.channels),
    Route("get_guild_roles", "GET", f"{_GUILD}/roles", others.roles),
    Route("get_guild_member", "GET", f"{_GUILD}/members/{{user_id}}", others.member),
    Route("list_active_threads", "GET", f"{_GUILD}/threads/active", threads.active),
    Route("get_channel", "GET", _CHANNEL, threads.channel),
    Route("modify_channel", "PATCH", _CHANNEL, threads.modify),
    Route("delete_channel", "DELETE", _CHANNEL, threads.remove),
    Route("get_pins", "GET", f"{_CHANNEL}/messages/pins", threads.pins),
    Route("pin_message", "PUT", f"{_CHANNEL}/messages/pins/{{message_id}}", threads.pin),
    Route("unpin_message", "DELETE", f"{_CHANNEL}/messages/pins/{{message_id}}", threads.unpin),
    Route("get_messages", "GET", f"{_CHANNEL}/messages", messages.history),
    Route("create_message", "POST", f"{_CHANNEL}/messages", messages.create),
    Route("get_message", "GET", _MESSAGE, messages.get),
    Route("edit_message", "PATCH", _MESSAGE, messages.edit),
    Route("delete_message", "DELETE", _MESSAGE, messages.delete),
    Route("trigger_typing", "POST", f"{_CHANNEL}/typing", threads.typing),
    Route("start_thread_from_message", "POST", f"{_MESSAGE}/threads", threads.start_from_message),
    Route("start_thread", "POST", f"{_CHANNEL}/threads", threads.start),
    Route("list_archived_threads", "GET", f"{_CHANNEL}/threads/archived/public", threads.archived),
    Route("join_thread", "PUT", f"{_CHANNEL}/thread-members/@me", threads.join),
    Route("get_global_commands", "GET", f"{_APP}/commands", commands.listed),
    Route("overwrite_global_commands", "PUT", f"{_APP}/commands", commands.overwrite),
    Route("get_guild_commands", "GET", f"{_APP}/guilds/{{guild_id}}/commands", commands.listed),
    Route("overwrite_guild_commands", "PUT", f"{_APP}/guilds/{{guild_id}}/commands", commands.overwrite),
    Route("create_interaction_response", "POST", _CALLBACK, interactions.respond, open=True),
    Route("create_followup", "POST", _HOOK, webhooks.follow_up, open=True),
    Route("get_followup", "GET", f"{_HOOK}/messages/{{message_id}}", webhooks.get, open=True),
    Route("edit_followup", "PATCH", f"{_HOOK}/messages/{{message_id}}", webhooks.edit, open=True),
    Route("delete_followup", "DELETE", f"{_HOOK}/messages/{{message_id}}", webhooks.delete, open=True),
)

NAMES = frozenset(one.name for one in ROUTES)


def found(verb: str, path: str) -> tuple[Route, dict[str, str]] | None:
    """Return the route of a path, and what stands in it."""
    for one in ROUTES:
        parts = one.parts(verb, path)
        if parts is not None:
            return one, parts
    return None
