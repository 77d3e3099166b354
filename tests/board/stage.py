"""A stage on which outages are played through the whole path, at the times that a story says.

    scene = Scene(stage, Vendor("acme", "Acme", (("API", None),)), noon)
    await scene.opens("a", "Elevated errors", "We are looking into it.", Impact.MAJOR, API=DOWN)
    await scene.passes(minutes=20)
    await scene.resolves("a", "It works again.")

No row is written by hand: what the database has afterwards is what the program would have written.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

from bot import catalog
from bot.cli.replay import Paper
from bot.clock import SimulatedClock
from bot.commands.desk import Desk
from bot.commands.reporting import Hearing
from bot.core import health, ours, team
from bot.core.bursts import Terms as Bursts
from bot.core.probing import ProbeState, advance
from bot.core.reports import Terms
from bot.core.rules import Route, Service
from bot.errors import FetchError
from bot.loops.deliver import Delivering
from bot.loops.heed import Heeding, weigh_all
from bot.loops.people import People, report
from bot.loops.reading import page_of
from bot.loops.replay import Replay, check, settle
from bot.loops.take_in import Ending, Rules, take_in
from bot.model import (
    Claim,
    Component,
    ComponentStatus,
    Destination,
    Fault,
    Impact,
    Kind,
    Person,
    ProbeResult,
    Snapshot,
    Source,
    State,
    Update,
)
from bot.store import incidents, sources
from bot.store.database import Database
from bot.store.polls import Look
from bot.store.sources import CHAT, Watched
from tests.board.vendor import RULE, Vendor

OPS = Destination("slack", "C0123456789")
ONCALL = Person("slack", "U1", "on-call")
SUPPORT = Person("slack", "U2", "support")
LEAD = Person("slack", "U3", "lead")
FINE, SLOW = ComponentStatus.OPERATIONAL, ComponentStatus.DEGRADED_PERFORMANCE
PARTLY, DOWN = ComponentStatus.PARTIAL_OUTAGE, ComponentStatus.MAJOR_OUTAGE
# Nothing is looked at again by whoever opens the database afterwards.
NEVER = timedelta(days=3650)
_FAULTS = {"x": ("HTTP 503", Fault.SERVER), "t": ("no answer within 10 s", Fault.TIMEOUT)}


@dataclass(frozen=True, slots=True)
class Stage:
    """Where all scenes are played: one database, one channel, the team's services."""

    database: Database
    services: tuple[Service, ...] = ()

    @property
    def rules(self) -> Rules:
        return Rules((Route(name="all", to=(OPS,)),), self.services, bursts=Bursts())

    def replay(self, clock: SimulatedClock) -> Replay:
        delivering = Delivering(self.database, {OPS.platform: Paper(OPS.platform)}, clock, "stage", float, _unheard())
        delivering.ruling = self.rules.ruling
        return Replay(self.database, self.rules, clock, delivering, lambda *_: None, lambda *_: None)


