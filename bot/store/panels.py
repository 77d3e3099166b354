"""Who could testify about a vendor: its probes, and whether its page can be read."""

from __future__ import annotations

from functools import lru_cache

from sqlalchemy import Connection, bindparam, or_, select

from bot.core.evidence import Panel, Standby
from bot.model import Component, PageSays
from bot.store import codec
from bot.store.database import Database
from bot.store.tables import POLL, PROBE, SOURCE

# A state is written without what is empty, and a quotation mark in a name is written as \".
_RESTS = PROBE.c.state.contains('"resting":"', autoescape=True)
# Recorded pages are pages.
_PAGES = ("feed:", "replay:")
_PANEL = (
    select(SOURCE.c.key, SOURCE.c.spec, POLL.c.failing_since, POLL.c.last_look, _RESTS.label("rests"))
    .join(POLL, POLL.c.source == SOURCE.c.key)
    .outerjoin(PROBE, PROBE.c.source == SOURCE.c.key)
    .where(
        SOURCE.c.vendor == bindparam("b_vendor"),
        SOURCE.c.active,
        or_(*(SOURCE.c.key.startswith(one) for one in ("probe:", *_PAGES))),
    )
)


def panel_of(connection: Connection, vendor: str) -> Panel:
    """Return who could testify about a vendor just now."""
    rows = connection.execute(_PANEL, {"b_vendor": vendor}).all()
    pages = [row for row in rows if row.key.startswith(_PAGES)]
    readable = any(row.last_look is not None and row.failing_since is None for row in pages)
    says = PageSays.NOTHING if readable else PageSays.UNREADABLE if pages else PageSays.UNWATCHED
    probes = (
        Standby(
            key=row.key,
            components=_parts_of(row.spec),
            # What comes of a check while we work on it ourselves tells nothing either.
            is_blind=row.failing_since is not None or row.last_look is None or bool(row.rests),
        )
        for row in rows
        if row.key.startswith("probe:")
    )
    looks = [row.last_look for row in pages if row.last_look is not None]
    return Panel(probes=tuple(probes), page=says, page_at=max(looks, default=None))


@lru_cache(maxsize=10_000)
def _parts_of(spec: str) -> tuple[Component, ...]:
    """Return the parts that a source is about; thousands of probes may be asked again and again within a second."""
    return tuple(Component(name, name) for name in codec.SOURCE.load(spec).components)


async def panel(database: Database, vendor: str) -> Panel:
    """Return who could testify about a vendor just now."""
    return await database.read(lambda connection: panel_of(connection, vendor))
