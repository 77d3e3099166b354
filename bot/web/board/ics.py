"""A calendar of maintenances as calendars read it: https://www.rfc-editor.org/rfc/rfc5545."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from icalendar import Calendar
from icalendar import Event as Entry

from bot.core.agenda import Event

_REFRESH = timedelta(hours=1)


def calendar(events: Iterable[Event], title: str, address: str = "") -> bytes:
    """Return a calendar; the same events make the same bytes.  `address` is the board's, if known."""
    made = Calendar()
    made.add("prodid", "-//Sitrep//Maintenance//EN")
    made.add("version", "2.0")
    # Calendars on the web go by this name, and ask again this often: https://www.rfc-editor.org/rfc/rfc7986#section-5
    made.add("name", title)
    made.add("x-wr-calname", title)
    made.add("refresh-interval", _REFRESH, parameters={"value": "DURATION"})
    around: bytes = made.to_ical()
    return b"".join((around.removesuffix(_END), *(_entry(event, address) for event in events), _END))


_END = b"END:VCALENDAR\r\n"


# To write one takes half a millisecond, and calendars ask for the same ones again and again.
@lru_cache(maxsize=2_048)
def _entry(event: Event, address: str) -> bytes:
    made = Entry()
    changed = _utc(event.changed_at)
    made.add("uid", event.uid)
    made.add("dtstamp", changed)
    made.add("last-modified", changed)
    made.add("sequence", event.revision)
    made.add("dtstart", _utc(event.starts))
    if event.ends is not None:
        made.add("dtend", _utc(event.ends))
    made.add("summary", _clean(f"{event.name}: {event.title}"))
    made.add("description", _clean(_description(event)))
    made.add("status", "CANCELLED" if event.is_off else "CONFIRMED")
    made.add("transp", "TRANSPARENT")
    made.add("categories", [_clean(event.name), "maintenance"])
    url = f"{address}/incidents/{event.incident}" if address and event.incident else event.url
    if url and url.lower().startswith(("https://", "http://")):
        made.add("url", url)
    written: bytes = made.to_ical()
    return written


def _description(event: Event) -> str:
    rows = [event.word]
    if event.ends is None:
        rows.append("When it ends is not told.")
    if event.components:
        rows.append(f"Affects: {', '.join(event.components)}")
    if event.services:
        rows.append(f"Our services that depend on it: {', '.join(event.services)}")
    if event.words:
        rows += ["", event.words]
    return "\n".join(rows)


def _clean(text: str) -> str:
    """Return text without what a calendar must not hold: https://www.rfc-editor.org/rfc/rfc5545#section-3.1."""
    return "".join(one for one in text if one in "\n\t" or (one >= " " and one != "\x7f"))


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=0)
