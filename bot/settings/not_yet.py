"""What can be configured and is not acted on by this version: said aloud, so that nobody relies on it.

A line goes when what it speaks of comes.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.core.access import Access


def access(found: Access) -> Iterator[str]:
    """Who may do what is kept to; nobody is found by a group."""
    for one in (*found.admins, *(found.responders or ())):
        if one.startswith("slack:S"):
            yield f"[access]: {one}: the members of a Slack group are not looked up by this version yet"
