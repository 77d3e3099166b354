"""The next digest of each route that wants nothing else; and a new look at what another configuration held back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, and_, delete, select, update

from bot.core import holding, windows
from bot.core.holding import Ruling
from bot.core.rules import Route
from bot.model import Destination, Digest, Hold
from bot.store import codec
from bot.store.database import Database
from bot.store.holds import announce
from bot.store.tables import ANNOUNCEMENT, DIGEST

_IS_SUMMARY = (ANNOUNCEMENT.c.about == Hold.DIGEST.value) & (ANNOUNCEMENT.c.state == "live")
_PENDING = _IS_SUMMARY & ANNOUNCEMENT.c.root.is_(None)
_UNTOUCHED = _PENDING & ANNOUNCEMENT.c.intent.is_(None) & ANNOUNCEMENT.c.owner.is_(None)


async def renew(database: Database, ruling: Ruling, now: datetime) -> None:
    """Have all looked at that is held back: the configuration may be another one than before."""
    wanted = [str(to) for to, _ in _wanted(ruling)]
    held = (ANNOUNCEMENT.c.held != "") & (ANNOUNCEMENT.c.state == "live") & (ANNOUNCEMENT.c.told_in == "")
    unwanted = and_(_PENDING, ANNOUNCEMENT.c.destination.not_in(wanted), ANNOUNCEMENT.c.due_at > now)

    def work(connection: Connection) -> None:
        # Always in the same order: two that wait for each other's rows would wait for ever.
        for which in (held, unwanted):
            ids = select(ANNOUNCEMENT.c.id).where(which).order_by(ANNOUNCEMENT.c.id).with_for_update(skip_locked=True)
            connection.execute(update(ANNOUNCEMENT).where(ANNOUNCEMENT.c.id.in_(ids)).values(due_at=now))

    await database.write(work)


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
    """Return when something that is held back will be told next, and whether by a route that wants digests only."""
    waits = ANNOUNCEMENT.c.held.in_((Hold.QUIET.value, Hold.HOURLY.value)) | (ANNOUNCEMENT.c.about != "incident")
    query = (
        select(ANNOUNCEMENT.c.due_at, ANNOUNCEMENT.c.about)
        .where(ANNOUNCEMENT.c.state == "live", ANNOUNCEMENT.c.due_at > now, waits)
        .order_by(ANNOUNCEMENT.c.due_at, ANNOUNCEMENT.c.id)
        .limit(1)
    )
    row = await database.read(lambda connection: connection.execute(query).first())
    return (row.due_at, row.about == Hold.DIGEST.value) if row is not None else None


def _wanted(ruling: Ruling) -> tuple[tuple[Destination, Route], ...]:
    """Return where a digest is wanted, each destination once: the first route that leads there decides."""
    found: dict[Destination, Route] = {}
    for route in ruling.routes:
        for to in route.to if route.digest is not None else ():
            if holding.as_meant(route, to).digest is not None:
                found.setdefault(to, route)
    return tuple(found.items())


def _last(connection: Connection, to: Destination) -> tuple[Digest, int | None] | None:
    newest = (
        select(DIGEST.c.body, DIGEST.c.told)
        .where(DIGEST.c.destination == str(to), DIGEST.c.why == Hold.DIGEST.value)
        .order_by(DIGEST.c.ends_at.desc())
        .limit(1)
    )
    row = connection.execute(newest).first()
    return (codec.DIGEST.load(row.body), row.told) if row is not None else None


def _is_unplanned(connection: Connection, to: Destination, route: Route, now: datetime) -> bool:
    last = _last(connection, to)
    if last is None or last[1] is not None:
        return True
    return last[0].ends_at > now and last[0].ends_at != _due(route, now)


def _planned(connection: Connection, to: Destination, route: Route, now: datetime) -> bool:
    last = _last(connection, to)
    since = now if last is None else last[0].ends_at
    if last is not None and last[1] is None:
        # It is planned for another time than the configuration names now.
        since = last[0].starts_at
        if last[0].ends_at <= now or not _dropped(connection, last[0]):
            return False
    digest = holding.summary_of(to, route, since, _due(route, max(now, since)))
    return announce(connection, digest, digest.ends_at)


def _due(route: Route, after: datetime) -> datetime:
    if route.digest is None:
        raise ValueError("only a route with a digest is planned")
    return windows.following(route.digest, after)


def _dropped(connection: Connection, digest: Digest) -> bool:
    """Drop a digest that nobody has begun to send; returns whether it was so."""
    mine = (ANNOUNCEMENT.c.incident == digest.name) & (ANNOUNCEMENT.c.destination == str(digest.destination))
    if not connection.execute(delete(ANNOUNCEMENT).where(mine, _UNTOUCHED)).rowcount:
        return False
    named = (DIGEST.c.name == digest.name) & (DIGEST.c.destination == str(digest.destination))
    connection.execute(delete(DIGEST).where(named))
    return True
