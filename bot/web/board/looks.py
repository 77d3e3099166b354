"""How values are dressed in a page: signs beside words, instants, lengths of time.  What they say is in the core."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from markupsafe import Markup

from bot.core.message import Item, Line, Link, Moment, Part, Quote, Tone, utc
from bot.core.slugs import slug
from bot.core.spans import duration
from bot.core.wording import TONES
from bot.model import Impact, Kind

# The same as on the console, drawn: to find a font that has them costs a browser more than the rest of a page.
# A sign never stands without its word.
_SHAPES = {
    Tone.CRITICAL: "M1.6 0 5 3.4 8.4 0 10 1.6 6.6 5 10 8.4 8.4 10 5 6.6 1.6 10 0 8.4 3.4 5 0 1.6z",
    Tone.MAJOR: "M5 .4 10 9.6H0z",
    Tone.MINOR: "M5 .4 10 9.6H0z",
    Tone.NOTICE: "M5 .4a4.6 4.6 0 1 0 .01 0z",
    Tone.MAINTENANCE: "M5 0l5 5-5 5-5-5z",
    Tone.RESOLVED: "M.2 5.4 1.8 3.8 4 6 8.4.8 10 2.4 4 9.2z",
}
_SIGNS = {
    tone: Markup(f'<svg class="sign" viewBox="0 0 10 10" aria-hidden="true"><path d="{path}"/></svg>')  # noqa: S704  (all of it stands here)
    for tone, path in _SHAPES.items()
}


def sign(tone: Tone) -> Markup:
    """Return the sign of a tone."""
    return _SIGNS[tone]


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
