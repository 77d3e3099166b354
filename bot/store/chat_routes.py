"""Routes that were made in chats: which channel is told which vendor's incidents, by whom, since when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, RowMapping, bindparam, insert, select, update

from bot.core.actions import Outcome
from bot.core.chat_routes import ChatRoute
from bot.model import Destination
from bot.store import codec
from bot.store.commits import settle_in, written
from bot.store.database import Database
from bot.store.tables import CHAT_ROUTE
from bot.store.turns import wait_for_others

_HOLDS = CHAT_ROUTE.c.removed_at.is_(None)
_ALL = select(CHAT_ROUTE.c.id, CHAT_ROUTE.c.body).where(_HOLDS).order_by(CHAT_ROUTE.c.id)
_OF_VENDOR = _ALL.where(CHAT_ROUTE.c.vendor == bindparam("b_vendor"))
_REMOVE = (
    update(CHAT_ROUTE)
    .where(CHAT_ROUTE.c.id == bindparam("b_id"), _HOLDS)
    .values(removed_at=bindparam("b_now", type_=CHAT_ROUTE.c.made_at.type), removed_by=bindparam("b_by"))
)


def of_vendor(connection: Connection, vendor: str) -> tuple[ChatRoute, ...]:
    """Return the routes for a vendor, the oldest first."""
    return tuple(map(_route, connection.execute(_OF_VENDOR, {"b_vendor": vendor}).mappings()))


def _route(row: RowMapping) -> ChatRoute:
    return replace(codec.CHAT_ROUTE.load(row["body"]), id=row["id"])


async def for_vendor(database: Database, vendor: str) -> tuple[ChatRoute, ...]:
    """Return the routes for a vendor, the oldest first."""
    return await database.read(lambda connection: of_vendor(connection, vendor))


async def made(database: Database) -> tuple[ChatRoute, ...]:
    """Return all that were made in chats, the oldest first."""
    return await database.read(lambda connection: tuple(map(_route, connection.execute(_ALL).mappings())))


@dataclass(frozen=True, slots=True)
class Put:
    """What came of a route: ALREADY if the channel had this very one; `before` is what it had, None if nothing."""

    outcome: Outcome
    before: ChatRoute | None


async def put(database: Database, route: ChatRoute) -> Put:
    """Keep a route in place of the one that the channel had for the vendor.

    Raises Conflict if somebody else has just done so.
    """

    def work(connection: Connection) -> Put:
        # Whoever decides just now does not know of it: what they begin is there to be found after this.
        wait_for_others(connection, route.vendor)
        there = next((one for one in of_vendor(connection, route.vendor) if one.to == route.to), None)
        if there is not None and there.filters == route.filters:
            return Put(Outcome.ALREADY, there)
        if there is not None:
            connection.execute(_REMOVE, {"b_id": there.id, "b_by": route.key, "b_now": route.at})
        values = {
            "vendor": route.vendor,
            "destination": str(route.to),
            "made_at": route.at,
            "removed_by": "",
            "body": codec.CHAT_ROUTE.dump(replace(route, id=0)),
        }
        connection.execute(insert(CHAT_ROUTE), values)
        return Put(Outcome.DONE, there)

    return await written(database, work)


async def remove(database: Database, route: ChatRoute, by: str, now: datetime) -> bool:
    """Take a route back; returns whether it was still there."""
    values = {"b_id": route.id, "b_by": by, "b_now": now}
    return await database.write(lambda connection: connection.execute(_REMOVE, values).rowcount == 1)


async def begin(database: Database, vendor: str, incidents: Iterable[str], to: Destination, now: datetime) -> int:
    """Announce what is open of a vendor in one more place, as it stands now; returns how many incidents that are."""
    some = tuple(incidents)

    def work(connection: Connection) -> int:
        wait_for_others(connection, vendor)
        return settle_in(connection, some, to, now)

    return await written(database, work)
