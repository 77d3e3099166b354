"""Sitrep's verbs as Discord's own commands, with typed options and what may be meant while somebody types.

Every verb of the grammar is here twice: as people would look for it (`/status`, `/incident ack`), and under `/sitrep`,
because other bots have a `/status` too.  A verb's shape tells which options it has.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Coroutine
from typing import Any

import discord
from discord import app_commands
from discord.app_commands import Choice

from adapters.discord import limits
from adapters.discord.heard import Interaction
from adapters.discord.listen import Listener
from adapters.discord.shapes import SHAPES, Suggesting
from bot.core.grammar import VERBS, Verb
from bot.core.strangers import cut
from bot.model import Action

LINK = "Link to incident"
_DESCRIPTION = 100
_FALLBACK, _ROUTES = "fallback", "routes"
# The first words of verbs of two.
_GROUPS = {
    "watch": "What is watched, and what a channel is told of it; admins change it",
    "oncall": "Who is on call, and who has it instead",
    _ROUTES: "Where incidents are told, and where one would be",
    _FALLBACK: "Say that you have switched over, or back",
}


def fill(tree: app_commands.CommandTree[Any], listener: Listener) -> None:
    """Give a tree all commands."""
    for verb in VERBS:
        if verb.action in {Action.STATUS, Action.INCIDENTS, Action.REPORT, Action.ACK}:
            tree.add_command(_command(verb, listener))
    umbrella = app_commands.Group(name="sitrep", description="Everything that Sitrep can be asked for")
    for verb in VERBS:
        if not verb.of and not _group(verb):
            umbrella.add_command(_command(verb, listener))
    # A group holds 25: https://docs.discord.com/developers/interactions/application-commands, so those about an
    # incident are a group of their own there as well; what has two words is no group within that one.
    umbrella.add_command(_about_incidents(listener))
    incident = _about_incidents(listener)
    incident.add_command(_grouped(_FALLBACK, listener))
    tree.add_command(incident)
    for name in _GROUPS:
        if name not in {_FALLBACK, _ROUTES}:
            tree.add_command(_grouped(name, listener))
        umbrella.add_command(_grouped(name, listener))
    tree.add_command(umbrella)

    async def link(interaction: Interaction, message: discord.Message) -> None:
        await listener.link_wanted(interaction, message)

    tree.add_command(app_commands.ContextMenu(name=LINK, callback=link))


def _about_incidents(listener: Listener) -> app_commands.Group:
    group = app_commands.Group(name="incident", description="What is to be done about an incident")
    for verb in VERBS:
        if verb.of and not _group(verb):
            group.add_command(_command(verb, listener))
    return group


def _grouped(name: str, listener: Listener) -> app_commands.Group:
    """Return the verbs of two words of which `name` is the first."""
    group = app_commands.Group(name=name, description=_GROUPS[name])
    for verb in VERBS:
        if _group(verb) == name:
            group.add_command(_command(verb, listener))
    return group


def _group(verb: Verb) -> str:
    """Return the first of a verb's two words; nothing if it has but one."""
    return verb.names[0].rpartition(" ")[0]


def fingerprint(tree: app_commands.CommandTree[Any]) -> str:
    """Return what changes only when a command does: Discord lets an app make 200 of them a day in a server.

    https://docs.discord.com/developers/interactions/application-commands#registering-a-command
    """
    payload = [command.to_dict(tree) for command in tree.get_commands()]
    return hashlib.blake2b(json.dumps(payload, sort_keys=True).encode(), digest_size=16).hexdigest()


def _command(verb: Verb, listener: Listener) -> app_commands.Command[Any, ..., Any]:
    callback, suggestions = SHAPES[verb.reads](verb, listener)
    described = cut(verb.about[0].upper() + verb.about[1:], _DESCRIPTION)
    command = app_commands.Command[Any, ..., Any](
        name=verb.names[0].rpartition(" ")[2], description=described, callback=callback
    )
    for option, suggesting in suggestions.items():
        command.autocomplete(option)(_suggests(suggesting))
    return command


def _suggests(suggesting: Suggesting) -> Callable[[Interaction, str], Coroutine[Any, Any, list[Choice[str]]]]:
    async def suggest(_: Interaction, typed: str) -> list[Choice[str]]:
        found = await suggesting(typed)
        return [
            Choice(name=cut(label, limits.OPTION) or "…", value=value)
            for label, value in found[: limits.OPTIONS]
            if 0 < len(value) <= limits.OPTION
        ]

    return suggest
