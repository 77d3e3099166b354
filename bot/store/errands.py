"""What is to be done next for announcements that were just claimed: decided, and recorded before it is done."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BindParameter, Connection, RowMapping, bindparam, select, update

from bot.core import afterwards, boarding, members, wordings
from bot.core.converge import addressed, begun, message_for, next_step
from bot.core.holding import Ruling, as_heard
from bot.core.message import Message, fingerprint
from bot.core.rules import Detail, Route
from bot.core.wordings import Words
from bot.model import (
    Announcement,
    AnnouncementState,
    Destination,
    Digest,
    Hold,
    Incident,
    Intent,
    Ref,
    Step,
    StepKind,
    TimelineEntry,
)
from bot.store import codec, digesting
from bot.store.holds import Holds
from bot.store.tables import ANNOUNCEMENT, ENTRY, INCIDENT

_log = logging.getLogger(__name__)
# What an announcement is about that is no digest.
INCIDENTS = "incident"


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """One step to do for one announcement, and the message that it sends; a digest is of no one `incident`.

    The message of a `week` is still to be made: it is about what was until then.

    `unfinished` is a step that somebody began and nobody reported on: it is read back before anything else.
    Nothing may be sent any more after `until`: somebody else may hold the announcement then.
    """

    announcement: Announcement
    incident: Incident | None
    step: Step
    message: Message
    unfinished: Intent | None
    revision: int
    until: datetime
    week: Digest | None = None


@dataclass(frozen=True, slots=True)
class _Ready:
    """An announcement with its next step, if it wants one."""

    announcement: Announcement
    incident: Incident | None
    step: Step | None
    message: Message | None
    revision: int
    week: Digest | None = None


@dataclass(frozen=True, slots=True)
class Able:
    """What each platform can do: how long a reply may be, on which channels do not see threads, which take files."""

    longest: Mapping[str, int]
    apart: Collection[str] = ()
    carrying: Collection[str] = ()


def prepare(
    connection: Connection, rows: Sequence[RowMapping], able: Able, now: datetime, *, until: datetime, holds: Holds
) -> tuple[Errand, ...]:
    """Return what is to be done for the announcements in `rows`, with the intents recorded.

    What is held back is put off.  One that can not be told is parked with the reason: it must not keep all others
    waiting.
    """
    contents = _contents(connection, rows, holds.ruling)
    ready: list[_Ready] = []
    for row in rows:
        try:
            found = _of_digest(row, holds) if row["about"] != INCIDENTS else _next(row, contents, able, holds)
            ready += [found] if found is not None else []
        except Exception as error:  # noqa: BLE001  (it is parked, whatever it was)
            _log.exception("can not be told incident=%s destination=%s", row["incident"], row["destination"])
            connection.execute(_PARK, {"b_id": row["id"], "b_error": f"can not be told: {type(error).__name__}"})
    _record_intents(connection, ready, now)
    return tuple(
        Errand(
            announcement=one.announcement,
            incident=one.incident,
            step=one.step,
            message=one.message,
            unfinished=_unfinished(one.announcement),
            revision=one.revision,
            until=until,
            week=one.week,
        )
        for one in ready
        if one.step is not None and one.message is not None
    )


class _Contents:
    """The incidents, for each announcement the entries that its thread does not have, and messages about them.

    One incident goes to many destinations: it is read once and worded once, for each sort of readers.
    """

    def __init__(self, incidents: Mapping[str, str], entries: Mapping[int, Sequence[str]], ruling: Ruling) -> None:
        self._incidents = incidents
        self._entries = entries
        self._ruling = ruling
        self._read_incidents: dict[str, Incident] = {}
        self._read_entries: dict[str, TimelineEntry] = {}
        self._roots: dict[tuple[_Seen, Words], tuple[Message, str]] = {}
        self._messages: dict[tuple[_Seen, Words, tuple[TimelineEntry, ...]], Message] = {}

    def incident(self, name: str) -> Incident:
        if name not in self._read_incidents:
            self._read_incidents[name] = codec.INCIDENT.load(self._incidents[name])
        return self._read_incidents[name]

    def route(self, announcement: Announcement) -> Route | None:
        return self._ruling.route(self.incident(announcement.incident), announcement.destination)

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
        which = (_seen(incident), words, step.entries)
        if which not in self._messages:
            self._messages[which] = message_for(step, incident, words)
        return self._messages[which]

    def unsent(self, announcement: int) -> tuple[TimelineEntry, ...]:
        return tuple(self._entry(body) for body in self._entries.get(announcement, ()))

    def _entry(self, body: str) -> TimelineEntry:
        if body not in self._read_entries:
            self._read_entries[body] = codec.ENTRY.load(body)
        return self._read_entries[body]


# An incident, and of a burst those members that a channel is shown.
_Seen = tuple[str, ...]


def _seen(incident: Incident) -> _Seen:
    return incident.id, *(member.id for member in incident.members)


def _contents(connection: Connection, rows: Sequence[RowMapping], ruling: Ruling) -> _Contents:
    found = connection.execute(_BODIES, {"b_incidents": list({row["incident"] for row in rows})})
    entries: dict[int, list[str]] = {}
    for row in connection.execute(_UNSENT, {"b_ids": [row["id"] for row in rows]}):
        entries.setdefault(row.id, []).append(row.body)
    return _Contents({row.id: row.body for row in found}, entries, ruling)


# Statements are made once: to make one costs more than to run it.
_IDS: BindParameter[int] = bindparam("b_ids", expanding=True)
_INCIDENTS: BindParameter[str] = bindparam("b_incidents", expanding=True)
_BODIES = select(INCIDENT.c.id, INCIDENT.c.body).where(INCIDENT.c.id.in_(_INCIDENTS))
_UNSENT = (
    select(ANNOUNCEMENT.c.id, ENTRY.c.body)
    .join(ENTRY, (ENTRY.c.incident == ANNOUNCEMENT.c.incident) & (ENTRY.c.seq > ANNOUNCEMENT.c.last_seq))
    .where(ANNOUNCEMENT.c.id.in_(_IDS))
    .order_by(ANNOUNCEMENT.c.id, ENTRY.c.seq)
)


def _of_digest(row: RowMapping, holds: Holds) -> _Ready | None:
    announcement = announcement_of(row)
    turn = digesting.turn(holds.connection, announcement, holds.ruling, holds.now)
    if turn.later is not None:
        holds.put_off(announcement, turn.later)
        return None
    if turn.step is None:
        holds.stirred |= digesting.wake(holds.connection, announcement, holds.now)
    return _Ready(announcement, None, turn.step, turn.message, row["revision"], turn.week)


def _next(row: RowMapping, contents: _Contents, able: Able, holds: Holds) -> _Ready | None:
    """Return what comes next for an announcement of an incident; None if it is held back."""
    announcement = announcement_of(row)
    platform, to = announcement.destination.platform, announcement.destination
    incident, route = members.seen_at(contents.incident(announcement.incident), to), contents.route(announcement)
    # What is muted, or told with others, is not held back: nothing is told of it there anyway.
    is_silent = incident.untold or members.is_kept_back(incident)
    if not is_silent and holds.keeps(announcement, incident, route):
        return None
    unsent = members.told_at(incident, contents.unsent(announcement.id), to)
    words = wordings.of(route.detail if route is not None else Detail.ENGINEER)
    # Where nothing can be attached, that a report is attached is no news; nor is one of what goes on again.
    loud = unsent if platform in able.carrying and not incident.is_open else afterwards.without_reports(unsent)
    step = next_step(
        announcement,
        incident,
        words.told(as_heard(loud, announcement, incident, route)),
        longest=able.longest[platform],
        apart=platform in able.apart,
        root_hash=contents.root(incident, words)[1],
        now=holds.now,
        words=words,
    )
    message = contents.message(step, incident, words) if step is not None else None
    if step is not None and message is not None:
        holds.begins(announcement, step, route)
        message = addressed(message, step, announcement, unsent, incident)
    return _Ready(announcement, incident, step, message, row["revision"])


def _record_intents(connection: Connection, ready: Sequence[_Ready], now: datetime) -> None:
    content = [one.announcement.id for one in ready if one.step is None]
    if content:
        connection.execute(_CONTENT, {"b_ids": content})
    fresh = [
        begun(one.announcement, one.step, now)
        for one in ready
        if one.step is not None and _unfinished(one.announcement) is None
    ]
    intents = [
        {"b_id": a.id, "b_intent": codec.INTENT.dump(a.intent), "b_root_hash": a.root_hash} for a in fresh if a.intent
    ]
    if intents:
        connection.execute(_INTEND, intents)


def _unfinished(announcement: Announcement) -> Intent | None:
    """What must be read back first.  An edit need not be: doing it twice does no harm."""
    intent = announcement.intent
    return None if intent is None or intent.kind is StepKind.EDIT else intent


_CONTENT = (
    update(ANNOUNCEMENT)
    .where(ANNOUNCEMENT.c.id.in_(_IDS))
    .values(due_at=None, urgency=0, owner=None, lease_until=None, intent=None)
)
_INTEND = (
    update(ANNOUNCEMENT)
    .where(ANNOUNCEMENT.c.id == bindparam("b_id"))
    .values(intent=bindparam("b_intent"), root_hash=bindparam("b_root_hash"))
)
_PARK = (
    update(ANNOUNCEMENT)
    .where(ANNOUNCEMENT.c.id == bindparam("b_id"))
    .values(state=AnnouncementState.PARKED.value, error=bindparam("b_error"), due_at=None, owner=None, lease_until=None)
)


def announcement_of(row: RowMapping) -> Announcement:
    """Return the announcement in a row."""
    return Announcement(
        id=row["id"],
        incident=row["incident"],
        destination=Destination.parse(row["destination"]),
        due_at=row["due_at"],
        state=AnnouncementState(row["state"]),
        root=Ref(row["root"]) if row["root"] is not None else None,
        earlier=Ref(row["earlier"]) if row["earlier"] is not None else None,
        generation=row["generation"],
        last_seq=row["last_seq"],
        heard=row["heard"],
        root_hash=row["root_hash"],
        attempts=row["attempts"],
        error=row["error"],
        intent=codec.INTENT.load(row["intent"]) if row["intent"] else None,
        fence=row["fence"],
        held=Hold(row["held"]) if row["held"] else None,
        held_at=row["held_at"],
        digest=row["digest"],
        told_in=row["told_in"],
        posted_at=row["posted_at"],
    )
