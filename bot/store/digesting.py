"""Digests: which incidents each lists, and its next step; decided in the transaction that claims it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import BindParameter, Connection, bindparam, select, update

from bot.core import digests, holding, members, week_words
from bot.core.converge import digest_step
from bot.core.digests import Listed
from bot.core.holding import Ruling
from bot.core.message import Message
from bot.model import Announcement, AnnouncementState, Digest, Hold, Step
from bot.store import codec
from bot.store.columns import inline
from bot.store.tables import ANNOUNCEMENT, DIGEST, INCIDENT

_SOON = timedelta(seconds=1)
_NAMED = (DIGEST.c.name == bindparam("b_name")) & (DIGEST.c.destination == bindparam("b_to"))
_BODY = select(DIGEST.c.body, DIGEST.c.told).where(_NAMED)
_TO = ANNOUNCEMENT.c.destination == bindparam("b_to")
_LISTED = _TO & (ANNOUNCEMENT.c.digest == bindparam("b_name")) & (ANNOUNCEMENT.c.digest != inline(""))
# What an earlier one has told the end of is its affair for good, and after years these are many.
_OWED = INCIDENT.c.is_open | ANNOUNCEMENT.c.told_in.in_(("", bindparam("b_name")))
_HELD = _TO & (ANNOUNCEMENT.c.held == Hold.DIGEST.value) & (ANNOUNCEMENT.c.held != inline("")) & _OWED
_MEMBERS = select(ANNOUNCEMENT.c.id, ANNOUNCEMENT.c.held, ANNOUNCEMENT.c.told_in, INCIDENT.c.body).join(
    INCIDENT, INCIDENT.c.id == ANNOUNCEMENT.c.incident
)
_IDS: BindParameter[int] = bindparam("b_ids", expanding=True)
# Whoever writes an incident may hold some of them: nobody waits for anybody, the digest is sent a second later.
_LOCKED = select(ANNOUNCEMENT.c.id).where(ANNOUNCEMENT.c.id.in_(_IDS)).with_for_update(skip_locked=True)
_TOLD = update(ANNOUNCEMENT).where(ANNOUNCEMENT.c.id.in_(_IDS)).values(told_in=bindparam("b_name"), due_at=None)
_COUNT = update(DIGEST).where(_NAMED).values(told=bindparam("b_told"))
_LONGER = (
    update(DIGEST)
    .where(_NAMED)
    .values(body=bindparam("b_body"), ends_at=bindparam("b_ends", type_=DIGEST.c.ends_at.type))
)
_BEFORE = (
    select(DIGEST.c.told)
    .where(
        DIGEST.c.destination == bindparam("b_to"),
        DIGEST.c.why == Hold.DIGEST.value,
        bindparam("b_starts", type_=DIGEST.c.starts_at.type) > DIGEST.c.starts_at,
    )
    .order_by(DIGEST.c.starts_at.desc())
    .limit(1)
)
_NOW = bindparam("b_now", type_=ANNOUNCEMENT.c.due_at.type)
_ASLEEP = (
    select(ANNOUNCEMENT.c.id)
    .where(_LISTED, ANNOUNCEMENT.c.held == Hold.QUIET.value, ANNOUNCEMENT.c.told_in == "")
    .with_for_update(skip_locked=True)
)
_WAKE = (
    update(ANNOUNCEMENT).where(ANNOUNCEMENT.c.id.in_(_ASLEEP)).values(due_at=_NOW, revision=ANNOUNCEMENT.c.revision + 1)
)


@dataclass(frozen=True, slots=True)
class Turn:
    """What comes next for a digest: a step and its message, nothing, or another look at `later`.

    What a `week` was like is gathered when it is sent: that takes longer than a claim may.
    """

    step: Step | None = None
    message: Message | None = None
    later: datetime | None = None
    week: Digest | None = None


@dataclass(frozen=True, slots=True)
class _Member:
    id: int
    is_told: bool
    listed: Listed


def turn(connection: Connection, announcement: Announcement, ruling: Ruling, now: datetime) -> Turn:
    """Return what comes next for a digest; what it is about to tell of is marked, so that no other tells of it too."""
    asked = {"b_name": announcement.incident, "b_to": str(announcement.destination)}
    row = connection.execute(_BODY, asked).one()
    digest = codec.DIGEST.load(row.body)
    if digest.why is Hold.WEEKLY:
        if row.told is None:
            digest = _caught_up(connection, digest, ruling, now)
        return _week(connection, announcement, digest, asked)
    if row.told is None and (until := holding.still_quiet(digest, ruling, now)) is not None:
        return Turn(later=until)
    mine = _members(connection, digest, asked)
    listed = [one.listed for one in mine]
    if row.told is None and not digests.is_owed(digest, listed, was_empty=_was_empty(connection, digest)):
        connection.execute(_COUNT, {**asked, "b_told": 0})
        return Turn()
    if row.told == 0 and announcement.root is None and announcement.intent is None and listed == []:
        return Turn()
    message = digests.message(digest, listed)
    step = digest_step(announcement, digest, message)
    if step is None:
        return Turn()
    ended = [one.id for one in mine if one.listed.is_held and not one.listed.incident.is_open and not one.is_told]
    if len(connection.execute(_LOCKED, {"b_ids": ended}).all()) < len(ended):
        return Turn(later=now + _SOON)
    if ended:
        connection.execute(_TOLD, {"b_ids": ended, "b_name": digest.name})
    connection.execute(_COUNT, {**asked, "b_told": len(listed)})
    return Turn(step, message)


def _caught_up(connection: Connection, digest: Digest, ruling: Ruling, now: datetime) -> Digest:
    """Return and keep what a summary is about when it is first to be sent: every try tells of the same time."""
    after = holding.caught_up(digest, ruling, now)
    if after != digest:
        kept = {"b_name": digest.name, "b_to": str(digest.destination)}
        connection.execute(_LONGER, {**kept, "b_body": codec.DIGEST.dump(after), "b_ends": after.ends_at})
    return after


def _week(connection: Connection, announcement: Announcement, digest: Digest, asked: dict[str, str]) -> Turn:
    message = week_words.announced(digest)
    step = digest_step(announcement, digest, message)
    if step is not None:
        connection.execute(_COUNT, {**asked, "b_told": 1})
    return Turn(step, message if step is not None else None, week=digest if step is not None else None)


def wake(connection: Connection, announcement: Announcement, now: datetime) -> bool:
    """Have those looked at that waited for a digest, once it is sent or given up; returns whether there were any."""
    if announcement.root is None and announcement.state is AnnouncementState.LIVE:
        return False
    asked = {"b_name": announcement.incident, "b_to": str(announcement.destination), "b_now": now}
    return connection.execute(_WAKE, asked).rowcount > 0


def _members(connection: Connection, digest: Digest, asked: dict[str, str]) -> Sequence[_Member]:
    query = _MEMBERS.where(_HELD if digest.why is Hold.DIGEST else _LISTED)
    rows = connection.execute(query, asked).all()
    found = ((row, members.seen_at(codec.INCIDENT.load(row.body), digest.destination)) for row in rows)
    return [
        _Member(row.id, row.told_in == digest.name, Listed(incident, bool(row.held)))
        for row, incident in found
        if digests.is_listed(incident, row.told_in, digest)
    ]


def _was_empty(connection: Connection, digest: Digest) -> bool:
    """Whether the last digest of a route that wants nothing else told of nothing either."""
    if digest.why is not Hold.DIGEST:
        return False
    asked = {"b_to": str(digest.destination), "b_starts": digest.starts_at}
    return bool(connection.execute(_BEFORE, asked).scalar() == 0)
