"""From an address to a snapshot: fetch, recognise what is unchanged, parse; and look up how an incident ended."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from bot import plugins
from bot.core.health import doubt
from bot.core.joining import joined
from bot.errors import FetchError, NotFound, ParseError
from bot.fetch import NOTHING_KNOWN, Expect, Fetched, Fetcher, Validators
from bot.loops.take_in import Ending
from bot.model import Claim, Page, Snapshot, Source
from bot.plugins import Format, Several
from bot.store.sources import Watched

# So many failures in a row before an address that was good is no longer the only one to be tried.
FAITHFUL = 5
# Bytes that are read in some milliseconds; what takes longer is read in a thread.
_AT_ONCE = {"json": 512 * 1024, "feed": 32 * 1024}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one look at a source brought.  `snapshot` is None if nothing has changed since the last one."""

    snapshot: Snapshot | None
    endpoint: str
    validators: Mapping[str, Validators]
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
    """Read one document and those beside it; if one of them is new, all are read: together they are one snapshot.

    One beside it that can not be read is left out: what it would have told is not known then.
    """
    source = watched.source
    form = plugins.format_named(source.format)
    remembered = _load(watched.validators) if address == watched.endpoint else {}
    get = partial(fetcher.get, volatile=form.VOLATILE, expect=_expected(form.EXPECTS))
    fetched = {address: await get(address, remembered.get(address, NOTHING_KNOWN))}
    beside = form.beside(address) if isinstance(form, Several) else ()
    for one in beside:
        with suppress(FetchError):
            fetched[one] = await get(one, remembered.get(one, NOTHING_KNOWN))
    if all(one.body is None for one in fetched.values()):
        return _reading(None, address, fetched)
    for one in [one for one, answer in fetched.items() if answer.body is None]:
        fetched[one] = await get(one, NOTHING_KNOWN)
    snapshots = [await parsed(form, fetched[address].body or b"", source)]
    for one in fetched.keys() & set(beside):
        with suppress(ParseError):
            snapshots.append(await parsed(form, fetched[one].body or b"", source))
    snapshot = replace(joined(snapshots), taken_at=now())
    # What another platform listed is no promise of this one's.
    objection = doubt(watched.page_id, watched.had_components and not watched.has_moved, snapshot)
    if objection is not None:
        raise ParseError(objection)
    return _reading(snapshot, address, fetched)


async def parsed(form: Format, body: bytes, source: Source) -> Snapshot:
    """Return what a body says, without keeping others waiting for it.  Raises ParseError."""
    if len(body) <= _AT_ONCE[form.EXPECTS]:
        return form.parse(body, source)
    return await asyncio.to_thread(form.parse, body, source)


def _reading(snapshot: Snapshot | None, address: str, fetched: Mapping[str, Fetched]) -> Reading:
    ages = [answer.max_age for answer in fetched.values() if answer.max_age is not None]
    return Reading(
        snapshot=snapshot,
        endpoint=address,
        validators={one: answer.validators for one, answer in fetched.items()},
        max_age=max(ages, default=None),
        moved_to=fetched[address].moved_permanently_to,
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
            snapshot = await parsed(form, fetched.body or b"", source)
        except NotFound:
            continue
        except (FetchError, ParseError):
            ending = Ending.UNREADABLE
            continue
        for claim in snapshot.incidents:
            if claim.external_id == external_id:
                return claim
    return ending


def dump(validators: Mapping[str, Validators]) -> str:
    """Return `validators`, by the address that they belong to, as they are stored."""
    return json.dumps({address: asdict(one) for address, one in validators.items()})


def _load(text: str | None) -> Mapping[str, Validators]:
    found = json.loads(text or "{}")
    return {address: Validators(**one) for address, one in found.items() if isinstance(one, dict)}


def _expected(what: str) -> Expect:
    return Expect.FEED if what == "feed" else Expect.JSON
