"""What is said of whoever has an incident now, and of how it came to them."""

from __future__ import annotations

from bot.core.message import Line, Quote, line
from bot.model import Ack, ChangeKind, Incident, TimelineEntry

Parts = tuple[str, list[Line | Quote]]


def holding(ack: Ack) -> str:
    """Say who has it, and from whom or by whom they have it: the root shows it."""
    said = {
        ChangeKind.TAKEN: f"Taken over by {ack.name} from {ack.other}",
        ChangeKind.ASSIGNED: f"Assigned to {ack.name} by {ack.other}",
        ChangeKind.HANDED_OVER: f"Handed over to {ack.name} by {ack.other}",
    }
    return said.get(ack.way, f"Acknowledged by {ack.name}")


def taken(entry: TimelineEntry, _incident: Incident) -> Parts:
    """Say who has taken it over from whom."""
    return f"Taken over by {entry.author} from {_said(entry, 'from')}", []


def assigned(entry: TimelineEntry, _incident: Incident) -> Parts:
    """Say who has given it to whom, and who had it before if that was somebody else."""
    before = _said(entry, "from")
    had = [line(f"{before} had it before.")] if before and before != entry.author else []
    return f"Assigned to {_said(entry, 'to')} by {entry.author}", [*had, *_direct(entry)]


def handed_over(entry: TimelineEntry, _incident: Incident) -> Parts:
    """Say who hands over to whom, if that is somebody by name; how it stands is told in their words."""
    to = _said(entry, "to")
    if not to:
        return f"Handover note by {entry.author}", []
    return f"Handover from {_said(entry, 'from') or entry.author} to {to}", [*_direct(entry)]


def _direct(entry: TimelineEntry) -> list[Line]:
    where = _said(entry, "direct")
    return [line(f"{_said(entry, 'to')} gets a direct message on {where}.")] if where else []


def _said(entry: TimelineEntry, subject: str) -> str:
    return next((one.after for one in entry.transitions if one.subject == subject), "")
