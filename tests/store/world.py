"""What the tests of the store share: small values, and decisions made of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.core.converge import stepped
from bot.core.correlate import Attachment
from bot.core.health import Health
from bot.core.memory import Memory, version_key
from bot.core.timeline import Told
from bot.model import (
    Announcement,
    ChangeKind,
    Claim,
    Destination,
    Impact,
    Incident,
    Kind,
    Ref,
    Source,
    State,
    Statement,
    TimelineEntry,
    Update,
    Who,
)
from bot.store import announcements, incidents
from bot.store.announcements import Outcome
from bot.store.database import Database
from bot.store.errands import Errand
from bot.store.incidents import Decision
from bot.store.polls import Look

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LEASE = timedelta(seconds=60)
OPS = Destination("fake", "ops")
LEADS = Destination("fake", "leads")
WELL = Health(first_look=NOW, last_look=NOW, last_try=NOW)


def later(**span: float) -> datetime:
    return NOW + timedelta(**span)


def source(key: str = "acme", url: str = "https://status.acme.example") -> Source:
    return Source(key=key, vendor="acme", name="Acme", format="statuspage", url=url)


def look(key: str = "acme", fence: int = 1, *, due_at: datetime | None = None) -> Look:
    return Look(key=key, fence=fence, health=WELL, due_at=due_at or later(seconds=30))


def claim(external_id: str = "1", state: State = State.INVESTIGATING, words: str = "We are looking into it.") -> Claim:
    update = Update(f"{external_id}-{state}", state, words, NOW)
    return Claim(external_id=external_id, title="Errors", state=state, impact=Impact.MAJOR, updates=(update,))


def memory(of: Claim) -> Memory:
    return Memory(of, frozenset(version_key(update) for update in of.updates))


def incident(name: str = "acme-1", *, last_seq: int = 1, state: State = State.INVESTIGATING) -> Incident:
    return Incident(
        id=name,
        vendor="acme",
        name="Acme",
        kind=Kind.INCIDENT,
        title="Errors",
        state=state,
        impact=Impact.MAJOR,
        peak=Impact.MAJOR,
        started_at=NOW,
        first_seen_at=NOW,
        resolved_at=NOW if state.is_over else None,
        last_seq=last_seq,
    )


def entry(
    seq: int, name: str = "acme-1", *, text: str = "We are looking into it.", kind: ChangeKind | None = None
) -> TimelineEntry:
    return TimelineEntry(
        incident=name,
        seq=seq,
        happened_at=NOW,
        recorded_at=NOW,
        who=Who.VENDOR,
        author="Acme",
        kind=kind or (ChangeKind.OPENED if seq == 1 else ChangeKind.UPDATED),
        state=State.INVESTIGATING,
        impact=Impact.MAJOR,
        text=text,
        said=State.INVESTIGATING,
    )


def decision(
    *after: Incident,
    entries: tuple[TimelineEntry, ...] = (),
    before: tuple[Incident, ...] = (),
    claims: Mapping[str, Memory] | None = None,
    attachments: Mapping[str, str] | None = None,
    to: tuple[Destination, ...] = (OPS,),
    urgent: bool = False,
    now: datetime = NOW,
    left: Look | None = None,
    by: Source | None = None,
) -> Decision:
    """Return what leads from the incidents `before` to those `after`, all of them told to the same places."""
    names = [one.id for one in after]
    return Decision(
        source=by or source(),
        now=now,
        claims=claims or {},
        attachments={key: Attachment(name) for key, name in (attachments or {}).items()},
        told=Told(entries, {one.id: one for one in after}),
        before={one.id: one for one in before},
        destinations=dict.fromkeys(names, to),
        urgent=frozenset(names if urgent else ()),
        look=left,
    )


async def opened(
    database: Database,
    name: str = "acme-1",
    *,
    to: tuple[Destination, ...] = (OPS,),
    urgent: bool = False,
    now: datetime = NOW,
) -> Incident:
    """Commit a new incident that is to be announced, and return it."""
    one = incident(name)
    await incidents.commit(database, decision(one, entries=(entry(1, name),), to=to, urgent=urgent, now=now))
    return one


async def updated(
    database: Database,
    before: Incident,
    *,
    text: str = "Still looking.",
    now: datetime = NOW,
    urgent: bool = False,
    kind: ChangeKind | None = None,
) -> Incident:
    """Commit one more word about an incident, and return it."""
    after = replace(before, last_seq=before.last_seq + 1, latest=Statement(text=text, author="Acme", at=now))
    said = entry(after.last_seq, after.id, text=text, kind=kind)
    await incidents.commit(database, decision(after, entries=(said,), before=(before,), to=(), now=now, urgent=urgent))
    return after


async def claimed(
    database: Database, owner: str = "one", now: datetime = NOW, *, room: int = 100
) -> tuple[Errand, ...]:
    return await announcements.claim_due(
        database, owner, now, room={"fake": room}, longest={"fake": 4_000}, lease=LEASE
    )


async def only(database: Database, name: str = "acme-1") -> Announcement:
    """Return the only announcement of an incident."""
    (one,) = await announcements.of_incident(database, name)
    return one


def done(errand: Errand, *, due_at: datetime | None = NOW) -> Outcome:
    """Return the outcome of an errand that went well."""
    after = stepped(errand.announcement, errand.step, Ref("root"))
    return Outcome(announcement=after, revision=errand.revision, due_at=due_at)


async def settled(database: Database, now: datetime = NOW) -> list[Errand]:
    """Do all errands well until nothing is due, and return them."""
    errands: list[Errand] = []
    while due := await claimed(database, "settler", now):
        errands += due
        await announcements.record(database, [done(errand, due_at=now) for errand in due])
    return errands
