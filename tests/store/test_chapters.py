"""A record that is remembered is the record that is read."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.core import choosing
from bot.core.scorecard import bound, scorecard
from bot.model import ChangeKind, State
from bot.store import incidents, records, sources
from bot.store.chapters import Chapters
from bot.store.database import Database
from tests.store.world import NOW, decision, entry, incident, source

AGO = timedelta(days=90)


async def check(database: Database, kept: Chapters) -> tuple[str, ...]:
    """Compare what is remembered with what is read, and return how the incidents stand."""
    read = await records.history(database, "acme", NOW - AGO, NOW)
    found = await kept.of("acme", NOW - AGO, NOW)

    told = [one.chapter for one in found.incidents]
    assert (found.name, found.watch, found.is_cut) == (read.name, read.watch, read.is_cut)
    assert [one.row for one in found.incidents] == [choosing.row(one.incident) for one in read.records]
    assert bound("acme", "Acme", told, found.watch, NOW) == scorecard("acme", "Acme", read.records, read.watch, NOW)
    return tuple(one.row.state for one in found.incidents)


async def test_a_record_is_the_same_when_it_is_remembered_and_follows_what_is_added(database: Database) -> None:
    await sources.register(database, [source()], NOW - 2 * AGO)
    kept = Chapters(database)
    one = incident(state=State.INVESTIGATING)
    await incidents.commit(database, decision(one, entries=(entry(1),), now=NOW))
    ended = replace(one, state=State.RESOLVED, resolved_at=NOW - timedelta(hours=1), ending=ChangeKind.RESOLVED)

    open_ = await check(database, kept)
    over = replace(ended, last_seq=one.last_seq + 1)
    more = replace(entry(one.last_seq + 1), kind=ChangeKind.RESOLVED, state=State.RESOLVED)
    await incidents.commit(database, decision(over, entries=(more,), before=(one,)))

    assert open_ != await check(database, kept) == await check(database, kept)
