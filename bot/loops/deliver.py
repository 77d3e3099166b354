"""The deliver loop: every announcement that is due gets its next step, until its channel shows the truth."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta

from bot.clock import Clock
from bot.core import converge
from bot.core.backoff import DELIVERY
from bot.core.holding import Ruling
from bot.errors import Busy, MessageGone, PermanentFailure, PlatformStopped, TemporaryFailure, UnknownOutcome
from bot.gauges import (
    CRASHES,
    LEASES_LOST,
    LIMIT_WAITS,
    STEP_SECONDS,
    UNCOUNTED,
    Gauges,
    timing,
)
from bot.leave import may_send
from bot.loops.batch import Batch
from bot.loops.reaching import Reaching
from bot.loops.sending import count, count_done, may_arrive, read_back, send
from bot.loops.wholes import Report, made_whole
from bot.model import Announcement, AnnouncementState, Step
from bot.ports import Apart, Carries, Platform
from bot.store import announcements, shares
from bot.store.announcements import Outcome
from bot.store.database import Database
from bot.store.errands import Errand
from bot.tracing import span

log = logging.getLogger(__name__)

# Longer than any platform may take for one message; whoever holds a lease longer has died or sleeps.
LEASE = timedelta(seconds=60)
LONGEST_STEP = timedelta(seconds=45)
# What one platform may have under way at once: a slow one never takes the others' turn.
AT_ONCE = 64
LONGEST_NAP = timedelta(seconds=1)
# Of the ten seconds in which a program is to end: what hangs is read back by whoever goes on.
LAST_WAIT = timedelta(seconds=5)
COMMIT_EVERY = 0.005


@dataclass(slots=True)
class Delivering:
    """What the deliver loop works with.  `due` wakes it; `carried` counts steps done.

    `report` makes what goes with the line that posts one.  `ruling` says when and how each incident is told where.
    `term` tells in which term of this instance among others something is claimed now, None if it is not sure to be one
    of them; `shards` are its share of the channels, None if it has them all.  `turned` hears of every turn.

    `results` are what came of steps and is not written yet.  `stopped` has the platforms that will not have us any
    more, and why: what is due there stays due until the next start; `reaching` knows those out of reach for now.
    """

    database: Database
    platforms: Mapping[str, Platform]
    clock: Clock
    owner: str
    chance: Callable[[], float]
    due: asyncio.Event
    observe: Callable[[Errand, Step], None] | None = None
    report: Report | None = None
    ruling: Ruling = announcements.AT_ONCE
    term: Callable[[], int | None] = lambda: 0
    shards: Callable[[], Collection[int] | None] = lambda: None
    carried: int = 0
    gauges: Gauges = UNCOUNTED
    turned: Callable[[], None] = lambda: None
    results: Batch[Outcome] | None = None
    stopped: dict[str, str] = field(default_factory=dict[str, str])
    reaching: Reaching = field(default_factory=Reaching)
    under_way: dict[str, set[asyncio.Task[None]]] = field(default_factory=dict[str, set[asyncio.Task[None]]])


async def deliver(delivering: Delivering) -> None:
    """Bring every channel up to date whenever something is due, until cancelled; steps under way are finished."""

    async def write(group: Sequence[Outcome]) -> None:
        await announcements.record(delivering.database, group)
        delivering.due.set()

    if delivering.results is None:
        delivering.results = Batch(write, pause=COMMIT_EVERY)
    results = delivering.results
    writer = asyncio.create_task(results.run())
    try:
        # After a crash: what came of the steps then is still to be written, and what was only claimed is free again.
        await results.flush()
        await announcements.release(delivering.database, delivering.owner, _busy(delivering))
        while True:
            delivering.due.clear()
            delivering.turned()
            if not await start_due(delivering, results):
                await _nap(delivering)
            if writer.done():
                writer.result()
    finally:
        writer.cancel()
        await drain(delivering)
        await results.flush()


async def start_due(delivering: Delivering, results: Batch[Outcome]) -> int:
    """Begin every step that is due and has room; returns how many."""
    term, shards, now = delivering.term(), delivering.shards(), delivering.clock.now()
    if term is None:
        return 0
    lost = delivering.reaching.lost(shards)
    errands = await _claim(delivering, {**_room(delivering), **delivering.reaching.tried(lost, now)})
    if lost and shards is not None:
        await shares.hand_over(delivering.database, lost, shards, now)
    for errand in errands:
        task = asyncio.create_task(_run(delivering, errand, term, results), name=str(errand.announcement.id))
        tasks = delivering.under_way.setdefault(errand.announcement.destination.platform, set())
        tasks.add(task)
        task.add_done_callback(tasks.discard)
    return len(errands)


async def _claim(delivering: Delivering, room: Mapping[str, int]) -> Sequence[Errand]:
    return await announcements.claim_due(
        delivering.database,
        delivering.owner,
        delivering.clock.now(),
        room=room,
        longest={name: platform.longest for name, platform in delivering.platforms.items()},
        apart=[name for name, platform in delivering.platforms.items() if isinstance(platform, Apart)],
        carrying=[name for name, platform in delivering.platforms.items() if isinstance(platform, Carries)],
        lease=LEASE,
        ruling=delivering.ruling,
        shards=delivering.shards(),
        busy=_busy(delivering),
    )


def _busy(delivering: Delivering) -> list[int]:
    return [int(task.get_name()) for tasks in delivering.under_way.values() for task in tasks]


def _room(delivering: Delivering) -> Mapping[str, int]:
    """How many more steps each platform may be given; none that can take nothing now."""
    away = {*delivering.stopped, *delivering.reaching.lost(delivering.shards())}
    here = [name for name in delivering.platforms if name not in away]
    room = {name: AT_ONCE - len(delivering.under_way.get(name, ())) for name in here}
    return {name: some for name, some in room.items() if some > 0}


async def drain(delivering: Delivering) -> None:
    """Let the steps under way finish; one that hangs is left to its recorded intent."""
    tasks = set[asyncio.Task[None]]().union(*delivering.under_way.values())
    if tasks:
        await asyncio.wait(tasks, timeout=LAST_WAIT.total_seconds())


async def _nap(delivering: Delivering) -> None:
    now, room = delivering.clock.now(), _room(delivering)
    due = await announcements.next_due(delivering.database, now, room, delivering.shards()) if room else None
    wait = LONGEST_NAP if due is None else min(max(due - now, timedelta(milliseconds=2)), LONGEST_NAP)
    # `wait_for` may lose a cancellation that comes together with what it waits for, up to Python 3.11.
    with suppress(TimeoutError):
        async with asyncio.timeout(wait.total_seconds()):
            await delivering.due.wait()


async def _run(delivering: Delivering, errand: Errand, term: int, results: Batch[Outcome]) -> None:
    def is_ours() -> bool:
        return delivering.clock.now() < errand.until and delivering.term() == term

    if not is_ours():
        log.warning("lease passed before its step announcement=%d: we were asleep", errand.announcement.id)
        delivering.gauges.count(LEASES_LOST, "announcement")
        results.add(_given_back(errand, delivering))
        return
    may_send.set(is_ours)
    platform = delivering.platforms[errand.announcement.destination.platform]
    try:
        async with asyncio.timeout(LONGEST_STEP.total_seconds()):
            outcome = await carry_out(platform, errand, delivering)
    except TimeoutError:
        outcome = _unknown(errand, delivering, f"no answer within {LONGEST_STEP.total_seconds():g} s")
    except Exception as e:
        log.exception("step crashed announcement=%d", errand.announcement.id)
        delivering.gauges.count(CRASHES, "step")
        outcome = _unknown(errand, delivering, f"{type(e).__name__}: see the log")
    results.add(may_arrive(errand, outcome, delivering.clock.now(), ours=is_ours()))


async def carry_out(platform: Platform, errand: Errand, delivering: Delivering) -> Outcome:
    """Do one errand and return what became of it; nothing that a platform may raise gets through."""
    where = errand.announcement.destination.platform
    try:
        if errand.unfinished is not None:
            with delivering.reaching.noting(where, delivering.clock.now):
                after = await read_back(platform, errand, delivering.clock.now(), delivering.gauges)
        else:
            whole = await made_whole(
                errand, delivering.database, delivering.ruling, delivering.report, draws=isinstance(platform, Carries)
            )
            kind = errand.step.kind.value
            with (
                delivering.reaching.noting(where, delivering.clock.now),
                timing(delivering.gauges, STEP_SECONDS, where),
                span("step", platform=where, kind=kind, incident=errand.announcement.incident),
            ):
                after = await send(platform, whole)
            delivering.carried += 1
            count_done(delivering.gauges, errand, delivering.clock.now())
            if delivering.observe is not None:
                delivering.observe(errand, errand.step)
    except MessageGone:
        log.warning(
            "root gone incident=%s destination=%s", errand.announcement.incident, errand.announcement.destination
        )
        count(delivering.gauges, errand, "gone")
        after = converge.without_root(errand.announcement)
    except Busy as e:
        log.debug(
            "waits incident=%s destination=%s: %s", errand.announcement.incident, errand.announcement.destination, e
        )
        return _later(errand, delivering, e.retry_after or LONGEST_NAP)
    except TemporaryFailure as e:
        count(delivering.gauges, errand, "again")
        return _again(errand, delivering, str(e), e.retry_after)
    except UnknownOutcome as e:
        return _unknown(errand, delivering, str(e))
    except PlatformStopped as e:
        return _stopped(errand, delivering, str(e))
    except PermanentFailure as e:
        count(delivering.gauges, errand, "parked")
        return _parked(errand, str(e))
    return Outcome(announcement=after, revision=errand.revision, due_at=delivering.clock.now())


def _unknown(errand: Errand, delivering: Delivering, reason: str) -> Outcome:
    """Try later, and read back first: whether it was posted nobody knows."""
    begun = converge.begun(errand.announcement, errand.step, delivering.clock.now() - LEASE)
    count(delivering.gauges, errand, "unknown")
    return _again(errand, delivering, reason, None, before=begun if errand.unfinished is None else None)


def _again(
    errand: Errand,
    delivering: Delivering,
    reason: str,
    asked: timedelta | None,
    *,
    before: Announcement | None = None,
) -> Outcome:
    """Try later.  What is still to be read back stays so, whatever went wrong meanwhile."""
    before = before or converge.unbegun(errand.announcement)
    attempts = before.attempts + 1
    after = replace(before, attempts=attempts, error=reason)
    if DELIVERY.is_over(attempts):
        count(delivering.gauges, errand, "given_up")
        log.error("given up incident=%s destination=%s: %s", after.incident, after.destination, reason)
        return Outcome(announcement=replace(after, state=AnnouncementState.DEAD), revision=errand.revision, due_at=None)
    wait = DELIVERY.delay(attempts, delivering.chance(), asked)
    log.warning(
        "not delivered incident=%s destination=%s attempt=%d: %s", after.incident, after.destination, attempts, reason
    )
    return Outcome(announcement=after, revision=errand.revision, due_at=delivering.clock.now() + wait)


def _given_back(errand: Errand, delivering: Delivering, wait: timedelta = timedelta()) -> Outcome:
    """Return that nothing was sent: nobody need wait until our lease is over."""
    after = converge.unbegun(errand.announcement)
    return Outcome(announcement=after, revision=errand.revision, due_at=delivering.clock.now() + wait)


def _later(errand: Errand, delivering: Delivering, wait: timedelta) -> Outcome:
    """Wait for the platform's limits, which is no failed try: however long the queue, nobody is given up."""
    count(delivering.gauges, errand, "busy")
    delivering.gauges.count(LIMIT_WAITS, errand.announcement.destination.platform, by=wait.total_seconds())
    return _given_back(errand, delivering, wait)


def _stopped(errand: Errand, delivering: Delivering, reason: str) -> Outcome:
    """Leave the whole platform alone; what is due there waits for the next start."""
    platform = errand.announcement.destination.platform
    if platform not in delivering.stopped:
        delivering.stopped[platform] = reason
        log.critical("%s stopped, nothing is posted there until the next start: %s", platform, reason)
    count(delivering.gauges, errand, "stopped")
    back = _given_back(errand, delivering)
    return replace(back, announcement=replace(back.announcement, error=reason))


def _parked(errand: Errand, reason: str) -> Outcome:
    after = replace(converge.unbegun(errand.announcement), state=AnnouncementState.PARKED, error=reason)
    log.error("parked incident=%s destination=%s: %s", after.incident, after.destination, reason)
    return Outcome(announcement=after, revision=errand.revision, due_at=None)
