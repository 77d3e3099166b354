"""What the board shows of probes: who they are, how their days went, and how long their checks took."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, BindParameter, Connection, bindparam, cast, extract, func, select

from bot.core.health import Health
from bot.core.probe_days import Checks
from bot.core.probe_views import ProbeView, probe_view
from bot.core.spending import Day
from bot.model import Source, SourceKind
from bot.store import codec, spending
from bot.store.database import Database
from bot.store.samples import Span
from bot.store.standings import HEALTH, health_of
from bot.store.tables import POLL, PROBE, PROBE_MINUTE, PROBE_SPENT, SOURCE


@dataclass(frozen=True, slots=True)
class Probe:
    """One probe: what it is, how well it can check, and how it stands."""

    source: Source
    health: Health
    view: ProbeView
    active: bool


# Statements are made once: to make one costs more than to run it.
_KEYS: BindParameter[str] = bindparam("b_keys", expanding=True)
_FROM = bindparam("b_from", type_=PROBE_MINUTE.c.minute.type)
_PROBES = (
    select(
        SOURCE.c.spec,
        SOURCE.c.active,
        PROBE.c.state,
        PROBE_SPENT.c.day,
        *spending.SPENT,
        *HEALTH,
    )
    .join(POLL, POLL.c.source == SOURCE.c.key)
    .outerjoin(PROBE, PROBE.c.source == SOURCE.c.key)
    .outerjoin(PROBE_SPENT, spending.is_last_day_of(SOURCE.c.key))
    .where(SOURCE.c.kind == SourceKind.PROBE.value)
    .order_by(SOURCE.c.called, SOURCE.c.key)
)
_OF = _PROBES.where(SOURCE.c.active, SOURCE.c.vendor == bindparam("b_vendor"))
_ONE = _PROBES.where(SOURCE.c.key == bindparam("b_key"))


async def of_vendor(database: Database, vendor: str) -> tuple[Probe, ...]:
    """Return the probes that accuse a vendor, by name."""
    rows = await database.read(lambda connection: connection.execute(_OF, {"b_vendor": vendor}).mappings().all())
    return tuple(map(_probe, rows))


async def one(database: Database, key: str) -> Probe | None:
    """Return one probe, checked still or not; None if there never was one of this key."""
    row = await database.read(lambda connection: connection.execute(_ONE, {"b_key": key}).mappings().first())
    return _probe(row) if row else None


def _probe(row: Any) -> Probe:
    source, health = codec.SOURCE.load(row["spec"]), health_of(row)
    day = Day(row["day"], spending.spent_in(row)) if row["day"] else None
    return Probe(source, health, probe_view(source, health, codec.PROBE.load(row["state"] or "{}"), day), row["active"])


async def days(database: Database, keys: Collection[str], since: datetime) -> Mapping[str, Mapping[date, Checks]]:
    """Return how many checks each probe made on each day of UTC, and how many failed."""
    found: dict[str, dict[date, Checks]] = {}
    asked = {"b_keys": [*keys], "b_from": since}

    def work(connection: Connection) -> Sequence[Any]:
        return connection.execute(_DAYS[connection.dialect.name == "sqlite"], asked).all()

    for source, day, checks, failures in await database.read(work) if keys else ():
        when = day if isinstance(day, date) else date.fromisoformat(day)
        found.setdefault(source, {})[when] = Checks(int(checks), int(failures))
    return found


def _by(day: Any) -> Any:
    sums = (func.sum(PROBE_MINUTE.c.checks), func.sum(PROBE_MINUTE.c.failures))
    some = select(PROBE_MINUTE.c.source, day.label("day"), *sums)
    some = some.where(PROBE_MINUTE.c.source.in_(_KEYS), PROBE_MINUTE.c.minute >= _FROM)
    return some.group_by(PROBE_MINUTE.c.source, day)


# SQLite keeps instants as text of UTC; PostgreSQL has to be told which day is meant.
_DAYS = {
    True: _by(func.date(PROBE_MINUTE.c.minute)),
    False: _by(func.date(func.timezone("UTC", PROBE_MINUTE.c.minute))),
}


def _in_steps(epoch: Any) -> Any:
    step = (epoch - bindparam("b_start", type_=BigInteger)) / bindparam("b_step", type_=BigInteger)
    place = func.floor(step).label("place")
    names = ("checks", "failures", "slow", "latency")
    sums = (*(func.sum(PROBE_MINUTE.c[name]) for name in names), func.max(PROBE_MINUTE.c.slowest))
    some = select(PROBE_MINUTE.c.source, place, *sums)
    some = some.where(PROBE_MINUTE.c.source.in_(_KEYS), PROBE_MINUTE.c.minute >= _FROM)
    return some.group_by(PROBE_MINUTE.c.source, place).order_by(PROBE_MINUTE.c.source, place)


_STEPS = {
    True: _in_steps(cast(func.strftime("%s", PROBE_MINUTE.c.minute), BigInteger)),
    False: _in_steps(cast(extract("epoch", PROBE_MINUTE.c.minute), BigInteger)),
}


async def spans(
    database: Database, keys: Collection[str], since: datetime, step: timedelta
) -> Mapping[str, Sequence[Span]]:
    """Return what the checks of each probe came to since then, in steps of so long, the oldest first."""
    start, seconds = int(since.timestamp()), int(step.total_seconds())
    asked = {"b_keys": [*keys], "b_from": since, "b_start": start, "b_step": seconds}
    found: dict[str, list[Span]] = {}

    def work(connection: Connection) -> Sequence[Any]:
        return connection.execute(_STEPS[connection.dialect.name == "sqlite"], asked).all()

    for source, place, checks, failures, slow, latency, slowest in await database.read(work) if keys else ():
        at = since + int(place) * step
        found.setdefault(source, []).append(Span(at, int(checks), int(failures), int(slow), latency, slowest))
    return found
