"""What can be configured and is not acted on by this version: said aloud, so that nobody relies on it.

A line goes when what it speaks of comes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bot.core.rules import Route


def routes(found: Iterable[Route]) -> Iterator[str]:
    """Routes lead to their destinations at any hour; only mentions wait."""
    for route in found:
        if route.quiet:
            yield f"[[route]] {route.name}: quiet: only mentions are kept back; all is told at once by this version"
