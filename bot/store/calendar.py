"""Maintenances of some time, as they were told, for a calendar."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, and_, bindparam, or_, select

from bot.model import Incident, Kind
from bot.store import codec
from bot.store.database import Database
from bot.store.tables import ENTRY, INCIDENT, LISTED

T = TypeVar("T")

# Nobody reads more, and no calendar shows them.
MOST = 1_000
_REMEMBERED = 4 * MOST

_SINCE, _UNTIL = (bindparam(name, type_=LISTED.c.started_at.type) for name in ("b_since", "b_until"))
_CHOSEN = (
    select(LISTED.c.incident, INCIDENT.c.last_seq, ENTRY.c.recorded_at)
    .select_from(LISTED)
    .join(INCIDENT, INCIDENT.c.id == LISTED.c.incident)
    .join(ENTRY, and_(ENTRY.c.incident == INCIDENT.c.id, ENTRY.c.seq == INCIDENT.c.last_seq))
    .where(LISTED.c.kind == Kind.MAINTENANCE.value, ~LISTED.c.is_burst, LISTED.c.started_at < _UNTIL)
    .where(or_(LISTED.c.is_open, LISTED.c.started_at >= _SINCE))
    .order_by(LISTED.c.started_at.desc(), LISTED.c.incident)
    .limit(MOST)
)


_BODIES = select(INCIDENT.c.id, INCIDENT.c.body).where(INCIDENT.c.id.in_(bindparam("b_ids", expanding=True)))


@dataclass(slots=True)
class Planned(Generic[T]):
    """Reads maintenances, and remembers what `make` made of each for as long as nothing is added to it.

    It is given an incident, and when that last changed.
    """

    database: Database
    make: Callable[[Incident, datetime], T]
    _made: dict[str, tuple[int, T]] = field(default_factory=dict)

    async def of(self, since: datetime, until: datetime) -> Sequence[T]:
        """Return the maintenances that go on, or begin in that time, the latest first."""
        if len(self._made) > _REMEMBERED:
            # Whoever reads just now keeps what they know.
            self._made = {}
        made = self._made

        def work(connection: Connection) -> tuple[Sequence[Any], Mapping[str, str]]:
            rows = connection.execute(_CHOSEN, {"b_since": since, "b_until": until}).all()
            unknown = [row.incident for row in rows if made.get(row.incident, (0,))[0] != row.last_seq]
            bodies = connection.execute(_BODIES, {"b_ids": unknown}).all() if unknown else ()
            return rows, {row.id: row.body for row in bodies}

        rows, bodies = await self.database.read(work)
        for row in rows:
            if row.incident in bodies:
                one = self.make(codec.INCIDENT.load(bodies[row.incident]), row.recorded_at)
                made[row.incident] = (row.last_seq, one)
        return [made[row.incident][1] for row in rows]
