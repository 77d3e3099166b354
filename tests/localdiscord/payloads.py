"""What Discord sends to an app when somebody acts.

https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-object,
…/interactions/application-commands
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.localdiscord import shapes
from tests.localdiscord.components import LABEL, LINK, ROW, SELECTS, walk
from tests.localdiscord.delivery import Delivery
from tests.localdiscord.errors import Json
from tests.localdiscord.nouns import Channel, Message, User
from tests.localdiscord.world import APP, World

CHAT, MESSAGE_COMMAND, BOT_DM = 1, 3, 1
SUBCOMMAND, GROUP, STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, NUMBER = 1, 2, 3, 4, 5, 6, 7, 8, 10
_PYTHON: dict[int, type | tuple[type, ...]] = {STRING: str, INTEGER: int, BOOLEAN: bool, NUMBER: (int, float)}


@dataclass(frozen=True, slots=True)
class Scene:
    """Who acts, in which world and where."""

    world: World
    user: User
    channel: Channel

    def interaction(self, kind: int, data: Json, message: Message | None = None) -> Delivery:
        """Return an interaction, ready to be carried."""
        id_ = self.world.clock.snowflake()
        token = f"aW50ZXJhY3Rpb246{id_}"
        base = {
            "id": id_,
            "application_id": APP,
            "type": kind,
            "data": data,
            "channel_id": self.channel.id,
            "channel": shapes.channel(self.world, self.channel)
            | {"permissions": str(int(self.world.can(self.channel, self.user.id)))},
            "token": token,
            "version": 1,
            "locale": "en-US",
            "app_permissions": str(int(self.world.can(self.channel))),
            "entitlements": [],
            "attachment_size_limit": 10_485_760,
        }
        if message is not None:
            base["message"] = shapes.message(self.world, message)
        return Delivery(
            id=id_,
            token=token,
            kind=kind,
            channel=self.channel.id,
            user=self.user.id,
            born=self.world.clock.seconds(),
            payload=base | self._where(),
            source=message,
        )

    def _where(self) -> Json:
        guild = self.channel.guild
        if not guild:
            owners = {"authorizing_integration_owners": {"0": "0"}, "context": 1}
            return {"user": shapes.user(self.user), **owners}
        return {
            "guild_id": guild,
            "guild": {"id": guild, "locale": "en-US", "features": []},
            "guild_locale": "en-US",
            "member": shapes.member(self.world, self.user, guild, self.channel),
            "authorizing_integration_owners": {"0": guild},
            "context": 0,
        }


def registered(scene: Scene, name: str, kind: int) -> Json:
    """Return the command of that name as it was registered; the guild's own goes before the global one."""
    known = [*scene.world.commands.get(scene.channel.guild, []), *scene.world.commands.get("", [])]
    if scene.channel.dm_with:
        # https://docs.discord.com/developers/interactions/application-commands#interaction-contexts
        known = [one for one in known if BOT_DM in (one.get("contexts") or (BOT_DM,))]
    for one in known:
        if (one["name"], one["type"]) == (name, kind):
            return one
    raise LookupError(f"no command {name!r}, only {[one['name'] for one in known if one['type'] == kind]}")


def command(scene: Scene, words: str, values: Mapping[str, Any], focused: str = "") -> Json:
    """What a command carries: `words` are its name and those of its subcommands."""
    name, *rest = words.removeprefix("/").split()
    top = registered(scene, name, CHAT)
    resolved: Json = {}
    level, path = top, list[Json]()
    for word in rest:
        inner = next((one for one in level.get("options", []) if one["name"] == word and one["type"] <= GROUP), None)
        if inner is None:
            raise LookupError(f"{words!r}: {level['name']!r} has no {word!r}")
        level = inner
        path.append(inner)
    given = _given(scene, level, values, focused, resolved)
    for inner in reversed(path):
        given = [{"name": inner["name"], "type": inner["type"], "options": given}]
    return _data(top, {"options": given} | ({"resolved": resolved} if resolved else {}))


def message_command(scene: Scene, name: str, message: Message) -> Json:
    top = registered(scene, name, MESSAGE_COMMAND)
    resolved = {"messages": {message.id: shapes.message(scene.world, message)}}
    return _data(top, {"target_id": message.id, "resolved": resolved})


def _data(top: Json, more: Json) -> Json:
    # discord.py finds a guild's own command by this: without it, CommandNotFound.
    guild = {"guild_id": top["guild_id"]} if "guild_id" in top else {}
    return {"id": top["id"], "name": top["name"], "type": top["type"], **guild, **more}


