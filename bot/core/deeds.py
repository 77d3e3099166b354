"""What the thread says of what people here did and said."""

from __future__ import annotations

from bot.core.lengths import FOR_GOOD
from bot.core.message import Line, Link, Moment, Quote, line
from bot.core.people import WITH
from bot.model import Incident, TimelineEntry, Who

Parts = tuple[str, list[Line | Quote]]


def unacked(entry: TimelineEntry, _incident: Incident) -> Parts:
    """Say that nobody has it any more."""
    return f"{entry.author} took the acknowledgement back: nobody has it now", []


def noted(entry: TimelineEntry, _incident: Incident) -> Parts:
    """Say whose words follow."""
    return f"Note by {entry.author}", []


def muted(entry: TimelineEntry, _incident: Incident) -> Parts:
    """Say until when the channel hears nothing of it, and what it hears all the same."""
    of = next((change.after for change in entry.transitions if change.subject == WITH), "")
    if any(change.subject == FOR_GOOD for change in entry.transitions):
        lines = [line("For good: the channel hears nothing more of it, however bad it gets.")]
    else:
        end = line("Until ", Moment(entry.until)) if entry.until else line("Until it is resolved")
        lines = [end, line("The thread goes on. The channel hears of it only if it becomes critical.")]
    return f"Muted with {of} by {entry.author}" if of else f"Muted by {entry.author}", [*lines]


def unmuted(entry: TimelineEntry, _incident: Incident) -> Parts:
    """Say that the channel hears of it again, and why."""
    of = next((change.after for change in entry.transitions if change.subject == WITH), "")
    if not of:
        return f"Unmuted by {entry.author}" if entry.who is Who.PERSON else "The mute is over", []
    if any(change.subject == "more" for change in entry.transitions):
        return f"No longer muted: it is not only about {of}", []
    return f"Unmuted with {of} by {entry.author}" if entry.who is Who.PERSON else f"The mute of {of} is over", []


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
