"""Which incident somebody means: by id or words, by the thread that they are in, or the newest that is open."""

from __future__ import annotations

from dataclasses import dataclass

from bot.catalog import Catalog, folded
from bot.core.answers import cut
from bot.core.wording import words
from bot.model import Action, Asked
from bot.store import lookups
from bot.store.database import Database
from bot.store.lookups import Brief

_LONGEST_LABEL = 75


@dataclass(frozen=True, slots=True)
class Found:
    """The incidents that may be meant: one if it is clear.  `is_guess` if nobody said which."""

    briefs: tuple[Brief, ...]
    is_guess: bool = False


async def find(database: Database, catalog: Catalog, asked: Asked) -> Found:
    """Return which incidents may be meant by what is asked, where it is asked."""
    which = asked.command.incident
    if which:
        alike = await lookups.named(database, which)
        # The beginning of an id is a vendor's name, and the vendor has had many incidents: the open ones are meant.
        found = tuple(brief for brief in alike if brief.is_open) or (alike if _is_clear(alike, asked) else ())
        return Found(begun(as_told(found or matching(await lookups.briefs(database), catalog, which))))
    if asked.thread is not None:
        root = await lookups.of_root(database, asked.person.platform, asked.thread)
        if root is not None:
            return Found(await lookups.named(database, root))
    newest = await lookups.rooted(database, limit=1)
    # When nothing goes on, it is of the last one that people want to read.
    return Found(newest or (await lookups.last(database) if asked.command.action in _READ else ()), is_guess=True)


def _is_clear(alike: tuple[Brief, ...], asked: Asked) -> bool:
    """Whether incidents that are over may be offered: to be read about, or because it is this very one."""
    return len(alike) == 1 or asked.command.action in _PAST


_PAST = frozenset({Action.DETAILS, Action.TIMELINE, Action.REOPEN, Action.WRITE_UP, Action.WRITE})


_READ = frozenset({Action.WRITE_UP})


def as_told(briefs: tuple[Brief, ...]) -> tuple[Brief, ...]:
    """Return a burst in place of its members, where all of it may be meant."""
    bursts = {brief.id for brief in briefs if brief.is_burst}
    return tuple(brief for brief in briefs if brief.burst not in bursts)


def begun(briefs: tuple[Brief, ...]) -> tuple[Brief, ...]:
    """Return those that go on; what is only planned is meant if there is nothing else."""
    return tuple(brief for brief in briefs if not brief.is_planned) or briefs


def matching(briefs: tuple[Brief, ...], catalog: Catalog, typed: str) -> tuple[Brief, ...]:
    """Return the incidents that the words may mean, the likeliest first: a vendor's, or all the words in the title."""
    wanted = folded(typed)
    vendor = catalog.find(typed)
    whose = [b for b in briefs if wanted in {b.vendor, folded(b.name)} or (vendor and b.vendor == vendor.slug)]
    parts = wanted.split()
    # In front of it what is found by vendor; then whatever has every word somewhere.
    said = [b for b in briefs if all(part in folded(f"{b.id} {b.name} {b.title}") for part in parts)]
    return tuple(whose or said)


def label(brief: Brief) -> str:
    """Return an incident in one short line, to be chosen from a list."""
    return cut(f"{brief.name}: {brief.title} ({words(brief.impact)})", _LONGEST_LABEL)
