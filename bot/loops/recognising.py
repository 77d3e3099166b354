"""Sources whose format nobody named, and pages that change their platform while they are watched.

A vendor in forty changes platform within half a year.  Nothing is guessed in silence: where somebody named the format,
the operator is told what is there now; where it was found out, it is found out anew, and said.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from bot import plugins
from bot.core.health import Health
from bot.errors import FetchError, NotFound, ParseError, SitrepError
from bot.fetch import Fetcher
from bot.loops.detection import Detection, Found, detect
from bot.loops.reading import FAITHFUL, read
from bot.model import AUTO, Snapshot, Source
from bot.store.sources import Watched

log = logging.getLogger(__name__)

# How a failure begins that tells what a page is now.
SPEAKS, NO_LONGER = "the page speaks", "the page is no"
# After the first time, it is looked for again at every hundredth failure more.
AGAIN = 100
# Shorter than the lease of a look.
_PATIENCE = timedelta(seconds=30)


def is_nameless(source: Source) -> bool:
    """Whether the format of a source is still to be found out."""
    return source.format == AUTO or source.format not in plugins.discover("bot.feeds")


async def recognised(fetcher: Fetcher, source: Source) -> Source:
    """Return a source as one that can be read.  Raises ParseError if no format reads anything there."""
    try:
        async with asyncio.timeout(_PATIENCE.total_seconds()):
            detection = await detect(fetcher, source.url)
    except TimeoutError:
        raise ParseError(f"no format was found at its page within {_PATIENCE.total_seconds():g} s") from None
    if detection.found is None:
        raise ParseError(detection.miss)
    return replace(source, format=detection.found.format, url=detection.found.url)


async def read_once(fetcher: Fetcher, source: Source, now: Callable[[], datetime]) -> Snapshot:
    """Return what a source says now that nobody watches; its format is found out if nobody knows it.

    Raises FetchError or ParseError if it can not be read.
    """
    known = await recognised(fetcher, source) if is_nameless(source) else source
    reading = await read(fetcher, Watched(source=known, health=Health()), now)
    if reading.snapshot is None:
        raise FetchError(f"{source.name} says that nothing is new, to somebody who has never asked")
    return reading.snapshot


async def changed(fetcher: Fetcher, watched: Watched, error: SitrepError) -> Detection | None:
    """Return what a page is now, if that is why it can not be read any more; None if it is what it was.

    It is looked for when a page that answers has not been understood for some time, and seldom again.
    """
    failures = watched.health.failures + 1
    if is_nameless(watched.source) or failures % AGAIN != FAITHFUL or not _may_have_changed(error):
        return None
    try:
        async with asyncio.timeout(_PATIENCE.total_seconds()):
            detection = await detect(fetcher, watched.page_address or watched.source.url)
    except TimeoutError:
        return None
    return None if _is_the_same(detection.found, watched.source) else detection


def is_hasty(found: Found, watched: Watched) -> bool:
    """Whether to go over to what was found would be rash: a feed tells less, and stands when the rest is down."""
    tells_less = (
        plugins.format_named(found.format).EXPECTS == "feed" != plugins.format_named(watched.source.format).EXPECTS
    )
    return tells_less and watched.health.failures < AGAIN


def _is_the_same(found: Found | None, source: Source) -> bool:
    """Whether a page is read as before, and where it was."""
    if found is None or found.format != source.format:
        return False
    return found.endpoint in plugins.format_named(source.format).endpoints(source)


def still_changed(watched: Watched, error: SitrepError) -> SitrepError:
    """Return why a page can not be read: what was found there is true until it can be read, or until it is down."""
    said = watched.health.failure
    is_known = said.startswith((SPEAKS, NO_LONGER)) and _may_have_changed(error)
    return ParseError(said) if is_known else error


def _may_have_changed(error: SitrepError) -> bool:
    """Whether somebody answered, and it was not what was expected."""
    return isinstance(error, ParseError | NotFound) or (isinstance(error, FetchError) and "HTML" in str(error))
