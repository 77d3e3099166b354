"""The team's own incidents: declared and moved on by persons, each word in one transaction with all that follows it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Connection, bindparam, or_, select, update

from bot.core import replies
from bot.core.actions import SAME_PRESS
from bot.core.claims import is_trouble
from bot.core.ours import Outcome
from bot.core.reports import ended
from bot.core.rota import Override
from bot.core.team import VENDOR
from bot.model import Incident, SourceKind, TimelineEntry
from bot.store import codec, overrides
from bot.store.commits import Conflict, make_due, write_entries, write_incidents, written
from bot.store.database import Database
from bot.store.engines import Work
from bot.store.tables import CLAIM, ENTRY, INCIDENT
from bot.store.turns import wait_for_others

T = TypeVar("T")
_TRIES = 10
# So many of the last entries are shown to whoever decides: enough to know a repetition by.
_RECENT = 20
_LATELY = INCIDENT.c.started_at
_AROUND = select(INCIDENT.c.body).where(
    INCIDENT.c.vendor == VENDOR, or_(INCIDENT.c.is_open, bindparam("b_since", type_=_LATELY.type) <= _LATELY)
)
_ONE = select(INCIDENT.c.body).where(INCIDENT.c.id == bindparam("b_id")).with_for_update()
_LAST = select(ENTRY.c.body).where(ENTRY.c.incident == bindparam("b_id")).order_by(ENTRY.c.seq.desc()).limit(_RECENT)
_MINE = (CLAIM.c.source == bindparam("b_source"), CLAIM.c.external_id == bindparam("b_claim"))
_BODY = select(CLAIM.c.body).where(*_MINE)
_NEWEST = select(INCIDENT.c.body).where(INCIDENT.c.vendor == VENDOR).order_by(_LATELY.desc(), INCIDENT.c.id)


@dataclass(frozen=True, slots=True)
class Around:
    """What a declaration is decided from: the team's other incidents, the one that it follows, and who is on call."""

    others: tuple[Incident, ...]
    old: Incident | None
    overrides: tuple[Override, ...]


async def declare(
    database: Database, follows: str | None, decide: Callable[[Around], Outcome], now: datetime
) -> Outcome:
    """Gather what is there already, let `decide` declare an incident, and commit it: one after the other.

    Two who declare the same at once, at different instances too, are so asked one after the other.
    """

    def work(connection: Connection) -> Outcome:
        wait_for_others(connection, VENDOR)
        bodies = connection.execute(_AROUND, {"b_since": now - SAME_PRESS}).scalars().all()
        old = connection.execute(_ONE, {"b_id": follows}).scalar() if follows else None
        others = tuple(codec.INCIDENT.load(body) for body in bodies)
        before = codec.INCIDENT.load(old) if old else None
        outcome = decide(Around(others, before, overrides.current(connection, now)))
        if outcome.entries:
            write_incidents(connection, [outcome.incident], {})
            if outcome.old is not None and before is not None:
                write_incidents(connection, [outcome.old], {before.id: before})
            _commit(connection, outcome, now)
        return outcome

    return await _tried(database, work)


async def steer(
    database: Database,
    incident: str,
    decide: Callable[[Incident, Sequence[TimelineEntry], tuple[Override, ...]], Outcome],
    now: datetime,
) -> Outcome | None:
    """Gather an incident with its last entries, let `decide` move it on, and commit what it adds.

    None if there is no such incident.
    """

    def work(connection: Connection) -> Outcome | None:
        body = connection.execute(_ONE, {"b_id": incident}).scalar()
        if body is None:
            return None
        before, last = codec.INCIDENT.load(body), connection.execute(_LAST, {"b_id": incident}).scalars().all()
        recent = [codec.ENTRY.load(row) for row in reversed(last)]
        outcome = decide(before, recent, overrides.current(connection, now))
        if outcome.entries:
            write_incidents(connection, [outcome.incident], {incident: before})
            _end_reports(connection, outcome.entries, now)
            _commit(connection, outcome, now)
        return outcome

    return await _tried(database, work)


def _commit(connection: Connection, outcome: Outcome, now: datetime) -> None:
    write_entries(connection, outcome.entries)
    touched = sorted({entry.incident for entry in outcome.entries})
    urgent = {entry.incident for entry in outcome.entries if replies.is_broadcast(entry)}
    make_due(connection, touched, now, destinations={outcome.incident.id: outcome.where}, urgent=urgent)


def _end_reports(connection: Connection, entries: Iterable[TimelineEntry], now: datetime) -> None:
    """What people had reported is over when somebody says that it is: nobody has to wait until it fades."""
    for entry in entries:
        view = entry.claim
        if view is None or view.teller is not SourceKind.PEOPLE or not view.state.is_over:
            continue
        source, _, name = view.key.partition("|")
        mine = {"b_source": source, "b_claim": name}
        body = connection.execute(_BODY, mine).scalar()
        if body is not None:
            over = ended(codec.CLAIM.load(body), now)
            values = {"is_open": False, "is_trouble": is_trouble(over), "body": codec.CLAIM.dump(over)}
            connection.execute(update(CLAIM).where(*_MINE).values(**values), mine)


async def _tried(database: Database, work: Work[T]) -> T:
    for _ in range(_TRIES):
        try:
            return await written(database, work)
        except Conflict:
            await asyncio.sleep(0)
    raise Conflict


async def ours(database: Database, limit: int) -> tuple[Incident, ...]:
    """Return the last incidents that were declared, the newest first."""
    bodies = await database.read(lambda connection: connection.execute(_NEWEST.limit(limit)).scalars().all())
    return tuple(codec.INCIDENT.load(body) for body in bodies)
