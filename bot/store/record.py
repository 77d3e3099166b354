"""The record of what machines count: checks, what they cost, times in which nothing could be read.

It is kept for as long as pages look back, and around incidents for as long as these: a report says in years what it
says today.  What is older goes a few hours of it at a time, from the oldest on; how far that has come is noted, so that
what stays is not looked through again and again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, Connection, bindparam, delete, func, or_, select

from bot.core.spending import day_of
from bot.store.database import Database, insert_into
from bot.store.tables import CLAIM, GAP, INCIDENT, NOTE, PROBE_MINUTE, PROBE_SPENT, SOURCE

# One transaction goes through so much of it: with a thousand probes these are some ten thousand rows.
AT_ONCE = timedelta(hours=6)
# A report looks so far to either side of its incident, and an hour that has begun before may reach into that.
AROUND = timedelta(hours=7)
_FORGOTTEN = "record forgotten until"


class Span(NamedTuple):
    """A stretch of time, from one moment up to another."""

    began_at: datetime
    ended_at: datetime


async def forget(database: Database, before: datetime) -> tuple[int, bool]:
    """Forget what is from `before` then, and not near an incident; returns how many rows, and whether more is old."""
    end = before.replace(minute=0, second=0, microsecond=0)

    def work(connection: Connection) -> tuple[int, bool]:
        start = _begins(connection, end)
        gone = connection.execute(_SPENT, {"b_day": day_of(end)}).rowcount
        if start >= end:
            return gone, False
        until = min(start + AT_ONCE, end)
        gone += _forgotten(connection, Span(start, until))
        _note(connection, until)
        return gone, until < end

    return await database.write(work)


def clear(connection: Connection, began_at: datetime, ended_at: datetime) -> int:
    """Forget what stayed for an incident that is forgotten itself, where no other is near; returns how many rows."""
    noted: str | None = connection.execute(_NOTED).scalar()
    if noted is None:
        return 0
    span = Span(began_at - AROUND, min(ended_at + AROUND, datetime.fromisoformat(noted)))
    return _forgotten(connection, span) if span.began_at < span.ended_at else 0


_NOTED = select(NOTE.c.value).where(NOTE.c.name == _FORGOTTEN)
_START, _END = (bindparam(name, type_=INCIDENT.c.started_at.type) for name in ("b_start", "b_end"))
_SPENT = delete(PROBE_SPENT).where(PROBE_SPENT.c.day < bindparam("b_day", type_=PROBE_SPENT.c.day.type))
_FIRST_CHECK = select(func.min(PROBE_MINUTE.c.minute)).where(PROBE_MINUTE.c.minute >= _START)
_FIRST_GAP = select(func.min(GAP.c.ended_at)).where(GAP.c.ended_at >= _START)
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def _begins(connection: Connection, end: datetime) -> datetime:
    """Return the first hour that is not gone through and has something in it; `end` if there is none before that.

    Who asks at the same time waits, and is told what came of it.
    """
    put = insert_into(connection.dialect.name, NOTE).values(name=_FORGOTTEN, value=_LONG_AGO.isoformat())
    connection.execute(put.on_conflict_do_nothing(index_elements=["name"]))
    since = datetime.fromisoformat(connection.execute(_NOTED.with_for_update()).scalar_one())
    first = [connection.execute(query, {"b_start": since}).scalar() for query in (_FIRST_CHECK, _FIRST_GAP)]
    there: list[datetime] = [one.replace(minute=0, second=0, microsecond=0) for one in first if one is not None]
    return max(since, min((*there, end)))


def _note(connection: Connection, until: datetime) -> None:
    put = insert_into(connection.dialect.name, NOTE).values(name=_FORGOTTEN, value=until.isoformat())
    connection.execute(put.on_conflict_do_update(index_elements=["name"], set_={"value": put.excluded["value"]}))


_KEYS: BindParameter[Any] = bindparam("b_keys", expanding=True)
_OF_CHECKS = (PROBE_MINUTE.c.minute >= _START) & (PROBE_MINUTE.c.minute < _END)
_OF_GAPS = (GAP.c.ended_at >= _START) & (GAP.c.ended_at < _END)
_FIRST_BEGAN = select(func.min(GAP.c.began_at)).where(_OF_GAPS)
_ALL = [delete(PROBE_MINUTE).where(_OF_CHECKS), delete(GAP).where(_OF_GAPS)]
_OTHERS = [
    delete(PROBE_MINUTE).where(_OF_CHECKS, PROBE_MINUTE.c.source.not_in(_KEYS)),
    delete(GAP).where(_OF_GAPS, GAP.c.source.not_in(_KEYS)),
]
_ITS_CHECKS = delete(PROBE_MINUTE).where(_OF_CHECKS, PROBE_MINUTE.c.source == bindparam("b_key"))
_THEIR_GAPS = select(GAP.c.id, GAP.c.source, GAP.c.began_at, GAP.c.ended_at).where(_OF_GAPS, GAP.c.source.in_(_KEYS))
_DROP_GAPS = delete(GAP).where(GAP.c.id.in_(bindparam("b_ids", expanding=True)))


def _forgotten(connection: Connection, span: Span) -> int:
    """Forget what is from that time, but for what is near an incident; returns how many rows."""
    hours = {"b_start": span.began_at, "b_end": span.ended_at}
    # What ends in that time may have begun long before, and been there while something was going on.
    began_at: datetime = connection.execute(_FIRST_BEGAN, hours).scalar() or span.began_at
    near = _near(connection, Span(min(began_at, span.began_at), span.ended_at))
    gone = 0
    for statement in _OTHERS if near else _ALL:
        gone += connection.execute(statement, {**hours, "b_keys": [*near]} if near else hours).rowcount
    for key, kept in near.items():
        for free in _between(kept, span):
            asked = {"b_key": key, "b_start": free.began_at, "b_end": free.ended_at}
            gone += connection.execute(_ITS_CHECKS, asked).rowcount
    rows = connection.execute(_THEIR_GAPS, {**hours, "b_keys": [*near]}).all() if near else ()
    old = [row.id for row in rows if not any(_touch(row.began_at, row.ended_at, one) for one in near[row.source])]
    return gone + (connection.execute(_DROP_GAPS, {"b_ids": old}).rowcount if old else 0)


def _touch(began_at: datetime, ended_at: datetime, one: Span) -> bool:
    return began_at <= one.ended_at and ended_at >= one.began_at


def _between(kept: Sequence[Span], span: Span) -> Iterator[Span]:
    """Give what of a time lies in none of these."""
    at = span.began_at
    for one in sorted(kept, key=lambda one: one.began_at):
        if one.began_at > at:
            yield Span(at, min(one.began_at, span.ended_at))
        at = max(at, one.ended_at)
        if at >= span.ended_at:
            return
    yield Span(at, span.ended_at)


_TOUCHING = select(INCIDENT.c.id, INCIDENT.c.vendor, INCIDENT.c.started_at, INCIDENT.c.resolved_at).where(
    INCIDENT.c.started_at <= bindparam("b_latest", type_=INCIDENT.c.started_at.type),
    or_(INCIDENT.c.is_open, INCIDENT.c.resolved_at >= bindparam("b_soonest", type_=INCIDENT.c.started_at.type)),
)
_MEMBERS = select(INCIDENT.c.id, INCIDENT.c.burst, INCIDENT.c.vendor).where(INCIDENT.c.burst.in_(_KEYS))
_OF_VENDORS = select(SOURCE.c.key, SOURCE.c.vendor).where(SOURCE.c.vendor.in_(_KEYS))
_TELLING = select(CLAIM.c.source, CLAIM.c.incident).where(CLAIM.c.incident.in_(_KEYS)).distinct()


def _near(connection: Connection, span: Span) -> Mapping[str, Sequence[Span]]:
    """Return by source the times around incidents that its checks and gaps are part of the report of."""
    asked = {"b_latest": span.ended_at + AROUND, "b_soonest": span.began_at - AROUND}
    spans: dict[str, Span] = {}
    vendors: dict[str, list[str]] = defaultdict(list)
    for row in connection.execute(_TOUCHING, asked):
        over = row.resolved_at or span.ended_at
        spans[row.id] = Span(row.started_at - AROUND, over + AROUND)
        vendors[row.vendor].append(row.id)
    telling: dict[str, list[str]] = defaultdict(list)
    for member in connection.execute(_MEMBERS, {"b_keys": [*spans]}) if spans else ():
        vendors[member.vendor].append(member.burst)
        telling[member.id].append(member.burst)
    found: dict[str, list[Span]] = defaultdict(list)
    for source in connection.execute(_OF_VENDORS, {"b_keys": [*vendors]}) if vendors else ():
        found[source.key] += [spans[one] for one in vendors[source.vendor]]
    told = {*spans, *telling}
    for claim in connection.execute(_TELLING, {"b_keys": [*told]}) if told else ():
        about = (claim.incident, *telling.get(claim.incident, ()))
        found[claim.source] += [spans[one] for one in about if one in spans]
    return found
