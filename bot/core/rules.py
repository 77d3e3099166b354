"""What the team wants: who is told what, when, and who is woken.  Values only; the deciding is done elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import StrEnum

from bot.model import Confidence, Destination, Impact, Kind

# A Monday.  Turns are counted from a day and not within a year: so they do not jump at New Year.
EPOCH = date(1970, 1, 5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Which incidents are meant.  An empty tuple asks for nothing, so `Match()` is every incident.

    `vendors` are slugs as in `Incident.vendor`; the other names are as people and vendors write them.  `confidence` is
    how sure it has to be at least: what a vendor has written is surer than anything.
    """

    vendors: tuple[str, ...] = ()
    components: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    min_impact: Impact = Impact.NONE
    kinds: tuple[Kind, ...] = ()
    confidence: Confidence = Confidence.LOW


@dataclass(frozen=True, slots=True)
class Quiet:
    """A daily span in which nobody is disturbed, by the clock of `timezone`; it may pass midnight."""

    start: time
    end: time
    timezone: str


@dataclass(frozen=True, slots=True)
class Handover:
    """When the next person takes over: every day, or on one weekday (Monday is 0)."""

    weekday: int | None
    at: time


@dataclass(frozen=True, slots=True)
class Summary:
    """When a channel gets its digest: every day or on one weekday, by the clock of `timezone`."""

    when: Handover
    timezone: str


class Detail(StrEnum):
    """For whom it is worded: those who mend things, or those who have to explain them."""

    ENGINEER = "engineer"
    STAKEHOLDER = "stakeholder"


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Where matching incidents are told.  Routes are asked in order; `go_on` lets the next one be asked too.

    `mention` says who is mentioned at which impact: `@here`, `oncall:<name>`, a person or a group.  In `quiet` hours
    only what is critical is told; so many new messages (`hourly`) an hour are posted; with a `digest` nothing else is.
    A `weekly` summary comes beside all that.  One that `is_aside` is asked whatever the others have answered.
    """

    name: str
    match: Match = Match()
    to: tuple[Destination, ...]
    mention: tuple[tuple[Impact, str], ...] = ()
    quiet: Quiet | None = None
    hourly: int | None = None
    digest: Summary | None = None
    weekly: Summary | None = None
    detail: Detail = Detail.ENGINEER
    go_on: bool = False
    is_aside: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """Something of the team's own that suffers with its vendors: (vendor, component), or (vendor, None) for all.

    `fallback_vendor` is the slug of whoever can stand in, `fallback_name` what that one is called.  What is said of a
    vendor itself is kept as if it were one (`of_vendor`): it has a plan, but is nothing of ours that suffers.
    """

    name: str
    depends_on: tuple[tuple[str, str | None], ...]
    owner: str | None = None
    runbook: str | None = None
    fallback_vendor: str | None = None
    fallback_name: str | None = None
    fallback_steps: tuple[str, ...] = ()
    of_vendor: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody on call, with the user ids by which the platforms know them."""

    name: str
    slack: str | None = None
    discord: str | None = None

    @property
    def keys(self) -> tuple[str, ...]:
        """Return who they are on each platform, as the configuration writes it: `slack:U0123`."""
        ids = (("slack", self.slack), ("discord", self.discord))
        return tuple(f"{platform}:{id_}" for platform, id_ in ids if id_)


@dataclass(frozen=True, slots=True, kw_only=True)
class Oncall:
    """A rota: its people take turns in this order, the first of them from the first hand-over on or after `starts` on.

    Rotas of one `duty` are its layers: who is called first, who second.
    """

    name: str
    people: tuple[Person, ...]
    handover: Handover
    timezone: str
    duty: str = ""
    starts: date = EPOCH


@dataclass(frozen=True, slots=True)
class EscalationStep:
    """Whom to tell (`oncall:<name>` or a destination) if nobody has acknowledged after this long.

    `direct`: whoever is on call gets a direct message too, also where a channel calls them.
    """

    after: timedelta
    notify: str
    direct: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation:
    """What happens while a matching incident is not acknowledged, soonest first.

    Whoever has acknowledged it is reminded after `remind_after` without a note, if that is asked for.
    """

    name: str
    match: Match = Match()
    steps: tuple[EscalationStep, ...]
    remind_after: timedelta | None = None
