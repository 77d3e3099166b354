"""The probing loop: every probe is checked at its instant, and what that amounts to is committed."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from bot.errors import StoreUnavailable
from bot.gauges import CHECK_SECONDS, CHECKS, CRASHES, LEASES_LOST, timing
from bot.loops.batch import Batch
from bot.loops.checking import GRACE, Probe, Probing, again, astray, bury, paid, take
from bot.loops.sight import judged, open_eyes
from bot.model import Fault, ProbeResult, SourceKind
from bot.ports import Setup
from bot.store import polls, probes, spending
from bot.store.incidents import Conflict, LeaseLost
from bot.store.polls import Look
from bot.store.probes import Due
from bot.tracing import span

log = logging.getLogger(__name__)

# Probes are claimed before they are due, so that a check begins at its instant and not when a claim is done.
AHEAD = timedelta(seconds=2)
SHORTEST_NAP = timedelta(milliseconds=250)
LONGEST_NAP = timedelta(seconds=1)
CLAIMED = 1000
COMMIT_EVERY = 0.5
FINISHING = 5.0


async def probe(probing: Probing) -> None:
    """Check every probe when it is due, until cancelled; checks under way are then finished."""
    if probing.probes:
        await open_eyes(probing.eyes)
    await bury(probing)
    results: Batch[Look] = Batch(partial(polls.record, probing.database), pause=COMMIT_EVERY)
    writer = asyncio.create_task(results.run())
    try:
        # After a crash: what was claimed then would wait until its lease is over.
        await polls.release(probing.database, probing.owner, SourceKind.PROBE)
        while True:
            started = await start_due(probing, results)
            if writer.done():
                writer.result()
            if not started:
                await _nap(probing)
    finally:
        await _finish(probing, writer)
        await results.flush()


async def start_due(probing: Probing, results: Batch[Look]) -> int:
    """Claim what is due soon; each begins at its own instant.  Returns how many that are."""
    now, room = probing.clock.now(), CLAIMED - len(probing.tasks)
    if room <= 0 or not probing.probes:
        return 0
    claimed = await probes.claim_due(
        probing.database,
        probing.owner,
        now,
        until=now + AHEAD,
        limit=room,
        lease=probing.lease,
        strangers=probing.strangers,
    )
    unknown = [due for due in claimed if due.key not in probing.probes]
    if unknown:
        probing.strangers.update(due.key for due in unknown)
        await probes.release(probing.database, unknown)
    for due in claimed:
        if due.key in probing.probes:
            _start(probing, due, results)
    return len(claimed)


def _start(probing: Probing, due: Due, results: Batch[Look]) -> None:
    task = asyncio.create_task(_at_its_instant(probing, due, results))
    probing.tasks.add(task)
    probing.waiting[task] = due
    task.add_done_callback(probing.tasks.discard)


async def _nap(probing: Probing) -> None:
    now = probing.clock.now()
    due = await probes.next_due(probing.database, now, probing.strangers) if probing.probes else None
    wait = LONGEST_NAP if due is None else min(due - AHEAD - now, LONGEST_NAP)
    await probing.clock.sleep(max(wait, SHORTEST_NAP))


async def _finish(probing: Probing, writer: asyncio.Task[None]) -> None:
    """Finish what has begun, and give back what has not, or does not come to an end."""
    writer.cancel()
    unbegun = dict(probing.waiting)
    probing.waiting.clear()
    for task in unbegun:
        task.cancel()
    if probing.tasks:
        await asyncio.wait(probing.tasks, timeout=FINISHING)
    for task in probing.tasks:
        task.cancel()
    await probes.release(probing.database, unbegun.values())


async def _at_its_instant(probing: Probing, due: Due, results: Batch[Look]) -> None:
    wait = due.due_at - probing.clock.now()
    if wait > timedelta():
        await probing.clock.sleep(wait)
    async with probing.turns:
        task = asyncio.current_task()
        if task is not None:
            probing.waiting.pop(task, None)
        probing.checks += 1
        probing.lateness.append((probing.clock.now() - due.due_at).total_seconds())
        result = await checked(probing, due)
    look = await taken(probing, due, result)
    if look is not None:
        results.add(look)


async def checked(probing: Probing, due: Due) -> ProbeResult | None:
    """Return the result of one check; None if it is our own fault that there is none."""
    one, now = probing.probes[due.key], probing.clock.now()
    sort = one.source.format
    with timing(probing.gauges, CHECK_SECONDS, sort), span("check", source=due.key, type=sort):
        result = await _result(one, replace(one.setup, spent=due.spent_at(now)), probing, now)
    probing.gauges.count(CHECKS, sort, _outcome(result))
    return result


def _outcome(result: ProbeResult | None) -> str:
    if result is None or result.is_ours:
        return "untold"
    return "passed" if result.ok else "slow" if result.fault is Fault.SLOW else "failed"


async def _result(one: Probe, setup: Setup, probing: Probing, now: datetime) -> ProbeResult | None:
    try:
        async with asyncio.timeout((one.setup.timeout + GRACE).total_seconds()):
            return await one.check(setup, probing.web, now)
    except TimeoutError:
        log.error("check did not end source=%s type=%s", one.source.key, one.source.format)  # noqa: TRY400  (no stack: it only took too long)
    except Exception:
        log.exception("check crashed source=%s type=%s", one.source.key, one.source.format)
        probing.gauges.count(CRASHES, "check")
    return None


async def taken(probing: Probing, due: Due, result: ProbeResult | None) -> Look | None:
    """Return what is to be recorded of a check; None if that is done, or if somebody else has checked since."""
    if result is None:
        return astray(probing, due)
    try:
        return await take(probing, due, await judged(probing.eyes, probing.probes[due.key].source, result))
    except LeaseLost:
        log.warning("check came too late source=%s: somebody else has checked since", due.key)
        probing.gauges.count(LEASES_LOST, "probe")
        await _pay(probing, due, result)
        return None
    except Conflict:
        log.warning("check is done again source=%s: others were writing about the same incident", due.key)
        return again(probing, due, result)
    except StoreUnavailable as error:
        log.warning("check is done again source=%s: %s", due.key, error)
        return again(probing, due, result)
    except Exception:
        log.exception("check could not be taken in source=%s", due.key)
        return astray(probing, due, result)


async def _pay(probing: Probing, due: Due, result: ProbeResult) -> None:
    """Note what a check has cost of which nothing else is kept."""
    cost = paid(result)
    if cost is not None:
        await spending.add(probing.database, [(due.key, cost)])
