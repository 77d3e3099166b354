"""What is asked of sources, answered without opening pages that nobody wants to see."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from sqlalchemy import BindParameter, Connection, RowMapping, Select, bindparam, case, exists, func, or_, select

from bot.catalog import folded
from bot.core.health import Health
from bot.core.overview import Overview, Row, Survey, survey
from bot.core.probe_views import ProbeView, probe_view
from bot.core.routing import passes_watch
from bot.core.spending import Day
from bot.core.standing import Standing, glance, shown, standing, told_by_us
from bot.model import Component, Impact, Incident, Page, SourceKind, State
from bot.store import codec, filters, spending
from bot.store.database import Database
from bot.store.tables import INCIDENT, POLL, PROBE, PROBE_SPENT, SOURCE

# So many of a list are looked at closely, and so many incidents of each vendor.
CLOSER = 12
_PER_VENDOR = 10
# So many of those that are well are named.
NAMED = 80
_MOST_NAMES = 50


def page_columns(page: Page) -> dict[str, Any]:
    """Return a page as it is stored: whole, and what is often asked of it."""
    names = dict.fromkeys(folded(component.name) for component in page.components)
    unwell = glance(page)
    return {
        "page": codec.PAGE.dump(page),
        "severity": shown(unwell).rank,
        "glance": codec.PAGE.dump(unwell),
        "parts": "".join(f"\n{name}" for name in names) + "\n",
    }


def health_of(row: RowMapping) -> Health:
    """Return the health in a row of a poll."""
    return Health(
        first_look=row["first_look"],
        last_look=row["last_look"],
        last_try=row["last_try"],
        failures=row["failures"],
        failing_since=row["failing_since"],
        failure=row["failure"],
    )


HEALTH = (
    POLL.c.first_look,
    POLL.c.last_look,
    POLL.c.last_try,
    POLL.c.failures,
    POLL.c.failing_since,
    POLL.c.failure,
)
# Statements are made once: to make one costs more than to run it.
_KEYS: BindParameter[str] = bindparam("b_keys", expanding=True)
_VENDORS: BindParameter[str] = bindparam("b_vendors", expanding=True)
_FEED, _PROBE = SourceKind.FEED.value, SourceKind.PROBE.value
_OTHER = SOURCE.alias()
_OF_THE_SAME = (_OTHER.c.vendor == SOURCE.c.vendor) & _OTHER.c.active
_HAS_PAGE = exists().where(_OF_THE_SAME, _OTHER.c.kind == _FEED)
_HAS_ELDER = exists().where(_OF_THE_SAME, _OTHER.c.kind == _PROBE, _OTHER.c.key < SOURCE.c.key)
# Probes are shown with their vendor's page; where no page of it is watched the first of them stands for the vendor.
_STANDS_ALONE = (SOURCE.c.kind == _PROBE) & ~_HAS_PAGE & ~_HAS_ELDER
SHOWN = SOURCE.c.active & or_(SOURCE.c.kind == _FEED, _STANDS_ALONE)
_GLANCES = (
    select(SOURCE.c.spec, SOURCE.c.glance, SHOWN.label("is_shown"), *HEALTH)
    .join(POLL, POLL.c.source == SOURCE.c.key)
    .order_by(SOURCE.c.name, SOURCE.c.key)
)
_ALL_GLANCES = _GLANCES.where(SHOWN)
_CHOSEN = _GLANCES.where(SOURCE.c.active, SOURCE.c.key.in_(_KEYS))
_PROBES = (
    select(SOURCE.c.key, SOURCE.c.vendor, SOURCE.c.spec, PROBE.c.state, PROBE_SPENT.c.day, *spending.SPENT, *HEALTH)
    .join(POLL, POLL.c.source == SOURCE.c.key)
    .outerjoin(PROBE, PROBE.c.source == SOURCE.c.key)
    .outerjoin(PROBE_SPENT, spending.is_last_day_of(SOURCE.c.key))
    .where(SOURCE.c.active, SOURCE.c.kind == _PROBE)
    .order_by(SOURCE.c.name, SOURCE.c.key)
)
_PROBES_OF = _PROBES.where(SOURCE.c.vendor.in_(_VENDORS))

# A burst is how its members are told: how a vendor stands is what they say.
_GOES_ON = INCIDENT.c.is_open & INCIDENT.c.cause.is_(None)
_OPEN = select(INCIDENT.c.body).where(_GOES_ON).order_by(INCIDENT.c.started_at.desc(), INCIDENT.c.id)
_PLACE = func.row_number().over(partition_by=INCIDENT.c.vendor, order_by=INCIDENT.c.started_at.desc())
_PLACED = select(INCIDENT.c.id, _PLACE.label("place")).where(_GOES_ON, INCIDENT.c.vendor.in_(_VENDORS)).subquery()
_OPEN_OF = _OPEN.where(INCIDENT.c.id.in_(select(_PLACED.c.id).where(_PLACED.c.place <= _PER_VENDOR)))


# What is going on somewhere; what is only planned is not.
_TROUBLED = _GOES_ON & (INCIDENT.c.state != State.SCHEDULED.value)
_RANK = func.max(case({impact.value: impact.rank for impact in Impact}, value=INCIDENT.c.impact, else_=0))
_TOLD = func.max(case((INCIDENT.c.state == State.SUSPECTED.value, 0), else_=1))
_WORST = (
    select(INCIDENT.c.vendor, _RANK.label("rank"), _TOLD.label("told")).where(_TROUBLED).group_by(INCIDENT.c.vendor)
)
_TROUBLED_VENDORS = select(INCIDENT.c.vendor).where(_TROUBLED)
# These columns are in one index (`source_standing`): the rows themselves are long, and are left alone.
_ROWS = select(SOURCE.c.key, SOURCE.c.vendor, SOURCE.c.name, SOURCE.c.severity).where(SHOWN)
# One question for each reason: as one question with an "or" over three tables they are answered from no index.
_UNWELL = _ROWS.where(or_(SOURCE.c.severity > 0, SOURCE.c.severity.is_(None)))
_INVOLVED = _ROWS.where(SOURCE.c.vendor.in_(_TROUBLED_VENDORS))
_STALE = select(POLL.c.source).where(POLL.c.active, POLL.c.failing_since.is_not(None))
_UNREAD = _ROWS.where(SOURCE.c.key.in_(_STALE))
_WELL = (
    _ROWS.where(SOURCE.c.severity == 0, SOURCE.c.vendor.not_in(_TROUBLED_VENDORS), SOURCE.c.key.not_in(_STALE))
    .order_by(SOURCE.c.called)
    .limit(NAMED)
)
_HOW_MANY = select(
    select(func.count()).select_from(POLL).where(POLL.c.kind == _FEED, POLL.c.active).scalar_subquery()
    + select(func.count()).select_from(SOURCE).where(SOURCE.c.active, _STANDS_ALONE).scalar_subquery()
)


async def overview(database: Database) -> Overview:
    """Return how everything watched stands, with a closer look at the worst; of what is well only the first names.

    What our own witnesses tell of those that nobody watches is there as well.
    """

    def work(connection: Connection) -> Overview:
        reasons = connection.execute(_WORST).all()
        worst = {str(vendor): int(rank) for vendor, rank, _ in reasons}
        suspected = frozenset(vendor for vendor, _, told in reasons if not told)
        stale = frozenset(connection.execute(_STALE).scalars().all())
        questions = (_UNWELL, _INVOLVED, *((_UNREAD,) if stale else ()), _WELL)
        found = {row[0]: row for question in questions for row in connection.execute(question).all()}
        rows = tuple(Row(key, vendor, name, rank, key in stale) for key, vendor, name, rank in found.values())
        total = connection.execute(_HOW_MANY).scalar() or 0
        seen = survey(rows, worst, total=total, suspected=suspected)
        keys = [row.key for some in (seen.troubled, seen.stale) for row in some[:CLOSER]]
        # What is going on somewhere, but of nothing that is watched.
        others = {*worst} - {row.vendor for row in rows}
        told = [one for some in _open(connection, others).values() for one in some] if others else []
        return Overview(seen, {one.key: one for one in _some(connection, keys)}, told_by_us(told))

    return await database.read(work)


async def surveyed(database: Database) -> Survey:
    """Return everything that is watched, in its four lists, none left out; nothing is looked at closely."""

    def work(connection: Connection) -> Survey:
        reasons = connection.execute(_WORST).all()
        worst = {str(vendor): int(rank) for vendor, rank, _ in reasons}
        suspected = frozenset(vendor for vendor, _, told in reasons if not told)
        stale = frozenset(connection.execute(_STALE).scalars().all())
        rows = [Row(*row, row.key in stale) for row in connection.execute(_ROWS).all()]
        return survey(rows, worst, total=len(rows), suspected=suspected)

    return await database.read(work)


async def some(database: Database, keys: Collection[str]) -> tuple[Standing, ...]:
    """Return how some of the watched sources stand."""
    return await database.read(lambda connection: _some(connection, keys)) if keys else ()


async def every(database: Database) -> tuple[Standing, ...]:
    """Return how all the watched sources stand."""
    return await database.read(lambda connection: _some(connection, None))


def _some(connection: Connection, keys: Collection[str] | None) -> tuple[Standing, ...]:
    chosen = connection.execute(_ALL_GLANCES) if keys is None else connection.execute(_CHOSEN, {"b_keys": [*keys]})
    found = chosen.mappings().all()
    sources = filters.in_force(connection, [codec.SOURCE.load(row["spec"]) for row in found])
    vendors = None if keys is None else {source.vendor for source in sources}
    open_ones, probes = _open(connection, vendors), _probes(connection, vendors)
    return tuple(
        standing(
            source,
            health_of(row),
            codec.PAGE.load(row["glance"]) if row["glance"] else None,
            tuple(i for i in open_ones.get(source.vendor, ()) if passes_watch(i, source)),
            tuple(view for key, view in probes.get(source.vendor, ()) if row["is_shown"] or key == source.key),
            for_vendor=bool(row["is_shown"]),
        )
        for source, row in zip(sources, found, strict=True)
    )


def _probes(connection: Connection, vendors: Collection[str] | None) -> Mapping[str, Sequence[tuple[str, ProbeView]]]:
    """Return how the probes of some vendors stand, by vendor."""
    asked = {} if vendors is None else {"b_vendors": [*vendors]}
    found: dict[str, list[tuple[str, ProbeView]]] = {}
    for row in connection.execute(_PROBES if vendors is None else _PROBES_OF, asked).mappings():
        state = codec.PROBE.load(row["state"] or "{}")
        day = Day(row["day"], spending.spent_in(row)) if row["day"] else None
        view = probe_view(codec.SOURCE.load(row["spec"]), health_of(row), state, day)
        found.setdefault(row["vendor"], []).append((row["key"], view))
    return found


def _open(connection: Connection, vendors: Iterable[str] | None) -> Mapping[str, Sequence[Incident]]:
    """The open incidents by vendor, the newest first; if only some vendors are asked for, so many of each."""
    asked = {} if vendors is None else {"b_vendors": [*vendors]}
    bodies = connection.execute(_OPEN if vendors is None else _OPEN_OF, asked).scalars().all()
    found: dict[str, list[Incident]] = {}
    for body in bodies:
        incident = codec.INCIDENT.load(body)
        found.setdefault(incident.vendor, []).append(incident)
    return found


@dataclass(frozen=True, slots=True)
class Name:
    """A watched source, as far as it takes to know whether it is meant; `called` is its name as it is compared."""

    key: str
    vendor: str
    name: str
    called: str


_ALL_NAMES = select(SOURCE.c.key, SOURCE.c.vendor, SOURCE.c.name, SOURCE.c.called).where(SOURCE.c.active)
_ALL_NAMES = _ALL_NAMES.order_by(SOURCE.c.name, SOURCE.c.key)
_NAMES = _ALL_NAMES.where(SHOWN)
_WORDS: BindParameter[str] = bindparam("b_words", expanding=True)
# By its own name a probe is found also if it is shown with a page.
_CALLED = _ALL_NAMES.where(SOURCE.c.called.in_(_WORDS) | (SOURCE.c.vendor.in_(_WORDS) & SHOWN))


async def called(database: Database, words: Collection[str]) -> tuple[Name, ...]:
    """Return the watched sources that have one of these names, or are of one of these vendors."""
    # As a slug is made of a name.
    return await _names(database, _CALLED, {"b_words": [*{*words, *(word.replace(" ", "-") for word in words)}]})


async def partly_called(database: Database, word: str, vendors: Collection[str]) -> tuple[Name, ...]:
    """Return the watched sources with the word in their name or in a component's, and those of some vendors."""
    there = or_(
        SOURCE.c.called.contains(word, autoescape=True),
        SOURCE.c.parts.contains(word, autoescape=True),
        SOURCE.c.vendor.in_(list(vendors)),
    )
    return await _names(database, _NAMES.where(there).limit(_MOST_NAMES))


async def beginning_with(database: Database, letter: str) -> tuple[Name, ...]:
    """Return the watched sources whose names begin so."""
    return await _names(database, _NAMES.where(SOURCE.c.called.startswith(letter, autoescape=True)))


async def _names(
    database: Database, query: Select[Any], asked: Mapping[str, Any] = MappingProxyType({})
) -> tuple[Name, ...]:
    found = await database.read(lambda connection: connection.execute(query, asked).all())
    return tuple(Name(key, vendor, name, word) for key, vendor, name, word in found)


async def components(database: Database, key: str) -> tuple[Component, ...]:
    """Return all components of one source's page."""
    page = await database.read(lambda connection: connection.execute(_PAGE, {"b_key": key}).scalar())
    return codec.PAGE.load(page).components if page else ()


_PAGE = select(SOURCE.c.page).where(SOURCE.c.key == bindparam("b_key"))
