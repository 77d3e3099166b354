"""What a channel hears of later: because of its quiet hours, its hourly cap, or because it wants a digest and no more.

Nothing is held because a timer was set: at every look at an announcement that has no root yet it is asked whether the
channel may have one now.  So a restart, another configuration, or a clock that was put forward all end in the same
place.  What is held is listed by a digest; what goes on after that gets its root; what is over was told by the digest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import Enum

from bot.core import members, routing, team, windows
from bot.core.paging import PAGERS
from bot.core.replies import is_broadcast
from bot.core.rota import NOBODY, Rotas
from bot.core.rules import Detail, Route, Service
from bot.core.windows import around_now, is_in
from bot.model import (
    Announcement,
    ChangeKind,
    Destination,
    Digest,
    Hold,
    Impact,
    Incident,
    TimelineEntry,
)

HOUR = timedelta(hours=1)
# Programs have no nights, and want each incident by itself.
PROGRAMS = frozenset({"webhook"})
# Whoever runs Sitrep hears at once that something can not be told; and who declares something is awake.
_AT_ONCE = frozenset({"sitrep", team.VENDOR})
_STAMP = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True, slots=True)
class Ruling:
    """By which route each incident is told in each destination, and so when, and in which words.

    `board` is where people find the pages of incidents, to which roots then lead.
    """

    routes: tuple[Route, ...] = ()
    services: tuple[Service, ...] = ()
    rotas: Rotas = NOBODY
    board: str = ""
    holds: bool = field(init=False, repr=False, compare=False)
    """Whether any route may hold anything back."""
    _to: Mapping[Destination, tuple[Route, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Sort the routes by where they lead: to look through all of them for every message takes too long."""
        found: dict[Destination, list[Route]] = {}
        for route in self.routes:
            for to in dict.fromkeys(route.to):
                found.setdefault(to, []).append(route)
        object.__setattr__(self, "_to", {to: tuple(some) for to, some in found.items()})
        object.__setattr__(self, "holds", any(one.quiet or one.hourly or one.digest for one in self.routes))

    def leading(self, to: Destination) -> tuple[Route, ...]:
        """Return the routes that lead to a destination, in their order."""
        return self._to.get(to, ())

    def route(
        self, incident: Incident, to: Destination, taken: Callable[[Incident], Iterable[Route]] | None = None
    ) -> Route | None:
        """Return the route, without what means nothing to that platform; None if the configuration has none.

        Who asks for many destinations may remember which routes the incident has `taken`.
        """
        mine, seen = self.leading(to), members.seen_at(incident, to)
        found = routing.ruling(mine, lambda: (taken or self.taken)(seen)) if mine else None
        return found and as_meant(found, to)

    def taken(self, incident: Incident) -> tuple[Route, ...]:
        """Return the routes that lead an incident somewhere."""
        return routing.taken(incident, self.routes, self.services)

    def calling(self, incident: Incident, to: Destination) -> Route | None:
        """Return the route by which an incident calls anybody in a destination: one that does lead it there."""
        return next((route for route in self.taken(incident) if route in self.leading(to)), None)


def as_meant(route: Route, to: Destination) -> Route:
    """Return a route without what means nothing to a platform.

    A pager is no channel: it has quiet hours, in which only what is critical rings, and neither a cap nor summaries.
    """
    if to.platform in PROGRAMS:
        return replace(route, quiet=None, hourly=None, digest=None, weekly=None, detail=Detail.ENGINEER)
    if to.platform in PAGERS:
        return replace(route, hourly=None, digest=None, weekly=None, detail=Detail.ENGINEER)
    return route


class Verdict(Enum):
    """What becomes of an announcement: it goes on as usual, waits for its digest, or nothing more is owed."""

    GO = "go"
    WAIT = "wait"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Kept:
    """It is held back: why, until when (None: until a digest has told of it), and the `digest` that lists it."""

    why: Hold
    until: datetime | None
    digest: Digest | None = None


@dataclass(frozen=True, slots=True)
class Channel:
    """What a destination has had lately by one route.

    `posted` is when new roots were begun within the last hour; `note` tells of what the cap held back in this hour.
    """

    posted: Sequence[datetime] = ()
    note: Digest | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """How far the digest is that lists an announcement: it is to be sent yet, or it is kept current by edits."""

    is_pending: bool = False
    is_kept_current: bool = False


def judge(
    announcement: Announcement,
    incident: Incident,
    route: Route | None,
    channel: Channel,
    listing: Listing,
    now: datetime,
) -> Verdict | Kept:
    """Return whether an announcement may have its root now."""
    # A root that was begun must be read back, and one that was deleted is replaced.
    if announcement.root is not None or announcement.intent is not None or announcement.generation:
        return Verdict.GO
    if not incident.is_open and announcement.told_in:
        return Verdict.DONE
    kept = hold(announcement, incident, route, channel, now) if route is not None else None
    is_held = announcement.held is not None and not is_critical(incident)
    if is_held and listing.is_pending and (kept is None or kept.why is Hold.HOURLY):
        # It is in a digest, which comes first.
        return Verdict.WAIT
    if kept is not None:
        return kept
    if not is_held:
        return Verdict.GO
    if listing.is_kept_current and not incident.is_open:
        return Verdict.WAIT
    # What nobody wants to hear of there any more was told by the last digest.  A pager has none: what is over by now
    # need not ring.
    ends = route is None or (announcement.destination.platform in PAGERS and not incident.is_open)
    return Verdict.DONE if ends else Verdict.GO


