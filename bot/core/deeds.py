"""What the thread says of what people here did and said."""

from __future__ import annotations

from bot.core.message import Line, Link, Moment, Quote, line
from bot.model import Incident, TimelineEntry

Parts = tuple[str, list[Line | Quote]]


def unacked(entry: TimelineEntry, _incident: Incident) -> Parts:
    """Say that nobody has it any more."""
    return f"{entry.author} took the acknowledgement back: nobody has it now", []


def noted(entry: TimelineEntry, _incident: Incident) -> Parts:
    """Say whose words follow."""
    return f"Note by {entry.author}", []


def muted(entry: TimelineEntry, _incident: Incident) -> Parts:
    """Say until when the channel hears nothing of it, and what it hears all the same."""
    end = line("Until ", Moment(entry.until)) if entry.until else line("Until it is resolved")
    still = line("The thread goes on. The channel hears of it only if it becomes critical.")
    return f"Muted by {entry.author}", [end, still]


def unmuted(entry: TimelineEntry, _incident: Incident) -> Parts:
    """Say that the channel hears of it again."""
    return f"Unmuted by {entry.author}", []


def affected(entry: TimelineEntry, _incident: Incident) -> Parts:
    """Say for whom it fails."""
    return f"{entry.author} is affected", []


def works(entry: TimelineEntry, _incident: Incident) -> Parts:
    """Say for whom it does not."""
    return f"It works for {entry.author}", []


def linked(entry: TimelineEntry, _incident: Incident) -> Parts:
    """Say who added which address, or where an incident of our own goes on."""
    for one in entry.transitions:
        return f"{entry.author} has declared it anew: “{one.after}”", [line(f"It goes on there: {one.before}")]
    url = entry.url or ""
    return f"Linked by {entry.author}", [line(Link(url, url))] if url else []
