"""New lines of a timeline, as they all begin: by Sitrep itself, or by somebody who asked for something."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.model import Ack, Asked, ChangeKind, Incident, TimelineEntry, Transition, Who

# Who speaks when nobody else does.
AUTHOR = "Sitrep"


def by_bot(incident: Incident, kind: ChangeKind, now: datetime) -> TimelineEntry:
    """Return the next line of an incident, which changes neither its state nor its impact, by Sitrep."""
    return TimelineEntry(
        incident=incident.id,
        seq=incident.last_seq + 1,
        happened_at=now,
        recorded_at=now,
        who=Who.BOT,
        author=AUTHOR,
        kind=kind,
        state=incident.state,
        impact=incident.impact,
    )


def by_person(incident: Incident, kind: ChangeKind, asked: Asked, now: datetime) -> TimelineEntry:
    """Return the same by whoever asked for it, without their words."""
    return TimelineEntry(
        incident=incident.id,
        seq=incident.last_seq + 1,
        happened_at=now,
        recorded_at=now,
        who=Who.PERSON,
        author=asked.person.name,
        kind=kind,
        state=incident.state,
        impact=incident.impact,
        person=asked.person.key,
    )


def by_holder(incident: Incident, ack: Ack, now: datetime) -> TimelineEntry:
    """Return the quiet line by which whoever has, or was given, another incident has this one in the same way."""
    given = ack.way in {ChangeKind.ASSIGNED, ChangeKind.HANDED_OVER}
    to = (Transition("to", "\n".join(ack.keys or (ack.person,)), ack.name),) if given else ()
    line = replace(by_bot(incident, ack.way, now), who=Who.PERSON, happened_at=ack.at, transitions=to, quiet=True)
    return (
        replace(line, author=ack.other) if given else replace(line, author=ack.name, person=ack.person, until=ack.until)
    )
