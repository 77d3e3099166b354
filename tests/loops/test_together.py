"""Probes of one vendor that find something at the same time: taken in together, and nobody is lost or told twice."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bot.core.health import Health, seen
from bot.core.probing import ProbeState, Said, Trouble, snapshot_of
from bot.core.rules import Route
from bot.loops.take_in import Rules
from bot.loops.together import Choir, Word, take_in_all
from bot.model import ChangeKind, Confidence, Destination, Impact, Incident, State
from bot.store import incidents
from bot.store.database import Database
from bot.store.incidents import LeaseLost
from bot.store.sources import Watched
from tests.loops.lab import RULE, Lab, lab_of

OPS = Destination("slack", "ops")
MANY = [f"p{number}" for number in range(12)]


async def all_but_sure(lab: Lab, *names: str) -> None:
    """Let probes fail as often as it takes but once."""
    for name in names:
        lab.finds(name, "x")
    for _ in range(RULE.fail_after - 1):
        await lab.check(minutes=1)
    lab.clock.move(minutes=1)


async def at_once(lab: Lab) -> list[BaseException | None]:
    """Check all that is due at one instant; returns what went wrong with each."""
    due = await lab.claim()
    return await asyncio.gather(*(lab.finish(one) for one in due), return_exceptions=True)


def failing(lab: Lab) -> list[Word]:
    """Return what all probes say when it is sure of each that it fails."""
    now = lab.clock.now()
    trouble = Trouble(since=now, said=(Said("server", "HTTP 503", now),), evidence="HTTP 503")
    return [
        Word(
            Watched(source=source, health=seen(Health(), now)),
            snapshot_of(source, ProbeState(trouble=trouble), RULE, now),
            None,
        )
        for source in lab.sources.values()
    ]


async def test_all_that_fail_at_once_are_one_incident_which_is_told_once(database: Database) -> None:
    lab = await lab_of(database, *MANY)
    await all_but_sure(lab, *MANY)

    went_wrong = await at_once(lab)

    one = await lab.incident()
    assert went_wrong == [None] * len(MANY)
    assert (one.title, one.state, len(one.claims)) == ("Acme is failing", State.SUSPECTED, len(MANY))
    assert one.evidence
    assert (one.evidence.confidence, one.evidence.failing, one.evidence.asked) == (Confidence.HIGH, 12, 12)
    # What the first saw is told; of the others the count is.
    assert (await lab.told())[:2] == [ChangeKind.OPENED, ChangeKind.UPDATED]
    assert (await lab.told()).count(ChangeKind.OPENED) == 1


async def test_together_they_come_to_the_same_as_one_after_the_other(database: Database) -> None:
    here, there = [f"{name}@acme" for name in MANY], [f"q{name}@bolt" for name in MANY]
    lab = await lab_of(database, *here, *there)
    await all_but_sure(lab, *lab.sources)
    due = await lab.claim()

    await asyncio.gather(*(lab.finish(one) for one in due if lab.sources[one.key[6:]].vendor == "acme"))
    for one in due:
        if lab.sources[one.key[6:]].vendor == "bolt":
            await lab.finish(one)

    def told(one: Incident) -> tuple[object, ...]:
        found = one.evidence and replace(one.evidence, surest=None)
        return one.title.split()[1:], one.state, one.impact, one.started_at, len(one.claims), found

    acme, bolt = sorted(await incidents.open_incidents(database), key=lambda one: one.vendor)
    assert told(acme) == told(bolt)


async def test_they_all_pass_again_at_once_and_it_is_over_once(database: Database) -> None:
    lab = await lab_of(database, *MANY)
    await all_but_sure(lab, *MANY)
    await at_once(lab)
    for name in MANY:
        lab.finds(name, ".")
    for _ in range(RULE.pass_after):
        lab.clock.move(minutes=1)
        await at_once(lab)

    assert (await lab.incident()).state is State.RESOLVED
    assert (await lab.told()).count(ChangeKind.RESOLVED) == 1
    assert await lab.open() == []


async def test_one_that_comes_too_late_holds_up_nobody(database: Database) -> None:
    lab = await lab_of(database, *MANY)
    await all_but_sure(lab, *MANY)
    due = list(await lab.claim())
    due[0] = replace(due[0], fence=due[0].fence - 1)

    went_wrong = await asyncio.gather(*(lab.finish(one) for one in due), return_exceptions=True)

    assert isinstance(went_wrong[0], LeaseLost)
    assert went_wrong[1:] == [None] * 11
    assert len((await lab.incident()).claims) == 11


async def test_one_that_can_not_be_taken_in_holds_up_nobody(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    lab = await lab_of(database, "api", "web", "app")
    words = failing(lab)
    words[1] = replace(words[1], snapshot=replace(words[1].snapshot, taken_at=None))

    came = await asyncio.gather(*(lab.probing.choir.take_in(word) for word in words), return_exceptions=True)

    assert [isinstance(one, ValueError) for one in came] == [False, True, False]
    assert len((await lab.incident()).claims) == 2
    assert "not taken in together, so one by one probes=" in caplog.text


@pytest.mark.parametrize(("number", "called"), [(1, []), (3, [1])])
async def test_together_they_call_somebody_once_and_a_lone_one_nobody(
    database: Database, number: int, called: list[int]
) -> None:
    lab = await lab_of(database, "api", "web", "app")
    route = Route(name="all", to=(OPS,), mention=((Impact.MINOR, "@here"),))

    _, told = await take_in_all(database, failing(lab)[:number], Rules((route,)))

    assert [entry.seq for entry in told.entries if entry.calls] == called


async def test_two_instances_lose_nothing_of_what_their_probes_find_at_once(database: Database) -> None:
    lab = await lab_of(database, *MANY)
    await all_but_sure(lab, *MANY)
    due = await lab.claim()
    other = Choir(database, lab.probing.rules)

    async def find(number: int) -> None:
        if number % 2:
            lab.probing.choir, mine = other, lab.probing.choir
            waiting = asyncio.ensure_future(lab.finish(due[number]))
            await asyncio.sleep(0)
            lab.probing.choir = mine
            await waiting
        else:
            await lab.finish(due[number])

    await asyncio.gather(*(find(number) for number in range(len(due))))

    assert len((await lab.incident()).claims) == len(MANY)
    assert (await lab.told()).count(ChangeKind.OPENED) == 1


async def test_whoever_is_cancelled_leaves_the_others_theirs(database: Database) -> None:
    lab = await lab_of(database, *MANY)
    await all_but_sure(lab, *MANY)
    due = await lab.claim()
    tasks = [asyncio.create_task(lab.finish(one)) for one in due]
    await asyncio.sleep(0.02)
    tasks[0].cancel()

    went_wrong = await asyncio.gather(*tasks, return_exceptions=True)

    assert [one for one in went_wrong[1:] if one is not None] == []
    assert len((await lab.incident()).claims) >= 11
