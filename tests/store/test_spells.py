"""What is remembered of what went on is let go as soon as anything is added to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.model import ClaimView, Impact, Incident, Kind, SourceKind, State
from bot.store import incidents
from bot.store.database import Database
from bot.store.spells import Spells
from tests.store.world import NOW, decision, entry, incident, later

SINCE, END = NOW - timedelta(days=90), later(hours=5)


def told(one: Incident, teller: SourceKind = SourceKind.FEED, kind: Kind = Kind.INCIDENT) -> Incident:
    view = ClaimView(key="feed|1", kind=kind, title=one.title, state=one.state, impact=one.impact, teller=teller)
    return replace(one, claims=(view,))


async def over(database: Database, one: Incident) -> Incident:
    """Commit an incident that lasted an hour."""
    ended = replace(told(one), state=State.RESOLVED, resolved_at=later(hours=1), last_seq=2)
    said = (entry(1, one.id), replace(entry(2, one.id), state=State.RESOLVED, happened_at=later(hours=1)))
    await incidents.commit(database, decision(ended, entries=said))
    return ended


async def lasted(spells: Spells) -> list[tuple[Impact, bool, timedelta]]:
    marks = (await spells.of({"acme"}, SINCE, END)).get("acme", ())
    return [(mark.impact, mark.is_ours, mark.ended_at - mark.began_at) for mark in marks]


async def test_what_opens_again_goes_on(database: Database) -> None:
    spells = Spells(database)
    ended = await over(database, incident())
    before = [await lasted(spells), await lasted(spells)]
    again = replace(ended, state=State.INVESTIGATING, resolved_at=None, last_seq=3)
    said = replace(entry(3), happened_at=later(hours=2))
    await incidents.commit(database, decision(again, entries=(said,), before=(ended,), to=()))

    assert before == [[(Impact.MAJOR, False, timedelta(hours=1))]] * 2
    assert await lasted(spells) == [
        (Impact.MAJOR, False, timedelta(hours=1)),
        (Impact.MAJOR, False, timedelta(hours=3)),
    ]


async def test_what_nobody_but_a_witness_tells_of_is_ours_and_what_is_planned_is_no_trouble(database: Database) -> None:
    alone = told(incident("acme-1"), SourceKind.PROBE, Kind.SUSPECTED)
    work = told(replace(incident("acme-2"), kind=Kind.MAINTENANCE, state=State.IN_PROGRESS), kind=Kind.MAINTENANCE)
    some = [replace(alone, kind=Kind.SUSPECTED, state=State.SUSPECTED), work]
    await incidents.commit(database, decision(*some, entries=(entry(1, "acme-1"), entry(1, "acme-2"))))

    assert sorted(await lasted(Spells(database))) == [
        (Impact.MAINTENANCE, False, timedelta(hours=5)),
        (Impact.MAJOR, True, timedelta(hours=5)),
    ]
