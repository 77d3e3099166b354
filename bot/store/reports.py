"""What people report: the claims that rest on it, and the incidents that these belong to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from bot.core.reports import PREFIX
from bot.model import Claim, Destination, Incident
from bot.store import codec
from bot.store.commits import begin, written
from bot.store.database import Database
from bot.store.tables import ANNOUNCEMENT, CLAIM, INCIDENT

_MOST = 500


@dataclass(frozen=True, slots=True)
class Resting:
    """A claim that stands as long as people report it, whose vendor it is of, and its incident."""

    vendor: str
    claim: Claim
    incident: Incident


# By the beginning of the key, as a range: so the index answers it on either engine.
_BEYOND = PREFIX[:-1] + chr(ord(PREFIX[-1]) + 1)
_RESTING = (
    select(CLAIM.c.vendor, CLAIM.c.body, INCIDENT.c.body.label("incident"))
    .join(INCIDENT, INCIDENT.c.id == CLAIM.c.incident)
    .where(CLAIM.c.source >= PREFIX, CLAIM.c.source < _BEYOND, CLAIM.c.is_open)
    .order_by(CLAIM.c.source, CLAIM.c.external_id)
    .limit(_MOST)
)


async def resting(database: Database) -> tuple[Resting, ...]:
    """Return all claims that people's reports hold open."""

    def work(connection: Connection) -> tuple[Resting, ...]:
        rows = connection.execute(_RESTING).all()
        return tuple(Resting(r.vendor, codec.CLAIM.load(r.body), codec.INCIDENT.load(r.incident)) for r in rows)

    return await database.read(work)


async def announce(database: Database, incident: str, destinations: Iterable[Destination], now: datetime) -> int:
    """Announce an incident wherever it is not announced yet; returns in how many places that is."""
    return await written(database, lambda connection: begin(connection, incident, tuple(destinations), now))


async def is_told(database: Database, incident: str) -> bool:
    """Whether an incident is announced anywhere."""
    return await database.read(lambda connection: connection.execute(_TOLD, {"b_id": incident}).first()) is not None


_TOLD = select(ANNOUNCEMENT.c.id).where(ANNOUNCEMENT.c.incident == bindparam("b_id")).limit(1)
