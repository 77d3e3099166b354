"""What the thread says of what a vendor has changed."""

from __future__ import annotations

from bot.core.clocks import Parts
from bot.core.message import Line, Quote, heading, line
from bot.core.severity import is_rise
from bot.core.wording import STATUS_WORDS, short, words
from bot.model import ComponentStatus, Impact, Incident, TimelineEntry, Transition


def edited(entry: TimelineEntry, _incident: Incident) -> Parts:
    """Say what was written before, and what is now."""
    parts: list[Line | Quote] = []
    for change in entry.transitions:
        if change.subject == "state":
            parts.append(line(f"State: {words(change.before)} → {words(change.after)}"))
        elif change.before:
            parts += [heading("Before:", level=2), Quote(change.before, entry.author), heading("Now:", level=2)]
    rewritten = any(change.before or change.subject == "state" for change in entry.transitions)
    return f"{entry.author} {'edited' if rewritten else 'added the text of'} an earlier update", parts


def impact_changed(entry: TimelineEntry, _incident: Incident) -> Parts:
    """Say whether it is worse or better."""
    change = entry.transitions[0]
    verb = "raised" if is_rise(Impact(change.before), Impact(change.after)) else "lowered"
    return f"Impact {verb}: {words(change.before)} → {words(change.after)}", []


def components_changed(entry: TimelineEntry, _incident: Incident) -> Parts:
    """Say which parts came, went, or changed."""
    return "; ".join(_moved(change) for change in entry.transitions), []


def _moved(change: Transition) -> str:
    if not change.after:
        return f"{change.subject} no longer listed"
    if change.before == change.after:
        return f"{change.subject} still {STATUS_WORDS[ComponentStatus(change.after)]}"
    if change.before and change.after == ComponentStatus.OPERATIONAL:
        return f"{change.subject} operational again"
    if change.before in {"", ComponentStatus.UNKNOWN}:
        known = change.after not in {ComponentStatus.UNKNOWN, ComponentStatus.OPERATIONAL}
        return f"{change.subject} now {STATUS_WORDS[ComponentStatus(change.after)] if known else 'affected'}"
    before, after = short(ComponentStatus(change.before)), short(ComponentStatus(change.after))
    return f"{change.subject}: {before} → {after}"


def renamed(entry: TimelineEntry, _incident: Incident) -> Parts:
    """Say what it was called before."""
    change = entry.transitions[0]
    return f"Renamed to “{change.after}”", [line(f"Before: “{change.before}”")]
