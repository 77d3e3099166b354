"""`board`: where it is, with a link of their own for whoever asks; in an incident's thread it leads to its page."""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.addresses import Links, unlinked
from bot.core import boarding, passes
from bot.core.message import Reply
from bot.core.passes import LINK_LASTS, SESSION_LASTS, Purpose
from bot.model import Asked
from bot.store import lookups
from bot.store.database import Database

log = logging.getLogger(__name__)

_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Boarding:
    """Where people find the board, and what their links are signed with; without that they only look.

    `named` are all whom the configuration names: of somebody's roles it has to know no others.  `links` tells under
    which addresses people find what was announced.
    """

    url: str = ""
    secret: str = field(default="", repr=False)
    named: frozenset[str] = frozenset()
    links: Links = unlinked

    async def answer(self, database: Database, asked: Asked, now: datetime) -> Reply:
        """Return the way to the board."""
        if not self.url:
            return boarding.nowhere()
        to = await _wanted(database, asked)
        if not self.secret:
            return boarding.found(self.url, to)
        one = passes.issued(asked.person, now, secrets.token_urlsafe(16), to, self.named)
        log.info("link to the board person=%s", asked.person.key)
        text = passes.written(self.secret, Purpose.LINK, one)
        minutes, hours = LINK_LASTS // _MINUTE, SESSION_LASTS // _HOUR
        return boarding.signed(self.url, one.person.name, text, minutes=minutes, hours=hours)


async def _wanted(database: Database, asked: Asked) -> str:
    """Return the page that somebody means: that of the thread's incident, if it is in one."""
    found = await lookups.of_root(database, asked.person.platform, asked.thread) if asked.thread else None
    return boarding.path(found) if found else "/"
