"""What time alone brings about: incidents whose witnesses are to be weighed anew, and vendors that have gone silent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import BindParameter, Connection, bindparam, select, update

from bot.core.evidence import Panel
from bot.core.witnesses import statements
from bot.model import Incident, SourceKind
from bot.store import codec
from bot.store.database import Database
from bot.store.panels import panel_of
from bot.store.tables import INCIDENT, POLL, SOURCE

_WITNESSED = select(INCIDENT.c.vendor, INCIDENT.c.body).where(INCIDENT.c.witnessed).order_by(INCIDENT.c.id)
_DUE = INCIDENT.c.silent_from
_READABLE = (
    select(SOURCE.c.key, SOURCE.c.vendor)
    .join(POLL, POLL.c.source == SOURCE.c.key)
    .where(SOURCE.c.active, SOURCE.c.kind == SourceKind.FEED.value)
    .where(POLL.c.last_look.is_not(None), POLL.c.failing_since.is_(None))
)
# Of those whose pages can not be read there may be many, for days: they are not to be in the way of others.
_SILENT = (
    select(INCIDENT.c.id, INCIDENT.c.vendor, INCIDENT.c.body)
    .where(bindparam("b_now", type_=_DUE.type) >= _DUE)
    .where(_READABLE.where(SOURCE.c.vendor == INCIDENT.c.vendor).exists())
    .order_by(_DUE)
    .limit(100)
)
_VENDORS: BindParameter[str] = bindparam("b_vendors", expanding=True)
_PAGES = _READABLE.where(SOURCE.c.vendor.in_(_VENDORS))
_LATER = update(INCIDENT).where(INCIDENT.c.id == bindparam("b_id"), INCIDENT.c.last_seq == bindparam("b_seq"))


async def witnessed(database: Database) -> Sequence[tuple[Incident, Panel]]:
    """Return the open incidents that witnesses of ours tell of, each with who could testify now."""

    def work(connection: Connection) -> Sequence[tuple[Incident, Panel]]:
        rows = connection.execute(_WITNESSED).all()
        panels = {vendor: panel_of(connection, vendor) for vendor in {row.vendor for row in rows}}
        return [(codec.INCIDENT.load(row.body), panels[row.vendor]) for row in rows]

    return await database.read(work)


async def silent(database: Database, now: datetime) -> Sequence[str]:
    """Return the ids of incidents whose vendor may be called silent by now: the page that tells of it can be read."""

    def work(connection: Connection) -> Sequence[str]:
        rows = connection.execute(_SILENT, {"b_now": now}).all()
        asked = {"b_vendors": sorted({row.vendor for row in rows})}
        pages = frozenset(connection.execute(_PAGES, asked).scalars() if rows else ())
        return [row.id for row in rows if _tellers(codec.INCIDENT.load(row.body)) & pages]

    return await database.read(work)


def _tellers(incident: Incident) -> frozenset[str]:
    """Return the sources of what the vendor says of an incident: it may have several pages."""
    return frozenset(view.key.partition("|")[0] for view in statements(incident.claims) if not view.state.is_over)


async def ask_again(database: Database, incident: Incident, at: datetime | None) -> None:
    """Note when an incident's vendor may next be called silent; nothing if it has moved on meanwhile."""

    def work(connection: Connection) -> None:
        connection.execute(_LATER.values(silent_from=at), {"b_id": incident.id, "b_seq": incident.last_seq})

    await database.write(work)
