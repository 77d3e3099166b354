"""Open incidents that are to be looked at for what time alone brings about: each by one instance, and once.

And what people do that needs to know as much: how far the plans are, where it is told, and who is on call.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from bot.core import members, replies
from bot.core.escalation import Case, Outcome
from bot.core.handing import Handed
from bot.core.rota import Override
from bot.model import Destination, TimelineEntry
from bot.store import codec, mutes, overrides
from bot.store.commits import AT_ONCE, Conflict, make_due, write_entries, write_incidents, written
from bot.store.database import Database
from bot.store.tables import ANNOUNCEMENT, ENTRY, INCIDENT

AT_ONCE_MOST = 100
_DUE = INCIDENT.c.attend_at
_IDS = select(INCIDENT.c.id).where(bindparam("b_now", type_=_DUE.type) >= _DUE).order_by(_DUE).limit(AT_ONCE_MOST)
# One that somebody else is writing is looked at next time.
_ONE = (
    select(INCIDENT.c.body, INCIDENT.c.courses, _DUE)
    .where(INCIDENT.c.id == bindparam("b_id"), bindparam("b_now", type_=_DUE.type) >= _DUE)
    .with_for_update(skip_locked=True)
)
_WRITTEN = select(ENTRY.c.recorded_at).where(ENTRY.c.incident == bindparam("b_id"), ENTRY.c.seq == bindparam("b_seq"))
# Where it is held back nobody has been told of it, and so nobody can have taken it on.
_TOLD = (
    select(ANNOUNCEMENT.c.destination, ANNOUNCEMENT.c.state)
    .where(ANNOUNCEMENT.c.incident == bindparam("b_id"), ANNOUNCEMENT.c.held == "")
    .order_by(ANNOUNCEMENT.c.id)
)
_BURST = select(INCIDENT.c.body).where(INCIDENT.c.id == bindparam("b_id"))
_MINE = select(INCIDENT.c.body, INCIDENT.c.courses, _DUE).where(INCIDENT.c.id == bindparam("b_id")).with_for_update()
# So many of the last entries are shown to whoever decides: enough to know a repetition by.
_RECENT = 20
_TRIES = 10
_LAST = select(ENTRY.c.body).where(ENTRY.c.incident == bindparam("b_id")).order_by(ENTRY.c.seq.desc()).limit(_RECENT)
_COURSES = update(INCIDENT).where(INCIDENT.c.id == bindparam("b_id")).values(courses=bindparam("b_courses"))
_LOOKED = (
    update(INCIDENT)
    .where(INCIDENT.c.id == bindparam("b_id"))
    .values(attend_at=bindparam("b_due", type_=_DUE.type), courses=bindparam("b_courses"))
)


_RESTING = select(INCIDENT.c.id).where(INCIDENT.c.is_open, _DUE.is_(None))
_WAKE = (
    update(INCIDENT)
    .where(INCIDENT.c.id == bindparam("b_id"), INCIDENT.c.is_open, _DUE.is_(None))
    .values(attend_at=bindparam("b_now", type_=_DUE.type))
)


async def everything(database: Database, now: datetime) -> None:
    """Have every open incident looked at: the configuration may be another one than before."""

    def work(connection: Connection) -> None:
        # One after the other, in the order in which incidents are written: two would wait for each other.
        if ids := sorted(connection.execute(_RESTING).scalars()):
            connection.execute(_WAKE, [{"b_id": one, "b_now": now} for one in ids])

    await database.write(work)


async def due(database: Database, now: datetime) -> Sequence[str]:
    """Return the ids of incidents that are to be looked at by now."""
    return await database.read(lambda connection: connection.execute(_IDS, {"b_now": now}).scalars().all())


async def put_off(database: Database, incident: str, until: datetime) -> None:
    """Have an incident looked at later: something is wrong with it."""
    later = update(INCIDENT).where(INCIDENT.c.id == incident, _DUE.is_not(None)).values(attend_at=until)
    await database.write(lambda connection: connection.execute(later))


async def attend(
    database: Database, incident: str, decide: Callable[[Case, tuple[Override, ...]], Outcome], now: datetime
) -> Outcome | None:
    """Let `decide` look at an incident, with what was agreed about who is on call, and commit what it adds.

    All in one transaction.  None if it is not due any more, or somebody else has it in hand.
    """

    def work(connection: Connection) -> Outcome | None:
        row = connection.execute(_ONE, {"b_id": incident, "b_now": now}).first()
        if row is None:
            return None
        case = _case(connection, row.body, row.courses, row.attend_at, now)
        outcome = decide(case, overrides.current(connection, now))
        _write(connection, case, outcome, now)
        return outcome

    return await written(database, work)


def _case(connection: Connection, body: str, courses: str, attend_at: datetime | None, now: datetime) -> Case:
    """Return an incident with all that a decision about it needs."""
    before = codec.INCIDENT.load(body)
    is_new = attend_at == AT_ONCE
    written_at = {"b_id": before.id, "b_seq": before.last_seq}
    # What is told in a burst is escalated there, once for all.
    told = () if before.burst else connection.execute(_TOLD, {"b_id": before.id}).all()
    case = Case(
        incident=before,
        courses=codec.COURSES.load(courses) if courses else (),
        since=connection.execute(_WRITTEN, written_at).scalar() if is_new else None,
        mutings=mutes.of_vendor(connection, before.vendor, now, before.muted.muting if before.muted else 0),
    )
    return _told(case, told)


def _told(case: Case, rows: Sequence[Any]) -> Case:
    """Return a case that is told where these announcements are."""
    places = [(Destination.parse(row.destination), row.state) for row in rows]
    return replace(
        case,
        told=tuple(to for to, _ in places),
        stuck=frozenset(to for to, state in places if state != "live"),
    )


def _told_with_others(connection: Connection, case: Case) -> Case:
    """Return the case of a member of a burst as somebody means it who names it: it is told where that shows it."""
    if not case.incident.burst:
        return case
    asked = {"b_id": case.incident.burst}
    burst = codec.INCIDENT.load(connection.execute(_BURST, asked).scalar_one())
    rows = connection.execute(_TOLD, asked).all()
    shown = [row for row in rows if members.shows(burst, case.incident.id, Destination.parse(row.destination))]
    return _told(case, shown)


# Of an incident, what was agreed about who is on call, and the last entries: what somebody's deed makes of it.
Decide = Callable[[Case, tuple[Override, ...], Sequence[TimelineEntry]], Handed]


async def by_hand(database: Database, incident: str, decide: Decide, now: datetime) -> Handed | None:
    """Let `decide` do to an incident what somebody asks for, and commit what it adds, in one transaction.

    None if there is no such incident.
    """

    def work(connection: Connection) -> Handed | None:
        row = connection.execute(_MINE, {"b_id": incident}).first()
        if row is None:
            return None
        case = _told_with_others(connection, _case(connection, row.body, row.courses, row.attend_at, now))
        last = connection.execute(_LAST, {"b_id": incident}).scalars().all()
        recent = [codec.ENTRY.load(body) for body in reversed(last)]
        done = decide(case, overrides.current(connection, now), recent)
        if done.entries:
            _add(connection, case, done, now)
            courses = codec.COURSES.dump(done.courses) if done.courses else ""
            connection.execute(_COURSES, {"b_id": incident, "b_courses": courses})
        return done

    for _ in range(_TRIES):
        try:
            return await written(database, work)
        except Conflict:
            await asyncio.sleep(0)
    raise Conflict


def _add(connection: Connection, case: Case, done: Outcome | Handed, now: datetime) -> None:
    """Write new entries, and make them due wherever it is told, or is to be told from now on."""
    incident, before = done.incident, {case.incident.id: case.incident}
    if incident.cause and done.destinations:
        incident = members.told_whole(incident, done.destinations)
    write_incidents(connection, [incident], before)
    write_entries(connection, done.entries)
    urgent = [incident.id] if any(map(replies.is_broadcast, done.entries)) else ()
    where = {incident.id: done.destinations}
    make_due(connection, [incident.id], now, destinations=where, urgent=urgent, before=before)


def _write(connection: Connection, case: Case, outcome: Outcome, now: datetime) -> None:
    incident = outcome.incident
    if outcome.entries:
        _add(connection, case, outcome, now)
    courses = codec.COURSES.dump(outcome.courses) if outcome.courses else ""
    connection.execute(_LOOKED, {"b_id": incident.id, "b_due": outcome.due_at, "b_courses": courses})
