"""What people have added to the reports of incidents: rows are only ever added, each with a number of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import BindParameter, Connection, Row, bindparam, insert, select

from bot.core.report.additions import Added
from bot.core.report.material import Addition, Section
from bot.model import Incident
from bot.store import codec
from bot.store.database import Database
from bot.store.tables import INCIDENT, REPORT_ADDITION

_ID: BindParameter[str] = bindparam("b_id")
# Whoever adds to an incident's report is alone with it: two would take the same number.
_LOCKED = select(INCIDENT.c.body).where(INCIDENT.c.id == _ID).with_for_update()
_THEIRS = select(REPORT_ADDITION).where(REPORT_ADDITION.c.incident == _ID).order_by(REPORT_ADDITION.c.number)


async def add(
    database: Database, incident: str, decide: Callable[[Incident, Sequence[Addition]], Added]
) -> Added | None:
    """Let `decide` see the incident and what was added so far, and write what it adds, in one transaction.

    None if there is no such incident.
    """

    def work(connection: Connection) -> Added | None:
        body = connection.execute(_LOCKED, {"b_id": incident}).scalar()
        if body is None:
            return None
        added = decide(codec.INCIDENT.load(body), of_incident(connection, incident))
        if added.additions:
            connection.execute(insert(REPORT_ADDITION), [_row(incident, one) for one in added.additions])
        return added

    return await database.write(work)


def of_incident(connection: Connection, incident: str) -> tuple[Addition, ...]:
    """Return what people have added to the report of an incident, oldest first."""
    return tuple(addition_of(row) for row in connection.execute(_THEIRS, {"b_id": incident}))


def addition_of(row: Row[Any]) -> Addition:
    """Return the addition in a row."""
    return Addition(
        number=row.number,
        section=Section(row.section),
        at=row.at,
        person=row.person,
        author=row.author,
        text=row.text,
        done=row.done,
    )


def _row(incident: str, one: Addition) -> dict[str, Any]:
    return {
        "incident": incident,
        "number": one.number,
        "section": one.section.value,
        "at": one.at,
        "person": one.person,
        "author": one.author,
        "text": one.text,
        "done": one.done,
    }
