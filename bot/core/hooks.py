"""Programs of ours that call in: what they can tell, and whose trouble that is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.model import Impact, Source, SourceKind


class Way(StrEnum):
    """How a sender shows that it is one of ours.

    BEARER: the token in the header `Authorization`.  QUERY: in the address, for senders that can do nothing else.
    SIGNED: a signature of the body and the time, made with the token, which is not sent itself.
    """

    BEARER = "bearer"
    QUERY = "query"
    SIGNED = "signed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """A way in, as it is configured: whose trouble it tells of where the sender does not say.

    `open_above` and `close_below` are percents, for error rates, as is the least number of calls that says anything.
    What is not repeated within `expires` is not known any more.
    """

    name: str
    type: str
    vendor: str | None = None
    component: str | None = None
    open_above: float = 20.0
    close_below: float = 5.0
    min_calls: int = 20
    expires: timedelta = timedelta(hours=12)

    def component_of(self, vendor: str | None) -> str | None:
        """Return the configured component, if the sender means its vendor: of another it would be made up."""
        return self.component if vendor in {None, self.vendor} else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One alert as a monitoring system tells it.

    `series` identifies what fires, and together with `starts_at` this time that it does.  `ends_at` is None while it
    fires, and where nobody says when it ended.  One that is `lost` ended because nothing is measured any more, which
    says nothing about how it is.
    """

    series: str
    name: str
    fires: bool
    starts_at: datetime
    ends_at: datetime | None = None
    vendor: str | None = None
    component: str | None = None
    words: str = ""
    impact: Impact = Impact.MINOR
    url: str | None = None
    lost: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """How many calls somebody made in the `window` before `at`, and how many of them failed."""

    vendor: str | None
    component: str | None
    host: str
    window: timedelta
    calls: int
    failures: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What one call told: alerts, with how many were `left_out`, error rates, or that `pages` have news (their ids)."""

    alerts: tuple[Alert, ...] = ()
    left_out: int = 0
    reports: tuple[Report, ...] = ()
    pages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Accused:
    """The vendor whose trouble something is: its slug, and what it is called."""

    slug: str
    name: str


def note_of(name: str) -> str:
    """Return under what it is noted when a hook was last heard of."""
    return f"hook {name}"


def source_of(hook: Hook, accused: Accused | None) -> Source:
    """Return the witness that a hook is of one vendor's trouble; without one, of what is our own.

    What is our own is nobody's in the catalog: a hook may be called like a vendor.
    """
    return Source(
        key=f"hook:{hook.name}:{accused.slug}" if accused else f"hook:{hook.name}",
        vendor=accused.slug if accused else f"hook-{hook.name}",
        name=hook.name,
        format=hook.type,
        url="",
        kind=SourceKind.HOOK,
        vendor_name=accused.name if accused else "",
    )
