"""What probes of one vendor find at the same time is taken in together: all may fail at once, and mean one incident."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from bot.core import memory, replies
from bot.core.claims import read_together
from bot.core.correlate import Surroundings, correlate
from bot.core.diff import diff
from bot.core.tally import Tallies
from bot.core.timeline import Told, tell
from bot.core.totals import Adding
from bot.errors import StoreUnavailable
from bot.loops.take_in import Rules, concluded, destinations
from bot.model import Snapshot, TimelineEntry
from bot.store import together
from bot.store.database import Database
from bot.store.incidents import Conflict, Gathered, LeaseLost
from bot.store.polls import Look
from bot.store.sources import Watched
from bot.store.together import Concluded, Said, Voice

log = logging.getLogger(__name__)

# So many are settled in one transaction: others want to write as well.
AT_ONCE = 250
_TRIES = 10


@dataclass(frozen=True, slots=True)
class Word:
    """What a probe says, and how its check went."""

    watched: Watched
    snapshot: Snapshot
    look: Look | None


_Waiting = tuple[Word, asyncio.Future[tuple[TimelineEntry, ...]]]


@dataclass(slots=True)
class Choir:
    """Takes in what probes say: of one vendor one after the other, and all that has come meanwhile at once."""

    database: Database
    rules: Rules
    _turns: defaultdict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))
    _waiting: defaultdict[str, list[_Waiting]] = field(default_factory=lambda: defaultdict(list))

    async def take_in(self, word: Word) -> tuple[TimelineEntry, ...]:
        """Commit what is new in what a probe says; returns what was told when that was done.

        What several say together is told to one of them.  Raises LeaseLost if somebody else has checked since, and
        Conflict if others were faster again and again.
        """
        vendor = word.watched.source.vendor
        answer: asyncio.Future[tuple[TimelineEntry, ...]] = asyncio.get_running_loop().create_future()
        self._waiting[vendor].append((word, answer))
        async with self._turns[vendor]:
            while not answer.done():
                await self._settle_some(vendor)
        return answer.result()

    async def _settle_some(self, vendor: str) -> None:
        some = self._waiting[vendor][:AT_ONCE]
        try:
            await self._settle(some)
        finally:
            # Whoever is cancelled leaves the others theirs.
            self._waiting[vendor] = [one for one in self._waiting[vendor] if not one[1].done()]

    async def _settle(self, some: Sequence[_Waiting]) -> None:
        try:
            late, told = await take_in_all(self.database, [word for word, _ in some], self.rules)
        except (Conflict, StoreUnavailable) as e:
            _refuse(some, e)
            return
        except Exception as e:
            if len(some) == 1:
                _refuse(some, e)
                return
            log.exception("not taken in together, so one by one probes=%d", len(some))
            for one in some:
                await self._settle([one])
            return
        rest = told.entries
        for word, answer in some:
            if word.watched.source.key in late:
                _refuse([(word, answer)], LeaseLost())
            elif not answer.done():
                answer.set_result(rest)
                rest = ()


def _refuse(some: Sequence[_Waiting], reason: Exception) -> None:
    for _, answer in some:
        if not answer.done():
            answer.set_exception(reason)


async def take_in_all(database: Database, words: Sequence[Word], rules: Rules) -> tuple[frozenset[str], Told]:
    """Commit what probes of one vendor say; returns the keys of those that came too late, and what was told.

    Somebody else may change the same incidents at the same time: then it is gathered and decided anew.
    """
    now = max(_taken_at(word.snapshot) for word in words)
    adding = Tallies().added
    voices = [
        Voice(word.watched, frozenset(read_together(word.snapshot)), word.look, partial(_said, word, adding))
        for word in words
    ]
    conclude = partial(_concluded, words[0], rules, now)
    for _ in range(_TRIES):
        try:
            return await together.settle_all(database, voices, conclude, now, with_overrides=rules.call_rotas)
        except Conflict:
            await asyncio.sleep(0)
    raise Conflict


def _said(word: Word, adding: Adding, known: memory.Known, around: Surroundings) -> Said:
    """Return what follows from what one probe says.

    Of a trouble of which we ourselves remember nothing, nothing can be learnt: it is gone.
    """
    source, snapshot, now = word.watched.source, word.snapshot, _taken_at(word.snapshot)
    snapshot = replace(snapshot, gone=snapshot.gone | frozenset(memory.awaited(known, snapshot)))
    claims = read_together(snapshot)
    changes = diff(known, snapshot, claims)
    attachments = correlate(changes, source, around, now)
    is_first = known.first_look is None
    told = tell(changes, attachments, around.incidents, source=source, now=now, baseline=is_first, adding=adding)
    after = memory.apply(known, snapshot, claims).claims
    joined = attachments.keys() - around.attached.keys()
    changed = {name: one for name, one in after.items() if name in joined or known.claims.get(name) != one}
    return Said(changed, attachments, told)


def _concluded(word: Word, rules: Rules, now: datetime, told: Told, gathered: Gathered) -> Concluded:
    source, rules = word.watched.source, rules.with_made(gathered.routes)
    told = concluded(told, gathered, source, rules, now)
    return Concluded(
        told=told,
        # Where it goes is no matter of which probe saw it.
        destinations={one.id: destinations(one, source, rules) for one in told.incidents.values()},
        urgent=frozenset(entry.incident for entry in told.entries if replies.is_broadcast(entry)),
    )


def _taken_at(snapshot: Snapshot) -> datetime:
    if snapshot.taken_at is None:
        raise ValueError("a snapshot that is taken in must say when it was taken")
    return snapshot.taken_at
