"""All that a report is made from, as it was gathered: nothing in it has been judged yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.core.courses import Record
from bot.core.health import Gap
from bot.core.keeping import MINUTES
from bot.model import Announcement, Incident, Source, TimelineEntry


class Section(StrEnum):
    """Where in a report people may add words of their own."""

    SUMMARY = "summary"
    CAUSE = "cause"
    IMPACT = "impact"
    MEASURES = "measures"
    FOLLOW_UP = "follow-up"
    LESSON = "lesson"


@dataclass(frozen=True, slots=True, kw_only=True)
class Addition:
    """What somebody here has added to a report; it stays theirs, and is never taken for something that Sitrep knows.

    `number` counts the additions of one incident from 1.  `done` is the number of a follow-up that is done with this.
    """

    number: int
    section: Section
    at: datetime
    person: str
    author: str
    text: str = ""
    done: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """One source that tells of the incident, or that watches its vendor: when it was looked at, and when it was not.

    `gaps` are those that touch the time which the report is about; one that lasts ends at the time of gathering.
    """

    source: Source
    first_look: datetime | None = None
    last_look: datetime | None = None
    is_active: bool = True
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True)
class Minute:
    """What the checks of a probe came to in one minute from `start` on, or in one hour, long ago; times in seconds.

    `latency` is the sum over checks that passed.
    """

    start: datetime
    checks: int
    failures: int
    slow: int
    latency: float
    slowest: float


@dataclass(frozen=True, slots=True)
class Probed:
    """A probe that watches what the incident is about, and its checks from some time before until some time after."""

    source: Source
    minutes: tuple[Minute, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """Under which address people find what was announced in a destination."""

    destination: str
    url: str


def found(links: Mapping[str, str]) -> tuple[Found, ...]:
    """Return addresses as they were told, by destination."""
    return tuple(Found(destination, url) for destination, url in links.items())


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """One incident with everything around it.

    `entries` are its whole timeline, oldest first.  `announcements` say where it was told; if it is told in a burst,
    `burst` is that one, and `announcements` are the burst's as well.  `members` are the incidents of a burst, each with
    its own timeline.  `sources` are those whose claims it holds and those that watch its vendor, `probes` those with
    checks around it.  `revisit_at` is when the vendor's page is next read for a root cause.  `additions` are people's,
    oldest first.  `links` are the addresses of its root messages, as far as they are known.
    `since` and `until` are the time that probes and gaps were gathered for.  `by_the_hour_until` is
    until when checks are summed up by the hour; None if nobody knows, and then it is two days ago.
    """

    incident: Incident
    entries: tuple[TimelineEntry, ...]
    since: datetime
    until: datetime
    announcements: tuple[Announcement, ...] = ()
    burst: Incident | None = None
    members: tuple[Record, ...] = ()
    sources: tuple[Watched, ...] = ()
    probes: tuple[Probed, ...] = ()
    revisit_at: datetime | None = None
    additions: tuple[Addition, ...] = ()
    links: tuple[Found, ...] = ()
    by_the_hour_until: datetime | None = None

    def by_the_hour(self, now: datetime) -> datetime:
        """Return until when checks are summed up by the hour."""
        if self.by_the_hour_until is not None:
            return self.by_the_hour_until
        return (now - MINUTES).replace(minute=0, second=0, microsecond=0)
