"""What the loops count, where it happens: each thing once, by what came of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from bot.errors import Busy, PermanentFailure, PlatformStopped, TemporaryFailure
from bot.gauges import (
    CHECKS,
    CRASHES,
    DELIVERY_DELAY,
    DETECTION_LAG,
    ENTRIES,
    LIMIT_WAITS,
    PARSE_FAILURES,
    POLLS,
    READ_BACK,
    STEPS,
    TRANSACTION_SECONDS,
    Count,
    Measure,
)
from bot.loops.probing import checked
from bot.loops.supervise import Crashes
from bot.store import sources
from bot.store.database import Database, open_database
from tests.fakes import ManualClock
from tests.loops.acme import SUMMARY, incident, summary
from tests.loops.desk import Desk
from tests.loops.lab import Lab, probe_of
from tests.loops.world import World, acme
from tests.servers import Answer


@dataclass(slots=True)
class Tally:
    """Gauges that remember."""

    counts: Counter[tuple[str, ...]] = field(default_factory=Counter[tuple[str, ...]])
    measures: list[tuple[str, float, tuple[str, ...]]] = field(default_factory=list[tuple[str, float, tuple[str, ...]]])

    def count(self, what: Count, *labels: str, by: float = 1) -> None:
        assert len(labels) == len(what.labels)
        self.counts[what.name, *labels] += by  # type: ignore[assignment]  # seconds are counted too

    def measure(self, what: Measure, seconds: float, *labels: str) -> None:
        assert len(labels) == len(what.labels)
        self.measures.append((what.name, seconds, labels))

    def of(self, what: Count) -> dict[tuple[str, ...], float]:
        return {key[1:]: number for key, number in self.counts.items() if key[0] == what.name}

    def took(self, what: Measure) -> list[float]:
        return [seconds for name, seconds, _ in self.measures if name == what.name]


@pytest.fixture
async def database(sqlite_url: str) -> AsyncIterator[Database]:
    here = open_database(sqlite_url)
    yield here
    await here.close()


async def test_looks_are_counted_by_what_they_came_to_and_what_is_new_by_how_late_it_was_noted(
    database: Database,
) -> None:
    tally = Tally()
    async with acme(database) as world:
        world.watching.gauges = tally
        await world.look()
        await world.look_in(minutes=1)
        world.shows(summary(incident("i1", ("investigating", "Some requests fail.", 1))))
        await world.look_in(minutes=1)
        await troubles(world)

    assert tally.of(POLLS) == {("changed",): 2, ("unchanged",): 1, ("failed",): 1, ("unreadable",): 1}
    assert tally.of(PARSE_FAILURES) == {("statuspage",): 1}
    assert tally.of(ENTRIES) == {("opened",): 1, ("updated",): 1}
    assert tally.took(DETECTION_LAG) == [60.0]


async def troubles(world: World) -> None:
    world.answers(SUMMARY, Answer(status=503))
    await world.look_in(minutes=5)
    world.answers(SUMMARY, Answer.json({"page": {"id": "acme"}, "components": "none"}))
    await world.look_in(minutes=10)


async def test_what_was_open_at_the_first_look_says_nothing_of_how_late_it_was_noted(database: Database) -> None:
    tally = Tally()
    async with acme(database, summary(incident("i1", ("investigating", "Some requests fail.", -600)))) as world:
        world.watching.gauges = tally
        await world.look()

    assert tally.of(ENTRIES) == {("opened",): 1, ("updated",): 1}
    assert tally.took(DETECTION_LAG) == []


async def test_steps_are_counted_by_platform_and_by_what_came_of_them(database: Database) -> None:
    tally, desk = Tally(), Desk(database)
    desk.delivering.gauges = tally
    desk.fake.fails_with(Busy("no room", timedelta(seconds=3)))
    desk.fake.fails_with(TemporaryFailure("HTTP 503"))
    desk.fake.loses_the_answer()
    await desk.opens()
    for _ in range(4):
        await desk.settles_in(minutes=2)

    assert tally.of(STEPS) == {
        ("fake", "post", "busy"): 1,
        ("fake", "post", "again"): 1,
        ("fake", "post", "unknown"): 1,
    } | {labels: number for labels, number in tally.of(STEPS).items() if labels[2] == "done"}
    assert tally.of(READ_BACK) == {("fake", "yes"): 1}
    assert tally.of(LIMIT_WAITS) == {("fake",): 3.0}


async def test_how_long_a_step_was_due_is_measured_when_it_is_done(database: Database) -> None:
    tally, desk = Tally(), Desk(database)
    desk.delivering.gauges = tally
    await desk.opens()
    await desk.settles_in(seconds=42)

    assert tally.of(STEPS)["fake", "post", "done"] == 1
    assert tally.took(DELIVERY_DELAY)[0] == 42.0


@pytest.mark.parametrize(
    ("error", "came_of"),
    [(PermanentFailure("no access"), "parked"), (PlatformStopped("token revoked"), "stopped")],
)
async def test_what_can_not_be_told_is_counted_as_that(database: Database, error: Exception, came_of: str) -> None:
    tally, desk = Tally(), Desk(database)
    desk.delivering.gauges = tally
    desk.fake.fails_with(error)
    await desk.opens()
    await desk.settles()

    assert tally.of(STEPS) == {("fake", "post", came_of): 1}


async def test_checks_are_counted_by_type_and_by_what_they_found(database: Database) -> None:
    tally, source = Tally(), probe_of("api")
    lab = Lab(database, ManualClock(), {"api": source})
    await sources.register(database, [source], lab.clock.now())
    await lab.start()
    lab.probing.gauges = tally
    lab.finds("api", ".x!k")
    for _ in range(4):
        lab.clock.move(minutes=2)
        (due,) = await lab.claim()
        await checked(lab.probing, due)

    assert tally.of(CHECKS) == {("fake", "passed"): 1, ("fake", "failed"): 1, ("fake", "untold"): 2}


async def test_transactions_are_measured_also_those_that_fail(database: Database) -> None:
    tally = Tally()
    database.gauges = tally

    def fails(_: object) -> None:
        raise LookupError

    await database.read(lambda connection: None)
    with pytest.raises(LookupError):
        await database.write(fails)

    assert [labels for name, _, labels in tally.measures if name == TRANSACTION_SECONDS.name] == [("read",), ("write",)]


async def test_an_error_that_nobody_thought_of_is_counted_by_where_it_was(database: Database) -> None:
    def breaks(*_: object) -> None:
        raise LookupError("nobody thought of this")

    tally, desk = Tally(), Desk(database)
    desk.delivering.gauges = tally
    desk.delivering.observe = breaks
    await desk.opens()
    await desk.settles()
    Crashes(tally).add("watch")

    assert tally.of(CRASHES)["loop",] == 1
    assert tally.of(CRASHES)["step",] >= 1
