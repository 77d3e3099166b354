"""Who did what: a row for each deed, written in the transaction that does it, read back, and forgotten in the end."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, bindparam, case, delete, func, or_, select

from bot.core.audit import CameOf, Deed, came_of, concerned, without_secrets
from bot.core.wanted import Wanted
from bot.store.database import Database, beside, insert_into
from bot.store.tables import AUDIT

# One transaction forgets no more than so many.
AT_ONCE = 1_000


class DoneBefore(Exception):
    """This very request was delivered before, and done: nothing is done again."""


@dataclass(slots=True)
class Signature:
    """One delivery of a request.  `came_of` is what its row says, once there is one."""

    deed: Deed
    attempt: str = field(default_factory=lambda: secrets.token_hex(8))
    came_of: CameOf | None = None

    def add(self, connection: Connection, result: object) -> None:
        """Write the row, with what the transaction that it is part of has come to; DoneBefore if that is undone."""
        known = came_of(result)
        incident = concerned(result) or self.deed.incident
        self.deed = replace(self.deed, came_of=known or CameOf.DONE, incident=incident)
        _put(connection, self.deed, self.attempt, known)
        self.came_of = known or self.came_of or CameOf.DONE


@contextmanager
def signing(signature: Signature) -> Iterator[None]:
    """Have every transaction in this block write the row too: none is committed without it."""
    token = beside.set(signature.add)
    try:
        yield
    finally:
        beside.reset(token)


async def note(database: Database, signature: Signature, came: CameOf, answer: str) -> None:
    """Write the row of a request by which nothing was changed; one that was done before stays as it is."""
    deed = replace(signature.deed, came_of=came, answer=without_secrets(answer))

    def work(connection: Connection) -> None:
        try:
            _put(connection, deed, signature.attempt, came)
        except DoneBefore:
            return

    await database.write(work)


def _put(connection: Connection, deed: Deed, attempt: str, known: CameOf | None) -> None:
    values = {
        "attempt": attempt,
        "at": deed.at,
        "person": deed.person,
        "name": deed.name,
        "platform": deed.platform,
        "channel": deed.channel,
        "thread": deed.thread,
        "incident": deed.incident,
        "action": deed.action,
        "command": deed.command,
        "came_of": deed.came_of.value,
        "answer": deed.answer,
        # What has no name of its own, such as a command at a terminal, is delivered once.
        "request": deed.request or f"{deed.platform}:{attempt}",
    }
    put = _once_more if known is None else _with_outcome
    if connection.execute(put(connection.dialect.name), values).rowcount == 0:
        raise DoneBefore


def _may_change(put: Any) -> ColumnElement[bool]:
    """Whether a row that is there is of this delivery, or of one by which nothing was done."""
    changes: ColumnElement[bool] = or_(AUDIT.c.attempt == put.excluded["attempt"], AUDIT.c.came_of != CameOf.DONE.value)
    return changes


_CHANGING = ("attempt", "at", "incident", "answer")


@cache
def _with_outcome(engine: str) -> Any:
    """What is known to have come of it counts; what was done stays done."""
    put = insert_into(engine, AUDIT)
    done = (AUDIT.c.attempt == put.excluded["attempt"]) & (AUDIT.c.came_of == CameOf.DONE.value)
    changed = {name: case((done, AUDIT.c[name]), else_=put.excluded[name]) for name in (*_CHANGING, "came_of")}
    return put.on_conflict_do_update(index_elements=["request"], set_=changed, where=_may_change(put))


@cache
def _once_more(engine: str) -> Any:
    """A further transaction of the same deed leaves the row as it is."""
    put = insert_into(engine, AUDIT)
    mine = AUDIT.c.attempt == put.excluded["attempt"]
    names = (*_CHANGING, "came_of")
    changed = {name: case((mine, AUDIT.c[name]), else_=put.excluded[name]) for name in names}
    return put.on_conflict_do_update(index_elements=["request"], set_=changed, where=_may_change(put))


async def deeds(database: Database, wanted: Wanted, limit: int | None) -> tuple[Deed, ...]:
    """Return what was done, the newest first; all of it without a limit."""
    query = select(AUDIT).where(*_conditions(wanted)).order_by(AUDIT.c.at.desc(), AUDIT.c.id.desc()).limit(limit)
    return await database.read(lambda connection: tuple(map(_deed, connection.execute(query))))


def _conditions(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    if wanted.since is not None:
        yield AUDIT.c.at >= wanted.since
    if wanted.incident:
        yield AUDIT.c.incident.startswith(wanted.incident, autoescape=True)
    if wanted.who:
        by_name = func.lower(AUDIT.c.name) == wanted.who.lower()
        yield or_(by_name, AUDIT.c.person == wanted.who, AUDIT.c.person == AUDIT.c.platform + ":" + wanted.who)


def _deed(row: Row[Any]) -> Deed:
    return Deed(
        at=row.at,
        person=row.person,
        name=row.name,
        platform=row.platform,
        action=row.action,
        command=row.command,
        request=row.request,
        channel=row.channel,
        thread=row.thread,
        incident=row.incident,
        came_of=CameOf(row.came_of),
        answer=row.answer,
    )


_OLD = select(AUDIT.c.id).where(bindparam("b_before", type_=AUDIT.c.at.type) > AUDIT.c.at).order_by(AUDIT.c.at)
_FORGET = delete(AUDIT).where(AUDIT.c.id.in_(_OLD.limit(AT_ONCE).scalar_subquery()))


async def forget(database: Database, before: datetime) -> int:
    """Forget what was done `before`, AT_ONCE at most; returns how many that were."""
    return await database.write(lambda connection: connection.execute(_FORGET, {"b_before": before}).rowcount)
