"""What can be configured and is not acted on by this version: said aloud, so that nobody relies on it.

A line goes when what it speaks of comes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bot.core.access import Access
from bot.core.rules import Escalation, Oncall, Route


def routes(found: Iterable[Route]) -> Iterator[str]:
    """Routes lead to their destinations; nobody is mentioned."""
    for route in found:
        if route.mention:
            yield f"[[route]] {route.name}: mention: nobody is mentioned by this version yet"
        if route.quiet:
            yield f"[[route]] {route.name}: quiet: quiet hours are not kept by this version yet"


def oncalls(found: Iterable[Oncall]) -> Iterator[str]:
    """Rotas are read and kept."""
    return (f"[[oncall]] {oncall.name}: nobody is called by this version yet" for oncall in found)


def escalations(found: Iterable[Escalation]) -> Iterator[str]:
    """Escalations are read and kept."""
    return (f"[[escalation]] {escalation.name}: nothing is escalated by this version yet" for escalation in found)


def access(found: Access) -> Iterator[str]:
    """Who may do what is kept to; nobody is found by a group."""
    for one in (*found.admins, *(found.responders or ())):
        if one.startswith("slack:S"):
            yield f"[access]: {one}: the members of a Slack group are not looked up by this version yet"
