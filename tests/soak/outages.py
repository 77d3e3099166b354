"""What happens at generated vendors on one day: each outage is a story that is told step by step, with pauses.

All dice are seeded: the same seed is the same day.  What a story writes it begins with a word of its own, by
which the message that tells it is found.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from random import Random

from tests.e2e.statuspage import Incident, StatusPage

# A story yields how many seconds pass until it goes on.
Story = Iterator[float]
_MINUTE, _HOUR = 60.0, 3600.0
_STATES = ("identified", "identified", "monitoring")
_WORDS = (
    "A part of all requests fails or takes much longer than usual. Our engineers have found the component that causes "
    "it and are taking it out of rotation, region by region. We will write again as soon as there is more to say."
)


@dataclass(slots=True)
class Place:
    """One vendor's page, and whatever is wrong with how it is served; `version` grows with every change of it."""

    page: StatusPage
    dice: Random
    version: int = 0
    broken: str = ""
    written: Iterator[int] = field(default_factory=count)

    def words(self) -> str:
        """Return what is written next, beginning with a word that nothing else has."""
        return f"{self.page.slug}/{next(self.written)}: {_WORDS}"

    def opens(self, impact: str, title: str = "") -> Incident:
        """Open an incident of some component that nothing is open of, if there is one."""
        calm = [name for name, status in self.page.components.items() if status == "operational"]
        part = self.dice.choice(calm or list(self.page.components))
        status = {"critical": "major_outage", "major": "partial_outage"}.get(impact, "degraded_performance")
        return self.page.opens(title or f"{part} is slow", impact, self.words(), **{part: status})

    def pause(self, least: float, most: float) -> float:
        return self.dice.uniform(least, most)


def ordinary(place: Place) -> Story:
    """An incident with a few updates, that is resolved."""
    incident = place.opens(place.dice.choice(("minor", "minor", "major", "critical")))
    for _ in range(place.dice.randint(1, 5)):
        yield place.pause(5 * _MINUTE, 30 * _MINUTE)
        incident.says(place.dice.choice(_STATES), place.words())
    yield place.pause(5 * _MINUTE, 30 * _MINUTE)
    incident.vanishes(place.words())
    # One in five is explained afterwards.
    if place.dice.random() < 1 / 5:
        yield place.pause(_HOUR, 3 * _HOUR)
        incident.says("postmortem", place.words())
    yield 0


def worsening(place: Place) -> Story:
    """Minor, then critical, more and more components; its first words are edited."""
    incident = place.opens("minor")
    yield place.pause(4 * _MINUTE, 8 * _MINUTE)
    incident.becomes("critical")
    incident.says("identified", place.words())
    for name in [name for name in place.page.components if name not in incident.components][:2]:
        yield place.pause(4 * _MINUTE, 8 * _MINUTE)
        incident.spreads_to(name, "partial_outage")
    yield place.pause(4 * _MINUTE, 8 * _MINUTE)
    first = incident.updates[0]
    incident.edits(first, f"{place.words()} (corrected)")
    yield place.pause(10 * _MINUTE, 40 * _MINUTE)
    incident.vanishes(place.words())
    yield 0


def taken_down(place: Place) -> Story:
    """An incident that is taken off the page without a word, and shown again now and then."""
    incident = place.opens("minor")
    yield place.pause(10 * _MINUTE, 30 * _MINUTE)
    if place.dice.random() < 1 / 2:
        place.page.incidents.remove(incident)
        yield place.pause(5 * _MINUTE, 10 * _MINUTE)
        place.page.incidents.append(incident)
        yield place.pause(10 * _MINUTE, 20 * _MINUTE)
    incident.vanishes(None)
    yield 0


def flapping(place: Place) -> Story:
    """A component that goes and comes, without an incident."""
    part = place.dice.choice(list(place.page.components))
    for _ in range(place.dice.randint(4, 10)):
        place.page.components[part] = place.dice.choice(("degraded_performance", "partial_outage"))
        yield place.pause(2 * _MINUTE, 6 * _MINUTE)
        place.page.components[part] = "operational"
        yield place.pause(2 * _MINUTE, 10 * _MINUTE)


def endless(place: Place) -> Story:
    """An incident that is never over, with an update every half an hour."""
    incident = place.opens("major")
    while True:
        yield place.pause(20 * _MINUTE, 40 * _MINUTE)
        incident.says(place.dice.choice(_STATES), place.words())


def breaking(place: Place) -> Story:
    """A page that can not be read for a while."""
    place.broken = place.dice.choice(("error", "html", "empty", "torn", "gone", "cut off"))
    yield place.pause(3 * _MINUTE, 45 * _MINUTE)
    place.broken = ""
    yield 0


_USUAL: Sequence[tuple[int, Callable[[Place], Story]]] = (
    (10, ordinary),
    (3, worsening),
    (2, taken_down),
    (2, flapping),
    (3, breaking),
)


def one_after_the_other(place: Place, daily: float) -> Story:
    """As many outages a day as that, of whatever kind, evenly spread."""
    weights, kinds = zip(*_USUAL, strict=True)
    while True:
        yield place.dice.expovariate(daily / (24 * _HOUR))
        yield from place.dice.choices(kinds, weights)[0](place)


def at_once(at: float) -> Callable[[Place], Story]:
    """Return what hits many at the same time."""

    def struck(place: Place) -> Story:
        yield at + place.pause(0, 2 * _MINUTE)
        yield from ordinary(place)

    return struck


@dataclass(slots=True)
class Weather:
    """All stories, each going on when its time has come."""

    begins: datetime
    _now: float = 0.0
    _due: list[tuple[float, int, Place, Story]] = field(default_factory=list[tuple[float, int, Place, Story]])
    _numbers: Iterator[int] = field(default_factory=count)

    def now(self) -> datetime:
        """Return the time at which a story goes on."""
        return self.begins + timedelta(seconds=self._now)

    def add(self, place: Place, story: Story) -> None:
        self._then(0.0, place, story)

    def until(self, seconds: float) -> None:
        """Let happen what happens until then."""
        while self._due and self._due[0][0] <= seconds:
            self._now, _, place, story = heapq.heappop(self._due)
            pause = next(story, None)
            place.version += 1
            if pause is not None:
                self._then(self._now + pause, place, story)

    def _then(self, at: float, place: Place, story: Story) -> None:
        heapq.heappush(self._due, (at, next(self._numbers), place, story))
