"""Announcements that are held back, and let go: within the transaction that claims them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, case, func, select, text, update

from bot.core import holding, members
from bot.core.fold import advance
from bot.core.holding import HOUR, Channel, Kept, Listing, Ruling, Verdict
from bot.core.lines import by_bot
from bot.core.mentions import ROTA, owed
from bot.core.rota import Rotas
from bot.core.rules import Route
from bot.model import Announcement, ChangeKind, Digest, Hold, Incident, Step, StepKind, TimelineEntry, Transition
from bot.store import codec, overrides
from bot.store.commits import AT_ONCE, write_entries, write_incidents
from bot.store.database import insert_into
from bot.store.tables import ANNOUNCEMENT, DIGEST, INCIDENT

# Who waits is woken when the digest is sent; if nobody does that, we look again.
_PATIENCE = timedelta(seconds=30)
_SOON = timedelta(seconds=1)
_NOW = bindparam("b_now", type_=ANNOUNCEMENT.c.due_at.type)
_DUE = bindparam("b_due", type_=ANNOUNCEMENT.c.due_at.type)
_FREE: dict[str, Any] = {"owner": None, "lease_until": None}
_ONE = ANNOUNCEMENT.c.id == bindparam("b_id")
_NAMED = (ANNOUNCEMENT.c.incident == bindparam("b_name")) & (ANNOUNCEMENT.c.destination == bindparam("b_to"))

_KEEP = (
    update(ANNOUNCEMENT)
    .where(_ONE)
    .values(
        held=bindparam("b_held"),
        held_at=func.coalesce(ANNOUNCEMENT.c.held_at, _NOW),
        digest=bindparam("b_digest"),
        told_in="",
        posted_at=None,
        due_at=_DUE,
        urgency=0,
        **_FREE,
    )
)
_LET_GO = (
    update(ANNOUNCEMENT)
    .where(_ONE)
    .values(held="", digest=bindparam("b_digest"), told_in="", posted_at=None, due_at=_NOW, **_FREE)
)
_LATER = update(ANNOUNCEMENT).where(_ONE).values(due_at=_DUE, urgency=0, **_FREE)
_COUNTED = (
    update(ANNOUNCEMENT)
    .where(_ONE)
    .values(posted_at=func.coalesce(ANNOUNCEMENT.c.posted_at, _NOW), route=bindparam("b_route"))
)
_POSTED = select(ANNOUNCEMENT.c.posted_at).where(
    ANNOUNCEMENT.c.destination == bindparam("b_to"),
    ANNOUNCEMENT.c.route == bindparam("b_route"),
    bindparam("b_since", type_=ANNOUNCEMENT.c.posted_at.type) < ANNOUNCEMENT.c.posted_at,
)
_OF_DIGEST = (ANNOUNCEMENT.c.incident == DIGEST.c.name) & (ANNOUNCEMENT.c.destination == DIGEST.c.destination)
_NOTE = (
    select(DIGEST.c.body)
    .join(ANNOUNCEMENT, _OF_DIGEST)
    .where(
        DIGEST.c.destination == bindparam("b_to"),
        DIGEST.c.why == Hold.HOURLY.value,
        DIGEST.c.route == bindparam("b_route"),
        bindparam("b_since", type_=DIGEST.c.starts_at.type) < DIGEST.c.starts_at,
        ANNOUNCEMENT.c.state == "live",
    )
    .order_by(DIGEST.c.starts_at.desc())
    .limit(1)
)
_LISTING = (
    select(DIGEST.c.name, DIGEST.c.told, ANNOUNCEMENT.c.root)
    .join(ANNOUNCEMENT, _OF_DIGEST)
    .where(DIGEST.c.destination == bindparam("b_to"), ANNOUNCEMENT.c.state == "live")
)
_NAMED_LISTING = _LISTING.where(DIGEST.c.name == bindparam("b_name"))
_UNSENT = ANNOUNCEMENT.c.root.is_(None) & (DIGEST.c.told.is_(None) | (DIGEST.c.told > 0))
_SUMMARIES = _LISTING.where(DIGEST.c.why == Hold.DIGEST.value, _UNSENT)
# One that somebody else is writing is looked at again after that.
_HURRIED = select(ANNOUNCEMENT.c.id).where(_NAMED, ANNOUNCEMENT.c.state == "live").with_for_update(skip_locked=True)
_WAITS = (ANNOUNCEMENT.c.attempts > 0) & (ANNOUNCEMENT.c.due_at > _NOW)
_HURRY = (
    update(ANNOUNCEMENT)
    .where(ANNOUNCEMENT.c.id.in_(_HURRIED))
    .values(due_at=case((_WAITS, ANNOUNCEMENT.c.due_at), else_=_NOW), revision=ANNOUNCEMENT.c.revision + 1, urgency=1)
)
_LOCKED = select(INCIDENT.c.body).where(INCIDENT.c.id == bindparam("b_id")).with_for_update(skip_locked=True)
# An escalation counts only the time in which it is told somewhere.  A writer has it looked at anyway.
_FREE_ONE = select(INCIDENT.c.id).where(INCIDENT.c.id == bindparam("b_id")).with_for_update(skip_locked=True)
_ATTEND = (
    update(INCIDENT)
    .where(INCIDENT.c.id.in_(_FREE_ONE), INCIDENT.c.is_open)
    .values(attend_at=bindparam("b_at", type_=INCIDENT.c.attend_at.type))
)
# https://www.postgresql.org/docs/current/functions-admin.html#FUNCTIONS-ADVISORY-LOCKS
_ALONE = text("SELECT pg_advisory_xact_lock(hashtextextended('sitrep:holding', 0))")


def alone(connection: Connection, ruling: Ruling) -> None:
    """Return when nobody else claims, where a route holds anything back: two at once could both fill the last place.

    It comes before any row is locked, so that no two wait for each other.  SQLite has one writer anyway.
    """
    if ruling.holds and connection.dialect.name == "postgresql":
        connection.execute(_ALONE)


@dataclass(slots=True)
class Holds:
    """What is held back, as of `now`.  `stirred` tells whether something became due that was not."""

    connection: Connection
    ruling: Ruling
    now: datetime
    stirred: bool = False
    _posted: dict[tuple[str, str], list[datetime]] = field(default_factory=dict[tuple[str, str], list[datetime]])

    def keeps(self, announcement: Announcement, incident: Incident, route: Route | None) -> bool:
        """Whether an announcement is to be left alone for now; then it is put off, or let go to be claimed anew."""
        if announcement.root is not None or not (self.ruling.holds or announcement.held or announcement.told_in):
            return False
        listing = self._listing(announcement)
        channel = self._channel(announcement, route)
        verdict = holding.judge(announcement, incident, route, channel, listing, self.now)
        if isinstance(verdict, Kept):
            return self._keep(announcement, verdict)
        if verdict is Verdict.GO:
            return announcement.held is not None and self._let_go(announcement, listing)
        if verdict is Verdict.WAIT:
            self.put_off(announcement, self.now + _PATIENCE)
            self.hurry(announcement)
        else:
            self.put_off(announcement, None)
        return True

    def begins(self, announcement: Announcement, step: Step, route: Route | None) -> None:
        """Note that a root is begun, where that is counted."""
        if step.kind is not StepKind.POST or not (announcement.held_at or (route is not None and route.hourly)):
            return
        name = route.name if route is not None else ""
        self.connection.execute(_COUNTED, {"b_id": announcement.id, "b_now": self.now, "b_route": name})
        if announcement.posted_at is None:
            self._lately(str(announcement.destination), name).append(self.now)

    def hurry(self, announcement: Announcement) -> None:
        """Have the digest that lists an announcement looked at now."""
        for name in self._names(announcement):
            asked = {"b_name": name, "b_to": str(announcement.destination), "b_now": self.now}
            self.stirred |= self.connection.execute(_HURRY, asked).rowcount > 0

    def _names(self, announcement: Announcement) -> list[str]:
        if announcement.held is not Hold.DIGEST:
            return [announcement.digest] if announcement.digest else []
        rows = self.connection.execute(_SUMMARIES, {"b_to": str(announcement.destination)}).all()
        return [row.name for row in rows]

    def _listing(self, announcement: Announcement) -> Listing:
        to = str(announcement.destination)
        if announcement.held is Hold.DIGEST:
            return Listing(is_pending=bool(self.connection.execute(_SUMMARIES, {"b_to": to}).first()))
        asked = {"b_to": to, "b_name": announcement.digest}
        row = self.connection.execute(_NAMED_LISTING, asked).first() if announcement.digest else None
        if row is None:
            return Listing()
        is_note = announcement.held is Hold.HOURLY
        return Listing(is_pending=not is_note and row.root is None and row.told != 0, is_kept_current=is_note)

    def _channel(self, announcement: Announcement, route: Route | None) -> Channel:
        if route is None or route.hourly is None:
            return Channel()
        to = str(announcement.destination)
        asked = {"b_to": to, "b_route": route.name, "b_since": self.now - HOUR}
        note = self.connection.execute(_NOTE, asked).scalar()
        return Channel(self._lately(to, route.name), codec.DIGEST.load(note) if note else None)

    def _lately(self, to: str, route: str) -> list[datetime]:
        if (to, route) not in self._posted:
            asked = {"b_to": to, "b_route": route, "b_since": self.now - HOUR}
            self._posted[to, route] = list(self.connection.execute(_POSTED, asked).scalars())
        return self._posted[to, route]

    def _keep(self, announcement: Announcement, kept: Kept) -> bool:
        digest = kept.digest
        if digest is not None and not self._is_open_for_more(digest):
            return False
        before = announcement.digest if announcement.held is Hold.HOURLY else ""
        if digest is not None:
            announce(self.connection, digest, self.now if digest.why is Hold.HOURLY else digest.ends_at)
        name = digest.name if digest is not None else ""
        values = {"b_id": announcement.id, "b_held": kept.why.value, "b_digest": name}
        self.connection.execute(_KEEP, {**values, "b_due": kept.until, "b_now": self.now})
        if announcement.held is None:
            self.connection.execute(_ATTEND, {"b_id": announcement.incident, "b_at": AT_ONCE})
        for note in {before, name if kept.why is Hold.HOURLY else ""} - {""}:
            self.hurry(replace(announcement, held=Hold.HOURLY, digest=note))
        return True

    def _is_open_for_more(self, digest: Digest) -> bool:
        """Whether it can still list one more: that of a night is sent once, and by then it may be."""
        asked = {"b_to": str(digest.destination), "b_name": digest.name}
        row = self.connection.execute(_NAMED_LISTING, asked).first()
        return row is None or digest.why is not Hold.QUIET or row.told is None

    def _let_go(self, announcement: Announcement, listing: Listing) -> bool:
        """Let it have its root at its next turn, and call whom quiet hours have kept from being called."""
        body = self.connection.execute(_LOCKED, {"b_id": announcement.incident}).scalar()
        if body is None:
            self.put_off(announcement, self.now + _SOON)
            return True
        incident = codec.INCIDENT.load(body)
        entry = self._released(incident, announcement)
        if entry is not None:
            write_incidents(self.connection, [advance(incident, entry)], {incident.id: incident})
            write_entries(self.connection, [entry])
        else:
            self.connection.execute(_ATTEND, {"b_id": incident.id, "b_at": self.now})
        # It is told at once, and so by no digest that is yet to come.
        digest = "" if listing.is_pending else announcement.digest
        self.connection.execute(_LET_GO, {"b_id": announcement.id, "b_digest": digest, "b_now": self.now})
        self.stirred = True
        if announcement.held is Hold.HOURLY:
            self.hurry(announcement)
        return True

    def _released(self, incident: Incident, announcement: Announcement) -> TimelineEntry | None:
        seen = members.seen_at(incident, announcement.destination)
        route = self.ruling.calling(seen, announcement.destination)
        if route is None or not route.mention:
            return None
        calls_rota = any(who.startswith(ROTA) for _, who in route.mention)
        agreed = overrides.current(self.connection, self.now) if calls_rota else ()
        calling = owed(seen, announcement.destination, route, Rotas(self.ruling.rotas.rotas, agreed), self.now)
        if calling is None:
            return None
        return replace(
            by_bot(incident, ChangeKind.RELEASED, self.now),
            transitions=(Transition("to", "", str(announcement.destination)),),
            quiet=True,
            calls=(calling,),
        )

    def put_off(self, announcement: Announcement, until: datetime | None) -> None:
        """Leave an announcement alone until then; None: until something else makes it due."""
        self.connection.execute(_LATER, {"b_id": announcement.id, "b_due": until})


def announce(connection: Connection, digest: Digest, due_at: datetime) -> bool:
    """Have a digest announced at a time, unless it is already; returns whether it was not."""
    row = {
        "name": digest.name,
        "destination": str(digest.destination),
        "why": digest.why.value,
        "route": digest.route,
        "starts_at": digest.starts_at,
        "ends_at": digest.ends_at,
        "body": codec.DIGEST.dump(digest),
    }
    put = insert_into(connection.dialect.name, DIGEST)
    once = put.on_conflict_do_nothing(index_elements=["name", "destination"])
    if not connection.execute(once, row).rowcount:
        return False
    connection.execute(insert_into(connection.dialect.name, ANNOUNCEMENT), _announcement(digest, due_at))
    return True


def _announcement(digest: Digest, due_at: datetime) -> dict[str, Any]:
    return {
        "incident": digest.name,
        "destination": str(digest.destination),
        "platform": digest.destination.platform,
        "state": "live",
        "generation": 0,
        "last_seq": 0,
        "heard": 0,
        "root_hash": "",
        "due_at": due_at,
        "revision": 0,
        "urgency": 1,
        "attempts": 0,
        "error": "",
        "fence": 0,
        "about": digest.why.value,
        "held": "",
        "digest": "",
        "told_in": "",
        "route": "",
    }
