"""The one value that all others are made of."""

from __future__ import annotations

from bot.settings.mistakes import shown


def text(value: object) -> str:
    """Read text that says something."""
    if isinstance(value, str) and value.strip():
        return value.strip()
    raise ValueError(
        "is empty; write a text or leave the key out"
        if isinstance(value, str)
        else f"{shown(value)} is not text; write it in quotes"
    )
