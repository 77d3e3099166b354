"""Stripe's own page of old, `https://status.stripe.com`: `current`, `current/full`, `current/atom.xml`.

Facts: Stripe's command line (stripe/stripe-cli, 2019 to 2023: `largestatus`, `message`, `time`, `statuses` with the
words up, degraded, down); inket/stts and an extension of 2026, which read `current/full` (`overallStatus` until 2022,
then `UptimeStatus`; `uptimeData` with `key`, `title`, `warning`).  No whole answer was captured by us.

In July 2023 Stripe moved to Statuspage, https://www.stripestatus.com, which is format `statuspage`: watch that.
`current` still answers, and says for ever what it said on 9 February 2024, "All services are online.": a document of
that minute is refused, with where to look instead.  `current/full` tells no time, so nobody can see whether it stands
still too: what it calls up is UNKNOWN here, and only trouble is believed.  `current/atom.xml` leads to the history of
the new page; it is read for a source of this format.

Stable: the keys of the parts.  There are no incidents in it, so the parts are all that is told: `message` is one line
without id.  The whole page is a part of its own, which is in trouble where no other part is as bad.  Of `statuses`,
webhooks and emails are not read: Stripe's own command line calls them unreliable.  It can not tell when anything began.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from bot.errors import ParseError
from bot.feeds import _feed, _hosts, _listed, _text, _urls
from bot.feeds._json import Thing, decode
from bot.feeds._severity import SEVERITY, worst
from bot.feeds._words import Words
from bot.model import Component, ComponentStatus, Impact, Snapshot, Source

EXPECTS: Final = "json"
# The time is not: by it the document that stands still is known.
VOLATILE: Final = None
HOSTS: Final = ("status.stripe.com",)

_PAGE = "https://status.stripe.com"
_PAGE_OF_TODAY = "https://www.stripestatus.com"
_WHERE = f"Stripe's status is at {_PAGE_OF_TODAY}, which is format statuspage"
_WHOLE = ("largestatus", "UptimeStatus", "overallStatus")
_STATUSES = {
    "up": ComponentStatus.OPERATIONAL,
    "degraded": ComponentStatus.DEGRADED_PERFORMANCE,
    "down": ComponentStatus.MAJOR_OUTAGE,
}
_NAMES = {"api": "API", "dashboard": "Dashboard", "stripejs": "Stripe.js", "checkoutjs": "Checkout.js"}
_TIME = "%B %d, %Y @ %I:%M%p %z"  # February 09, 2024 @ 06:08PM +00:00
_FROZEN = datetime(2024, 2, 9, 18, 8, tzinfo=UTC)


def parse(body: bytes, source: Source) -> Snapshot:
    """Return how the parts of Stripe are; of a document that may stand still, only what is wrong."""
    if source.format == "stripe" and body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<?xml"):
        return _history(body, source)
    payload, words = decode(body), Words()
    key = next((key for key in _WHOLE if payload.has(key)), None)
    if key is None or not (payload.has("message") or payload.has("uptimeData")):
        raise ParseError(f"no word for the whole (`largestatus`, `UptimeStatus`) with a `message` at $; {_WHERE}")
    if _said_at(payload) == _FROZEN:
        raise ParseError(f"this document stands still since 9 February 2024; {_WHERE}")
    parts = [*_parts(payload.thing("statuses"), words), *_with_warnings(payload.things("uptimeData"))]
    found = _listed.components((*parts, _whole(payload.text(key), parts, words)))
    if not payload.has("time"):
        found = tuple(_doubted(component) for component in found)
    is_known = all(component.status is not ComponentStatus.UNKNOWN for component in found)
    return Snapshot(
        vendor=source.vendor,
        format="stripe",
        components=found,
        indicator=worst((component.status for component in found), Impact.UNKNOWN),
        complete_open_set=is_known,
        page_name="Stripe",
        page_url=_PAGE,
        unknown_words=words.unknown,
    )


def endpoints(source: Source) -> tuple[str, ...]:
    """Return the document that tells its time, or the address itself where it is a document already."""
    if _urls.split(source).path.startswith("/current"):
        return (source.url,)
    return (f"{_PAGE}/current",)


def follow_up(_source: Source, _external_id: str) -> tuple[str, ...]:
    """Return nothing: there are no incidents."""
    return ()


def linked(_page: str, source: Source) -> tuple[str, ...]:
    """Return what to poll if the address is Stripe's old one, of which there is only one, and where it leads today."""
    return (*endpoints(source), f"{_PAGE_OF_TODAY}/api/v2/summary.json") if _hosts.at(source, HOSTS) else ()


def _history(body: bytes, source: Source) -> Snapshot:
    found = _feed.read(body)
    if not any(host in f"{found.id} {found.link}" for host in (*HOSTS, "stripestatus.com")):
        raise ParseError(f"the feed is not Stripe's: neither its id nor its link says so; {_WHERE}")
    return _feed.said(found, source, "stripe")


def _said_at(payload: Thing) -> datetime | None:
    try:
        return datetime.strptime(payload.text("time") or "", _TIME).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _parts(statuses: Thing, words: Words) -> Iterable[Component]:
    for key, name in _NAMES.items():
        if statuses.has(key):
            yield Component(key, name, words.among(statuses.text(key), _STATUSES, ComponentStatus.UNKNOWN))


def _with_warnings(listed: Iterable[Thing]) -> Iterable[Component]:
    for thing in listed:
        key = thing.identity("key")
        status = ComponentStatus.DEGRADED_PERFORMANCE if thing.has("warning") else ComponentStatus.OPERATIONAL
        yield Component(key, _text.one_line(thing.text("title")) or key, status)


def _whole(word: str | None, parts: Iterable[Component], words: Words) -> Component:
    """Return the page as a whole: its own word, unless a part is as bad and tells more."""
    status = words.among(word, _STATUSES, ComponentStatus.UNKNOWN)
    rank = max((SEVERITY[part.status].rank for part in parts), default=0)
    is_explained = 0 < SEVERITY[status].rank <= rank
    return Component("stripe", "Stripe", ComponentStatus.OPERATIONAL if is_explained else status)


def _doubted(component: Component) -> Component:
    """Return a component of a document without time: what is up in it may have been so for years."""
    is_up = component.status is ComponentStatus.OPERATIONAL
    return Component(component.id, component.name) if is_up else component
