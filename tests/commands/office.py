"""What the tests of the desk share: vendors that are watched, incidents that are open, and somebody who asks."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial

from bot import catalog
from bot.commands.desk import Desk
from bot.commands.reporting import Hearing
from bot.core import health
from bot.core.access import Access
from bot.core.health import Health
from bot.core.message import Reply, plain
from bot.core.reports import Terms
from bot.core.rules import Route, Service
from bot.errors import FetchError
from bot.loops.people import People, report
from bot.loops.take_in import Rules
from bot.model import Component, Impact, Incident, Page, Person, Ref, Snapshot, Source, Statement
from bot.ports import Answer
from bot.store import incidents, polls, sources
from bot.store.database import Database
from bot.store.polls import Look
from tests.fakes import ManualClock
from tests.loops.desk import Desk as Delivery
from tests.store.world import OPS, decision, entry, incident
from tests.unit.build import fine

ONCALL = Person("fake", "1", "on-call")
LEAD = Person("fake", "2", "lead")
ALL = Rules((Route(name="all", to=(OPS,)),))


@dataclass(slots=True)
class Office:
    """A desk, a clock, and pages on the internet that nobody watches (`pages`, by vendor)."""

    database: Database
    clock: ManualClock = field(default_factory=ManualClock)
    pages: dict[str, Snapshot] = field(default_factory=dict[str, Snapshot])
    due: asyncio.Event = field(default_factory=asyncio.Event)
    watched: list[Source] = field(default_factory=list[Source])
    access: Access = field(default_factory=Access)
    services: tuple[Service, ...] = ()
    desk: Desk = field(init=False)
    people: People = field(init=False)

    def __post_init__(self) -> None:
        self.hears(ALL, Terms())

    def hears(self, rules: Rules, terms: Terms) -> None:
        """Take people's reports by these rules."""
        self.people = People(self.database, rules, terms, self.clock, self.due)
        hearing = Hearing(partial(report, self.people), terms)
        self.desk = Desk(
            self.database, catalog.load(), self.clock, self.due, self._fetch, hearing, self.access, self.services
        )

    async def _fetch(self, source: Source) -> Snapshot:
        if source.vendor not in self.pages:
            raise FetchError("HTTP 503")
        return replace(self.pages[source.vendor], taken_at=self.clock.now())

    async def watches(
        self,
        name: str,
        *parts: Component,
        stale: str = "",
        indicator: Impact = Impact.NONE,
        wanted: tuple[str, ...] = (),
    ) -> Source:
        """Watch a vendor, or the `wanted` parts of it; its page has just been read, or could not be for an hour."""
        vendor = name.lower().replace(" ", "-")
        url = f"https://status.{vendor}.example"
        key = f"feed:{vendor}"
        one = Source(key=key, vendor=vendor, name=name, format="statuspage", url=url, components=wanted)
        self.watched.append(one)
        now = self.clock.now()
        await sources.register(self.database, self.watched, now - timedelta(days=365))
        (mine,) = [
            watched
            for watched in await polls.claim_due(self.database, "t", now, limit=9999, lease=timedelta(minutes=1))
            if watched.source.key == one.key
        ]
        seen = health.seen(Health(), now - timedelta(hours=1 if stale else 0))
        after = health.missed(seen, stale, now) if stale else seen
        page = Page(indicator=indicator, components=parts or (fine("API"),), url=url)
        look = Look(key=one.key, fence=mine.fence, health=after, due_at=now + timedelta(days=365), page=page)
        await polls.record(self.database, [look])
        await sources.release_all(self.database)
        return one

    async def opens(self, name: str = "acme-1", *, vendor: str = "acme", **changed: object) -> Incident:
        """Let a vendor open an incident that is announced in one channel."""
        one = replace(incident(name), vendor=vendor, name=vendor.capitalize(), started_at=self.clock.now())
        words = Statement(text="We are looking into it.", author=one.name, at=self.clock.now())
        one = replace(one, latest=words, **changed)  # type: ignore[arg-type]  # whatever a test is about
        await incidents.commit(self.database, decision(one, entries=(entry(1, name),), to=(OPS,), now=self.clock.now()))
        return one

    async def tells(self, forbidden: str = "") -> Delivery:
        """Deliver everything that is due, and return the one who did it: its platform has what was posted."""
        delivery = Delivery(self.database, self.clock)
        delivery.fake.forbids(forbidden)
        await delivery.settles()
        return delivery

    async def says(self, text: str, by: Person = ONCALL, thread: Ref | None = None) -> Reply:
        return (await self.answers(text, by, thread)).reply

    async def answers(self, text: str, by: Person = ONCALL, thread: Ref | None = None) -> Answer:
        return await self.desk.say(text, by, thread=thread)

    async def now(self, name: str = "acme-1") -> Incident:
        """Return an incident as it is now."""
        (one,) = [i for i in await incidents.recent_incidents(self.database, 100) if i.id == name]
        return one


def text(reply: Reply) -> str:
    return plain(reply.message)


def commands(reply: Reply) -> Sequence[str]:
    return [command for _, command in reply.choices]
