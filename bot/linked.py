"""Under which addresses people find what was announced, as far as the platforms tell."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence

from bot.addresses import Linking
from bot.errors import SitrepError
from bot.model import Announcement
from bot.ports import Platform

log = logging.getLogger(__name__)
# Nothing waits longer for what is only good to have.
WITHIN = 2.0


async def links(platforms: Mapping[str, Platform], told: Sequence[Announcement]) -> Mapping[str, str]:
    """Return the address of each root by the name of its destination; of those that nobody tells soon enough none."""
    found = await asyncio.gather(*(_link(platforms.get(one.destination.platform), one) for one in told))
    return {str(one.destination): link for one, link in zip(told, found, strict=True) if link is not None}


async def _link(platform: Platform | None, one: Announcement) -> str | None:
    if one.root is None or not isinstance(platform, Linking):
        return None
    try:
        async with asyncio.timeout(WITHIN):
            return await platform.link(one.root)
    except (SitrepError, TimeoutError) as e:
        log.info("no address of a message destination=%s: %s", one.destination, e or "it took too long")
        return None
