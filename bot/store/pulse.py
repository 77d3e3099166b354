"""Whether anything has changed that a page of the board may show: one short answer, the same for all instances."""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import blake2b

from sqlalchemy import Connection, bindparam, func, select

from bot.model import SourceKind
from bot.store.database import Database
from bot.store.tables import ENTRY, POLL, SOURCE, STUCK

_HOUR = timedelta(hours=1)

# Each is answered from an index alone, however much there is.
_SINCE = bindparam("b_since", type_=ENTRY.c.recorded_at.type)
_SAID = select(func.count(), func.max(ENTRY.c.recorded_at)).where(ENTRY.c.recorded_at >= _SINCE)
_PAGES = select(func.count(), func.count(SOURCE.c.severity), func.sum(SOURCE.c.severity)).where(SOURCE.c.active)
_LOST = select(func.count(), func.max(POLL.c.failing_since)).where(POLL.c.failing_since.is_not(None))
_STUCK = select(func.count()).where(STUCK)
_FRESH = select(func.max(POLL.c.last_look)).where(POLL.c.active, POLL.c.kind == SourceKind.FEED.value)


async def version(database: Database, now: datetime) -> str:
    """Return a word that is another one as soon as anything has changed: a line said, a page worse, a source lost.

    It is another one also once an hour, for nothing: what was recorded is counted from a whole hour on.
    """
    since = now.replace(minute=0, second=0, microsecond=0) - _HOUR

    def work(connection: Connection) -> str:
        said = connection.execute(_SAID, {"b_since": since}).one()
        found = [connection.execute(query).one() for query in (_PAGES, _LOST, _STUCK)]
        seen = repr([tuple(said), *map(tuple, found), since])
        return blake2b(seen.encode(), digest_size=8).hexdigest()

    return await database.read(work)


async def fresh(database: Database) -> datetime | None:
    """Return when a status page was last read; None if none ever was."""
    return await database.read(lambda connection: connection.execute(_FRESH).scalar())
