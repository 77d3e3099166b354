"""What the thread says of an incident of the team's own: who declared it, and how the team says that it goes on."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.core.clocks import Parts
from bot.core.message import line
from bot.core.severity import is_rise
from bot.core.spans import duration
from bot.core.team import FOLLOWS
from bot.core.wording import capital, words
from bot.model import ChangeKind, Impact, Incident, TimelineEntry, Who


def is_teams(entry: TimelineEntry) -> bool:
    """Whether a person says how an incident stands."""
    return entry.who is Who.PERSON and entry.claim is not None


def declared(entry: TimelineEntry, incident: Incident) -> Parts:
    """Say who has declared it, what suffers, and which one it follows."""
    del incident
    follows = [line(f"It follows “{one.after}” ({one.before})") for one in entry.transitions if one.subject == FOLLOWS]
    suffers = entry.claim.services if entry.claim else ()
    return f"Declared by {entry.author}", [*([line("Affects us: ", ", ".join(suffers))] if suffers else []), *follows]


def _updated(entry: TimelineEntry, incident: Incident) -> Parts:
    del incident
    moved = next((one for one in entry.transitions if one.subject == "state"), None)
    if moved is None:
        return f"Update by {entry.author}", []
    return f"{capital(words(moved.after))}, says {entry.author}", []


def _impact_changed(entry: TimelineEntry, incident: Incident) -> Parts:
    del incident
    change = entry.transitions[0]
    verb = "raised" if is_rise(Impact(change.before), Impact(change.after)) else "lowered"
    return f"Impact {verb} by {entry.author}: {words(change.before)} → {words(change.after)}", []


def _renamed(entry: TimelineEntry, incident: Incident) -> Parts:
    del incident
    change = entry.transitions[0]
    return f"Renamed by {entry.author} to “{change.after}”", [line(f"Before: “{change.before}”")]


def _resolved(entry: TimelineEntry, incident: Incident) -> Parts:
    return f"Resolved by {entry.author} after {duration(entry.happened_at - incident.started_at)}", []


def _reopened(entry: TimelineEntry, incident: Incident) -> Parts:
    del incident
    return f"Opened again by {entry.author}", [line("It is not over: nobody has it yet.")]


SAYS: Mapping[ChangeKind, Callable[[TimelineEntry, Incident], Parts]] = {
    ChangeKind.OPENED: declared,
    ChangeKind.DECLARED: declared,
    ChangeKind.UPDATED: _updated,
    ChangeKind.IMPACT_CHANGED: _impact_changed,
    ChangeKind.RENAMED: _renamed,
    ChangeKind.RESOLVED: _resolved,
    ChangeKind.REOPENED: _reopened,
}
