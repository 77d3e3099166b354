"""Polls: which sources are due, who reads them, and what each reading left behind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import BindParameter, Connection, RowMapping, bindparam, exists, func, insert, not_, or_, select, update

from bot.core.health import Gap, Health
from bot.core.spending import Day
from bot.model import Page, SourceKind
from bot.store import samples, spending
from bot.store.database import Database
from bot.store.samples import Checked
from bot.store.sources import MOVED, Watched, remembered
from bot.store.standings import HEALTH, page_columns
from bot.store.tables import CLAIM, GAP, POLL, SOURCE


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What one look leaves behind; empty `page`, `page_id`, `endpoint` and `validators` leave the old ones.

    With `detected`, a format and an address, what was remembered of the page before is forgotten.  `checked` is what
    else a check of a probe leaves, `paid` what it has cost, if it has cost anything.
    """

    key: str
    fence: int
    health: Health
    due_at: datetime
    page: Page | None = None
    page_id: str | None = None
    endpoint: str | None = None
    validators: str | None = None
    detected: str | None = None
    gap: Gap | None = None
    checked: Checked | None = None
    paid: Day | None = None


# The shortest interval at which a page may be watched.
_BREATH = timedelta(seconds=5)


async def claim_due(
    database: Database, owner: str, now: datetime, *, limit: int, lease: timedelta
) -> tuple[Watched, ...]:
    """Take up to `limit` feeds that are due and that nobody holds, the longest due first."""
    values = {"b_now": now, "b_limit": limit, "b_owner": owner, "b_lease_until": now + lease}

    def work(connection: Connection) -> list[tuple[RowMapping, RowMapping]]:
        claimed = {row["source"]: row for row in connection.execute(_CLAIM, values).mappings()}
        found = connection.execute(_CLAIMED, {"b_keys": [*claimed]}).mappings() if claimed else ()
        return [(row, claimed[row["key"]]) for row in found]

    return tuple(
        remembered(row, poll, None, had_components=bool(row["had_components"]), in_trouble=row["in_trouble"])
        for row, poll in await database.write(work)
    )


_FREE = or_(POLL.c.lease_until.is_(None), POLL.c.lease_until <= bindparam("b_now"))
_DUE = (
    select(POLL.c.source)
    .where(POLL.c.kind == SourceKind.FEED.value, POLL.c.active, POLL.c.due_at <= bindparam("b_now"), _FREE)
    .order_by(POLL.c.due_at)
    .limit(bindparam("b_limit"))
    .with_for_update(skip_locked=True)
)
_CLAIM = (
    update(POLL)
    .where(POLL.c.source.in_(_DUE))
    .values(owner=bindparam("b_owner"), lease_until=bindparam("b_lease_until"), fence=POLL.c.fence + 1)
    .returning(POLL.c.source, POLL.c.fence, *HEALTH)
)
_KEYS: BindParameter[str] = bindparam("b_keys", expanding=True)
# In the same transaction: who changes a source takes its poll first, and so comes before the claim or after it.
_CLAIMED = select(
    SOURCE.c.key,
    SOURCE.c.spec,
    SOURCE.c.page_id,
    SOURCE.c.endpoint,
    SOURCE.c.validators,
    SOURCE.c.detected,
    exists().where(CLAIM.c.source == SOURCE.c.key, CLAIM.c.is_trouble).label("in_trouble"),
    # Between line ends: without a name there is but one.
    (func.coalesce(func.length(SOURCE.c.parts), 0) > 1).label("had_components"),
).where(SOURCE.c.key.in_(_KEYS))


async def hasten(database: Database, now: datetime, *, page: str, vendor: str | None) -> int:
    """Make a page due now because somebody said that it has news; returns how many are watched that are meant.

    It is known by the id that it showed, or by its vendor.  One that could not be read keeps its wait, and one that was
    read a moment ago is left alone for a moment.
    """
    named = SOURCE.c.page_id == page if vendor is None else or_(SOURCE.c.page_id == page, SOURCE.c.vendor == vendor)
    meant = select(SOURCE.c.key).where(SOURCE.c.active, named)
    waiting = POLL.c.source.in_(meant) & (POLL.c.failures == 0)
    rested = now - _BREATH

    def work(connection: Connection) -> int:
        has_rested = or_(POLL.c.last_try.is_(None), POLL.c.last_try <= rested)
        for soonest, which in ((now, has_rested), (now + _BREATH, not_(has_rested))):
            connection.execute(update(POLL).where(waiting, which, POLL.c.due_at > soonest).values(due_at=soonest))
        return connection.execute(select(func.count()).select_from(meant.subquery())).scalar() or 0

    return await database.write(work)