def hold(announcement: Announcement, incident: Incident, route: Route, channel: Channel, now: datetime) -> Kept | None:
    """Return why something is held back now, if it is.  What is critical passes all but a route of digests."""
    if route.digest is not None:
        return Kept(Hold.DIGEST, None)
    if is_critical(incident) or incident.vendor in _AT_ONCE:
        return None
    span = around_now(route.quiet, now) if route.quiet is not None else None
    if span is not None and route.quiet is not None:
        to = announcement.destination
        digest = None if to.platform in PAGERS else _of_night(to, route, span)
        return Kept(Hold.QUIET, span[1], digest)
    if route.hourly is not None and len(channel.posted) >= route.hourly:
        # There is room when so many of the newest are an hour old that fewer than the cap are left.
        frees = sorted(channel.posted)[-route.hourly] + HOUR
        return Kept(Hold.HOURLY, frees, channel.note or _of_hour(announcement.destination, route, now))
    return None


def still_quiet(digest: Digest, ruling: Ruling, now: datetime) -> datetime | None:
    """Return until when the digest of a night has to wait, because it comes so late that the next one has begun."""
    if digest.why is not Hold.QUIET:
        return None
    spans = [around_now(one.quiet, now) for one in ruling.leading(digest.destination) if one.quiet]
    return max((span[1] for span in spans if span is not None and span[0] >= digest.ends_at), default=None)


def is_critical(incident: Incident) -> bool:
    """Whether it may disturb anybody at any time."""
    return incident.is_open and incident.impact is Impact.CRITICAL


def _of_night(to: Destination, route: Route, span: tuple[datetime, datetime]) -> Digest:
    """The same on every instance, and after every restart."""
    name = f"digest:quiet:{span[0]:{_STAMP}}-{span[1]:{_STAMP}}"
    clock = route.quiet.timezone if route.quiet is not None else "UTC"
    return Digest(name=name, destination=to, why=Hold.QUIET, starts_at=span[0], ends_at=span[1], clock=clock)


def _of_hour(to: Destination, route: Route, now: datetime) -> Digest:
    name = f"digest:hourly:{route.name}:{now.astimezone(UTC):{_STAMP}}"
    most = route.hourly or 0
    return Digest(
        name=name, destination=to, why=Hold.HOURLY, starts_at=now, ends_at=now + HOUR, most=most, route=route.name
    )


def summary_of(to: Destination, route: Route, since: datetime, due_at: datetime) -> Digest:
    """Return the digest of a route that wants nothing else, about the time since the last one."""
    name = f"digest:summary:{due_at.astimezone(UTC):{_STAMP}}"
    clock = route.digest.timezone if route.digest is not None else "UTC"
    return Digest(
        name=name,
        destination=to,
        why=Hold.DIGEST,
        starts_at=since,
        ends_at=due_at,
        clock=clock,
        route=route.name,
    )


def week_of(to: Destination, route: Route, due_at: datetime) -> Digest:
    """Return the summary of the week that ends when it is due, by the clock on the wall."""
    if route.weekly is None:
        raise ValueError("only a route with a weekly summary has one")
    return Digest(
        name=f"digest:weekly:{due_at.astimezone(UTC):{_STAMP}}",
        destination=to,
        why=Hold.WEEKLY,
        starts_at=windows.before(route.weekly, due_at),
        ends_at=due_at,
        clock=route.weekly.timezone,
        route=route.name,
    )


def caught_up(digest: Digest, ruling: Ruling, now: datetime) -> Digest:
    """Return the summary of a week with the weeks after it that are over too, if it comes so late.

    Whoever was away wants one message of all that time, and not the oldest of several weeks.
    """
    routes = (as_meant(one, digest.destination) for one in ruling.routes if digest.destination in one.to)
    weekly = next((one.weekly for one in routes if one.weekly is not None), None)
    if weekly is None:
        return digest
    return replace(digest, ends_at=max(digest.ends_at, windows.latest(weekly, now)))


def as_heard(
    entries: Iterable[TimelineEntry], announcement: Announcement, incident: Incident, route: Route | None
) -> tuple[TimelineEntry, ...]:
    """Return entries with those hushed that the channel does not hear of, though its thread does.

    What was written while the incident was held back is no news by itself once its root is there; and what is written
    in quiet hours is not said aloud, unless it is critical.  That depends on when it was written and on nothing else,
    so every repetition is as loud as the first try.
    """
    return tuple(
        replace(one, hushed=True)
        if not one.hushed and is_broadcast(one) and _is_unheard(one, announcement, incident, route)
        else one
        for one in entries
    )


def _is_unheard(one: TimelineEntry, announcement: Announcement, incident: Incident, route: Route | None) -> bool:
    posted = announcement.posted_at
    if announcement.held_at is not None and posted is not None and one.recorded_at <= posted:
        return True
    if route is None or route.quiet is None or incident.vendor in _AT_ONCE:
        return False
    return is_in(route.quiet, one.recorded_at) and not _disturbs(one, incident)


def _disturbs(one: TimelineEntry, incident: Incident) -> bool:
    """Whether it is said aloud at any hour: what is critical, its end too, and what somebody asked to be woken by."""
    if one.kind is ChangeKind.ESCALATED or one.impact is Impact.CRITICAL:
        return True
    return one.state.is_over and incident.peak is Impact.CRITICAL
