"""The bot may do what its code does, and nothing more: scopes, events, permissions, intents."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import discord
import yaml  # type: ignore[import-untyped]  # it has no types

from adapters.discord.channels import NEEDED
from adapters.discord.client import Bot
from adapters.slack.platform import ASKED
from tests.localslack.arguments import APP, METHODS

ROOT = Path(__file__).parents[2]
# In which kinds of conversations it reads back, and of which it asks what they are.
KINDS = {"*:history": ("channels", "groups", "im"), "*:read": ("channels", "groups")}
# https://docs.slack.dev/reference/events: which scope each event takes.
OF_EVENTS = {
    "app_home_opened": (),
    "app_mention": ("app_mentions:read",),
    "app_uninstalled": (),
    "member_joined_channel": ("channels:read", "groups:read"),
    "message.im": ("im:history",),
    "tokens_revoked": (),
}
# What each call takes, as https://docs.discord.com/developers/resources/channel and …/message say.  In a thread it is
# another permission than in its channel.
WRITES = frozenset({"send_messages", "send_messages_in_threads", "embed_links", "attach_files"})
OF_CALLS: dict[str, frozenset[str]] = {
    "POST MESSAGES": WRITES,
    "POST _THREADS": WRITES,
    "POST threads of a message": frozenset({"create_public_threads"}),
    "GET MESSAGES": frozenset({"view_channel", "read_message_history"}),
    "GET MESSAGE": frozenset({"view_channel", "read_message_history"}),
    "GET archived": frozenset({"read_message_history"}),
    "GET /channels/{channel_id}": frozenset({"view_channel"}),
    "GET _CHANNEL": frozenset({"view_channel"}),
    # Its own messages, and threads that are archived and not locked, or its own.
    "PATCH MESSAGE": frozenset(),
    "DELETE MESSAGE": frozenset(),
    "PATCH /channels/{channel_id}": frozenset({"send_messages_in_threads"}),
    "PATCH _CHANNEL": frozenset(),
    # What every member may.
    "GET /guilds/{guild_id}/threads/active": frozenset(),
    "GET /guilds/{guild_id}/members/{user_id}": frozenset(),
    "GET /guilds/{guild_id}/roles": frozenset(),
    "GET /users/@me/guilds": frozenset(),
    "GET /users/{user_id}": frozenset(),
    "POST /users/@me/channels": frozenset(),
}
_PUT_TOGETHER = {
    "GET path": "GET /guilds/{guild_id}/members/{user_id}",
    "POST path": "POST threads of a message",
}
_VERBS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})


def sources(platform: str) -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "adapters" / platform).glob("*.py"))


def manifest() -> Any:
    return yaml.safe_load((ROOT / "adapters" / "slack" / "manifest.yaml").read_text(encoding="utf-8"))


def scopes_of(method: str) -> Iterator[str]:
    scope = METHODS[method].scope
    if scope and METHODS[method].token != APP:
        yield from (scope.replace("*", kind) for kind in KINDS.get(scope, ("",)))


def test_slack_is_asked_for_the_scopes_that_are_used_and_no_other() -> None:
    code = sources("slack")
    called = [name for name in METHODS if f'"{name}"' in code or f".{name.replace('.', '_')}(" in code]
    used = {scope for method in called for scope in scopes_of(method)}
    events = manifest()["settings"]["event_subscriptions"]["bot_events"]
    used |= {scope for event in events for scope in OF_EVENTS[event]}

    assert set(re.findall(r"web\.call\(\s*\"([\w.]+)\"", code)) <= set(called)
    assert used | {"commands"} == set(ASKED) == set(manifest()["oauth_config"]["scopes"]["bot"])
    assert "user" not in manifest()["oauth_config"]["scopes"]


def discord_calls() -> Iterator[str]:
    """Give every call that the code makes: the verb, and the path as it is written there."""
    for path in (ROOT / "adapters" / "discord").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                texts = [
                    str(one.value) if isinstance(one, ast.Constant) else getattr(one, "id", "") for one in node.args
                ]
                yield from (f"{verb} {where}" for verb, where in pairwise(texts) if verb in _VERBS)


def test_discord_is_asked_for_the_permissions_that_are_used_and_no_other() -> None:
    # Two paths are put together first.
    calls = {_PUT_TOGETHER.get(one, one) for one in discord_calls()}

    assert calls == OF_CALLS.keys()
    assert frozenset().union(*OF_CALLS.values()) == NEEDED.keys()


def test_the_invitation_and_the_page_about_it_ask_for_the_same() -> None:
    page = (ROOT / "docs" / "discord.md").read_text(encoding="utf-8")
    number = discord.Permissions(**dict.fromkeys(NEEDED, True)).value
    rows = re.findall(r"^   \| ([A-Z][\w ]+) \|", page, re.MULTILINE)

    assert f"permissions={number}&scope=bot+applications.commands" in page
    assert {row.lower().replace(" ", "_") for row in rows} == set(NEEDED)


def test_discord_is_listened_to_for_what_servers_and_buttons_need_and_for_no_message() -> None:
    """The events of the intent `guilds`, and those that need none.

    https://docs.discord.com/developers/events/gateway#list-of-intents; a change of the bot's own member comes without.
    """
    heard = {name for name in vars(Bot) if name.startswith("on_")}

    assert re.findall(r"Intents[.(].*", sources("discord")) == ["Intents(guilds=True),"]
    assert heard == {
        *("on_ready", "on_resumed", "on_disconnect", "on_error", "on_interaction", "on_member_update"),
        *("on_guild_join", "on_guild_available", "on_guild_role_update"),
        *("on_guild_channel_create", "on_guild_channel_update"),
    }
