"""What Sitrep publishes, as it is stored: incidents with their histories, and what the pages of vendors show."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from secrets import token_hex
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Connection, Select, bindparam, func, select, true

from bot.core.health import Health
from bot.core.kin import MARK
from bot.model import Incident, Kind, Page, SourceKind, TimelineEntry
from bot.store import codec
from bot.store.database import Database, insert_into
from bot.store.standings import HEALTH, SHOWN, health_of
from bot.store.tables import ENTRY, INCIDENT, LISTED, NOTE, POLL, SOURCE

# Statuspage's lists end there: https://metastatuspage.com/api
NEWEST = 50
# Of one incident the newest lines: a page that has more has said all that matters.
_LINES = 400
_NAME = "page id"


@dataclass(frozen=True, slots=True)
class Told:
    """An incident with its history, oldest first."""

    incident: Incident
    entries: tuple[TimelineEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A watched source, and how well it can be read; `version` is another whenever what its page shows may be."""

    key: str
    vendor: str
    name: str
    health: Health
    version: str
    relayed: bool


async def page_id(database: Database) -> str:
    """Return the id of what this Sitrep publishes: made once, and the same for all its instances and for ever."""

    def known(connection: Connection) -> str | None:
        found: str | None = connection.execute(select(NOTE.c.value).where(NOTE.c.name == _NAME)).scalar()
        return found

    def made(connection: Connection) -> str:
        put = insert_into(connection.dialect.name, NOTE).values(name=_NAME, value=MARK + token_hex(6))
        connection.execute(put.on_conflict_do_nothing(index_elements=["name"]))
        return known(connection) or ""

    found = await database.read(known)
    if found is None:
        found = await database.write(made)
    return found


# A burst is how its members are told: what is published are these.
_ALONE = INCIDENT.c.cause.is_(None)
_VENDORS: BindParameter[str] = bindparam("b_vendors", expanding=True)
_IDS: BindParameter[str] = bindparam("b_ids", expanding=True)
_BODIES = select(INCIDENT.c.body).where(_ALONE).order_by(INCIDENT.c.started_at.desc(), INCIDENT.c.id)
_OF_VENDORS = INCIDENT.c.vendor.in_(_VENDORS)


_PLANNED = Kind.MAINTENANCE.value
_OPEN = (_BODIES.where(INCIDENT.c.is_open), _BODIES.where(INCIDENT.c.is_open, _OF_VENDORS))


def _newest(listed: ColumnElement[bool], of_vendors: ColumnElement[bool]) -> tuple[Select[Any], Select[Any]]:
    """Return a query of all vendors' newest incidents, and one of some vendors': rows of incidents are long."""
    order = (LISTED.c.started_at.desc(), LISTED.c.incident)
    names = select(LISTED.c.incident).where(~LISTED.c.is_burst, listed).order_by(*order).limit(NEWEST)
    return _BODIES.where(INCIDENT.c.id.in_(names)), _BODIES.where(of_vendors, _OF_VENDORS).limit(NEWEST)


_INCIDENTS = _newest(LISTED.c.kind != _PLANNED, INCIDENT.c.kind != _PLANNED)
_MAINTENANCES = _newest(LISTED.c.kind == _PLANNED, INCIDENT.c.kind == _PLANNED)
_ALL = _newest(true(), true())
_RANKED = func.row_number().over(partition_by=ENTRY.c.incident, order_by=ENTRY.c.seq.desc())
_PLACED = select(ENTRY.c.incident, ENTRY.c.seq, ENTRY.c.body, _RANKED.label("place")).where(ENTRY.c.incident.in_(_IDS))
_PLACES = _PLACED.subquery()
_HISTORIES = (
    select(_PLACES.c.incident, _PLACES.c.body)
    .where(_PLACES.c.place <= _LINES)
    .order_by(_PLACES.c.incident, _PLACES.c.seq)
)
_ONE = select(INCIDENT.c.body).where(INCIDENT.c.id == bindparam("b_id"))


def unresolved(connection: Connection, vendors: Collection[str] | None) -> tuple[Told, ...]:
    """Return all that is open, maintenances too, the newest first."""
    return _told(connection, _OPEN, vendors)


def incidents(connection: Connection, vendors: Collection[str] | None) -> tuple[Told, ...]:
    """Return the newest incidents, open or over."""
    return _told(connection, _INCIDENTS, vendors)


def maintenances(connection: Connection, vendors: Collection[str] | None) -> tuple[Told, ...]:
    """Return the newest maintenances, planned, going on or over."""
    return _told(connection, _MAINTENANCES, vendors)


def both(connection: Connection, vendors: Collection[str] | None) -> tuple[Told, ...]:
    """Return the newest incidents and maintenances."""
    return _told(connection, _ALL, vendors)


def one(connection: Connection, name: str) -> Told | None:
    """Return one incident; None if there is none of this id, or it is a burst."""
    body = connection.execute(_ONE, {"b_id": name}).scalar()
    incident = codec.INCIDENT.load(body) if body else None
    if incident is None or incident.cause:
        return None
    return Told(incident, tuple(_histories(connection, [name]).get(name, ())))


def _told(
    connection: Connection, queries: tuple[Select[Any], Select[Any]], vendors: Collection[str] | None
) -> tuple[Told, ...]:
    every, of_some = queries
    asked = {} if vendors is None else {"b_vendors": [*vendors]}
    bodies = connection.execute(every if vendors is None else of_some, asked).scalars().all()
    found = [codec.INCIDENT.load(body) for body in bodies]
    lines = _histories(connection, [incident.id for incident in found])
    return tuple(Told(incident, tuple(lines.get(incident.id, ()))) for incident in found)


