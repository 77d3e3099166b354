"""How well a source can be read, when to look at it again, and what the operator is told about it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bot.core.backoff import FEED, jittered, scattered
from bot.core.claims import read_together
from bot.model import Snapshot

# While a vendor has trouble its page is looked at this much more often.
ALERT_INTERVAL = timedelta(seconds=12)
# A vendor's cache may ask for patience, but not for more than this.
LONGEST_PATIENCE = timedelta(minutes=5)
# The operator is told at this failure in a row: one lost packet is not news.
TELL_AT = 2
# Why nothing is known of a time in which nobody looked.
NOT_LOOKED = "nobody looked: Sitrep was not running, or far behind"
# No vendor has a thousand things open: a page that says so is broken, and would be a flood of messages.
MOST_OPEN = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What became of the looks at one source.  `last_look` is the last good one; its state still stands."""

    first_look: datetime | None = None
    last_look: datetime | None = None
    last_try: datetime | None = None
    failures: int = 0
    failing_since: datetime | None = None
    failure: str = ""

    @property
    def is_stale(self) -> bool:
        """Whether the last try failed: what we show is what we last knew, not what is."""
        return self.failures > 0


class Notice(StrEnum):
    """What the operator is told of a source."""

    LOST = "lost"
    BACK = "back"


@dataclass(frozen=True, slots=True)
class Gap:
    """A time during which nothing is known of a source."""

    began_at: datetime
    ended_at: datetime
    reason: str


def seen(health: Health, now: datetime) -> Health:
    """Return the health after a good look."""
    return Health(first_look=health.first_look or now, last_look=now, last_try=now)


def missed(health: Health, reason: str, now: datetime) -> Health:
    """Return the health after a look that failed; the last good state stands."""
    since = health.failing_since or health.last_look or now
    return replace(health, last_try=now, failures=health.failures + 1, failing_since=since, failure=reason)


def notice(before: Health, after: Health) -> Notice | None:
    """Return what to tell the operator: once when a source is lost, once when it is back."""
    if before.failures < TELL_AT <= after.failures:
        return Notice.LOST
    return Notice.BACK if before.failures >= TELL_AT and not after.failures else None


def gap(before: Health, after: Health, interval: timedelta | None = None, tell_at: int = TELL_AT) -> Gap | None:
    """Return the time that nobody watched, once it has ended; fewer than `tell_at` failures are none.

    With the `interval` at which it is looked at, also one in which nobody so much as tried: Sitrep was not running.
    """
    if after.is_stale or after.last_look is None:
        return None
    if before.failures >= tell_at and before.failing_since is not None:
        return Gap(before.failing_since, after.last_look, before.failure)
    return (
        None if interval is None or before.last_look is None else absence(before.last_look, after.last_look, interval)
    )


def absence(looked: datetime, now: datetime, interval: timedelta) -> Gap | None:
    """Return the time between two looks if it is so long that nobody was there to look."""
    # As long as it takes with a cache that asks for patience, and a lost packet or two.
    return Gap(looked, now, NOT_LOOKED) if now - looked > 3 * max(interval, LONGEST_PATIENCE) else None


def next_look(
    health: Health,
    now: datetime,
    interval: timedelta,
    *,
    in_trouble: bool,
    chance: float,
    asked: timedelta | None = None,
    in_crowd: bool = False,
) -> datetime:
    """Return when to look again.

    `in_trouble` says whether the vendor has an open incident; `asked` is what the server wants us to wait
    (Retry-After, or how long its answer stays fresh).  `in_crowd` says that more were due at once than can be looked
    at, as when a program begins: the next look then comes sooner, at any time, or all of them would be due at once
    again, round after round.
    """
    if health.failures:
        return now + max(FEED.delay(health.failures, chance, asked), min(interval, FEED.first))
    pace = min(interval, ALERT_INTERVAL) if in_trouble else interval
    wait = max(scattered(pace, chance), FEED.first) if in_crowd else jittered(pace, chance)
    return now + max(wait, min(asked or timedelta(), LONGEST_PATIENCE))


def doubt(page_id: str | None, had_components: bool, snapshot: Snapshot) -> str | None:  # noqa: FBT001  (a fact about the page, not a flag)
    """Return why a payload that could be parsed is still not believed; None if it is.

    A page that says nothing where it said something is not a recovery, another page's words are not
    this vendor's, and a thousand troubles at once, be they incidents or components, are nobody's.
    """
    if page_id is not None and snapshot.page_id is not None and page_id != snapshot.page_id:
        return (
            f"the page is another one now (id {snapshot.page_id}, before {page_id}); "
            "if it is the vendor's all the same, remove the watch and add it again"
        )
    if snapshot.complete_open_set and had_components and not snapshot.components:
        return "the page lists no components where it listed some before"
    now_open = sum(claim.is_open for claim in read_together(snapshot).values())
    if now_open > MOST_OPEN:
        return f"the page tells of {now_open:,} troubles at once, and nobody would read so many messages"
    return None
