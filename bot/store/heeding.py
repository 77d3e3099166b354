"""What time alone brings about: incidents whose witnesses are to be weighed anew, and vendors that have gone silent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, select, update

from bot.core.evidence import Panel
from bot.model import Incident, PageSays
from bot.store import codec
from bot.store.database import Database
from bot.store.panels import panel_of
from bot.store.tables import INCIDENT

_WITNESSED = select(INCIDENT.c.vendor, INCIDENT.c.body).where(INCIDENT.c.witnessed).order_by(INCIDENT.c.id)
_DUE = INCIDENT.c.silent_from
_SILENT = (
    select(INCIDENT.c.id, INCIDENT.c.vendor)
    .where(bindparam("b_now", type_=_DUE.type) >= _DUE)
    .order_by(_DUE)
    .limit(100)
)
_LATER = update(INCIDENT).where(INCIDENT.c.id == bindparam("b_id"), INCIDENT.c.last_seq == bindparam("b_seq"))


async def witnessed(database: Database) -> Sequence[tuple[Incident, Panel]]:
    """Return the open incidents that witnesses of ours tell of, each with who could testify now."""

    def work(connection: Connection) -> Sequence[tuple[Incident, Panel]]:
        rows = connection.execute(_WITNESSED).all()
        panels = {vendor: panel_of(connection, vendor) for vendor in {row.vendor for row in rows}}
        return [(codec.INCIDENT.load(row.body), panels[row.vendor]) for row in rows]

    return await database.read(work)


async def silent(database: Database, now: datetime) -> Sequence[str]:
    """Return the ids of incidents whose vendor may be called silent by now: its page can be read, and says nothing."""

    def work(connection: Connection) -> Sequence[str]:
        rows = connection.execute(_SILENT, {"b_now": now}).all()
        pages = {vendor: panel_of(connection, vendor).page for vendor in {row.vendor for row in rows}}
        return [row.id for row in rows if pages[row.vendor] is PageSays.NOTHING]

    return await database.read(work)


async def ask_again(database: Database, incident: Incident, at: datetime | None) -> None:
    """Note when an incident's vendor may next be called silent; nothing if it has moved on meanwhile."""

    def work(connection: Connection) -> None:
        connection.execute(_LATER.values(silent_from=at), {"b_id": incident.id, "b_seq": incident.last_seq})

    await database.write(work)
