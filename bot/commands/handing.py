"""`assign`, `handover`, `escalate`: whose it is from now on, and who is called to it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.core import given, remarks
from bot.core.escalation import Case, Plans
from bot.core.handing import Asking, Handed, hand
from bot.core.message import Reply
from bot.core.rota import Override
from bot.model import Action, Asked, TimelineEntry
from bot.store import attending
from bot.store.database import Database
from bot.store.lookups import Brief

log = logging.getLogger(__name__)

ABOUT = frozenset({Action.ASSIGN, Action.HANDOVER, Action.ESCALATE})


@dataclass(frozen=True, slots=True)
class Handing:
    """What it takes to hand an incident on: where it is kept, and who is called by which plan."""

    database: Database
    plans: Plans

    async def do(self, asked: Asked, one: Brief, now: datetime) -> tuple[bool, Reply]:
        """Do what is asked; returns whether anything came of it, and the answer."""

        def decide(case: Case, agreed: tuple[Override, ...], recent: Sequence[TimelineEntry]) -> Handed:
            plans = replace(self.plans, rotas=replace(self.plans.rotas, overrides=agreed))
            return hand(Asking(case=case, asked=asked, plans=plans, now=now, recent=recent))

        done = await attending.by_hand(self.database, one.id, decide, now)
        if done is None:
            return False, remarks.no_incident(one.id)
        for entry in done.entries:
            log.info("noted incident=%s seq=%d kind=%s by=%s", entry.incident, entry.seq, entry.kind, entry.person)
        return bool(done.entries), given.answered(done, asked, now)
