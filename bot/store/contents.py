"""What announcements are about: incidents, the lines that their threads do not have, and messages about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from sqlalchemy import BindParameter, Connection, RowMapping, bindparam, func, select

from bot.core import boarding, mentions
from bot.core.converge import message_for
from bot.core.holding import Ruling
from bot.core.message import Message, fingerprint
from bot.core.rules import Route
from bot.core.wordings import Words
from bot.model import Announcement, Calling, Destination, Incident, Step, TimelineEntry
from bot.store import codec
from bot.store.tables import ANNOUNCEMENT, ENTRY, INCIDENT


class Contents:
    """The incidents, the entries that any of their threads does not have, and messages about them.

    One incident goes to many destinations: it is read once and worded once, for each sort of readers.
    """

    def __init__(
        self, incidents: Mapping[str, str], lines: Mapping[str, Sequence[tuple[int, str]]], ruling: Ruling
    ) -> None:
        self._incidents = incidents
        self._lines = lines
        self._ruling = ruling
        self._taken: dict[_Seen, tuple[Route, ...]] = {}
        self._roots: dict[tuple[_Seen, Words], tuple[Message, str]] = {}
        self._messages: dict[tuple[_Seen, Words, tuple[TimelineEntry, ...]], Message] = {}

    def incident(self, name: str) -> Incident:
        return _incident(self._incidents[name])

    def route(self, announcement: Announcement) -> Route | None:
        return self._ruling.route(self.incident(announcement.incident), announcement.destination, self._routes)

    def _routes(self, incident: Incident) -> tuple[Route, ...]:
        which = _seen(incident)
        if which not in self._taken:
            self._taken[which] = self._ruling.taken(incident)
        return self._taken[which]

    def root(self, incident: Incident, words: Words) -> tuple[Message, str]:
        """Return the root message and its fingerprint."""
        which = (_seen(incident), words)
        if which not in self._roots:
            message = boarding.with_link(words.root(incident), self._ruling.board, incident.id)
            self._roots[which] = (message, fingerprint(message))
        return self._roots[which]

    def message(self, step: Step, incident: Incident, words: Words) -> Message:
        if not step.entries:
            return self.root(incident, words)[0]
        # Whom it calls is added where it is addressed: without that the words are the same everywhere.
        said = replace(step, entries=tuple(replace(one, calls=()) if one.calls else one for one in step.entries))
        which = (_seen(incident), words, said.entries)
        if which not in self._messages:
            self._messages[which] = message_for(said, incident, words)
        return self._messages[which]

    def unsent(self, announcement: Announcement) -> tuple[TimelineEntry, ...]:
        """Return what its thread does not have, with no other calls than those that are made there."""
        lines, to = self._lines.get(announcement.incident, ()), announcement.destination
        return tuple(_line(body).at(to) for seq, body in lines if seq > announcement.last_seq)


@dataclass(frozen=True, slots=True)
class _Line:
    """An entry without its calls, and those by destination: each of thousands may be called by one entry."""

    entry: TimelineEntry
    calls: Mapping[str, tuple[Calling, ...]]

    def at(self, to: Destination) -> TimelineEntry:
        calls = self.calls.get(str(to)) if self.calls else None
        return replace(self.entry, calls=calls) if calls else self.entry


# One incident may be told in thousands of channels, some at a time: what is as it was is not read again.
@lru_cache(maxsize=64)
def _incident(body: str) -> Incident:
    return codec.INCIDENT.load(body)


@lru_cache(maxsize=64)
def _line(body: str) -> _Line:
    entry = codec.ENTRY.load(body)
    return _Line(replace(entry, calls=()), mentions.by_place(entry)) if entry.calls else _Line(entry, {})


# An incident, and of a burst those members that a channel is shown.
_Seen = tuple[str, ...]


def _seen(incident: Incident) -> _Seen:
    return incident.id, *(member.id for member in incident.members)


def contents_of(connection: Connection, rows: Sequence[RowMapping], ruling: Ruling) -> Contents:
    """Return what the announcements in `rows` are about."""
    found = connection.execute(_BODIES, {"b_incidents": list({row["incident"] for row in rows})})
    lines: dict[str, list[tuple[int, str]]] = {}
    for row in connection.execute(_UNSENT, {"b_ids": [row["id"] for row in rows]}):
        lines.setdefault(row.incident, []).append((row.seq, row.body))
    return Contents({row.id: row.body for row in found}, lines, ruling)


# Statements are made once: to make one costs more than to run it.
_IDS: BindParameter[int] = bindparam("b_ids", expanding=True)
_INCIDENTS: BindParameter[str] = bindparam("b_incidents", expanding=True)
_BODIES = select(INCIDENT.c.id, INCIDENT.c.body).where(INCIDENT.c.id.in_(_INCIDENTS))
# Each line is read once, however many channels lack it.
_LACKING = (
    select(ANNOUNCEMENT.c.incident, func.min(ANNOUNCEMENT.c.last_seq).label("last_seq"))
    .where(ANNOUNCEMENT.c.id.in_(_IDS))
    .group_by(ANNOUNCEMENT.c.incident)
    .subquery()
)
_UNSENT = (
    select(ENTRY.c.incident, ENTRY.c.seq, ENTRY.c.body)
    .join(_LACKING, (ENTRY.c.incident == _LACKING.c.incident) & (ENTRY.c.seq > _LACKING.c.last_seq))
    .order_by(ENTRY.c.incident, ENTRY.c.seq)
)
