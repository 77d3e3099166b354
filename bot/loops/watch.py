"""The watch loop: every source that is due is read once, and what is new in it is committed."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

from bot.clock import Clock
from bot.core import health
from bot.core.claims import is_trouble, read_together
from bot.core.misses import bare
from bot.errors import FetchError, ParseError, SitrepError, StoreUnavailable
from bot.fetch import Fetcher
from bot.gauges import CRASHES, LEASES_LOST, PARSE_FAILURES, POLL_SECONDS, POLLS, UNCOUNTED, Gauges, timing
from bot.loops import lags
from bot.loops.batch import Batch
from bot.loops.reading import Reading, dump, follow_up, page_of, read
from bot.loops.recognising import NO_LONGER, SPEAKS, changed, is_hasty, is_nameless, recognised, still_changed
from bot.loops.take_in import Rules, take_in
from bot.loops.telling import Told, tell_if_moved, tell_of_health, tell_of_page
from bot.model import Source, SourceKind
from bot.store import polls
from bot.store.database import Database
from bot.store.incidents import LeaseLost
from bot.store.polls import Look
from bot.store.sources import Watched
from bot.tracing import span

log = logging.getLogger(__name__)

# Twice the longest that a look with its follow-ups should take; another instance then may try.
LEASE = timedelta(seconds=60)
# A source added while we sleep waits no longer than this.
LONGEST_NAP = timedelta(seconds=1)
# What falls due meanwhile is claimed together: a claim is dear, a source in it is cheap.
SHORTEST_NAP = timedelta(milliseconds=250)
AT_ONCE = 100
# So many looks begin together: each holds up everything else for half a millisecond, and again when its answer comes.
# Smaller slices cost more, because less is done whenever the loop wakes.
SLICE = 10
COMMIT_EVERY = 0.25


@dataclass(slots=True)
class Watching:
    """What the watch loop works with: `announced` is set whenever something became due for delivery."""

    database: Database
    fetcher: Fetcher
    rules: Rules
    clock: Clock
    owner: str
    chance: Callable[[], float]
    announced: asyncio.Event
    told: Told
    looks: int = 0
    began: datetime | None = None
    gauges: Gauges = UNCOUNTED
    tasks: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])


async def watch(watching: Watching) -> None:
    """Look at every source when it is due, until cancelled; looks under way are then finished."""
    results: Batch[Look] = Batch(partial(_record, watching), pause=COMMIT_EVERY)
    writer = asyncio.create_task(results.run())
    watching.began = watching.clock.now()
    try:
        # After a crash: what was claimed then would wait for a minute.
        await polls.release(watching.database, watching.owner, SourceKind.FEED)
        while True:
            await _round(watching, results)
            if writer.done():
                writer.result()
    finally:
        await _finish(watching, writer)
        await results.flush()


async def _round(watching: Watching, results: Batch[Look]) -> None:
    started = await _start_due(watching, results)
    if len(watching.tasks) >= AT_ONCE:
        await asyncio.wait(watching.tasks, return_when=asyncio.FIRST_COMPLETED)
        await watching.clock.sleep(SHORTEST_NAP / 10)
    elif not started:
        await _nap(watching)


async def _start_due(watching: Watching, results: Batch[Look]) -> int:
    """Begin to look at every source that is due and has room; returns how many.

    They begin one slice after the other until it is time for the next claim, which is soon if more are waiting.
    """
    room = AT_ONCE - len(watching.tasks)
    now = watching.clock.now()
    due = await polls.claim_due(watching.database, watching.owner, now, limit=room, lease=LEASE) if room else ()
    if len(due) == room:
        due = tuple(_crowded(watching, watched) for watched in due)
    waiting = deque(due[first : first + SLICE] for first in range(0, len(due), SLICE))
    pause = (SHORTEST_NAP if len(due) < room else SHORTEST_NAP / 10) / max(len(waiting), 1)
    try:
        while waiting:
            _start(watching, waiting.popleft(), results)
            await watching.clock.sleep(pause)
    finally:
        # What was claimed is looked at, even if we are told to stop meanwhile.
        for some in waiting:
            _start(watching, some, results)
    return len(due)


def _crowded(watching: Watching, watched: Watched) -> Watched:
    """Return one of more than there is room for; who is looked at again because we are slow is left in its order."""
    tried = watched.health.last_try
    is_first = tried is None or watching.began is None or tried < watching.began
    return replace(watched, in_crowd=True) if is_first else watched


def _start(watching: Watching, some: Sequence[Watched], results: Batch[Look]) -> None:
    for watched in some:
        task = asyncio.create_task(_look(watching, watched, results))
        watching.tasks.add(task)
        task.add_done_callback(watching.tasks.discard)


async def _nap(watching: Watching) -> None:
    now = watching.clock.now()
    due = await polls.next_due(watching.database, now)
    wait = LONGEST_NAP if due is None else min(due - now, LONGEST_NAP)
    await watching.clock.sleep(max(wait, SHORTEST_NAP))


async def _finish(watching: Watching, writer: asyncio.Task[None]) -> None:
    writer.cancel()
    if watching.tasks:
        await asyncio.wait(watching.tasks, timeout=5)


async def _record(watching: Watching, looks: Sequence[Look]) -> None:
    await polls.record(watching.database, looks)


async def _look(watching: Watching, watched: Watched, results: Batch[Look]) -> None:
    watching.looks += 1
    try:
        with timing(watching.gauges, POLL_SECONDS), span("poll", source=watched.source.key):
            look = await look_at(watching, watched)
    except LeaseLost:
        log.warning("look came too late source=%s: somebody else has looked since", watched.source.key)
        watching.gauges.count(POLLS, "late")
        watching.gauges.count(LEASES_LOST, "source")
        return
    except StoreUnavailable as e:
        # That is no fault of the page: it is looked at again, and nobody is told that it can not be read.
        log.warning("look was in vain source=%s: %s", watched.source.key, e)
        soon = watching.clock.now() + LONGEST_NAP
        look = Look(key=watched.source.key, fence=watched.fence, health=watched.health, due_at=soon)
    except Exception:
        log.exception("look crashed source=%s", watched.source.key)
        watching.gauges.count(POLLS, "crashed")
        watching.gauges.count(CRASHES, "look")
        look = _missed(watching, watched, SitrepError("an error of our own; see the log"))
    if look is not None:
        results.add(look)


async def look_at(watching: Watching, watched: Watched) -> Look | None:
    """Read one source.  Returns what to record, or None if it was committed together with what was new."""
    detected = None
    try:
        if is_nameless(watched.source):
            watched = replace(watched, source=await recognised(watching.fetcher, watched.source))
            detected = f"{watched.source.format} {watched.source.url}"
            log.info("recognised source=%s format=%s", watched.source.key, watched.source.format)
        reading = await read(watching.fetcher, watched, watching.clock.now)
    except (FetchError, ParseError) as e:
        _count_failure(watching, watched, e)
        return await _not_understood(watching, watched, e)
    if reading.snapshot is None:
        watching.gauges.count(POLLS, "unchanged")
        return _seen(watching, watched, reading, settled=True)
    snapshot = reading.snapshot
    taken = await take_in(
        watching.database,
        watched,
        snapshot,
        rules=watching.rules,
        follow_up=partial(follow_up, watching.fetcher),
        has_moved=watched.has_moved,
        look=lambda settled: replace(_seen(watching, watched, reading, settled=settled), detected=detected),
    )
    tell_if_moved(watched, taken)
    watching.gauges.count(POLLS, "changed")
    lags.count(watching.gauges, taken.told, is_first=watched.health.first_look is None)
    for entry in taken.told.entries:
        log.info("noted incident=%s seq=%d kind=%s state=%s", entry.incident, entry.seq, entry.kind, entry.state)
    if taken.told.entries:
        watching.announced.set()
    return None


def _seen(watching: Watching, watched: Watched, reading: Reading, *, settled: bool) -> Look:
    """What a good look leaves behind.  An unsettled one forgets the validators, so that the page is read again."""
    now = watching.clock.now()
    after = health.seen(watched.health, now)
    tell_of_health(watching.told, watched, after)
    tell_of_page(watching.told, watched, reading)
    snapshot = reading.snapshot
    in_trouble = watched.in_trouble if snapshot is None else any(map(is_trouble, read_together(snapshot).values()))
    return Look(
        key=watched.source.key,
        fence=watched.fence,
        health=after,
        due_at=health.next_look(
            after,
            now,
            watched.source.interval,
            in_trouble=_in_a_hurry(watched.source, is_wrong=in_trouble or not settled),
            chance=watching.chance(),
            asked=reading.max_age,
            in_crowd=watched.in_crowd,
        ),
        page=page_of(snapshot) if snapshot else None,
        page_id=snapshot.page_id if snapshot else None,
        endpoint=reading.endpoint if snapshot else None,
        validators=(dump(reading.validators) if settled else "{}") if snapshot else None,
        gap=health.gap(watched.health, after, watched.source.interval),
    )


def _count_failure(watching: Watching, watched: Watched, error: SitrepError) -> None:
    is_unreadable = isinstance(error, ParseError)
    watching.gauges.count(POLLS, "unreadable" if is_unreadable else "failed")
    if is_unreadable:
        watching.gauges.count(PARSE_FAILURES, watched.source.format or "unrecognised")


async def _not_understood(watching: Watching, watched: Watched, error: SitrepError) -> Look:
    """A page that answers, and is not understood, may have changed its platform: then say so, or go along."""
    detection = await changed(watching.fetcher, watched, error)
    if detection is None:
        return _missed(watching, watched, still_changed(watched, error))
    name, before, found = watched.source.name, watched.source.format, detection.found
    if found is None:
        log.warning("%s's page is no %s page any more: %s", name, before, detection.miss)
        return _missed(watching, watched, ParseError(f"{NO_LONGER} {before} page any more: {detection.miss} ({error})"))
    now = f"{found.format} now, at {bare(found.url)}"
    if watched.page_address is None:
        log.warning("%s's page speaks %s, instead of %s: change the watch", name, now, before)
        return _missed(watching, watched, ParseError(f"{SPEAKS} {now}: change the watch ({error})"))
    if is_hasty(found, watched):
        log.warning(
            "%s's page speaks %s, which tells less than %s: it is read as that if it stays so", name, now, before
        )
        return _missed(watching, watched, ParseError(f"{SPEAKS} {now}, which tells less than {before} ({error})"))
    log.warning("%s's page speaks %s, instead of %s: it is read as that from now on", name, now, before)
    missed = _missed(watching, watched, error)
    return replace(missed, detected=f"{found.format} {found.url}", due_at=watching.clock.now())


def _in_a_hurry(source: Source, *, is_wrong: bool) -> bool:
    return is_wrong and not source.exact


def _missed(watching: Watching, watched: Watched, error: SitrepError) -> Look:
    now = watching.clock.now()
    after = health.missed(watched.health, str(error), now)
    tell_of_health(watching.told, watched, after)
    return Look(
        key=watched.source.key,
        fence=watched.fence,
        health=after,
        due_at=health.next_look(
            after,
            now,
            watched.source.interval,
            in_trouble=_in_a_hurry(watched.source, is_wrong=watched.in_trouble),
            chance=watching.chance(),
            asked=error.retry_after if isinstance(error, FetchError) else None,
        ),
    )
