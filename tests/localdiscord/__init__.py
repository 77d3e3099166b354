"""A Discord of our own on 127.0.0.1: REST, gateway, people, and all that can go wrong.

discord.py talks with it unmodified; see `server`, `world`, `faults`, `people`, `gateway`, `looks`.
"""

from tests.localdiscord.faults import (
    Fault,
    after,
    banned,
    drops,
    error,
    hangs,
    html,
    long_under_way,
    malformed,
    rate_limited,
    resets,
    slow,
    status,
)
from tests.localdiscord.local import LocalDiscord
from tests.localdiscord.looks import alive, pings, readable, too_long
from tests.localdiscord.server import local_discord, pointed_at
from tests.localdiscord.world import APP, BOT_USER, GUILD, OWNER, PERSON, TOKEN, World

__all__ = [
    "APP",
    "BOT_USER",
    "GUILD",
    "OWNER",
    "PERSON",
    "TOKEN",
    "Fault",
    "LocalDiscord",
    "World",
    "after",
    "alive",
    "banned",
    "drops",
    "error",
    "hangs",
    "html",
    "local_discord",
    "long_under_way",
    "malformed",
    "pings",
    "pointed_at",
    "rate_limited",
    "readable",
    "resets",
    "slow",
    "status",
    "too_long",
]
