"""What is to be done next for announcements that were just claimed: decided, and recorded before it is done."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BindParameter, Connection, RowMapping, bindparam, update

from bot.core import afterwards, members, wordings
from bot.core.converge import addressed, begun, next_step
from bot.core.holding import as_heard
from bot.core.message import Message
from bot.core.rules import Detail
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
)
from bot.store import codec, digesting
from bot.store.contents import Contents, contents_of
from bot.store.holds import Holds
from bot.store.latecomers import Expected, expect
from bot.store.tables import ANNOUNCEMENT

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
    contents = contents_of(connection, rows, holds.ruling)
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


# Statements are made once: to make one costs more than to run it.
_IDS: BindParameter[int] = bindparam("b_ids", expanding=True)


def _of_digest(row: RowMapping, holds: Holds) -> _Ready | None:
    announcement = announcement_of(row)
    turn = digesting.turn(holds.connection, announcement, holds.ruling, holds.now)
    if turn.later is not None:
        holds.put_off(announcement, turn.later)
        return None
    if turn.step is None:
        holds.stirred |= digesting.wake(holds.connection, announcement, holds.now)
    return _Ready(announcement, None, turn.step, turn.message, row["revision"], turn.week)


def _next(row: RowMapping, contents: Contents, able: Able, holds: Holds) -> _Ready | None:
    """Return what comes next for an announcement of an incident; None if it is held back."""
    announcement = announcement_of(row)
    platform, to = announcement.destination.platform, announcement.destination
    incident, route = members.seen_at(contents.incident(announcement.incident), to), contents.route(announcement)
    # What is muted, or told with others, is not held back: nothing is told of it there anyway.
    is_silent = incident.untold or members.is_kept_back(incident)
    if not is_silent and holds.keeps(announcement, incident, route):
        return None
    unsent = members.told_at(incident, contents.unsent(announcement), to)
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
    expect(connection, [Expected(one.id, one.generation, one.intent, now) for one in _replaced(ready) if one.intent])
    intents = [
        {"b_id": a.id, "b_intent": codec.INTENT.dump(a.intent), "b_root_hash": a.root_hash} for a in fresh if a.intent
    ]
    if intents:
        connection.execute(_INTEND, intents)


def _replaced(ready: Sequence[_Ready]) -> list[Announcement]:
    """Those whose last edit nobody knows the end of: it is not looked for, but may come after the one that follows."""
    intents = [(one.announcement, one.announcement.intent) for one in ready]
    return [announcement for announcement, intent in intents if intent is not None and intent.kind is StepKind.EDIT]


def _unfinished(announcement: Announcement) -> Intent | None:
    """What must be read back first, if it was not yet.  An edit need not be: doing it twice does no harm."""
    intent = announcement.intent
    return None if intent is None or intent.missed or intent.kind is StepKind.EDIT else intent


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
