"""Open incidents that are to be looked at for what time alone brings about: each by one instance, and once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, select, update

from bot.core import replies
from bot.core.escalation import Case, Outcome
from bot.core.rota import Override
from bot.model import Destination
from bot.store import codec, overrides
from bot.store.commits import AT_ONCE, make_due, write_entries, write_incidents, written
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
    select(ANNOUNCEMENT.c.destination)
    .where(ANNOUNCEMENT.c.incident == bindparam("b_id"), ANNOUNCEMENT.c.held == "")
    .order_by(ANNOUNCEMENT.c.id)
)
_LOOKED = (
    update(INCIDENT)
    .where(INCIDENT.c.id == bindparam("b_id"))
    .values(attend_at=bindparam("b_due", type_=_DUE.type), courses=bindparam("b_courses"))
)


async def everything(database: Database, now: datetime) -> None:
    """Have every open incident looked at: the configuration may be another one than before."""
    again = update(INCIDENT).where(INCIDENT.c.is_open, _DUE.is_(None)).values(attend_at=now)
    await database.write(lambda connection: connection.execute(again))


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
        before = codec.INCIDENT.load(row.body)
        is_new = row.attend_at == AT_ONCE
        since = connection.execute(_WRITTEN, {"b_id": incident, "b_seq": before.last_seq}).scalar() if is_new else None
        told = connection.execute(_TOLD, {"b_id": incident}).scalars().all()
        case = Case(
            incident=before,
            courses=codec.COURSES.load(row.courses) if row.courses else (),
            told=tuple(map(Destination.parse, told)),
            since=since,
        )
        outcome = decide(case, overrides.current(connection, now))
        _write(connection, case, outcome, now)
        return outcome

    return await written(database, work)


def _write(connection: Connection, case: Case, outcome: Outcome, now: datetime) -> None:
    incident = outcome.incident
    if outcome.entries:
        write_incidents(connection, [incident], {incident.id: case.incident})
        write_entries(connection, outcome.entries)
        urgent = [incident.id] if any(map(replies.is_broadcast, outcome.entries)) else ()
        where = {incident.id: outcome.destinations}
        make_due(connection, [incident.id], now, destinations=where, urgent=urgent)
    courses = codec.COURSES.dump(outcome.courses) if outcome.courses else ""
    connection.execute(_LOOKED, {"b_id": incident.id, "b_due": outcome.due_at, "b_courses": courses})
