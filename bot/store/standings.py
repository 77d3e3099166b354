"""What is asked of sources, answered without opening pages that nobody wants to see."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, func, select

from bot.catalog import folded
from bot.core.health import Health
from bot.core.overview import Overview, Row, survey
from bot.core.routing import passes_watch
from bot.core.standing import Standing, glance, shown, standing
from bot.model import Component, Impact, Incident, Page, State
from bot.store import codec
from bot.store.database import Database
from bot.store.tables import INCIDENT, SOURCE

# So many of a list are looked at closely, and so many incidents of each vendor.
CLOSER = 12
_PER_VENDOR = 10
_MOST_PARTS = 50


def page_columns(page: Page) -> dict[str, Any]:
    """Return a page as it is stored: whole, and what is often asked of it."""
    names = dict.fromkeys(folded(component.name) for component in page.components)
    return {
        "page": codec.PAGE.dump(page),
        "severity": shown(page).rank,
        "glance": codec.PAGE.dump(glance(page)),
        "parts": "".join(f"\n{name}" for name in names) + "\n",
    }


def health_of(row: RowMapping) -> Health:
    """Return the health in a row of a source."""
    return Health(
        first_look=row["first_look"],
        last_look=row["last_look"],
        last_try=row["last_try"],
        failures=row["failures"],
        failing_since=row["failing_since"],
        failure=row["failure"],
    )


_HEALTH = ("first_look", "last_look", "last_try", "failures", "failing_since", "failure")
_ROWS = select(
    SOURCE.c.key, SOURCE.c.vendor, SOURCE.c.name, SOURCE.c.severity, SOURCE.c.last_look, SOURCE.c.failures
).where(SOURCE.c.active)
_GLANCES = select(SOURCE.c.spec, SOURCE.c.glance, *(SOURCE.c[name] for name in _HEALTH)).order_by(
    SOURCE.c.name, SOURCE.c.key
)


async def rows(database: Database) -> tuple[Row, ...]:
    """Return every source that is watched, as far as it is known without its page."""
    return await database.read(_rows)


def _rows(connection: Connection) -> tuple[Row, ...]:
    return tuple(
        Row(row.key, row.vendor, row.name, row.severity or 0 if row.last_look else None, row.failures > 0)
        for row in connection.execute(_ROWS)
    )


async def overview(database: Database) -> Overview:
    """Return how everything watched stands, with a closer look at the worst."""

    def work(connection: Connection) -> Overview:
        found = survey(_rows(connection), _worst(connection))
        keys = [row.key for some in (found.troubled, found.stale) for row in some[:CLOSER]]
        return Overview(found, {one.key: one for one in _some(connection, keys)})

    return await database.read(work)


def _worst(connection: Connection) -> Mapping[str, int]:
    found: dict[str, int] = {}
    for row in connection.execute(_OPEN):
        found[row.vendor] = max(found.get(row.vendor, 0), Impact(row.impact).rank)
    return found


_OPEN = (
    select(INCIDENT.c.vendor, INCIDENT.c.impact)
    .where(INCIDENT.c.is_open, INCIDENT.c.state != State.SCHEDULED.value)
    .distinct()
)


async def some(database: Database, keys: Collection[str]) -> tuple[Standing, ...]:
    """Return how some of the watched sources stand."""
    return await database.read(lambda connection: _some(connection, keys)) if keys else ()


async def every(database: Database) -> tuple[Standing, ...]:
    """Return how all the watched sources stand."""
    return await database.read(lambda connection: _some(connection, None))


def _some(connection: Connection, keys: Collection[str] | None) -> tuple[Standing, ...]:
    query = _GLANCES.where(SOURCE.c.active)
    if keys is not None:
        query = query.where(SOURCE.c.key.in_(list(keys)))
    found = connection.execute(query).mappings().all()
    sources = [codec.SOURCE.load(row["spec"]) for row in found]
    open_ones = _open(connection, None if keys is None else {source.vendor for source in sources})
    return tuple(
        standing(
            source,
            health_of(row),
            codec.PAGE.load(row["glance"]) if row["glance"] else None,
            tuple(i for i in open_ones.get(source.vendor, ()) if passes_watch(i, source)),
        )
        for source, row in zip(sources, found, strict=True)
    )


def _open(connection: Connection, vendors: Iterable[str] | None) -> Mapping[str, Sequence[Incident]]:
    """The open incidents by vendor, the newest first; if only some vendors are asked for, so many of each."""
    query: Select[Any] = select(INCIDENT.c.body).where(INCIDENT.c.is_open)
    query = query.order_by(INCIDENT.c.started_at.desc(), INCIDENT.c.id)
    if vendors is not None:
        place = func.row_number().over(partition_by=INCIDENT.c.vendor, order_by=INCIDENT.c.started_at.desc())
        numbered = select(INCIDENT.c.id, place.label("place")).where(
            INCIDENT.c.is_open, INCIDENT.c.vendor.in_(list(vendors))
        )
        first = numbered.subquery()
        query = query.where(INCIDENT.c.id.in_(select(first.c.id).where(first.c.place <= _PER_VENDOR)))
    found: dict[str, list[Incident]] = {}
    for body in connection.execute(query).scalars():
        incident = codec.INCIDENT.load(body)
        found.setdefault(incident.vendor, []).append(incident)
    return found


async def with_part(database: Database, name: str) -> tuple[str, ...]:
    """Return the keys of watched sources that have a component of this name, or one with it in its name."""
    wanted = folded(name)
    query = (
        select(SOURCE.c.key)
        .where(SOURCE.c.active, SOURCE.c.parts.contains(wanted, autoescape=True))
        .order_by(SOURCE.c.name, SOURCE.c.key)
        .limit(_MOST_PARTS)
    )
    return tuple(await database.read(lambda connection: connection.execute(query).scalars().all()))


async def components(database: Database, key: str) -> tuple[Component, ...]:
    """Return all components of one source's page."""
    query = select(SOURCE.c.page).where(SOURCE.c.key == key)
    page = await database.read(lambda connection: connection.execute(query).scalar())
    return codec.PAGE.load(page).components if page else ()