async def release(database: Database, owner: str, kind: SourceKind) -> None:
    """Free what an instance holds: for when it begins anew, and does not know any more what it had begun."""
    held = (POLL.c.owner == owner) & (POLL.c.kind == kind.value)
    freed = update(POLL).where(held).values(owner=None, lease_until=None)
    await database.write(lambda connection: connection.execute(freed))


async def next_due(database: Database, now: datetime) -> datetime | None:
    """Return when the next feed is due that nobody holds; None if none is watched."""
    found: datetime | None = await database.read(lambda connection: connection.execute(_NEXT, {"b_now": now}).scalar())
    return found


_NEXT = (
    select(POLL.c.due_at)
    .where(POLL.c.kind == SourceKind.FEED.value, POLL.c.active, _FREE)
    .order_by(POLL.c.due_at)
    .limit(1)
)


async def record(database: Database, looks: Sequence[Look]) -> None:
    """Write what looks left behind, all in one transaction, and give their sources back.

    A look whose lease was lost meanwhile leaves nothing, but for what it has cost: somebody else has looked since.
    """
    # Always in the same order: two that wait for each other's rows would wait for ever.
    ordered = sorted(looks, key=lambda look: look.key)

    def work(connection: Connection) -> None:
        for is_plain, some in groupby(ordered, key=_is_plain):
            if is_plain:
                connection.execute(_RECORD, [_outcome(look) for look in some])
                continue
            for look in some:
                _write(connection, look)
        samples.write(connection, {look.key: (look.fence, look.checked) for look in ordered if look.checked})
        spending.write(connection, [(look.key, look.paid) for look in ordered if look.paid])

    await database.write(work)


def _is_plain(look: Look) -> bool:
    """Whether it found nothing that is kept elsewhere than with the polls."""
    found = (look.page, look.page_id, look.endpoint, look.validators, look.detected, look.gap)
    return all(one is None for one in found)


def write(connection: Connection, look: Look) -> bool:
    """Do what `record` does, for one look, inside a transaction that is already open; False if its lease was lost."""
    if not _write(connection, look):
        return False
    if look.checked is not None:
        samples.write(connection, {look.key: (look.fence, look.checked)})
    if look.paid is not None:
        spending.write(connection, [(look.key, look.paid)])
    return True


def _write(connection: Connection, look: Look) -> bool:
    if not connection.execute(_RECORD, _outcome(look)).rowcount:
        return False
    found = _found(look)
    if found:
        connection.execute(_FIND, {"b_key": look.key, **found})
    if look.gap is not None:
        gap = {"began_at": look.gap.began_at, "ended_at": look.gap.ended_at, "reason": look.gap.reason}
        connection.execute(insert(GAP).values(source=look.key, **gap))
    return True


_OUTCOME = (*(column.name for column in HEALTH), "due_at")
_RECORD = (
    update(POLL)
    .where(POLL.c.source == bindparam("b_source"), POLL.c.fence == bindparam("b_fence"))
    .values(owner=None, lease_until=None, **{name: bindparam(f"b_{name}") for name in _OUTCOME})
)
_FIND = update(SOURCE).where(SOURCE.c.key == bindparam("b_key"))


def _outcome(look: Look) -> dict[str, Any]:
    health = look.health
    return {
        "b_source": look.key,
        "b_fence": look.fence,
        "b_first_look": health.first_look,
        "b_last_look": health.last_look,
        "b_last_try": health.last_try,
        "b_failures": health.failures,
        "b_failing_since": health.failing_since,
        "b_failure": health.failure,
        "b_due_at": look.due_at,
    }


def _found(look: Look) -> Mapping[str, Any]:
    found = {
        **(page_columns(look.page) if look.page else {}),
        "page_id": look.page_id,
        "endpoint": look.endpoint,
        "validators": look.validators,
        "detected": look.detected,
    }
    known = {name: value for name, value in found.items() if value is not None}
    return {**_OF_THE_FORMER, **known} if look.detected else known


_OF_THE_FORMER = {"page_id": None, "endpoint": MOVED, "validators": None}
