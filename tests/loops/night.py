"""What the tests of holding share: routes that hold back, incidents that come and go, and a clock that is moved."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta

from bot.core.holding import Ruling
from bot.core.message import plain
from bot.core.rules import Handover, Quiet, Route, Summary
from bot.loops.hold import Holding, begin, plan_due
from bot.model import ChangeKind, ClaimView, Destination, Impact, Incident, Kind, State, TimelineEntry, Who
from bot.store import incidents
from bot.store.database import Database
from tests.fakes import FakePlatform, ManualClock, Posted
from tests.loops.desk import Desk
from tests.store.world import OPS, decision

NIGHT = Quiet(time(22), time(7), "Europe/Berlin")
QUIET = Route(name="route[1]", to=(OPS,), quiet=NIGHT)
CAPPED = Route(name="route[1]", to=(OPS,), hourly=2)
DAILY = Route(name="route[1]", to=(OPS,), digest=Summary(Handover(None, time(9)), "Europe/Berlin"))
WEEKLY = Route(name="route[1]", to=(OPS,), digest=Summary(Handover(0, time(9)), "Europe/Berlin"))
# Sunday, 1 March 2026, an hour before the quiet begins; Berlin is an hour ahead.
EVENING = datetime(2026, 3, 1, 20, tzinfo=UTC)


@dataclass(slots=True)
class Night:
    """A channel that some routes lead to, and those who deliver to it."""

    database: Database
    routes: tuple[Route, ...] = (QUIET,)
    clock: ManualClock = field(default_factory=lambda: ManualClock(EVENING))
    fake: FakePlatform | None = None
    desk: Desk = field(init=False)
    known: dict[str, Incident] = field(default_factory=dict[str, Incident])

    def __post_init__(self) -> None:
        self.desk = Desk(self.database, self.clock, ruling=Ruling(self.routes))

    @property
    def channel(self) -> list[Posted]:
        return self.desk.fake.channels.get("ops", [])

    def headlines(self) -> list[str]:
        return [one.headline for one in self.channel]

    def says(self, number: int = 0) -> str:
        return plain(self.channel[number].message)

    async def starts(self, *routes: Route) -> None:
        """Begin as a new process does, perhaps with other routes."""
        self.routes = routes or self.routes
        self.desk.ruling = Ruling(self.routes)
        await self.desk.restart()
        await begin(self._holding())
        await self.settles()

    async def settles(self) -> None:
        await plan_due(self._holding())
        await self.desk.settles()

    async def passes(self, **span: float) -> None:
        """Let time pass, in steps of half an hour, as the loops would see it."""
        until = self.clock.now() + timedelta(**span)
        while self.clock.now() < until:
            left = (until - self.clock.now()).total_seconds()
            self.clock.move(seconds=min(left, 1800))
            await self.settles()

    def _holding(self) -> Holding:
        return Holding(self.database, Ruling(self.routes), self.clock, asyncio.Event())

    async def opens(
        self,
        name: str = "acme-1",
        impact: Impact = Impact.MAJOR,
        *,
        to: tuple[Destination, ...] = (OPS,),
        vendor: str = "acme",
        deliver: bool = True,
        claims: tuple[ClaimView, ...] = (),
    ) -> None:
        now = self.clock.now()
        one = Incident(
            id=name,
            vendor=vendor,
            name=vendor.capitalize(),
            kind=Kind.INCIDENT,
            title=f"Errors {name}",
            state=State.INVESTIGATING,
            impact=impact,
            peak=impact,
            started_at=now,
            first_seen_at=now,
            last_seq=1,
            claims=claims,
        )
        await incidents.commit(
            self.database, decision(one, entries=(self._entry(one, ChangeKind.OPENED),), to=to, now=now)
        )
        self.known[name] = one
        if deliver:
            await self.settles()

    async def ends(self, name: str = "acme-1", *, deliver: bool = True) -> None:
        now = self.clock.now()
        await self._goes_on(name, ChangeKind.RESOLVED, deliver=deliver, state=State.RESOLVED, resolved_at=now)

    async def reopens(self, name: str = "acme-1", *, deliver: bool = True) -> None:
        changed = {"state": State.INVESTIGATING, "resolved_at": None, "reopened_at": self.clock.now()}
        await self._goes_on(name, ChangeKind.REOPENED, deliver=deliver, **changed)

    async def becomes(self, impact: Impact, name: str = "acme-1", *, deliver: bool = True) -> None:
        worst = max(impact, self.known[name].peak, key=lambda one: one.rank)
        await self._goes_on(name, ChangeKind.REOPENED, deliver=deliver, impact=impact, peak=worst)

    async def hears(self, name: str = "acme-1", *, deliver: bool = True) -> None:
        """Let the vendor say something."""
        await self._goes_on(name, ChangeKind.UPDATED, deliver=deliver)

    async def _goes_on(self, name: str, kind: ChangeKind, *, deliver: bool, **changed: object) -> None:
        before = self.known[name]
        after = replace(before, last_seq=before.last_seq + 1, **changed)  # type: ignore[arg-type]  # whatever a test is about
        said = self._entry(after, kind)
        now = self.clock.now()
        await incidents.commit(self.database, decision(after, entries=(said,), before=(before,), to=(), now=now))
        self.known[name] = after
        if deliver:
            await self.settles()

    def _entry(self, incident: Incident, kind: ChangeKind) -> TimelineEntry:
        now = self.clock.now()
        return TimelineEntry(
            incident=incident.id,
            seq=incident.last_seq,
            happened_at=now,
            recorded_at=now,
            who=Who.VENDOR,
            author=incident.name,
            kind=kind,
            state=incident.state,
            impact=incident.impact,
            text=f"{kind} at {now:%H:%M}",
            said=incident.state,
        )
