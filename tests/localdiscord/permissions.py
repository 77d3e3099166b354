"""What one may do where: https://docs.discord.com/developers/topics/permissions."""

from __future__ import annotations

from enum import IntFlag


class Can(IntFlag):
    ADMINISTRATOR = 1 << 3
    MANAGE_CHANNELS = 1 << 4
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    USE_APPLICATION_COMMANDS = 1 << 31
    MANAGE_THREADS = 1 << 34
    CREATE_PUBLIC_THREADS = 1 << 35
    CREATE_PRIVATE_THREADS = 1 << 36
    SEND_MESSAGES_IN_THREADS = 1 << 38
    PIN_MESSAGES = 1 << 51


NOTHING = Can(0)
EVERYBODY = (
    Can.VIEW_CHANNEL
    | Can.SEND_MESSAGES
    | Can.EMBED_LINKS
    | Can.READ_MESSAGE_HISTORY
    | Can.USE_APPLICATION_COMMANDS
    | Can.CREATE_PUBLIC_THREADS
    | Can.SEND_MESSAGES_IN_THREADS
)
# What a bot is invited with here: PLATFORMS 1B, "Permissions".
BOT = EVERYBODY | Can.MANAGE_THREADS | Can.MENTION_EVERYONE | Can.PIN_MESSAGES | Can.ATTACH_FILES
EVERYTHING = BOT | Can.MANAGE_CHANNELS | Can.MANAGE_MESSAGES


def named(names: tuple[str, ...]) -> Can:
    """Return the permissions of those names: `send_messages`, `view_channel`, …"""
    made = NOTHING
    for name in names:
        made |= Can[name.upper()]
    return made
