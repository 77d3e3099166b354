"""What Slack sends to an app: https://docs.slack.dev/interactivity/handling-user-interaction#payloads,
…/reference/interaction-payloads, …/interactivity/implementing-slash-commands, …/reference/events.

Each function returns the payload alone; how it is carried, sockets or signed requests decide.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.localslack.errors import Json
from tests.localslack.nouns import Channel, Message, User
from tests.localslack.world import World


@dataclass(frozen=True, slots=True)
class Scene:
    """Who acts, in which world, and where answers by `response_url` go."""

    world: World
    user: User
    url: str

    @property
    def team(self) -> Json:
        workspace = self.world.workspaces[self.user.team]
        return {"id": workspace.id, "domain": workspace.domain}

    @property
    def person(self) -> Json:
        return {"id": self.user.id, "username": self.user.name, "name": self.user.name, "team_id": self.user.team}

    def response_url(self, channel: Channel, message: Message | None = None) -> str:
        return f"{self.url}/respond/{self.world.answer_to(channel.id, self.user.id, message)}"

    def interaction(self, kind: str) -> Json:
        return {
            "type": kind,
            "team": self.team,
            "user": self.person,
            "api_app_id": self.world.app,
            "token": "verification",
            "enterprise": None,
            "is_enterprise_install": False,
        }

    def triggered(self, kind: str) -> Json:
        return self.interaction(kind) | {"trigger_id": self.world.trigger()}


def slash_command(scene: Scene, command: str, text: str, channel: Channel) -> Json:
    return {
        "token": "verification",
        "team_id": scene.team["id"],
        "team_domain": scene.team["domain"],
        "channel_id": channel.id,
        "channel_name": channel.name or "directmessage",
        "user_id": scene.user.id,
        "user_name": scene.user.name,
        "command": command,
        "text": text,
        "api_app_id": scene.world.app,
        "is_enterprise_install": "false",
        "response_url": scene.response_url(channel),
        "trigger_id": scene.world.trigger(),
    }


def block_actions(scene: Scene, message: Message, action: Json, values: Json | None = None) -> Json:
    """A click or a choice in a message."""
    channel = scene.world.channels[message.channel]
    container = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": channel.id,
        "is_ephemeral": message.ephemeral_to is not None,
    }
    if message.thread_ts:
        container["thread_ts"] = message.thread_ts
    return scene.triggered("block_actions") | {
        "container": container,
        "channel": {"id": channel.id, "name": channel.name or "directmessage"},
        "message": message.public(),
        "state": {"values": values or {}},
        "response_url": scene.response_url(channel, message),
        "actions": [action],
    }


def view_actions(scene: Scene, view: Json, action: Json) -> Json:
    """A click or a choice in a modal or in the App Home."""
    container = {"type": "view", "view_id": view["id"]}
    return scene.triggered("block_actions") | {"container": container, "view": view, "actions": [action]}


def block_suggestion(scene: Scene, action_id: str, typed: str, *, block_id: str, view: Json | None = None) -> Json:
    """What a person has typed into an external menu so far."""
    container: Json = {"type": "view", "view_id": view["id"]} if view else {"type": "message"}
    more: Json = {"view": view} if view else {}
    asked = {"action_id": action_id, "block_id": block_id, "value": typed, "container": container}
    return scene.interaction("block_suggestion") | asked | more


def shortcut(scene: Scene, callback_id: str) -> Json:
    stamp = f"{scene.world.clock.seconds():.6f}"
    return scene.triggered("shortcut") | {"callback_id": callback_id, "action_ts": stamp}


def message_action(scene: Scene, callback_id: str, message: Message) -> Json:
    channel = scene.world.channels[message.channel]
    return scene.triggered("message_action") | {
        "callback_id": callback_id,
        "action_ts": f"{scene.world.clock.seconds():.6f}",
        "message_ts": message.ts,
        "channel": {"id": channel.id, "name": channel.name or "directmessage"},
        "message": message.public(),
        "response_url": scene.response_url(channel, message),
    }


def view_submission(scene: Scene, view: Json, values: Json) -> Json:
    """`values` by block and action: `{"note": {"text": {"type": "plain_text_input", "value": "…"}}}`."""
    filled = {**view, "state": {"values": values}}
    return scene.triggered("view_submission") | {"view": filled, "response_urls": []}


def view_closed(scene: Scene, view: Json) -> Json:
    return scene.interaction("view_closed") | {"view": view, "is_cleared": False}


def event(world: World, inner: Json, team: str) -> Json:
    """https://docs.slack.dev/apis/events-api#event-type-structure; the outer part."""
    bot = next((one.bot_user for one in world.installations.values() if one.team == team), "")
    authorization = {"enterprise_id": None, "team_id": team, "user_id": bot, "is_bot": True}
    return {
        "token": "verification",
        "team_id": team,
        "context_team_id": team,
        "context_enterprise_id": None,
        "api_app_id": world.app,
        "event": inner,
        "type": "event_callback",
        "event_id": world.new_id("Ev"),
        "event_time": int(world.clock.seconds()),
        "authorizations": [authorization | {"is_enterprise_install": False}],
        "is_ext_shared_channel": False,
        "event_context": world.new_id("EC"),
    }


def app_mention(message: Message) -> Json:
    thread = {"thread_ts": message.thread_ts} if message.thread_ts else {}
    return {
        "type": "app_mention",
        "user": message.user,
        "text": message.text,
        "ts": message.ts,
        "channel": message.channel,
        "event_ts": message.ts,
        **thread,
    }


def direct_message(message: Message) -> Json:
    return app_mention(message) | {"type": "message", "channel_type": "im"}


def app_home_opened(world: World, user: str, tab: str = "home") -> Json:
    more = {"view": world.homes[user]} if user in world.homes else {}
    stamp = f"{world.clock.seconds():.6f}"
    return {"type": "app_home_opened", "user": user, "channel": "D0HOME", "tab": tab, "event_ts": stamp, **more}


def app_uninstalled() -> Json:
    return {"type": "app_uninstalled"}


def tokens_revoked(bot: str) -> Json:
    return {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [bot]}}


def find_element(blocks: Any, wanted: str) -> tuple[Json, Json]:
    """Return the element with that action id, value or label, and the block it stands in; the action id wins."""
    every = list(_elements(blocks))
    for field in ("action_id", "value", "label"):
        for block, element in every:
            if _field(element, field) == wanted:
                return block, element
    known = [element.get("action_id") for _, element in every]
    raise LookupError(f"nothing to press called {wanted!r}, only {json.dumps(known)}")


def clicked(block: Json, element: Json, stamp: float, chosen: str | None = None) -> Json:
    """The action of a click on a button, or of the choice of an option by its value."""
    action: Json = {name: element[name] for name in ("action_id", "type", "text", "value", "style") if name in element}
    action |= {"block_id": block["block_id"], "action_ts": f"{stamp:.6f}"}
    if chosen is not None:
        options = [one for one in element.get("options", ()) if one["value"] == chosen]
        action["selected_option"] = options[0] if options else {"value": chosen}
    return action


def _elements(blocks: Any) -> Iterator[tuple[Json, Json]]:
    for block in blocks or ():
        inside = [*block.get("elements", ()), block.get("accessory"), block.get("element")]
        yield from ((block, one) for one in inside if isinstance(one, dict) and "action_id" in one)


def _field(element: Json, field: str) -> object:
    return (element.get("text") or {}).get("text") if field == "label" else element.get(field)
