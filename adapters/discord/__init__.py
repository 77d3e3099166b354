"""Discord: announcements, commands and buttons, on discord.py."""

from adapters.discord.platform import Discord

__all__ = ["Discord"]
