"""What a decision about one snapshot, or about many, is made from: claims, and incidents that they may belong to."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import BindParameter, Connection, and_, bindparam, or_, select

from bot.core.chat_routes import ChatRoute
from bot.core.correlate import Surroundings
from bot.core.evidence import Panel
from bot.core.health import Health
from bot.core.hosting import LATE_WORD, RELAPSE
from bot.core.memory import Known, Memory
from bot.core.muting import Muting
from bot.core.rota import Override
from bot.core.witnesses import is_witness, testimonies
from bot.model import Incident, Kind, Source
from bot.store import chat_routes, codec, mutes
from bot.store.database import Database
from bot.store.panels import panel_of
from bot.store.tables import CLAIM, INCIDENT


@dataclass(frozen=True, slots=True)
class Gathered:
    """All that a decision about one snapshot needs.

    `panel` is asked for where witnesses of ours are concerned, `overrides` where whoever is on call may be called;
    `mutings` and `routes` are what was said of the vendor in chats.
    """

    known: Known
    around: Surroundings
    panel: Panel | None = None
    overrides: tuple[Override, ...] = ()
    mutings: tuple[Muting, ...] = ()
    routes: tuple[ChatRoute, ...] = ()


async def gather(
    database: Database, source: Source, health: Health, listed: Collection[str], now: datetime
) -> Gathered:
    """Return what `settle` would decide from."""
    return await database.read(lambda connection: gathered(connection, source, health, listed, now))


def gathered(
    connection: Connection, source: Source, health: Health, listed: Collection[str], now: datetime
) -> Gathered:
    known, names = known_of(connection, source, health, listed)
    incidents = incidents_around(connection, source.vendor, {*names.attached.values(), *names.siblings.values()}, now)
    panel = panel_of(connection, source.vendor) if _has_witnesses(source, incidents.values()) else None
    return Gathered(
        known,
        replace(names, incidents=incidents),
        panel,
        mutings=mutes.of_vendor(connection, source.vendor, now),
        routes=chat_routes.of_vendor(connection, source.vendor),
    )


def known_of(
    connection: Connection, source: Source, health: Health, listed: Collection[str]
) -> tuple[Known, Surroundings]:
    """Return what is known of a source, and to which incidents its claims belong; without the incidents themselves."""
    asked = {"b_source": source.key, "b_vendor": source.vendor, "b_ids": [*listed]}
    rows = connection.execute(_KNOWN, asked).all()
    own = [row for row in rows if row.source == source.key]
    attached = {row.external_id: row.incident for row in own if row.incident is not None}
    siblings = {row.external_id: row.incident for row in rows if row.source != source.key and row.incident is not None}
    claims = {
        row.external_id: Memory(codec.CLAIM.load(row.body), codec.SEEN.load(row.seen), row.missing_since) for row in own
    }
    known = Known(health.first_look, health.last_look, claims, frozenset(claims.keys() - attached.keys()))
    return known, Surroundings(attached=attached, siblings=siblings)


def incidents_around(connection: Connection, vendor: str, names: Iterable[str], now: datetime) -> dict[str, Incident]:
    """Return these incidents, and those of a vendor to which something that is seen `now` may belong."""
    wanted = {"b_vendor": vendor, "b_ids": [*names], "b_relapse": now - RELAPSE, "b_late": now - LATE_WORD}
    return {row.id: codec.INCIDENT.load(row.body) for row in connection.execute(_AROUND, wanted).all()}


def _has_witnesses(source: Source, around: Iterable[Incident]) -> bool:
    return is_witness(source) or any(testimonies(incident.claims) for incident in around)


# Statements are made once: to make one costs more than to run it.
_VENDOR: BindParameter[str] = bindparam("b_vendor")
_IDS: BindParameter[str] = bindparam("b_ids", expanding=True)
_MINE = and_(CLAIM.c.source == bindparam("b_source"), or_(CLAIM.c.is_open, CLAIM.c.external_id.in_(_IDS)))
_THEIRS = and_(CLAIM.c.vendor == _VENDOR, CLAIM.c.source != bindparam("b_source"), CLAIM.c.external_id.in_(_IDS))
_KNOWN = select(
    CLAIM.c.source, CLAIM.c.external_id, CLAIM.c.incident, CLAIM.c.body, CLAIM.c.seen, CLAIM.c.missing_since
).where(or_(_MINE, _THEIRS))
_ENDED = INCIDENT.c.resolved_at
_NEAR = or_(
    INCIDENT.c.is_open,
    bindparam("b_relapse", type_=_ENDED.type) <= _ENDED,
    and_(INCIDENT.c.kind == Kind.SUSPECTED.value, bindparam("b_late", type_=_ENDED.type) <= _ENDED),
)
_AROUND = select(INCIDENT.c.id, INCIDENT.c.body).where(
    or_(INCIDENT.c.id.in_(_IDS), and_(INCIDENT.c.vendor == _VENDOR, INCIDENT.c.cause.is_(None), _NEAR))
)
