"""What the watch loop tells the operator, in the log: each thing once, and not again at every look."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from bot import catalog
from bot.core import health, routing
from bot.core.health import Health, Notice
from bot.core.moving import MOVED
from bot.loops.reading import Reading
from bot.loops.take_in import TakenIn
from bot.model import ChangeKind, Snapshot, Source
from bot.store.sources import Watched

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Told:
    """What the operator knows: `pages` is how many are watched, `has_read` whether any of them ever was.

    `lost` are the sources that can not be read; `whose` has the first source that showed each page, `doubled` the pages
    that more than one showed, `moved` the sources whose pages say that they live elsewhere now, `misfit` those whose
    filter was complained of.  `pages_lost` hears when all pages are lost at once (`all_lost`), and when some are back.
    """

    pages: int
    lost: set[str] = field(default_factory=set[str])
    blind: bool = False
    has_read: bool = False
    all_lost: bool = False
    pages_lost: Callable[[bool], None] = lambda _lost: None
    whose: dict[str, str] = field(default_factory=dict[str, str])
    doubled: set[str] = field(default_factory=set[str])
    moved: set[str] = field(default_factory=set[str])
    misfit: set[str] = field(default_factory=set[str])


def tell_of_health(told: Told, watched: Watched, after: Health) -> None:
    """Tell once that a source is lost, and once that it is back."""
    notice = health.notice(watched.health, after)
    if notice is Notice.LOST:
        last = f"{after.last_look:%Y-%m-%d %H:%M} UTC" if after.last_look else "never"
        log.warning("can not read %s: %s; last good look: %s", watched.source.name, after.failure, last)
    if notice is Notice.BACK:
        log.warning("can read %s again, after %d failures", watched.source.name, watched.health.failures)
    told.has_read |= after.last_look is not None
    (told.lost.add if after.failures >= health.TELL_AT else told.lost.discard)(watched.source.key)
    tell_if_blind(told)


def tell_of_page(told: Told, watched: Watched, reading: Reading) -> None:
    """Tell what is odd about a page that was read: it lives elsewhere, is watched twice, or lacks what is wanted."""
    key, snapshot = watched.source.key, reading.snapshot
    if reading.moved_to is not None and key not in told.moved:
        told.moved.add(key)
        host = urlsplit(reading.moved_to).hostname
        log.warning("moved source=%s: its page says it lives at %s now; check the watch", key, host)
    if snapshot is not None:
        _tell_if_doubled(told, key, snapshot.page_id)
        _tell_misfits(told, watched.source, snapshot)


def tell_if_moved(watched: Watched, taken: TakenIn) -> None:
    """Tell what became of what was open, when a page is read from another platform than before."""
    going_on = sum(any(one.subject == MOVED for one in change.transitions) for change in taken.changes)
    gone = sum(change.kind is ChangeKind.WITHDRAWN for change in taken.changes)
    if watched.has_moved and (going_on or gone):
        text = "%s is read as %s now: %d open incidents go on there, %d are no longer listed and count as over"
        log.warning(text, watched.source.name, watched.source.format, going_on, gone)


def _tell_if_doubled(told: Told, key: str, page_id: str | None) -> None:
    """Two hosts can be one page: then everything on it would be told twice."""
    if page_id is None or page_id in told.doubled:
        return
    first = told.whose.setdefault(page_id, key)
    if first != key:
        told.doubled.add(page_id)
        log.warning("%s and %s are one page (id %s); watch only one of them", first, key, page_id)


def _tell_misfits(told: Told, source: Source, snapshot: Snapshot) -> None:
    """A name in a filter that nothing on the page has would keep quiet about what it was meant to tell."""
    if not source.components or source.key in told.misfit:
        return
    meanings = catalog.load().meanings(source.vendor)
    found = routing.misfits(source.components, meanings, snapshot.components)
    if found:
        told.misfit.add(source.key)
        names = ", ".join(found)
        log.warning("components of %s: nothing on its page is called %s; check the watch", source.name, names)


def tell_if_blind(told: Told) -> None:
    """If everything fails at once, it is us: nobody is accused, and the operator hears it once."""
    blind = told.pages > 1 and len(told.lost) >= told.pages
    if blind and not told.blind:
        log.error(
            "none of the %d pages can be read: it is our own connection, not the vendors; we are blind", len(told.lost)
        )
    if told.blind and not told.lost:
        log.warning("all pages can be read again")
    told.blind = blind or (told.blind and bool(told.lost))
    # Pages of which none was ever read prove nothing: their addresses may be wrong.
    if (blind and told.has_read) != told.all_lost:
        told.all_lost = not told.all_lost
        told.pages_lost(told.all_lost)
