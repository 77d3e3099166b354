"""What the tests of probes share: types that answer what they are told to, and a clock that is moved by hand."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import select, update

from bot.core.probing import Rule
from bot.core.windows import Window
from bot.loops.checking import Probe, Probing, take
from bot.loops.probing import probe
from bot.loops.sight import Eyes, judged, recall
from bot.model import ChangeKind, Fault, Incident, ProbeResult, Source, SourceKind, TimelineEntry
from bot.ports import Setup, Web, WebAnswer, WebRequest, WebStream
from bot.store import incidents, polls, probes, sources
from bot.store.database import Database
from bot.store.probes import Due
from bot.store.tables import GAP, POLL
from tests.fakes import NOON, ManualClock
from tests.loops.world import ALL_TO_OPS

RULE = Rule(interval=timedelta(seconds=30))
FAULTS = {"x": Fault.SERVER, "t": Fault.TIMEOUT, "k": Fault.KEY}
REASONS = {"x": "HTTP 503", "t": "no answer within 10 s", "k": "the key was refused (HTTP 401)"}


def probe_of(name: str, vendor: str = "acme", *, accuses: bool = True) -> Source:
    return Source(
        key=f"probe:{name}",
        vendor=vendor,
        vendor_name=vendor.title() if accuses else "",
        name=name,
        format="fake",
        url="somewhere",
        kind=SourceKind.PROBE,
        interval=RULE.interval,
        remind=(),
    )


class NoWeb:
    """A web that nobody in these tests should need."""

    async def send(self, request: WebRequest) -> WebAnswer:
        raise AssertionError(request.url)

    def stream(self, request: WebRequest) -> AbstractAsyncContextManager[WebStream]:
        raise AssertionError(request.url)


@dataclass(slots=True)
class Lab:
    """Probes by name, what each finds next, and what comes of it.

    lab.finds("api", "..xxx")      one sign for each check, the last one for ever: `.` passes, `x` HTTP 503,
                                   `t` a time-out, `k` our key is refused
    """

    database: Database
    clock: ManualClock
    sources: Mapping[str, Source]
    signs: dict[str, deque[str]] = field(default_factory=dict[str, deque[str]])
    checked: list[tuple[str, datetime]] = field(default_factory=list[tuple[str, datetime]])
    answering: set[str] = field(default_factory=lambda: {"near", "far"})
    asked: int = 0
    holds: dict[str, asyncio.Event] = field(default_factory=dict[str, asyncio.Event])
    probing: Probing = field(init=False)
    windows: tuple[Window, ...] = ()
    rule: Rule = RULE

    async def start(self, owner: str = "one", witnesses: Sequence[str] = ("near", "far")) -> None:
        """Begin as a new process does."""
        eyes = Eyes(self.database, self.clock, tuple(witnesses), self._connect)
        await recall(eyes)
        found = {
            source.key: Probe(source, Setup(target="", options=None, timeout=timedelta(seconds=10)), self.rule, check)
            for source, check in ((source, self._check_of(name)) for name, source in self.sources.items())
        }
        self.probing = Probing(
            self.database, NoWeb(), ALL_TO_OPS, self.clock, owner, asyncio.Event(), found, eyes, self.windows
        )

    def finds(self, name: str, signs: str) -> None:
        self.signs[name] = deque(signs)

    def _check_of(self, name: str) -> Callable[[Setup, Web, datetime], Awaitable[ProbeResult]]:
        async def check(_setup: Setup, _web: Web, at: datetime) -> ProbeResult:
            self.checked.append((name, at))
            if name in self.holds:
                await self.holds[name].wait()
            signs = self.signs.get(name) or deque(".")
            sign = signs.popleft() if len(signs) > 1 else signs[0]
            if sign == "!":
                raise LookupError("a bug")
            if sign == ".":
                return ProbeResult(ok=True, at=at, latency=timedelta(milliseconds=80))
            return ProbeResult(ok=False, at=at, reason=REASONS[sign], fault=FAULTS[sign])

        return check

    async def _connect(self, address: str) -> bool:
        self.asked += 1
        return address in self.answering

    async def check(self, **span: float) -> None:
        """Let time pass, then check once what is due, as the loop does."""
        self.clock.move(**span)
        for due in await self.claim():
            await self.finish(due)

    async def claim(self, owner: str | None = None) -> tuple[Due, ...]:
        now = self.clock.now()
        lease = self.probing.lease
        return await probes.claim_due(
            self.database, owner or self.probing.owner, now, until=now, limit=100, lease=lease
        )

    async def finish(self, due: Due) -> None:
        one = self.probing.probes[due.key]
        setup = replace(one.setup, spent=due.spent_at(self.clock.now()))
        found = await one.check(setup, self.probing.web, self.clock.now())
        look = await take(self.probing, due, await judged(self.probing.eyes, one.source, found))
        if look is not None:
            await polls.record(self.database, [look])

    async def until_due(self) -> timedelta:
        """Move on to the next check; returns how long that was."""
        due = await probes.next_due(self.database, self.clock.now())
        assert due is not None
        wait = max(due - self.clock.now(), timedelta())
        self.clock.move(seconds=wait.total_seconds())
        return wait

    async def checks(self, number: int) -> list[float]:
        """Check so many times, each when it is due; returns the seconds before each."""
        waits = []
        for _ in range(number):
            waits.append(round((await self.until_due()).total_seconds(), 3))
            await self.check()
        return waits

    async def incident(self) -> Incident:
        (one,) = await incidents.recent_incidents(self.database, 100)
        return one

    async def open(self) -> list[str]:
        return sorted(one.title for one in await incidents.open_incidents(self.database))

    async def timeline(self) -> tuple[TimelineEntry, ...]:
        return await incidents.timeline(self.database, (await self.incident()).id)

    async def told(self) -> list[ChangeKind]:
        """The kinds of what was said; that witnesses were weighed is not."""
        return [entry.kind for entry in await self.timeline() if not entry.quiet]

    async def failure(self) -> str:
        return str(await self.database.read(lambda connection: connection.execute(select(POLL.c.failure)).scalar()))

    async def gaps(self) -> list[tuple[timedelta, timedelta, str]]:
        """Return when gaps began and ended, counted from noon, and why."""
        query = select(GAP.c.began_at, GAP.c.ended_at, GAP.c.reason)
        rows = await self.database.read(lambda connection: connection.execute(query).all())
        return [(row.began_at - NOON, row.ended_at - NOON, row.reason) for row in rows]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[asyncio.Task[None]]:
        """Run the loop itself for the length of the block."""
        task = asyncio.create_task(probe(self.probing))
        try:
            async with asyncio.timeout(40):
                yield task
        finally:
            task.cancel()
            await asyncio.wait([task])


async def lab_of(database: Database, *names: str, windows: tuple[Window, ...] = (), rule: Rule = RULE) -> Lab:
    """Return a lab with probes that are all due now: `api`, or `api@acme` for the vendor, `shop@` for nobody."""
    clock = ManualClock()
    found = {}
    for one in names:
        name, _, vendor = one.partition("@")
        nobody = one.endswith("@")
        found[name] = probe_of(name, vendor or (name if nobody else "acme"), accuses=not nobody)
    lab = Lab(database, clock, found, windows=windows, rule=replace(rule))
    await sources.register(database, found.values(), clock.now())
    await database.write(lambda connection: connection.execute(update(POLL).values(due_at=NOON)))
    await lab.start()
    return lab
