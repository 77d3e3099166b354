"""The next digest of each route that wants nothing else; and a new look at what another configuration held back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, and_, delete, select, update

from bot.core import holding, windows
from bot.core.holding import Ruling
from bot.core.rules import Route, Summary
from bot.model import Destination, Digest, Hold
from bot.store import codec
from bot.store.columns import inline
from bot.store.database import Database
from bot.store.holds import announce
from bot.store.tables import ANNOUNCEMENT, DIGEST

_SORTS = (Hold.DIGEST, Hold.WEEKLY)
_PENDING = (ANNOUNCEMENT.c.state == "live") & ANNOUNCEMENT.c.root.is_(None)
_UNTOUCHED = _PENDING & ANNOUNCEMENT.c.intent.is_(None) & ANNOUNCEMENT.c.owner.is_(None)


async def renew(database: Database, ruling: Ruling, now: datetime) -> None:
    """Have all looked at that is held back: the configuration may be another one than before.

    A channel of digests that no route names any more gets its last one; a week that nobody wants is not summed up.
    """
    wanted = [str(to) for why, to, _ in _wanted(ruling) if why is Hold.DIGEST]
    weekly = [to for why, to, _ in _wanted(ruling) if why is Hold.WEEKLY]
    held = (ANNOUNCEMENT.c.held != inline("")) & (ANNOUNCEMENT.c.state == "live") & (ANNOUNCEMENT.c.told_in == "")
    is_summary = ANNOUNCEMENT.c.about == Hold.DIGEST.value
    unwanted = and_(_PENDING, is_summary, ANNOUNCEMENT.c.destination.not_in(wanted), ANNOUNCEMENT.c.due_at > now)

    def work(connection: Connection) -> None:
        # Always in the same order: two that wait for each other's rows would wait for ever.
        for which in (held, unwanted):
            ids = select(ANNOUNCEMENT.c.id).where(which).order_by(ANNOUNCEMENT.c.id).with_for_update(skip_locked=True)
            connection.execute(update(ANNOUNCEMENT).where(ANNOUNCEMENT.c.id.in_(ids)).values(due_at=now))
        _drop_weeks(connection, weekly)

    await database.write(work)


def _drop_weeks(connection: Connection, wanted: Sequence[Destination]) -> None:
    query = select(DIGEST.c.body).where(DIGEST.c.why == Hold.WEEKLY.value, DIGEST.c.told.is_(None))
    for body in connection.execute(query.order_by(DIGEST.c.name, DIGEST.c.destination)).scalars().all():
        digest = codec.DIGEST.load(body)
        if digest.destination not in wanted:
            _dropped(connection, digest)


async def plan(database: Database, ruling: Ruling, now: datetime) -> int:
    """Have the next digest of each route that wants one announced at its time; returns how many were new."""
    wanted = _wanted(ruling)
    if not wanted:
        return 0
    missing = await database.read(lambda connection: [one for one in wanted if _is_unplanned(connection, *one, now)])
    if not missing:
        return 0
    return await database.write(lambda connection: sum(_planned(connection, *one, now) for one in missing))


async def next_told(database: Database, now: datetime) -> tuple[datetime, bool] | None:
    """Return when something that is held back will be told next, and whether by a route that wants digests only.

    The summary of a week holds nothing back.
    """
    of_its_own = ANNOUNCEMENT.c.about.not_in(("incident", Hold.WEEKLY.value))
    waits = ANNOUNCEMENT.c.held.in_((Hold.QUIET.value, Hold.HOURLY.value)) | of_its_own
    query = (
        select(ANNOUNCEMENT.c.due_at, ANNOUNCEMENT.c.about)
        .where(ANNOUNCEMENT.c.state == "live", ANNOUNCEMENT.c.due_at > now, waits)
        .order_by(ANNOUNCEMENT.c.due_at, ANNOUNCEMENT.c.id)
        .limit(1)
    )
    row = await database.read(lambda connection: connection.execute(query).first())
    return (row.due_at, row.about == Hold.DIGEST.value) if row is not None else None


def _wanted(ruling: Ruling) -> tuple[tuple[Hold, Destination, Route], ...]:
    """Return where which summary is wanted, each once: the first route that leads there decides when."""
    found: dict[tuple[Hold, Destination], Route] = {}
    for why in _SORTS:
        for route in ruling.routes:
            for to in route.to:
                if _time(why, holding.as_meant(route, to)) is not None:
                    found.setdefault((why, to), route)
    return tuple((why, to, route) for (why, to), route in found.items())


def _time(why: Hold, route: Route) -> Summary | None:
    return route.weekly if why is Hold.WEEKLY else route.digest


def _last(connection: Connection, why: Hold, to: Destination) -> tuple[Digest, int | None] | None:
    newest = (
        select(DIGEST.c.body, DIGEST.c.told)
        .where(DIGEST.c.destination == str(to), DIGEST.c.why == why.value)
        .order_by(DIGEST.c.ends_at.desc())
        .limit(1)
    )
    row = connection.execute(newest).first()
    return (codec.DIGEST.load(row.body), row.told) if row is not None else None


def _is_unplanned(connection: Connection, why: Hold, to: Destination, route: Route, now: datetime) -> bool:
    last = _last(connection, why, to)
    if last is None or last[1] is not None:
        return True
    return last[0].ends_at > now and last[0].ends_at != _due(why, route, now)


def _planned(connection: Connection, why: Hold, to: Destination, route: Route, now: datetime) -> bool:
    last = _last(connection, why, to)
    since = now if last is None else last[0].ends_at
    after = max(now, since)
    if last is not None and last[1] is None:
        # It is planned for another time than the configuration names now.
        since = last[0].starts_at
        if last[0].ends_at <= now or not _dropped(connection, last[0]):
            return False
        after = max(now, since)
    due_at = _due(why, route, after)
    is_week = why is Hold.WEEKLY
    digest = holding.week_of(to, route, due_at) if is_week else holding.summary_of(to, route, since, due_at)
    return announce(connection, digest, digest.ends_at)


def _due(why: Hold, route: Route, after: datetime) -> datetime:
    when = _time(why, route)
    if when is None:
        raise ValueError("only a route with a summary is planned")
    return windows.following(when, after)


def _dropped(connection: Connection, digest: Digest) -> bool:
    """Drop a digest that nobody has begun to send; returns whether it was so."""
    mine = (ANNOUNCEMENT.c.incident == digest.name) & (ANNOUNCEMENT.c.destination == str(digest.destination))
    if not connection.execute(delete(ANNOUNCEMENT).where(mine, _UNTOUCHED)).rowcount:
        return False
    named = (DIGEST.c.name == digest.name) & (DIGEST.c.destination == str(digest.destination))
    connection.execute(delete(DIGEST).where(named))
    return True
