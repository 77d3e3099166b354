"""Incidents to be drawn: each a story, and what probes have seen meanwhile, minute by minute from noon on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import timedelta

from bot.core.health import Gap
from bot.core.picture.incident import of_incident
from bot.core.picture.shapes import Drawing
from bot.core.report.material import Material, Minute, Probed, Watched
from bot.model import ChangeKind, Impact, Kind, Source, SourceKind, State
from tests.unit.build import ACME, NOON, at
from tests.unit.story import Story

# Of one minute: how many checks, failures, too slow ones, and the mean and the longest of the answers.
Check = Callable[[int], tuple[int, int, int, float, float] | None]
EARLY, LATE = -60, 24 * 60 * 40


def fails(*spans: tuple[float, float], usual: float = 0.4, share: float = 1.0, checks: int = 4) -> Check:
    """Return checks that fail within some minutes, and take about as long as usual otherwise."""

    def check(minute: int) -> tuple[int, int, int, float, float]:
        wobble = usual * (1 + 0.25 * ((minute * 7919) % 13 - 6) / 6)
        if any(begin <= minute < end for begin, end in spans):
            return checks, round(checks * share), 0, wobble * 1.5, wobble * 3
        return checks, 0, 0, wobble, wobble * 1.4

    return check


def slow(*spans: tuple[float, float], usual: float = 0.4, late: float = 9.0) -> Check:
    """Return checks that are answered, but late."""
    well = fails(usual=usual)

    def check(minute: int) -> tuple[int, int, int, float, float] | None:
        if any(begin <= minute < end for begin, end in spans):
            return 4, 0, 4, late * (1 + 0.1 * (minute % 3)), late * 1.6
        return well(minute)

    return check


def unwatched(check: Check, *spans: tuple[float, float]) -> Check:
    """Return the same without some minutes."""
    return lambda minute: None if any(begin <= minute < end for begin, end in spans) else check(minute)


def probe(name: str) -> Source:
    return replace(ACME, key=f"probe:{name}", name=name, kind=SourceKind.PROBE, format="http")


def minutes(check: Check, since: int, until: int) -> Iterable[Minute]:
    for minute in range(since, until):
        found = check(minute)
        if found is not None:
            checks, failures, late, mean, most = found
            answered = checks - failures
            yield Minute(at(minute), checks, failures, late, mean * answered, most if answered else 0.0)


def hourly(rows: Iterable[Minute]) -> tuple[Minute, ...]:
    """Return what is left of minutes once they are summed up by the hour."""
    hours: dict[object, Minute] = {}
    for row in rows:
        start = row.start.replace(minute=0)
        had = hours.get(start, Minute(start, 0, 0, 0, 0.0, 0.0))
        hours[start] = Minute(
            start,
            had.checks + row.checks,
            had.failures + row.failures,
            had.slow + row.slow,
            had.latency + row.latency,
            max(had.slowest, row.slowest),
        )
    return tuple(hours.values())


def material(
    story: Story,
    probes: Mapping[str, Check] | None = None,
    *,
    since: int = EARLY,
    until: int = 200,
    unread: Iterable[tuple[float, float]] = (),
    by_the_hour: bool = False,
    name: str = "Acme",
    title: str = "Errors",
) -> Material:
    """Return a story with everything around it, from one minute to another."""
    assert story.incident is not None
    feed = Watched(
        source=replace(ACME, key="feed"),
        first_look=at(-10_000),
        last_look=at(until),
        gaps=tuple(Gap(at(begin), at(end), "HTTP 503") for begin, end in unread),
    )
    rows = {key: tuple(minutes(check, since, until)) for key, check in (probes or {}).items()}
    rows = {key: hourly(found) for key, found in rows.items()} if by_the_hour else rows
    watched = tuple(Watched(source=probe(key), first_look=at(-10_000), last_look=at(until)) for key in rows)
    return Material(
        incident=replace(story.incident, name=name, title=title),
        entries=tuple(story.entries),
        since=at(since),
        until=at(until),
        sources=(feed, *watched),
        probes=tuple(Probed(probe(key), found) for key, found in rows.items()),
    )


def seed() -> Material:
    """We see it, the vendor says so 17 minutes later, calls it over too early, and then it is."""
    story = Story(id="acme-seed")
    story.probe(0, name="probe:gpt").probe(4, name="probe:openai-api")
    story.vendor(17, kind=ChangeKind.ACKNOWLEDGED, impact=Impact.MINOR, started=-5)
    story.vendor(27, State.IDENTIFIED, impact=Impact.CRITICAL)
    story.vendor(69, State.MONITORING, impact=Impact.CRITICAL)
    story.vendor(73, State.RESOLVED, kind=ChangeKind.RESOLVED, impact=Impact.CRITICAL)
    story.probe(80, fails=False, name="probe:openai-api").probe(81, fails=False, name="probe:gpt")
    probes = {"gpt": slow((0, 4), usual=0.5), "openai-api": fails((4, 80), usual=0.12)}
    failing = fails((4, 81), usual=0.5)
    slowly = probes["gpt"]
    probes["gpt"] = lambda minute: failing(minute) if 4 <= minute < 81 else slowly(minute)
    return material(story, probes, until=140, name="OpenAI", title="Elevated error rates")


def short() -> Material:
    story = Story(id="acme-short").probe(0, name="probe:api").probe(3, fails=False, name="probe:api")
    return material(story, {"api": fails((0, 3))}, until=60)


def long() -> Material:
    story = Story(id="acme-long").probe(0, name="probe:api").vendor(95, kind=ChangeKind.ACKNOWLEDGED)
    story.vendor(600, State.IDENTIFIED).vendor(1500, State.RESOLVED, kind=ChangeKind.RESOLVED)
    story.probe(1560, fails=False, name="probe:api")
    failing = fails((0, 1560), share=0.5)
    gone = unwatched(failing, (400, 520))
    return material(story, {"api": gone}, since=-360, until=1800, unread=((380, 530),))


def flapping() -> Material:
    story = Story(id="acme-flap").probe(0, name="probe:api").vendor(20, kind=ChangeKind.ACKNOWLEDGED)
    story.vendor(50, State.RESOLVED, kind=ChangeKind.RESOLVED).probe(52, fails=False, name="probe:api")
    story.vendor(60, State.INVESTIGATING, kind=ChangeKind.REOPENED).probe(62, name="probe:api")
    story.vendor(110, State.RESOLVED, kind=ChangeKind.RESOLVED).probe(111, fails=False, name="probe:api")
    spans = tuple((start, start + 4) for start in range(0, 112, 9))
    return material(story, {"api": fails(*spans)}, until=140)


def slowly() -> Material:
    story = Story(id="acme-slow").probe(0, name="probe:llm").probe(40, fails=False, name="probe:llm")
    return material(story, {"llm": slow((0, 40), usual=1.1, late=14)}, until=80, title="LLM is slow")


def unprobed() -> Material:
    story = Story(id="acme-none").vendor(0, impact=Impact.MINOR).vendor(30, State.IDENTIFIED, impact=Impact.MAJOR)
    story.vendor(55, State.MONITORING, impact=Impact.MAJOR).vendor(90, State.RESOLVED, kind=ChangeKind.RESOLVED)
    return material(story, until=120, unread=((60, 72),))


def going_on() -> Material:
    story = Story(id="acme-open").probe(0, name="probe:api").vendor(8, kind=ChangeKind.ACKNOWLEDGED)
    return material(story, {"api": fails((0, 500)), "db": unwatched(fails(), (10, 40))}, until=45)


def many() -> Material:
    story = Story(id="acme-many")
    for number in range(1, 10):
        story.probe(number, name=f"probe:api-{number}")
    story.vendor(12, kind=ChangeKind.ACKNOWLEDGED, impact=Impact.CRITICAL)
    story.vendor(60, State.RESOLVED, kind=ChangeKind.RESOLVED, impact=Impact.CRITICAL)
    for number in range(1, 10):
        story.probe(50 + number, fails=False, name=f"probe:api-{number}")
    checks = {f"api-{n}": fails((n, 50 + n), share=0.25 * (n % 4 + 1), usual=0.1 * n) for n in range(1, 10)}
    return material(
        story, checks, until=100, title="The whole API, with a title that is much longer than any picture" * 2
    )


def at_once() -> Material:
    """Everything in one minute, at the very end."""
    story = Story(id="acme-once").probe(0, name="probe:api").vendor(0.2, kind=ChangeKind.ACKNOWLEDGED)
    story.vendor(0.6, State.RESOLVED, kind=ChangeKind.RESOLVED).probe(0.8, fails=False, name="probe:api")
    return material(
        story, {"api": fails((0, 1))}, until=12, name="A vendor whose name is very long indeed, GmbH & Co. KG"
    )


def maintained() -> Material:
    story = Story(id="acme-plan").vendor(
        0, State.IN_PROGRESS, impact=Impact.MAINTENANCE, of=Kind.MAINTENANCE, published=-3000
    )
    story.vendor(60, State.COMPLETED, kind=ChangeKind.RESOLVED, impact=Impact.MAINTENANCE, of=Kind.MAINTENANCE)
    return material(story, {"api": fails((20, 30))}, until=100, title="Database upgrade")


def old() -> Material:
    """So long ago that only hours are left."""
    story = Story(id="acme-old").probe(0, name="probe:api").vendor(95, kind=ChangeKind.ACKNOWLEDGED)
    story.vendor(600, State.RESOLVED, kind=ChangeKind.RESOLVED).probe(660, fails=False, name="probe:api")
    return material(story, {"api": fails((0, 660), share=0.75)}, since=-360, until=900, by_the_hour=True)


CASES: Mapping[str, tuple[Callable[[], Material], timedelta]] = {
    "seed": (seed, timedelta(minutes=140)),
    "short": (short, timedelta(minutes=60)),
    "long": (long, timedelta(minutes=1800)),
    "flapping": (flapping, timedelta(minutes=140)),
    "slow": (slowly, timedelta(minutes=80)),
    "unprobed": (unprobed, timedelta(minutes=120)),
    "open": (going_on, timedelta(minutes=45)),
    "many": (many, timedelta(minutes=100)),
    "at-once": (at_once, timedelta(minutes=12)),
    "maintenance": (maintained, timedelta(minutes=100)),
    "old": (old, timedelta(days=10)),
}


def drawn(name: str) -> Drawing:
    """Return the picture of a case, by its name."""
    made, later = CASES[name]
    found = of_incident(made(), NOON + later)
    assert found is not None
    return found


def of(found: Material, minute: float) -> Drawing:
    """Return the picture of an incident at a minute after noon."""
    picture = of_incident(found, at(minute))
    assert picture is not None
    return picture