def _given(scene: Scene, level: Json, values: Mapping[str, Any], focused: str, resolved: Json) -> list[Json]:
    options = {one["name"]: one for one in level.get("options", [])}
    if any(one["type"] <= GROUP for one in options.values()):
        raise LookupError(f"{level['name']!r} is not run by itself, but by {sorted(options)}")
    missing = [name for name, one in options.items() if one.get("required") and name not in values]
    strange = sorted(set(values) - set(options))
    if strange or (missing and not focused):
        raise LookupError(f"{level['name']!r} takes {sorted(options)}: missing {missing}, strange {strange}")
    made = []
    for name, value in values.items():
        option = options[name]
        _fits(option, value, focused=focused == name)
        one = {"name": name, "type": option["type"], "value": _value(scene, option["type"], value, resolved)}
        made.append(one | ({"focused": True} if focused == name else {}))
    return made


def _fits(option: Json, value: Any, *, focused: bool) -> None:
    wanted = _PYTHON.get(option["type"])
    if wanted is not None and not isinstance(value, wanted) and not focused:
        raise LookupError(f"{option['name']!r} can not be {value!r}")
    choices = [one["value"] for one in option.get("choices") or []]
    if choices and value not in choices:
        raise LookupError(f"{option['name']!r} is one of {choices}")
    if focused and not option.get("autocomplete"):
        raise LookupError(f"{option['name']!r} suggests nothing")


def _value(scene: Scene, kind: int, value: Any, resolved: Json) -> Any:
    """Return an option's value, and add whom or what it names to the resolved ones."""
    world, guild = scene.world, scene.channel.guild
    if kind == USER:
        member = shapes.member(world, world.users[value], guild, scene.channel)
        resolved.setdefault("users", {})[value] = member.pop("user")
        resolved.setdefault("members", {})[value] = member
    elif kind == CHANNEL:
        there = world.channels[value]
        shown = shapes.channel(world, there) | {"permissions": str(int(world.can(there, scene.user.id)))}
        resolved.setdefault("channels", {})[value] = shown
    elif kind == ROLE:
        resolved.setdefault("roles", {})[value] = shapes.role(world.guilds[guild].roles[value])
    return value


def pressed(message: Message, wanted: str, values: list[str] | None) -> Json:
    """What a button or a menu carries, found by its custom id or by its label."""
    every = [one for _, one in walk(message.components) if one.get("type") == 2 or one.get("type") in SELECTS]
    for name in ("custom_id", "label", "placeholder"):
        for one in every:
            if one.get(name) == wanted:
                return _pressed(one, values)
    known = [(one.get("custom_id"), one.get("label")) for one in every]
    raise LookupError(f"nothing to press called {wanted!r}, only {json.dumps(known)}")


def _pressed(one: Json, values: list[str] | None) -> Json:
    if one.get("disabled"):
        raise LookupError(f"{one.get('label')!r} is disabled")
    if one.get("style") == LINK and one["type"] == 2:
        raise LookupError(f"{one.get('label')!r} is a link: the app hears nothing of it")
    data = {"custom_id": one["custom_id"], "component_type": one["type"], "id": one["id"]}
    if one["type"] not in SELECTS:
        return data
    offered = [option["value"] for option in one.get("options") or []]
    if values is None or (offered and not set(values) <= set(offered)):
        raise LookupError(f"choose among {offered}")
    return data | {"values": values}


def submitted(modal: Json, values: Mapping[str, Any]) -> Json:
    """What a filled modal carries; `values` by custom id or by label."""
    left = dict(values)

    def filled(one: Json, label: str, number: int) -> Json:
        keys = [key for key in (one.get("custom_id"), label, one.get("label")) if key in left]
        value = left.pop(keys[0]) if keys else one.get("value", "")
        if not value and one.get("required", True):
            raise LookupError(f"{one.get('custom_id')!r} must be filled in")
        chosen = {"values": value} if one["type"] in SELECTS else {"value": value}
        return {"type": one["type"], "id": number, "custom_id": one["custom_id"], **chosen}

    made: list[Json] = []
    for number, one in enumerate(modal["components"]):
        here = number * 10 + 1
        if one["type"] == LABEL:
            inner = filled(one["component"], one.get("label", ""), here + 1)
            made.append({"type": LABEL, "id": here, "component": inner})
        elif one["type"] == ROW:
            inside = [filled(each, "", here + 1 + place) for place, each in enumerate(one["components"])]
            made.append({"type": ROW, "id": here, "components": inside})
        else:
            made.append({"type": one["type"], "id": here})
    if left:
        raise LookupError(f"the modal does not ask for {sorted(left)}")
    return {"custom_id": modal["custom_id"], "components": made}
