"""What can be configured and is not acted on by this version: said aloud, so that nobody relies on it.

A line goes when what it speaks of comes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bot.core.access import Access
from bot.core.rules import Escalation, Oncall, Route, Service
from bot.core.windows import Window
from bot.settings.values import Probe


def probes(found: Iterable[Probe]) -> Iterator[str]:
    """Probes are read and kept; heartbeats are heard."""
    checked = (probe for probe in found if probe.type != "heartbeat")
    return (f"[[probe]] {probe.name}: probes are not run by this version yet" for probe in checked)


def windows(found: Iterable[Window]) -> Iterator[str]:
    """Maintenances of our own are read and kept."""
    return (f"[[maintenance]] {window.name}: no probe is run by this version yet" for window in found)


def services(found: Iterable[Service]) -> Iterator[str]:
    """Services can be routed by; what else is said of them is kept."""
    for service in found:
        if service.owner or service.runbook or service.fallback_vendor or service.fallback_steps:
            yield f"[[service]] {service.name}: owner, runbook and fallback are not shown by this version yet"


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
