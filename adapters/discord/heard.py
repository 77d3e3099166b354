"""Who did what and where, out of what Discord sends.

https://docs.discord.com/developers/interactions/receiving-and-responding
"""

from __future__ import annotations

from typing import Any, TypeAlias

import discord

from adapters.discord.answers import WORDS
from bot.core.strangers import safe
from bot.model import Person

Interaction: TypeAlias = "discord.Interaction[Any]"


def person_of(interaction: Interaction) -> Person:
    """Return who did something."""
    who = interaction.user
    # As Discord sent them; `roles` has only those that are known already, which in the first moments are none.
    roles = tuple(map(str, getattr(who, "_roles", ())))
    return Person("discord", str(who.id), safe(who.display_name), roles)


def request_of(interaction: Interaction) -> str:
    """Return Discord's own name for a request, the same also if it is delivered again."""
    return f"discord:{interaction.id}"


def place_of(interaction: Interaction) -> str:
    """Return the channel in which it was done, also if it was in a thread of it."""
    here = interaction.channel
    return str(here.parent_id if isinstance(here, discord.Thread) else interaction.channel_id or "")


def written(data: Any) -> str:
    """Return what was written into a form: rows of inputs, or inputs with a label each."""
    for row in data.get("components") or ():
        for one in row.get("components") or [row.get("component") or {}]:
            if one.get("custom_id") == WORDS:
                return str(one.get("value") or "")
    return ""
