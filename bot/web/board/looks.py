"""How values are dressed in a page: signs beside words, instants, lengths of time.  What they say is in the core."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.core.message import Item, Line, Link, Moment, Part, Quote, Tone, utc
from bot.core.slugs import slug
from bot.core.spans import duration
from bot.core.wording import TONES
from bot.model import Impact, Kind

# The same as on the console.  A sign never stands without its word.
SIGNS = {
    Tone.CRITICAL: "✖",
    Tone.MAJOR: "▲",
    Tone.MINOR: "▲",
    Tone.NOTICE: "●",
    Tone.MAINTENANCE: "◆",
    Tone.RESOLVED: "✔",
}


def sign(tone: Tone) -> str:
    """Return the sign of a tone."""
    return SIGNS[tone]


def tone_of(impact: Impact, kind: Kind = Kind.INCIDENT, *, is_open: bool = True) -> Tone:
    """Return how an impact looks."""
    if not is_open:
        return Tone.RESOLVED
    return Tone.MAINTENANCE if kind is Kind.MAINTENANCE and impact.rank < Impact.MINOR.rank else TONES[impact]


def iso(moment: datetime) -> str:
    """Write an instant for programs."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def clock(moment: datetime) -> str:
    """Write the time of day of an instant, in UTC."""
    return f"{moment.astimezone(UTC):%H:%M} UTC"


def day(moment: datetime) -> str:
    """Write the day of an instant, in UTC: `3 Mar 2026`."""
    found = moment.astimezone(UTC)
    return f"{found.day} {found:%b %Y}"


def since(moment: datetime, now: datetime) -> str:
    """Write how long ago it was, or how soon it will be."""
    span = now - moment
    if span < timedelta():
        return f"in {duration(-span)}"
    return f"{duration(span)} ago"


def sort_of(part: Part | str | Moment | Link) -> str:
    """Return what sort of part or span it is, by which a template chooses its look."""
    return _SORTS[type(part)]


_SORTS: dict[type, str] = {Line: "line", Item: "item", Quote: "quote", str: "text", Moment: "moment", Link: "link"}

FILTERS = {
    "sign": sign,
    "iso": iso,
    "utc": utc,
    "clock": clock,
    "day": day,
    "since": since,
    "duration": duration,
    "slug": slug,
    "sort_of": sort_of,
}
