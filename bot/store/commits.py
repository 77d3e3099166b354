"""What every decision leaves behind: incidents moved on, lines in their timelines, announcements made due."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from types import MappingProxyType
from typing import Any, TypeVar

from sqlalchemy import BindParameter, Connection, bindparam, case, insert, select, update
from sqlalchemy.exc import IntegrityError

from bot.core import direct, replies, silence
from bot.core.witnesses import testimonies
from bot.model import Destination, Incident, TimelineEntry
from bot.store import codec, fleet, listed, members
from bot.store.database import Database, insert_into
from bot.store.engines import Work
from bot.store.tables import ANNOUNCEMENT, ENTRY, INCIDENT

T = TypeVar("T")
# Before any time that a clock shows: it is to be looked at because it was written, and not because time has passed.
AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)


class Conflict(Exception):
    """Somebody else has changed the same incident since it was gathered."""


async def written(database: Database, work: Work[T]) -> T:
    """Do what `Database.write` does; Conflict if somebody else was faster."""
    try:
        return await database.write(work)
    except IntegrityError as e:
        raise Conflict from e


# Statements are made once: to make one costs more than to run it.
_IDS: BindParameter[str] = bindparam("b_ids", expanding=True)


def write_incidents(connection: Connection, after: Iterable[Incident], before: Mapping[str, Incident]) -> None:
    """Write the incidents `after`; Conflict if one has moved on since it was as in `before`."""
    # Always in the same order: two that wait for each other's rows would wait for ever.
    in_order = sorted(after, key=lambda incident: incident.id)
    for incident in in_order:
        values = {
            "vendor": incident.vendor,
            "name": incident.name,
            "kind": incident.kind.value,
            "title": incident.title,
            "is_open": incident.is_open,
            "state": incident.state.value,
            "impact": incident.impact.value,
            "started_at": incident.started_at,
            "resolved_at": incident.resolved_at,
            "witnessed": incident.is_open and bool(testimonies(incident.claims)),
            "silent_from": silence.soonest(incident),
            "attend_at": AT_ONCE if incident.is_open else None,
            "report_at": incident.unreported_since,
            "cause": incident.cause or None,
            "burst": incident.burst or None,
            "runs_on": incident.runs_on or None,
            "last_seq": incident.last_seq,
            "body": codec.INCIDENT.dump(incident),
        }
        known = before.get(incident.id)
        if known is None:
            connection.execute(_BEGIN, {"id": incident.id, "courses": "", **values})
            continue
        done = connection.execute(_MOVE_ON, {"b_id": incident.id, "b_before": known.last_seq, **values})
        if done.rowcount != 1:
            raise Conflict
    listed.write(connection, [(one, _is_named(one, before.get(one.id))) for one in in_order])


def _is_named(incident: Incident, before: Incident | None) -> bool:
    return before is None or (before.name, before.title) != (incident.name, incident.title)


_BEGIN = insert(INCIDENT)
_MOVE_ON = update(INCIDENT).where(INCIDENT.c.id == bindparam("b_id"), INCIDENT.c.last_seq == bindparam("b_before"))


def write_entries(connection: Connection, entries: Sequence[TimelineEntry]) -> None:
    """Add lines to timelines."""
    rows = [
        {
            "incident": entry.incident,
            "seq": entry.seq,
            "kind": entry.kind.value,
            "recorded_at": entry.recorded_at,
            "body": codec.ENTRY.dump(entry),
        }
        for entry in entries
    ]
    if rows:
        connection.execute(_ADD, rows)
        listed.add_words(connection, entries)


_ADD = insert(ENTRY)


def make_due(
    connection: Connection,
    touched: Sequence[str],
    now: datetime,
    *,
    destinations: Mapping[str, Sequence[Destination]] = MappingProxyType({}),
    urgent: Collection[str] = (),
    before: Mapping[str, Incident] = MappingProxyType({}),
) -> None:
    """Every touched incident is due wherever it is announced, and begins where it was not.

    What is told in a burst begins nowhere by itself: its burst is carried on, and is due.  A direct message that begins
    tells in its root how it stands, and not what was said of an incident `before`.
    """
    if not touched:
        return
    held = members.held(connection, touched)
    own = {name: to for name, to in destinations.items() if name not in held}
    _make_due(connection, touched, now, own, urgent, before)
    for one in members.news(connection, held, destinations):
        write_incidents(connection, [one.after], {one.after.id: one.before})
        write_entries(connection, one.entries)
        loud = [one.after.id] if any(map(replies.is_broadcast, one.entries)) else []
        _make_due(connection, [one.after.id], now, {one.after.id: one.to}, loud, {one.after.id: one.before})


def _make_due(
    connection: Connection,
    touched: Sequence[str],
    now: datetime,
    destinations: Mapping[str, Sequence[Destination]],
    urgent: Collection[str],
    before: Mapping[str, Incident],
) -> None:
    rows = connection.execute(_DUE_AGAIN, {"b_incidents": touched, "b_now": now}).all()
    live, there = [row.id for row in rows], {(row.incident, row.destination) for row in rows}
    if live and urgent:
        connection.execute(_URGENT, {"b_ids": live, "b_incidents": list(urgent)})
    begun = [
        _new_announcement(incident, destination, now, urgent=incident in urgent, before=before.get(incident))
        for incident in touched
        for destination in destinations.get(incident, ())
        if (incident, str(destination)) not in there
    ]
    if begun:
        connection.execute(_announce(connection.dialect.name), begun)
    if live or begun:
        fleet.notify(connection)


def begin(connection: Connection, incident: str, destinations: Iterable[Destination], now: datetime) -> int:
    """Announce an incident wherever it is not yet; returns in how many places that is."""
    new = [_new_announcement(incident, destination, now, urgent=True) for destination in destinations]
    connection.execute(_ATTEND, {"b_id": incident})
    fleet.notify(connection)
    return sum(connection.execute(_announce(connection.dialect.name), one).rowcount for one in new)


def settle_in(connection: Connection, incidents: Iterable[str], to: Destination, now: datetime) -> int:
    """Announce open incidents in one more place as they stand now: its threads begin with what is said next.

    What is told in a burst is shown there in that.  Returns how many are told there that were not.
    """
    found = [(name, connection.execute(_LAST_SEQ, {"b_id": name}).scalar()) for name in sorted(set(incidents))]
    last = {name: seq for name, seq in found if seq is not None}
    held = members.held(connection, [*last])
    count = sum(_settled(connection, name, to, seq, now) for name, seq in last.items() if name not in held)
    for before, after in members.shown_at(connection, held, to):
        write_incidents(connection, [after], {after.id: before})
        _make_due(connection, [after.id], now, {}, (), {})
        _settled(connection, after.id, to, after.last_seq, now)
        count += sum(one != other for one, other in zip(before.members, after.members, strict=True))
    return count


def _settled(connection: Connection, name: str, to: Destination, last: int, now: datetime) -> int:
    new = {**_new_announcement(name, to, now, urgent=False), "last_seq": last}
    return connection.execute(_announce(connection.dialect.name), new).rowcount


_LAST_SEQ = select(INCIDENT.c.last_seq).where(INCIDENT.c.id == bindparam("b_id"), INCIDENT.c.is_open).with_for_update()
_ATTEND = update(INCIDENT).where(INCIDENT.c.id == bindparam("b_id"), INCIDENT.c.is_open).values(attend_at=AT_ONCE)
_INCIDENTS: BindParameter[str] = bindparam("b_incidents", expanding=True)
# Always in the same order: two that wait for each other's rows would wait for ever.
_LIVE = (
    select(ANNOUNCEMENT.c.id)
    .where(ANNOUNCEMENT.c.incident.in_(_INCIDENTS), ANNOUNCEMENT.c.state == "live")
    .order_by(ANNOUNCEMENT.c.id)
    .with_for_update()
)
_NOW = bindparam("b_now", type_=ANNOUNCEMENT.c.due_at.type)
# News do not shorten the wait after a failure: it may be what the platform has asked for.
_WAITS = (ANNOUNCEMENT.c.attempts > 0) & (ANNOUNCEMENT.c.due_at > _NOW)
_DUE_AGAIN = (
    update(ANNOUNCEMENT)
    .where(ANNOUNCEMENT.c.id.in_(_LIVE))
    .values(due_at=case((_WAITS, ANNOUNCEMENT.c.due_at), else_=_NOW), revision=ANNOUNCEMENT.c.revision + 1)
    .returning(ANNOUNCEMENT.c.id, ANNOUNCEMENT.c.incident, ANNOUNCEMENT.c.destination)
)
_URGENT = (
    update(ANNOUNCEMENT).where(ANNOUNCEMENT.c.id.in_(_IDS), ANNOUNCEMENT.c.incident.in_(_INCIDENTS)).values(urgency=1)
)


@cache
def _announce(engine: str) -> Any:
    return insert_into(engine, ANNOUNCEMENT).on_conflict_do_nothing(index_elements=["incident", "destination"])


def _new_announcement(
    incident: str, destination: Destination, now: datetime, *, urgent: bool, before: Incident | None = None
) -> dict[str, Any]:
    return {
        "incident": incident,
        "destination": str(destination),
        "platform": destination.platform,
        "state": "live",
        "generation": 0,
        "last_seq": before.last_seq if before is not None and direct.is_direct(destination) else 0,
        "root_hash": "",
        "due_at": now,
        "revision": 0,
        "urgency": int(urgent),
        "attempts": 0,
        "error": "",
        "fence": 0,
        "about": "incident",
        "held": "",
        "digest": "",
        "told_in": "",
        "route": "",
    }
