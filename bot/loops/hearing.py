"""What programs of ours tell by webhook is taken in; what they cease to tell grows old, and that is said."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from bot.clock import Clock
from bot.core import alerts, rates, told
from bot.core.health import Health
from bot.core.hooks import Accused, Alert, Heard, Hook, Report, note_of, source_of
from bot.core.memory import Known
from bot.loops.take_in import Ending, Rules, TakenIn, take_in
from bot.loops.take_in import Heard as Amounts
from bot.model import Claim, Snapshot, Source
from bot.store import hearings, polls
from bot.store.database import Database
from bot.store.listening import listening
from bot.store.sources import Watched

log = logging.getLogger(__name__)

PAUSE = timedelta(seconds=15)
# Who was silent for longer than this did not listen.
DEAF = timedelta(minutes=2)
# So many alerts are taken in together: in between others may write.
AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Hearing:
    """What is needed to hear: `accused` finds the vendor that a sender names; `announced` is set when there is news."""

    database: Database
    rules: Rules
    clock: Clock
    announced: asyncio.Event
    accused: Callable[[str], Accused]


async def hear(hearing: Hearing, hook: Hook, heard: Heard) -> str:
    """Take in what was heard, and return what became of it, in one line, when it is committed."""
    await listening(hearing.database, note_of(hook.name), hearing.clock.now())
    entries = 0
    for vendor, some in _by_vendor(hearing, heard.alerts).items():
        entries += await _hear_alerts(hearing, hook, source_of(hook, vendor), some, heard.left_out)
    for report in heard.reports:
        entries += await _hear_report(hearing, hook, report)
    if heard.left_out:
        log.warning("alerts left out hook=%s count=%d: group fewer, or route fewer here", hook.name, heard.left_out)
    if heard.pages:
        return await _hasten(hearing, hook, heard.pages)
    return f"ok: {len(heard.alerts) + len(heard.reports)} heard, {entries} new"


def _news(taken: TakenIn) -> int:
    return sum(not entry.quiet for entry in taken.told.entries)


def _by_vendor(hearing: Hearing, some: Iterable[Alert]) -> Mapping[Accused | None, list[Alert]]:
    found: dict[Accused | None, list[Alert]] = {}
    for alert in some:
        found.setdefault(hearing.accused(alert.vendor) if alert.vendor else None, []).append(alert)
    return found


async def _hear_alerts(hearing: Hearing, hook: Hook, source: Source, some: list[Alert], left_out: int) -> int:
    now = hearing.clock.now()
    # First of all: what is open and is expected by nobody would stay open for ever.
    firing = [alert.series for alert in some if alert.fires]
    await hearings.expect(hearing.database, source, firing, now + hook.expires, hook.expires)
    entries = 0
    # In the order in which they began, so that what belongs together may stand apart.
    ordered = sorted(some, key=lambda alert: (alert.starts_at, not alert.fires))
    for first in range(0, len(ordered), AT_ONCE):
        snapshot = alerts.snapshot_of(source, ordered[first : first + AT_ONCE], left_out, now)
        entries += _news(await _take_in(hearing, source, snapshot, alerts.heard))
    return entries


async def _hear_report(hearing: Hearing, hook: Hook, report: Report) -> int:
    now = hearing.clock.now()
    if not rates.tells(report, hook, now):
        return 0
    source = source_of(hook, hearing.accused(report.vendor) if report.vendor else None)
    until = now + hook.expires
    series = rates.series(report)
    if not await hearings.is_news(hearing.database, source, series, report.at, until, hook.expires):
        return 0
    amounts = partial(rates.heard, hook, report)
    taken = await _take_in(hearing, source, rates.snapshot_of(source, report, now), amounts)
    return _news(taken)


async def _hasten(hearing: Hearing, hook: Hook, pages: Iterable[str]) -> str:
    vendor = hearing.accused(hook.vendor).slug if hook.vendor else None
    count = 0
    for page in pages:
        count += await polls.hasten(hearing.database, hearing.clock.now(), page=page, vendor=vendor)
    if count:
        return f"ok: pages read at once: {count}"
    log.warning("no page hook=%s: what it tells of is not watched; watch it, or write its vendor", hook.name)
    return "ok: no page that is watched; watch it, or write its vendor into the configuration of this hook"


async def expire(hearing: Hearing) -> None:
    """See to what was not told again, until cancelled."""
    while True:
        await expire_due(hearing)
        await hearing.clock.sleep(PAUSE)


async def expire_due(hearing: Hearing) -> int:
    """See to what has expired by now; returns how much that was.

    While nobody listened it may have been told: then it is expected once more.
    """
    due = await hearings.next_due(hearing.database)
    if due is None:
        return 0
    now = hearing.clock.now()
    before = await listening(hearing.database, "hooks", now)
    found = await hearings.overdue(hearing.database, now) if due <= now else ()
    if found and before is not None and now - before >= DEAF:
        log.info("not listening to hooks from=%s until=%s: what was due then is expected anew", before, now)
        return 0
    for one in found:
        await _grow_old(hearing, one)
    return len(found)


async def _grow_old(hearing: Hearing, one: hearings.Overdue) -> None:
    still: list[Claim] = []

    def amounts(known: Known, snapshot: Snapshot) -> Snapshot:
        after = told.unrepeated([one.series], one.patience, known, snapshot)
        still[:] = after.incidents
        return after

    source = one.source
    nothing = Snapshot(vendor=source.vendor, format=source.format, taken_at=hearing.clock.now())
    await _take_in(hearing, source, nothing, amounts)
    if not still:
        await hearings.expect_no_more(hearing.database, one, hearing.clock.now())


async def _take_in(hearing: Hearing, source: Source, snapshot: Snapshot, heard: Amounts) -> TakenIn:
    now = hearing.clock.now()
    watched = Watched(source=source, health=Health(first_look=now, last_look=now))
    taken = await take_in(hearing.database, watched, snapshot, rules=hearing.rules, follow_up=_nowhere, heard=heard)
    for entry in taken.told.entries:
        log.info("noted incident=%s seq=%d kind=%s state=%s", entry.incident, entry.seq, entry.kind, entry.state)
    if taken.told.entries:
        hearing.announced.set()
    return taken


async def _nowhere(_source: Source, _external_id: str) -> Claim | Ending:
    return Ending.UNREADABLE
