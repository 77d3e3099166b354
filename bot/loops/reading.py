"""From an address to a snapshot: fetch, recognise what is unchanged, parse; and look up how an incident ended."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

from bot import plugins
from bot.core.health import Health, doubt
from bot.errors import FetchError, NotFound, ParseError
from bot.fetch import NOTHING_KNOWN, Expect, Fetched, Fetcher, Validators
from bot.loops.take_in import Ending
from bot.model import Claim, Page, Snapshot, Source
from bot.store.sources import Watched

# So many failures in a row before an address that was good is no longer the only one to be tried.
FAITHFUL = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one look at a source brought.  `snapshot` is None if nothing has changed since the last one."""

    snapshot: Snapshot | None
    endpoint: str
    validators: Validators
    max_age: timedelta | None
    moved_to: str | None = None


async def read(fetcher: Fetcher, watched: Watched, now: Callable[[], datetime]) -> Reading:
    """Return what the source says now.

    Other addresses of the same page may tell less: they are tried only if none was good before, if the
    good one is gone, or if it has failed for some time.

    Raises FetchError or ParseError with the reason of the best address if none of them can be read.
    """
    source = watched.source
    form = plugins.format_named(source.format)
    addresses = form.endpoints(source)
    preferred = [address for address in addresses if address == watched.endpoint]
    first_error: FetchError | ParseError | None = None
    for address in dict.fromkeys((*preferred, *addresses)):
        try:
            return await _read_one(fetcher, watched, address, now)
        except (FetchError, ParseError) as e:
            first_error = first_error or e
            if address == watched.endpoint and not isinstance(e, NotFound) and watched.health.failures < FAITHFUL:
                break
    raise first_error or FetchError(f"{source.name} has no address to read")


async def _read_one(fetcher: Fetcher, watched: Watched, address: str, now: Callable[[], datetime]) -> Reading:
    source = watched.source
    form = plugins.format_named(source.format)
    remembered = _load(watched.validators) if address == watched.endpoint else NOTHING_KNOWN
    fetched = await fetcher.get(address, remembered, volatile=form.VOLATILE, expect=_expected(form.EXPECTS))
    snapshot = None
    if fetched.body is not None:
        snapshot = replace(form.parse(fetched.body, source), taken_at=now())
        objection = doubt(watched.page_id, watched.had_components, snapshot)
        if objection is not None:
            raise ParseError(objection)
    return _reading(snapshot, address, fetched)


async def read_once(fetcher: Fetcher, source: Source, now: Callable[[], datetime]) -> Snapshot:
    """Return what a source says now that nobody watches.

    Raises FetchError or ParseError if it can not be read, ConfigError if its format is none of ours.
    """
    reading = await read(fetcher, Watched(source=source, health=Health()), now)
    if reading.snapshot is None:
        raise FetchError(f"{source.name} says that nothing is new, to somebody who has never asked")
    return reading.snapshot


def _reading(snapshot: Snapshot | None, address: str, fetched: Fetched) -> Reading:
    return Reading(
        snapshot=snapshot,
        endpoint=address,
        validators=fetched.validators,
        max_age=fetched.max_age,
        moved_to=fetched.moved_permanently_to,
    )


def page_of(snapshot: Snapshot) -> Page:
    """Return what `/status` shows of a page between its incidents."""
    return Page(
        indicator=snapshot.indicator,
        components=snapshot.components,
        url=snapshot.page_url,
        unknown_words=snapshot.unknown_words,
    )


async def follow_up(fetcher: Fetcher, source: Source, external_id: str) -> Claim | Ending:
    """Return how an incident that its page no longer lists has ended.

    GONE only if every address where it could be found was read and none has it; a server that does not
    answer proves nothing.
    """
    form = plugins.format_named(source.format)
    ending = Ending.GONE
    for address in form.follow_up(source, external_id):
        try:
            fetched = await fetcher.get(address, NOTHING_KNOWN, expect=_expected(form.EXPECTS))
            snapshot = form.parse(fetched.body or b"", source)
        except NotFound:
            continue
        except (FetchError, ParseError):
            ending = Ending.UNREADABLE
            continue
        for claim in snapshot.incidents:
            if claim.external_id == external_id:
                return claim
    return ending


def dump(validators: Validators) -> str:
    """Return `validators` as they are stored."""
    return json.dumps(asdict(validators))


def _load(text: str | None) -> Validators:
    return Validators(**json.loads(text)) if text else NOTHING_KNOWN


def _expected(what: str) -> Expect:
    return Expect.FEED if what == "feed" else Expect.JSON
