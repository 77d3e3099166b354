"""A week from Monday to Monday, with vendors whose troubles can be counted on one's fingers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.core.courses import Record
from bot.core.health import Gap
from bot.core.report.material import Addition, Minute, Section
from bot.core.scorecard import Watch
from bot.core.weeks import Gathered
from bot.model import ChangeKind, Destination, Digest, Hold, Impact, Kind, State
from tests.unit.build import NOON, at
from tests.unit.story import Story

BERLIN = ZoneInfo("Europe/Berlin")
DIGEST = Digest(
    name="digest:weekly:1",
    destination=Destination("slack", "ops"),
    why=Hold.WEEKLY,
    starts_at=datetime(2026, 2, 23, 9, tzinfo=BERLIN),
    ends_at=datetime(2026, 3, 2, 9, tzinfo=BERLIN),
    clock="Europe/Berlin",
    route="route[1]",
)
ALWAYS = Watch(since=NOON - timedelta(days=100))
RESOLVED, ACKNOWLEDGED = ChangeKind.RESOLVED, ChangeKind.ACKNOWLEDGED
DAY = 24 * 60


def vendor(name: str, *stories: Story, watch: Watch = ALWAYS, probes: tuple[str, ...] = (), **more: object) -> Gathered:
    return Gathered(
        vendor=name.lower(),
        name=name,
        records=tuple(_of(name, story.record) for story in stories),
        watch=watch,
        probes=probes,
        **more,  # type: ignore[arg-type]  # whatever else is known
    )


def _of(name: str, record: Record) -> Record:
    return replace(record, incident=replace(record.incident, vendor=name.lower(), name=name))


def acme() -> Gathered:
    """Two troubles: we saw the first 17 minutes before it said so, and it called that over too early."""
    first = Story("acme-1").probe(-2 * DAY, name="probe")
    first.vendor(-2 * DAY + 17, kind=ACKNOWLEDGED, impact=Impact.CRITICAL)
    first.vendor(-2 * DAY + 60, State.RESOLVED, kind=RESOLVED, impact=Impact.CRITICAL)
    first.probe(-2 * DAY + 90, fails=False, name="probe")
    second = Story("acme-2").vendor(-DAY, impact=Impact.MINOR)
    second.vendor(-DAY + 30, State.RESOLVED, kind=RESOLVED, impact=Impact.MINOR)
    wish = Addition(number=1, section=Section.FOLLOW_UP, at=at(0), person="slack:U1", author="on-call", text="ask")
    return vendor("Acme", first, second, probes=("probe:api",), additions=((wish,),))


def bolt() -> Gathered:
    """One that goes on since before the week, and a maintenance."""
    goes_on = Story("bolt-1").vendor(-9 * DAY, impact=Impact.MAJOR)
    plan = Story("bolt-2").vendor(-3 * DAY, State.IN_PROGRESS, impact=Impact.MAINTENANCE, of=Kind.MAINTENANCE)
    plan.vendor(-3 * DAY + 120, State.COMPLETED, kind=RESOLVED, impact=Impact.MAINTENANCE, of=Kind.MAINTENANCE)
    return vendor("Bolt", goes_on, plan)


def cove() -> Gathered:
    """Only we saw it, for twelve minutes; its page could not be read for two hours."""
    story = Story("cove-1").probe(-DAY, name="one").probe(-DAY, name="two")
    story.probe(-DAY + 12, fails=False, name="one").probe(-DAY + 12, fails=False, name="two")
    gap = Gap(at(-DAY * 4), at(-DAY * 4 + 120), "HTTP 503")
    watch = Watch(since=NOON - timedelta(days=100), gaps=(gap,))
    return vendor("Cove", story, watch=watch, probes=("probe:cove",))


def calm(name: str = "Dune") -> Gathered:
    return vendor(name)


def new() -> Gathered:
    """Watched since two days only."""
    return vendor("Elm", watch=Watch(since=at(-2 * DAY)))


EVERYBODY = (acme(), bolt(), cove(), calm(), calm("Fjord"), new())


def checks() -> Mapping[str, tuple[Minute, ...]]:
    rows = []
    for hour in range(-6 * 24, 20):
        failures = 40 if -48 <= hour < -46 else 3 if hour == -70 else 0
        if not -100 <= hour < -90:
            rows.append(Minute(at(hour * 60), 120, failures, 0, 40.0, 1.0))
    return {"probe:api": tuple(rows), "probe:cove": tuple(rows[30:])}
