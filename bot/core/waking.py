"""What the thread says of who has an incident, who is woken because nobody has, and who is asked how it stands."""

from __future__ import annotations

from datetime import timedelta

from bot.core.clocks import Parts
from bot.core.message import Moment, line
from bot.core.spans import duration
from bot.model import Incident, TimelineEntry, Who

_ROTA = "oncall:"


def acked(entry: TimelineEntry, incident: Incident) -> Parts:
    """Say who has it, and for how long if that is not for good."""
    del incident
    if entry.until is None:
        return f"Acknowledged by {entry.author}", []
    lasting = duration(entry.until - entry.happened_at)
    return f"Acknowledged by {entry.author} for {lasting}", [
        line("Until ", Moment(entry.until), "; after that nobody has it.")
    ]


def escalated(entry: TimelineEntry, incident: Incident) -> Parts:
    """Say who is told of it because nobody has it, or because somebody wants them told."""
    del incident
    said = {change.subject: change.after for change in entry.transitions}
    waited = duration(timedelta(seconds=int(said.get("waited", "0"))))
    why = f" by {entry.author}" if entry.who is Who.PERSON else f", nobody has acknowledged for {waited}"
    to, person = said.get("to", ""), said.get("person")
    name = to.removeprefix(_ROTA)
    lines = [line("From now on it is told there too.")] if "begins" in said else []
    if name != to and person:
        lines.append(line(f"On call: {person}"))
    if "direct" in said:
        lines.append(line(f"{person or to} gets a direct message on {said['direct']}."))
    whom = f"on-call ({name})" if name != to else person or to
    return f"Escalated to {whom}{why}", [*lines]


def lapsed(entry: TimelineEntry, incident: Incident) -> Parts:
    """Say that somebody had it for a while, and that the while is over."""
    del incident
    return f"The acknowledgement by {entry.transitions[0].before} has lapsed: nobody has it now", []


def nudged(entry: TimelineEntry, incident: Incident) -> Parts:
    """Ask whoever has it."""
    del incident
    silent = entry.transitions[0]
    for_long = duration(timedelta(seconds=int(silent.after)))
    return f"{silent.before}, how does it stand? Nothing was noted for {for_long}", []


def released(entry: TimelineEntry, incident: Incident) -> Parts:
    """Say that what quiet hours kept back is told, or that what is told with others is told in one more channel."""
    del incident
    if entry.members:
        return f"Told in {entry.transitions[0].after} too", []
    return f"The quiet hours are over: told in {entry.transitions[0].after}", []
