"""One check of one probe: from its result to what is committed."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.core import health, spending, windows
from bot.core.baseline import Baseline
from bot.core.health import Health, Notice
from bot.core.probing import ProbeState, Rule, advance, let_go, next_check, snapshot_of
from bot.core.spending import Day, day_of
from bot.core.strangers import cut, safe
from bot.core.windows import Window
from bot.core.witness import NOT_WATCHING
from bot.gauges import ENTRIES, UNCOUNTED, Gauges
from bot.loops.sight import Eyes
from bot.loops.take_in import Rules
from bot.loops.together import Choir, Word
from bot.model import Fault, Impact, Page, ProbeResult, Snapshot, Source
from bot.ports import Setup, Web
from bot.store import probes
from bot.store.database import Database
from bot.store.polls import Look
from bot.store.probes import Due, Orphan
from bot.store.samples import Checked, Sample
from bot.store.sources import Watched

log = logging.getLogger(__name__)

AT_ONCE = 500
# A check that is not done so long after its time-out has gone astray.
GRACE = timedelta(seconds=2)
# To ask the witnesses, and to commit.
SPARE = timedelta(seconds=6)
_PAGE = Page(indicator=Impact.NONE)
_LONGEST, _FACTS = 500, 20


@dataclass(frozen=True, slots=True)
class Probe:
    """What to check, how, and how it is judged."""

    source: Source
    setup: Setup
    rule: Rule
    check: Callable[[Setup, Web, datetime], Awaitable[ProbeResult]]


@dataclass(slots=True)
class Probing:
    """What the loop works with: `probes` by the keys of their sources.

    `announced` is set whenever something became due for delivery.  `waiting` are the probes that are claimed and not
    yet begun, `strangers` those that only another instance knows.  `lateness` are the last delays, in seconds.
    """

    database: Database
    web: Web
    rules: Rules
    clock: Clock
    owner: str
    announced: asyncio.Event
    probes: Mapping[str, Probe]
    eyes: Eyes
    windows: tuple[Window, ...] = ()
    checks: int = 0
    lateness: deque[float] = field(default_factory=lambda: deque[float](maxlen=10_000))
    strangers: set[str] = field(default_factory=set[str])
    tasks: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])
    waiting: dict[asyncio.Task[None], Due] = field(default_factory=dict[asyncio.Task[None], Due])
    gauges: Gauges = UNCOUNTED
    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    choir: Choir = field(init=False)

    def __post_init__(self) -> None:
        """What probes say of one vendor is taken in together."""
        self.choir = Choir(self.database, self.rules)

    @property
    def lease(self) -> timedelta:
        """How long an instance may take for a check before another one does it."""
        return max((probe.setup.timeout for probe in self.probes.values()), default=timedelta()) + GRACE + SPARE


async def take(probing: Probing, due: Due, result: ProbeResult) -> Look | None:
    """Return what a result leaves behind, or None if it was committed together with what is new."""
    probe, now = probing.probes[due.key], probing.clock.now()
    state = _of_this_target(due.state, probe.source)
    after = advance(state, kept(result), probe.rule, windows.around(probing.windows, probe.source.name, now))
    look = _look(probe, due, after, now, paid(result))
    if after.trouble == due.state.trouble:
        return look
    snapshot = snapshot_of(probe.source, after, probe.rule, now)
    await _tell(probing, Watched(source=probe.source, health=due.health, fence=due.fence), snapshot, look)
    return None


def kept(result: ProbeResult) -> ProbeResult:
    """Return a result as it can be kept, whatever a server's words did to it."""
    facts = tuple((cut(safe(name), _LONGEST), cut(safe(value), _LONGEST)) for name, value in result.facts[:_FACTS])
    return replace(result, reason=cut(safe(result.reason).strip(), _LONGEST), facts=facts)


async def _tell(probing: Probing, watched: Watched, snapshot: Snapshot, look: Look | None) -> None:
    told = await probing.choir.take_in(Word(watched, snapshot, look))
    for entry in told:
        probing.gauges.count(ENTRIES, entry.kind.value)
        log.info("noted incident=%s seq=%d kind=%s state=%s", entry.incident, entry.seq, entry.kind, entry.state)
    if told:
        probing.announced.set()


