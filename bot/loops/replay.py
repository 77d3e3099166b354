"""Recorded answers played through the very path that live ones take, by a clock that we set."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from bot import plugins
from bot.clock import SimulatedClock
from bot.core import health
from bot.core.health import doubt
from bot.core.probing import ProbeState, Rule, snapshot_of
from bot.errors import ParseError
from bot.loops.batch import Batch
from bot.loops.deliver import Delivering, drain, start_due
from bot.loops.reading import page_of
from bot.loops.take_in import Ending, Rules, take_in
from bot.loops.together import Word, take_in_all
from bot.model import Claim, Impact, Page, Snapshot, Source
from bot.store import announcements, polls, sources, summaries
from bot.store.announcements import Outcome
from bot.store.database import Database
from bot.store.polls import Look
from bot.store.samples import Checked
from bot.store.sources import Watched


@dataclass(slots=True)
class Replay:
    """What a replay works with.

    `lost` hears of every answer that is no snapshot, with the reason; `ending` gives what was recorded of one
    incident after it had left its page, or None.
    """

    database: Database
    rules: Rules
    clock: SimulatedClock
    delivering: Delivering
    lost: Callable[[Source, str], None]
    ending: Callable[[Source, str], bytes | None]
    watched: dict[str, Watched] = field(default_factory=dict[str, Watched])
    seen_before: dict[str, datetime | None] = field(default_factory=dict[str, datetime | None])


async def check(replay: Replay, source: Source, state: ProbeState, rule: Rule, at: datetime) -> None:
    """Take in what a probe tells after a check at that time, and deliver all that follows from it."""
    replay.clock.set(at)
    watched = replay.watched.get(source.key) or await sources.add(replay.database, source, at)
    is_first = watched.health.last_look is None
    after = replace(watched, health=health.seen(watched.health, at))
    look = Look(
        key=source.key,
        fence=watched.fence,
        health=after.health,
        due_at=at,
        page=Page(indicator=Impact.NONE) if is_first else None,
        checked=Checked(state),
    )
    await take_in_all(replay.database, [Word(watched, snapshot_of(source, state, rule, at), look)], replay.rules)
    replay.watched[source.key] = after
    await settle(replay)


async def play(replay: Replay, source: Source, body: bytes, at: datetime) -> None:
    """Take in one recorded answer as of `at` and deliver all that follows from it.

    An answer that is not newer than what an earlier replay has left in the database tells nothing.
    """
    replay.clock.set(at)
    watched = replay.watched.get(source.key)
    if watched is None:
        watched = await sources.add(replay.database, source, at)
        replay.watched[source.key] = watched
        replay.seen_before[source.key] = watched.health.last_look
    horizon = replay.seen_before[source.key]
    if horizon is not None and at <= horizon:
        return
    try:
        snapshot = _believed(body, watched, at)
    except ParseError as e:
        replay.lost(source, str(e))
        replay.watched[source.key] = replace(watched, health=health.missed(watched.health, str(e), at))
        await polls.record(replay.database, [_look(replay.watched[source.key], watched, at)])
        return
    replay.watched[source.key] = await _taken_in(replay, watched, snapshot, at)
    await settle(replay)


def _believed(body: bytes, watched: Watched, at: datetime) -> Snapshot:
    if not body.strip():
        raise ParseError("the answer is empty")
    snapshot = plugins.format_named(watched.source.format).parse(body, watched.source)
    objection = doubt(watched.page_id, watched.had_components, snapshot)
    if objection is not None:
        raise ParseError(objection)
    return replace(snapshot, taken_at=at)


async def _taken_in(replay: Replay, watched: Watched, snapshot: Snapshot, at: datetime) -> Watched:
    page = page_of(snapshot)
    seen = replace(
        watched,
        health=health.seen(watched.health, at),
        page=page,
        had_components=bool(page.components),
        page_id=snapshot.page_id or watched.page_id,
        in_trouble=any(claim.is_open for claim in snapshot.incidents),
    )
    await take_in(
        replay.database,
        watched,
        snapshot,
        rules=replay.rules,
        follow_up=partial(_recorded, replay),
        look=lambda _settled: _look(seen, watched, at),
    )
    return seen


def _look(after: Watched, before: Watched, at: datetime) -> Look:
    return Look(
        key=after.source.key,
        fence=before.fence,
        health=after.health,
        due_at=at,
        page=after.page,
        page_id=after.page_id,
        gap=health.gap(before.health, after.health),
    )


async def _recorded(replay: Replay, source: Source, external_id: str) -> Claim | Ending:
    """A recording can not be asked again: what it does not hold of an incident's end can not be learnt."""
    body = replay.ending(source, external_id)
    if body is None:
        return Ending.GONE
    try:
        snapshot = plugins.format_named(source.format).parse(body, source)
    except ParseError as e:
        replay.lost(source, str(e))
        return Ending.GONE
    found = (claim for claim in snapshot.incidents if claim.external_id == external_id)
    return next(found, Ending.GONE)


async def settle(replay: Replay) -> None:
    """Deliver until every channel shows the truth."""
    delivering = replay.delivering
    await summaries.plan(replay.database, delivering.ruling, replay.clock.now())
    async with _writing(replay.database) as results:
        while await start_due(delivering, results):
            await drain(delivering)
            await results.flush()


async def finish(replay: Replay) -> None:
    """Let time pass after the last answer until what was held back is told, and until the next digest of a route."""
    summed_up = False
    while (found := await summaries.next_told(replay.database, replay.clock.now())) is not None:
        at, is_summary = found
        if is_summary and summed_up:
            return
        summed_up |= is_summary
        replay.clock.set(at)
        await settle(replay)


@asynccontextmanager
async def _writing(database: Database) -> AsyncIterator[Batch[Outcome]]:
    results: Batch[Outcome] = Batch(partial(announcements.record, database), pause=0)
    try:
        yield results
    finally:
        await asyncio.shield(results.flush())
