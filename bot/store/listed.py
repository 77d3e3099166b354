"""What the board lists and searches, written in the same transaction as the incident that it is of."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, update

from bot.core import terms
from bot.core.testimony import is_ours_first
from bot.model import Incident, TimelineEntry
from bot.store import codec
from bot.store.database import Database, insert_into
from bot.store.tables import ENTRY, INCIDENT, LISTED

# One transaction lists so many at most: others want to write as well.
_AT_ONCE = 200


def write(connection: Connection, some: Sequence[tuple[Incident, bool]]) -> None:
    """List incidents as they are now; True with those that are new, or are called otherwise than before."""
    rows = [_row(incident, terms.of_incident(incident) if is_named else "") for incident, is_named in some]
    if rows:
        connection.execute(_put(connection.dialect.name), rows)


def add_words(connection: Connection, entries: Sequence[TimelineEntry]) -> None:
    """Add what these lines say to what their incidents are found by."""
    said = [{"b_incident": entry.incident, "b_words": words} for entry in entries if (words := terms.of_entry(entry))]
    if said:
        connection.execute(_ADD, said)


async def catch_up(database: Database) -> int:
    """List what was written by an earlier Sitrep, which listed nothing; returns how many incidents that were."""
    count = 0
    while found := await database.write(_catch_up):
        count += found
    return count


def _catch_up(connection: Connection) -> int:
    bodies = connection.execute(_UNLISTED).scalars().all()
    incidents = [codec.INCIDENT.load(body) for body in bodies]
    write(connection, [(incident, True) for incident in incidents])
    for incident in incidents:
        lines = connection.execute(_LINES, {"b_incident": incident.id}).scalars()
        add_words(connection, [codec.ENTRY.load(body) for body in lines])
    return len(incidents)


# Statements are made once: to make one costs more than to run it.
_WORDS: Any = func.substr(LISTED.c.words + bindparam("b_words"), 1, terms.MOST)
_ADD = update(LISTED).where(LISTED.c.incident == bindparam("b_incident")).values(words=_WORDS)
_UNLISTED = (
    select(INCIDENT.c.body)
    .where(INCIDENT.c.id.not_in(select(LISTED.c.incident)))
    .order_by(INCIDENT.c.id)
    .limit(_AT_ONCE)
    # Else what another instance writes meanwhile would be listed as it was before.
    .with_for_update()
)
_LINES = select(ENTRY.c.body).where(ENTRY.c.incident == bindparam("b_incident")).order_by(ENTRY.c.seq)
_STANDS = ("vendor", "kind", "is_open", "started_at", "peak", "ours_first", "is_burst", "burst")


@cache
def _put(engine: str) -> Any:
    put = insert_into(engine, LISTED)
    new = {name: put.excluded[name] for name in _STANDS}
    longer = {name: func.substr(LISTED.c[name] + put.excluded[name], 1, terms.MOST) for name in ("named", "words")}
    return put.on_conflict_do_update(index_elements=["incident"], set_={**new, **longer})


def _row(incident: Incident, named: str) -> dict[str, Any]:
    return {
        "incident": incident.id,
        "vendor": incident.vendor,
        "kind": incident.kind.value,
        "is_open": incident.is_open,
        "started_at": incident.started_at,
        "peak": incident.peak.rank,
        "ours_first": is_ours_first(incident),
        "is_burst": bool(incident.cause),
        "burst": incident.burst,
        "named": named,
        "words": named,
    }