def _of_this_target(state: ProbeState, source: Source) -> ProbeState:
    """How long another target took says nothing of this one."""
    what = f"{source.format} {source.url}"
    return state if state.of == what else replace(state, of=what, usual=Baseline(), latencies=())


def _look(probe: Probe, due: Due, after: ProbeState, now: datetime, cost: Day | None) -> Look:
    last = after.last
    told = last is None or not last.is_ours
    well = health.seen(due.health, now) if told else health.missed(due.health, _why(last), now)
    _notice(probe.source, due.health, well)
    return Look(
        key=due.key,
        fence=due.fence,
        health=well,
        due_at=next_check(after, probe.rule, due.due_at, now),
        page=_PAGE if due.is_new and told else None,
        gap=health.gap(due.health, well, probe.rule.interval, tell_at=1),
        checked=Checked(after, _sample(after, now)),
        paid=cost,
    )


def paid(result: ProbeResult | None) -> Day | None:
    """Return what a check has cost, passed or not, on the day on which it began."""
    return Day(day_of(result.at), result.cost) if result and result.cost else None


def _why(result: ProbeResult | None) -> str:
    reason = result.reason if result else ""
    if result and result.fault in {Fault.NETWORK, Fault.BUDGET}:
        return reason
    return f"can not tell: {reason or 'no reason was given'}"


def _sample(after: ProbeState, now: datetime) -> Sample | None:
    """A check that tells nothing does not count, nor one while we work on it ourselves."""
    last = after.last
    if last is None or last.is_ours or after.resting:
        return None
    slow = last.fault is Fault.SLOW
    passed = last.latency if last.latency and (last.ok or slow) else timedelta()
    return Sample(at=now, failed=not last.ok and not slow, slow=slow, latency=passed.total_seconds())


def _notice(source: Source, before: Health, after: Health) -> None:
    """Tell the operator once that a probe can not tell anything, and once that it can again."""
    was_reached, is_reached = (spending.is_reached(one.failure) for one in (before, after))
    if was_reached or is_reached:
        if is_reached and not was_reached:
            log.warning("%s: %s", source.name, after.failure)
        if was_reached and not after.is_stale:
            log.info("%s checks again", source.name)
        return
    told = health.notice(before, after)
    # That we are blind is said once, and not by every probe.
    if told is None or NOT_WATCHING in {before.failure, after.failure}:
        return
    if told is Notice.LOST:
        last = f"{after.last_look:%Y-%m-%d %H:%M} UTC" if after.last_look else "never"
        log.warning("%s: %s; last result that told something: %s", source.name, after.failure, last)
    else:
        log.warning("%s can tell again, after %d checks that told nothing", source.name, before.failures)


def again(probing: Probing, due: Due, result: ProbeResult) -> Look:
    """Return what a check leaves behind that nothing came of because others were faster: it is done again soon."""
    rule = probing.probes[due.key].rule
    soon = probing.clock.now() + rule.recheck
    return Look(key=due.key, fence=due.fence, health=due.health, due_at=soon, paid=paid(result))


def astray(probing: Probing, due: Due, result: ProbeResult | None = None) -> Look:
    """Return what a check leaves behind that did not come to an end: an error of our own, which accuses nobody."""
    now, rule = probing.clock.now(), probing.probes[due.key].rule
    return Look(
        key=due.key,
        fence=due.fence,
        health=health.missed(due.health, "can not tell: an error of our own; see the log", now),
        due_at=next_check(due.state, rule, due.due_at, now),
        paid=paid(result),
    )


async def bury(probing: Probing) -> None:
    """End the troubles of probes that are not configured any more: nobody would ever see their end."""
    for orphan in await probes.orphans(probing.database):
        # First, so that one that is configured again later begins anew.
        await probes.forget(probing.database, orphan.source.key)
        log.warning("%s is not checked any more: its trouble is closed", orphan.source.name)
        await _bury(probing, orphan)


async def _bury(probing: Probing, orphan: Orphan) -> None:
    now = probing.clock.now()
    state = let_go(orphan.state, now)
    rule = Rule(interval=orphan.source.interval, impact=Impact.MINOR)
    snapshot = snapshot_of(orphan.source, state, rule, now)
    await _tell(probing, Watched(source=orphan.source, health=orphan.health), snapshot, None)
