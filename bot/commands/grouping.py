"""What people do to a burst: to all that it holds, or so that some of it goes on by itself."""

from __future__ import annotations

import logging
from datetime import datetime

from bot.core import acted, remarks, together
from bot.core.message import Reply
from bot.core.together import Burst, Done
from bot.model import Action, Asked
from bot.store import bursts
from bot.store.database import Database
from bot.store.lookups import Brief

log = logging.getLogger(__name__)


def is_for_each(one: Brief, action: Action) -> bool:
    """Whether each member has it done as well when it is done to a burst."""
    return one.is_burst and action in together.FOR_EACH


async def act_on_all(database: Database, one: Brief, asked: Asked, now: datetime) -> tuple[bool, Reply]:
    """Do something to a burst and to each of its members; returns whether anything came of it, and the answer."""
    done = await bursts.act(database, one.id, lambda known: together.act_on_all(known, asked, now), now)
    return _told(done, one, asked, now)


async def ungroup(database: Database, one: Brief, asked: Asked, now: datetime) -> tuple[bool, Reply]:
    """Let all of a burst go on by itself, or one member that is meant."""

    def decide(known: Burst) -> Done:
        return together.ungroup(known, () if one.is_burst else (one.id,), asked, now)

    done = await bursts.act(database, one.id, decide, now)
    if done is None or not done.acted.incident.cause:
        return False, acted.not_grouped(one.id)
    if done.entries:
        log.info("ungrouped burst=%s count=%d by=%s", done.acted.incident.id, len(done.incidents) - 1, asked.person.key)
    return bool(done.entries), acted.ungrouped(done)


def _told(done: Done | None, one: Brief, asked: Asked, now: datetime) -> tuple[bool, Reply]:
    if done is None:
        return False, remarks.no_incident(one.id)
    for entry in done.acted.entries:
        log.info("noted incident=%s seq=%d kind=%s by=%s", entry.incident, entry.seq, entry.kind, entry.person)
    return bool(done.entries), acted.acted(done.acted, asked.command.action, now)