@dataclass(slots=True)
class Scene:
    """One vendor's story.  `claims` are what its page lists, by name; `parts` how its components are.

    `tag` ends the names by which the page knows its incidents.
    """

    stage: Stage
    vendor: Vendor
    begins: datetime
    tag: str = ""
    claims: dict[str, Claim] = field(default_factory=dict[str, Claim])
    parts: dict[str, ComponentStatus] = field(default_factory=dict[str, ComponentStatus])
    states: dict[str, ProbeState] = field(default_factory=dict[str, ProbeState])
    clock: SimulatedClock = field(init=False)
    replay: Replay = field(init=False)
    watched: Watched | None = None

    def __post_init__(self) -> None:
        self.clock = SimulatedClock(self.begins)
        self.replay = self.stage.replay(self.clock)

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def passes(self, **span: float) -> None:
        """Let time pass."""
        self.clock.set(self.now + timedelta(**span))

    # What the vendor writes.

    def lists(self, key: str, title: str, words: str, impact: Impact, **parts: ComponentStatus) -> None:
        """Write an incident that affects parts of the page (`Chat_Completions=DOWN`); nobody has looked yet."""
        affected = {name.replace("_", " "): status for name, status in parts.items()}
        self.parts |= affected
        self.claims[key] = Claim(
            external_id=f"{key}{self.tag}",
            title=title,
            state=State.INVESTIGATING,
            impact=impact,
            components=tuple(self._component(name, group) for name, group in self.vendor.parts if name in affected),
            updates=(Update(f"{key}-0", State.INVESTIGATING, words, self.now),),
            url=f"https://status.{self.vendor.slug}.example/incidents/{key}",
            started_at=self.now,
            published_at=self.now,
        )

    async def opens(
        self, key: str, title: str, words: str, impact: Impact = Impact.MINOR, **parts: ComponentStatus
    ) -> None:
        """Open an incident, and look at once."""
        self.lists(key, title, words, impact, **parts)
        await self.looks()

    async def says(self, key: str, state: State, words: str, **changed: object) -> None:
        """Write an update, and change what else is said of it."""
        one = self.claims[key]
        more = Update(f"{key}-{len(one.updates)}", state, words, self.now)
        ended = one.resolved_at or (self.now if state.is_over else None)
        after = replace(one, state=state, updates=(*one.updates, more), resolved_at=ended)
        self.claims[key] = replace(after, **changed)  # type: ignore[arg-type]  # whatever a story is about
        await self.looks()

    async def edits(self, key: str, words: str) -> None:
        """Write the last update anew."""
        one = self.claims[key]
        self.claims[key] = replace(one, updates=(*one.updates[:-1], replace(one.updates[-1], body=words)))
        await self.looks()

    async def resolves(self, key: str, words: str) -> None:
        """Call it over; what it affected works again."""
        for component in self.claims[key].components:
            self.parts[component.name] = FINE
        await self.says(key, State.RESOLVED, words)

    async def turns(self, **parts: ComponentStatus) -> None:
        """Give parts of the page another colour, without a word."""
        self.parts |= {name.replace("_", " "): status for name, status in parts.items()}
        await self.looks()

    async def withdraws(self, key: str) -> None:
        """Take it off the page without a word."""
        for component in self.claims.pop(key).components:
            self.parts[component.name] = FINE
        await self.looks()

    async def plans(self, key: str, title: str, words: str, begins: datetime, ends: datetime) -> None:
        """Announce a maintenance."""
        name, group = self.vendor.parts[-1]
        self.claims[key] = Claim(
            external_id=f"{key}{self.tag}",
            title=title,
            state=State.SCHEDULED,
            impact=Impact.MAINTENANCE,
            kind=Kind.MAINTENANCE,
            components=(self._component(name, group),),
            updates=(Update(f"{key}-0", State.SCHEDULED, words, self.now),),
            started_at=begins,
            published_at=self.now,
            starts_at=begins,
            ends_at=ends,
        )
        await self.looks()

    async def looks(self) -> None:
        """Read the page, and tell what is new."""
        if self.watched is None:
            self.watched = await sources.add(self.stage.database, self.vendor.source(), self.begins, CHAT)
        snapshot = self._page()
        seen = replace(self.watched, health=health.seen(self.watched.health, self.now), page=page_of(snapshot))
        look = Look(
            key=seen.source.key,
            fence=seen.fence,
            health=seen.health,
            due_at=self.now + NEVER,
            page=seen.page,
            page_id=self.vendor.slug,
        )
        await take_in(
            self.stage.database,
            self.watched,
            snapshot,
            rules=self.stage.rules,
            follow_up=_gone,
            look=lambda _settled: look,
        )
        self.watched = seen
        await settle(self.replay)

    def _page(self) -> Snapshot:
        open_ones = [one.impact for one in self.claims.values() if one.is_open and one.kind is Kind.INCIDENT]
        return Snapshot(
            vendor=self.vendor.slug,
            format="statuspage",
            incidents=tuple(self.claims.values()),
            components=tuple(self._component(name, group) for name, group in self.vendor.parts),
            indicator=max(open_ones, key=lambda impact: impact.rank, default=Impact.NONE),
            complete_open_set=True,
            page_id=self.vendor.slug,
            page_name=self.vendor.name,
            page_url=f"https://status.{self.vendor.slug}.example",
            taken_at=self.now,
        )

    def _component(self, name: str, group: str | None) -> Component:
        return Component(f"c-{name}", name, self.parts.get(name, FINE), group)

    # What we see and do ourselves.

    async def checks(self, name: str, signs: str, every: float = 30) -> None:
        """Check a probe once for each sign: `.` passes, `x` HTTP 503, `t` a time-out."""
        for sign in signs:
            self.passes(seconds=every)
            reason, fault = _FAULTS.get(sign, ("", None))
            took = timedelta(milliseconds=180) if sign == "." else None
            found = ProbeResult(ok=sign == ".", at=self.now, reason=reason, fault=fault, latency=took)
            source = self.vendor.probe(name)
            if name not in self.states:
                self.replay.watched[source.key] = await sources.add(self.stage.database, source, self.begins, CHAT)
            self.states[name] = advance(self.states.get(name, ProbeState()), found, RULE, None)
            await check(self.replay, source, self.states[name], RULE, self.now)

    async def does(self, text: str, by: Person = ONCALL) -> None:
        """Let somebody type a command; `{it}` is this vendor's newest incident, or else the team's own."""
        it = await self._newest()
        people = People(self.stage.database, self.stage.rules, Terms(), self.clock, _unheard())
        hearing = Hearing(partial(report, people), Terms())
        desk = Desk(self.stage.database, catalog.load(), self.clock, _unheard(), _unread, hearing)
        desk.ours = ours.Terms(self.stage.rules.routes, self.stage.services)
        answer = await desk.say(text.format(it=it), by, address=OPS.address)
        if answer.later:
            await answer.later()
        await weigh_all(Heeding(self.stage.database, self.stage.rules, self.clock, _unheard()))
        await settle(self.replay)

    async def _newest(self) -> str:
        found = await incidents.recent_incidents(self.stage.database, 1_000)
        mine = [one.id for one in found if one.vendor == self.vendor.slug and not one.cause]
        ours_ = [one.id for one in found if one.vendor == team.VENDOR]
        return (mine or ours_ or [""])[0]


def _unheard() -> asyncio.Event:
    return asyncio.Event()


async def _unread(source: Source) -> Snapshot:
    raise FetchError(f"nobody reads {source.url} here")


async def _gone(_source: Source, _external_id: str) -> Ending:
    return Ending.GONE
