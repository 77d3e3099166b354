"""Our own trouble is told like anybody's: a platform that will not have us, a channel that can not be posted to.

What stands in the way becomes claims of a source that we write ourselves, and goes the way of all claims: one incident,
one root, one thread, on every *other* platform that is configured.  That we were blind is told everywhere, at the
latest when we see again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial

from bot.clock import Clock
from bot.core.health import Health
from bot.core.paging import PAGERS
from bot.core.rules import Route
from bot.core.spans import duration
from bot.core.team import SITREP
from bot.loops.deliver import Delivering
from bot.loops.take_in import Rules, take_in
from bot.model import Announcement, Claim, Destination, Impact, Snapshot, Source, State, Update
from bot.store import parking
from bot.store.database import Database
from bot.store.sources import Watched

log = logging.getLogger(__name__)

EVERY = timedelta(seconds=5)
_STOPPED = "stopped"
# Nobody can invite us there.
_NAMES = {"pagerduty": "PagerDuty", "opsgenie": "Opsgenie", "webhook": "the webhook"}
_STARTED_AGAIN = "It can be posted to again."
# What waits for a channel that the configuration names no more is of no use so long after it was over.
_OF_USE = timedelta(days=1)
_NO_USE = "What waits for it was over a day ago. Whether it can be posted to is not known."


@dataclass(slots=True)
class Own:
    """What the loop works with; `destinations` are where it may be told, `named` all that the configuration names.

    `blind_since` tells whether we are blind, and `told_blind` what of it was taken in last.
    """

    database: Database
    delivering: Delivering
    destinations: tuple[Destination, ...]
    clock: Clock
    due: asyncio.Event
    blind_since: Callable[[], datetime | None] = lambda: None
    named: Collection[Destination] = ()
    told: dict[str, Mapping[str, str]] = field(default_factory=dict[str, Mapping[str, str]])
    told_blind: tuple[datetime | None] | None = None


async def tell(own: Own) -> None:
    """Look every few seconds, until cancelled."""
    while True:
        await look(own)
        await own.clock.sleep(EVERY)


async def tell_of_sight(own: Own, clock: Clock) -> None:
    """Do the same for whether we see; of several instances one has the word: each would take back what others say."""
    own.told_blind = None
    while True:
        await look_at_sight(own)
        await clock.sleep(EVERY)


async def look(own: Own) -> None:
    """Tell on the other platforms what has changed since the last look."""
    parked = await parking.parked(own.database, own.clock.now() - _OF_USE)
    troubled = [one for one, is_past in parked if not is_past or one.destination in own.named]
    left = {str(one.destination) for one, _ in parked}
    for platform in {to.platform for to in own.destinations}:
        others = unrung(to for to in own.destinations if to.platform != platform)
        found = troubles(platform, own.delivering.stopped.get(platform), troubled)
        if others and found != own.told.get(platform):
            await _take_in(own, platform, found, others, left)
            own.told[platform] = found
            own.due.set()


async def look_at_sight(own: Own) -> None:
    """Tell everywhere that we are blind, and that we see again."""
    since = own.blind_since()
    if own.told_blind == (since,) or not own.destinations:
        return
    await _take_in_sight(own, since)
    own.told_blind = (since,)
    own.due.set()


async def _take_in_sight(own: Own, since: datetime | None) -> None:
    now = own.clock.now()
    source = Source(key="own:sight", vendor=SITREP, name="Sitrep", format="own", url="")
    claims = (_blindness(since),) if since is not None else ()
    snapshot = Snapshot(vendor=SITREP, format="own", incidents=claims, complete_open_set=True, taken_at=now)
    await take_in(
        own.database,
        Watched(source=source, health=Health(first_look=now, last_look=now)),
        snapshot,
        rules=Rules((Route(name="own trouble", to=unrung(own.destinations)),)),
        follow_up=partial(_seen_again, now),
    )


_BLIND = "blind-%Y%m%dT%H%M%S"
_BLIND_TITLE = "We can not see: our own connection is gone"


def _blindness(since: datetime) -> Claim:
    body = "Nothing that we ask can be reached. Nobody is accused meanwhile, and what happens is not watched."
    return Claim(
        external_id=f"{since:{_BLIND}}",
        title=_BLIND_TITLE,
        state=State.IDENTIFIED,
        impact=Impact.MAJOR,
        updates=(Update("blind", State.IDENTIFIED, body, since),),
        started_at=since,
    )


async def _seen_again(now: datetime, source: Source, external_id: str) -> Claim:
    del source
    since = datetime.strptime(external_id, _BLIND).replace(tzinfo=UTC)
    body = f"We see again, after {duration(now - since)}. What happened meanwhile was not watched."
    return Claim(
        external_id=external_id,
        title=_BLIND_TITLE,
        state=State.RESOLVED,
        impact=Impact.MAJOR,
        updates=(Update("over", State.RESOLVED, body, now),),
        resolved_at=now,
    )


def unrung(destinations: Iterable[Destination]) -> tuple[Destination, ...]:
    """Return where a trouble of our own is told: pagers ring for it only where there is nothing else."""
    found = tuple(destinations)
    return tuple(to for to in found if to.platform not in PAGERS) or found


def places(routes: Sequence[Route]) -> tuple[Destination, ...]:
    """Return where our own trouble is told: in channels of digests, which hear of it late, only if nowhere else."""
    found = tuple(dict.fromkeys(to for route in routes for to in route.to))
    digests = {to for route in routes for to in route.to if route.digest is not None}
    return tuple(to for to in found if to not in digests) or found


def troubles(platform: str, stopped: str | None, troubled: Iterable[Announcement]) -> Mapping[str, str]:
    """Return what stands in the way on one platform, and why: the whole platform, else its channels."""
    if stopped is not None:
        return {_STOPPED: stopped}
    return {str(one.destination): one.error for one in troubled if one.destination.platform == platform and one.error}


async def _take_in(
    own: Own, platform: str, found: Mapping[str, str], others: tuple[Destination, ...], left: Collection[str]
) -> None:
    now = own.clock.now()
    name = _NAMES.get(platform, platform.capitalize())
    source = Source(key=f"own:{platform}", vendor=SITREP, name="Sitrep", format="own", url="")
    claims = tuple(_claim(name, subject, reason, now) for subject, reason in sorted(found.items()))
    snapshot = Snapshot(vendor=SITREP, format="own", incidents=claims, complete_open_set=True, taken_at=now)
    await take_in(
        own.database,
        Watched(source=source, health=Health(first_look=now, last_look=now)),
        snapshot,
        rules=Rules((Route(name="own trouble", to=others),)),
        follow_up=partial(_over, name, now, left),
    )


def _claim(name: str, subject: str, reason: str, now: datetime) -> Claim:
    stopped = subject == _STOPPED
    body = f"{reason[:1].upper()}{reason[1:]}."
    waits = "Everything for it waits, and is told when Sitrep is started again." if stopped else _waits(subject)
    return Claim(
        external_id=subject,
        title=_title(name, subject),
        state=State.IDENTIFIED,
        impact=Impact.MAJOR if stopped else Impact.MINOR,
        updates=(Update(reason, State.IDENTIFIED, f"{body} {waits}", now),),
        started_at=now,
    )


def _waits(subject: str) -> str:
    invited = "" if Destination.parse(subject).platform in _NAMES else "when the bot is invited, or "
    return f"What is for it waits, and is told {invited}when Sitrep is started again."


def _title(name: str, subject: str) -> str:
    return f"Nothing can be posted to {name}" if subject == _STOPPED else f"{subject} can not be posted to"


async def _over(name: str, now: datetime, left: Collection[str], source: Source, external_id: str) -> Claim:
    del source
    said = _NO_USE if external_id in left else _STARTED_AGAIN
    return Claim(
        external_id=external_id,
        title=_title(name, external_id),
        state=State.RESOLVED,
        updates=(Update(f"over-{now:%Y%m%dT%H%M%S}", State.RESOLVED, said, now),),
        resolved_at=now,
    )