def _histories(connection: Connection, ids: Sequence[str]) -> Mapping[str, Sequence[TimelineEntry]]:
    found: dict[str, list[TimelineEntry]] = {}
    for row in connection.execute(_HISTORIES, {"b_ids": [*ids]}) if ids else ():
        found.setdefault(row.incident, []).append(codec.ENTRY.load(row.body))
    return found


_OTHERS = select(SOURCE.c.key).where(SOURCE.c.page_id.startswith(MARK, autoescape=True))


def others(connection: Connection) -> frozenset[str]:
    """Return the keys of the sources that are other Sitreps."""
    return frozenset(connection.execute(_OTHERS).scalars())


# What a page shows may be long: it is only read of those that have changed.
_SHOWN = (
    select(
        SOURCE.c.key,
        SOURCE.c.vendor,
        SOURCE.c.name,
        SOURCE.c.page_id,
        SOURCE.c.severity,
        SOURCE.c.endpoint,
        SOURCE.c.validators,
        *HEALTH,
    )
    .join(POLL, POLL.c.source == SOURCE.c.key)
    .where(SHOWN)
    .order_by(SOURCE.c.called, SOURCE.c.key)
)
_SHOWN_OF = _SHOWN.where(SOURCE.c.vendor.in_(_VENDORS))


def shown(connection: Connection, vendors: Collection[str] | None) -> tuple[Shown, ...]:
    """Return what is watched, by name; of vendors without a page the probe that stands for them."""
    asked = {} if vendors is None else {"b_vendors": [*vendors]}
    rows = connection.execute(_SHOWN if vendors is None else _SHOWN_OF, asked).mappings()
    return tuple(
        Shown(
            key=row["key"],
            vendor=row["vendor"],
            name=row["name"],
            health=health_of(row),
            version=f"{row['severity']} {row['endpoint']} {row['validators']}",
            relayed=(row["page_id"] or "").startswith(MARK),
        )
        for row in rows
    )


async def pages(database: Database, keys: Collection[str]) -> Mapping[str, Page]:
    """Return what the pages of some sources show, as far as they were ever read."""
    if not keys:
        return {}

    def work(connection: Connection) -> Mapping[str, Page]:
        rows = connection.execute(_PAGES, {"b_ids": [*keys]})
        return {row.key: codec.PAGE.load(row.page) for row in rows}

    return await database.read(work)


_PAGES = select(SOURCE.c.key, SOURCE.c.page).where(SOURCE.c.key.in_(_IDS), SOURCE.c.page.is_not(None))


_LATEST = select(func.max(ENTRY.c.recorded_at))
_LATEST_OF = _LATEST.where(ENTRY.c.incident.in_(select(INCIDENT.c.id).where(_OF_VENDORS)))


def latest(connection: Connection, vendors: Collection[str] | None) -> datetime | None:
    """Return when anything was last written down."""
    found: datetime | None
    if vendors is None:
        found = connection.execute(_LATEST).scalar()
    else:
        found = connection.execute(_LATEST_OF, {"b_vendors": [*vendors]}).scalar()
    return found


@dataclass(frozen=True, slots=True)
class Gathered:
    """All that a page is made of; `at` is when anything of it was last written down."""

    told: tuple[Told, ...]
    shown: tuple[Shown, ...]
    others: frozenset[str]
    at: datetime | None


async def standing(database: Database, vendors: Collection[str] | None) -> Gathered:
    """Return what is open, and what the pages of vendors show: of all, or of some."""

    def work(connection: Connection) -> Gathered:
        return Gathered(
            unresolved(connection, vendors),
            shown(connection, vendors),
            others(connection),
            latest(connection, vendors),
        )

    return await database.read(work)


async def listed(
    database: Database,
    chosen: Callable[[Connection, Collection[str] | None], tuple[Told, ...]],
    vendors: Collection[str] | None,
) -> Gathered:
    """Return one of the lists above."""

    def work(connection: Connection) -> Gathered:
        return Gathered(chosen(connection, vendors), (), others(connection), latest(connection, vendors))

    return await database.read(work)


async def single(database: Database, name: str) -> Gathered:
    """Return one incident, or nothing."""

    def work(connection: Connection) -> Gathered:
        found = one(connection, name)
        return Gathered((found,) if found else (), (), others(connection), None)

    return await database.read(work)


async def name_of(database: Database, vendor: str) -> str | None:
    """Return what a vendor is called that is watched, or of which there ever was an incident; None for any other."""

    def work(connection: Connection) -> str | None:
        asked = {"b_vendor": vendor}
        known: str | None = connection.execute(_CALLED, asked).scalar() or connection.execute(_ONCE, asked).scalar()
        return known

    return await database.read(work)


_VENDOR: BindParameter[str] = bindparam("b_vendor")
_CALLED = (
    select(SOURCE.c.name)
    .where(SOURCE.c.active, SOURCE.c.vendor == _VENDOR)
    .order_by(SOURCE.c.kind != SourceKind.FEED.value, SOURCE.c.key)
    .limit(1)
)
_ONCE = select(INCIDENT.c.name).where(INCIDENT.c.vendor == _VENDOR).order_by(INCIDENT.c.started_at.desc()).limit(1)
