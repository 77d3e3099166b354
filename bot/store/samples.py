"""What checks leave behind besides how they went: each probe's state, and what they came to by the minute."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Connection, bindparam, case, delete, func, select

from bot.core.probing import ProbeState
from bot.store import codec
from bot.store.database import Database, insert_into
from bot.store.tables import NOTE, PROBE, PROBE_MINUTE

_HOUR = timedelta(hours=1)
# One transaction sums up so many hours at most.
_HOURS_AT_ONCE = 2
_THINNED = "probe minutes summed up until"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One check, as it counts: when, whether it failed or was slow, and how long a pass took, in seconds."""

    at: datetime
    failed: bool = False
    slow: bool = False
    latency: float = 0.0


@dataclass(frozen=True, slots=True)
class Checked:
    """What one check leaves behind; one that tells nothing is no sample."""

    state: ProbeState
    sample: Sample | None = None


def write(connection: Connection, found: Mapping[str, tuple[int, Checked]]) -> None:
    """Write what checks left, by source, each with the number of its lease; an older one never undoes a newer."""
    if not found:
        return
    engine = connection.dialect.name
    # Always in the same order: two that wait for each other's rows would wait for ever.
    ordered = sorted(found.items())
    states = [{"source": k, "fence": fence, "state": codec.PROBE.dump(c.state)} for k, (fence, c) in ordered]
    connection.execute(_put_state(engine), states)
    counted = [_row(key, checked.sample) for key, (_, checked) in ordered if checked.sample]
    if counted:
        connection.execute(_count(engine), counted)


@cache
def _put_state(engine: str) -> Any:
    put = insert_into(engine, PROBE)
    new = {"fence": put.excluded["fence"], "state": put.excluded["state"]}
    is_newer = PROBE.c.fence <= put.excluded["fence"]
    return put.on_conflict_do_update(index_elements=["source"], set_=new, where=is_newer)


@cache
def _count(engine: str) -> Any:
    put = insert_into(engine, PROBE_MINUTE)
    sums = {name: PROBE_MINUTE.c[name] + put.excluded[name] for name in ("checks", "failures", "slow", "latency")}
    mine, new = PROBE_MINUTE.c.slowest, put.excluded["slowest"]
    slowest = case((mine > new, mine), else_=new)
    return put.on_conflict_do_update(index_elements=["source", "minute"], set_={**sums, "slowest": slowest})


def _row(source: str, sample: Sample) -> dict[str, Any]:
    return {
        "source": source,
        "minute": sample.at.replace(second=0, microsecond=0),
        "checks": 1,
        "failures": int(sample.failed),
        "slow": int(sample.slow),
        "latency": sample.latency,
        "slowest": sample.latency,
    }


@dataclass(frozen=True, slots=True)
class Span:
    """What the checks of one probe came to from `start` on, for a minute, or an hour once it is some days ago."""

    start: datetime
    checks: int
    failures: int
    slow: int
    latency: float
    slowest: float


async def spans(database: Database, source: str, since: datetime) -> tuple[Span, ...]:
    """Return what a probe's checks came to since then, oldest first."""
    query = _SPANS.where(PROBE_MINUTE.c.source == source, PROBE_MINUTE.c.minute >= since)
    rows = await database.read(lambda connection: connection.execute(query).all())
    return tuple(Span(*row) for row in rows)


_SPANS = select(
    PROBE_MINUTE.c.minute,
    PROBE_MINUTE.c.checks,
    PROBE_MINUTE.c.failures,
    PROBE_MINUTE.c.slow,
    PROBE_MINUTE.c.latency,
    PROBE_MINUTE.c.slowest,
).order_by(PROBE_MINUTE.c.minute)


async def thin(database: Database, before: datetime) -> bool:
    """Sum up by the hour what is from `before` then; returns whether more is to be done."""
    end = _hour(before)

    def work(connection: Connection) -> bool:
        start = _thinned_until(connection, end)
        for _ in range(_HOURS_AT_ONCE):
            start = _next_hour(connection, start, end)
            if start >= end:
                break
            _sum_up(connection, start)
            start += _HOUR
        _note(connection, start)
        return start < end

    return await database.write(work)


def thinned_until(connection: Connection) -> datetime | None:
    """Return until when all is summed up by the hour; None if nothing was."""
    noted: str | None = connection.execute(_UNTIL).scalar()
    return datetime.fromisoformat(noted) if noted else None


_UNTIL = select(NOTE.c.value).where(NOTE.c.name == _THINNED)


def _thinned_until(connection: Connection, end: datetime) -> datetime:
    """Return until when all is summed up; who asks at the same time waits, and is told what came of it."""
    first: datetime | None = connection.execute(select(func.min(PROBE_MINUTE.c.minute))).scalar()
    begin = _hour(first) if first else end
    put = insert_into(connection.dialect.name, NOTE).values(name=_THINNED, value=begin.isoformat())
    connection.execute(put.on_conflict_do_nothing(index_elements=["name"]))
    return datetime.fromisoformat(connection.execute(_UNTIL.with_for_update()).scalar_one())


def _next_hour(connection: Connection, start: datetime, end: datetime) -> datetime:
    """Return the first hour from `start` on in which something was checked; `end` if there is none before that."""
    first: datetime | None = connection.execute(_FIRST_SINCE, {"b_start": start}).scalar()
    return max(start, min(_hour(first), end) if first else end)


def _note(connection: Connection, until: datetime) -> None:
    put = insert_into(connection.dialect.name, NOTE).values(name=_THINNED, value=until.isoformat())
    connection.execute(put.on_conflict_do_update(index_elements=["name"], set_={"value": put.excluded["value"]}))


def _sum_up(connection: Connection, start: datetime) -> None:
    hour = {"b_start": start, "b_end": start + _HOUR}
    rows = [dict(row) for row in connection.execute(_SUMS, hour).mappings()]
    if rows:
        connection.execute(_FORGET, hour)
        connection.execute(PROBE_MINUTE.insert(), [{**row, "minute": start} for row in rows])


_START: BindParameter[datetime] = bindparam("b_start", type_=PROBE_MINUTE.c.minute.type)
_END: BindParameter[datetime] = bindparam("b_end", type_=PROBE_MINUTE.c.minute.type)
_IN_IT = (PROBE_MINUTE.c.minute >= _START) & (PROBE_MINUTE.c.minute < _END)
_SUMS = (
    select(
        PROBE_MINUTE.c.source,
        func.sum(PROBE_MINUTE.c.checks).label("checks"),
        func.sum(PROBE_MINUTE.c.failures).label("failures"),
        func.sum(PROBE_MINUTE.c.slow).label("slow"),
        func.sum(PROBE_MINUTE.c.latency).label("latency"),
        func.max(PROBE_MINUTE.c.slowest).label("slowest"),
    )
    .where(_IN_IT)
    .group_by(PROBE_MINUTE.c.source)
)
_FIRST_SINCE = select(func.min(PROBE_MINUTE.c.minute)).where(PROBE_MINUTE.c.minute >= _START)
_FORGET = delete(PROBE_MINUTE).where(_IN_IT)


def _hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)
