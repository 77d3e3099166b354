"""What somebody looks for by words: incidents by everything that was said of them, and what is watched by its names."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Connection, Select, Text, and_, bindparam, func, or_, select

from bot.catalog import folded
from bot.model import Incident, SourceKind
from bot.store import codec
from bot.store.database import Database
from bot.store.tables import ENTRY, INCIDENT, LISTED, SOURCE

# As many as somebody reads.
INCIDENTS, NAMES = 40, 30
# So many of the newest incidents are looked through for a word that is spelt like one that nobody said.
_LATELY = 400
_SNIPPETS = 20
# A word that many have is found often enough among so many of the newest.
_FIRST = 1_500


@dataclass(frozen=True, slots=True)
class Said:
    """An incident that was found; `words` are a statement in which any word is, if its names have not all of them."""

    incident: Incident
    words: str = ""


@dataclass(frozen=True, slots=True)
class Called:
    """Something watched: a page, with those of its components that are called so, or a probe."""

    key: str
    vendor: str
    name: str
    is_probe: bool
    components: tuple[str, ...] = ()


async def incidents(database: Database, asked: Sequence[str]) -> tuple[tuple[Said, ...], bool]:
    """Return incidents in which all the words are, and whether there are more: those that are called so come first.

    The words are as `terms.asked` gives them.
    """
    if not asked:
        return (), False

    def work(connection: Connection) -> tuple[tuple[Said, ...], bool]:
        first, said = _found(connection, asked)
        ids = list(dict.fromkeys((*first, *said)))
        shown = ids[:INCIDENTS]
        bodies = {row.id: row.body for row in connection.execute(_BODIES, {"b_ids": shown})} if shown else {}
        quoted = _quoted(connection, [one for one in shown if one not in first], asked)
        found = [Said(codec.INCIDENT.load(bodies[one]), quoted.get(one, "")) for one in shown if one in bodies]
        return tuple(found), len(ids) > INCIDENTS

    return await database.read(work)


def _found(connection: Connection, asked: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the newest that are called so, and the newest of which it was said; one more than is shown is enough.

    Whatever an incident is called was said of it, too.
    """
    words = {f"b_{number}": word for number, word in enumerate(asked)}
    latest, named, every = _asking(connection.dialect.name, len(asked))
    said = connection.execute(latest, words).all()
    if len(said) > INCIDENTS:
        return _open_first(connection.execute(named, words).all()), _open_first(said)
    found = connection.execute(every, words).all()
    return _open_first([row for row in found if row.is_named]), _open_first(found)


def _open_first(rows: Sequence[Any]) -> list[str]:
    """Return those first that are open: to sort all that there are by that would be to read all."""
    return [row.incident for row in sorted(rows, key=lambda row: not row.is_open)]


# Each engine has its own word for it; to match a pattern takes longer.
_HOLDS = {"sqlite": func.instr, "postgresql": func.strpos}
# What is told together repeats what its members say.
_SOME = select(LISTED.c.incident, LISTED.c.is_open).where(~LISTED.c.is_burst).limit(INCIDENTS + 1)
_NEWEST = _SOME.order_by(LISTED.c.started_at.desc(), LISTED.c.incident)
# SQLite reads all that there are twice as fast in the order in which they lie as in that of an index, and would take
# the index if it could: https://www.sqlite.org/optoverview.html#order_by_optimizations
_AS_THEY_LIE = func.coalesce(LISTED.c.started_at, LISTED.c.started_at)
_FEW = select(LISTED).where(~LISTED.c.is_burst).order_by(LISTED.c.started_at.desc(), LISTED.c.incident)
_LATELY_ROWS = _FEW.limit(_FIRST).subquery()
_LATEST = select(_LATELY_ROWS.c.incident, _LATELY_ROWS.c.is_open).limit(INCIDENTS + 1)
_LATEST = _LATEST.order_by(_LATELY_ROWS.c.started_at.desc(), _LATELY_ROWS.c.incident)


@cache
def _asking(engine: str, count: int) -> tuple[Select[Any], Select[Any], Select[Any]]:
    """Return what asks for so many words: the latest of which they were said, the newest that are called so, and all.

    Of all those come first that are called so.
    """
    holds = _HOLDS[engine]
    words = [bindparam(f"b_{number}", type_=Text) for number in range(count)]

    def has(column: Any) -> Sequence[Any]:
        return [holds(column, word) > 0 for word in words]

    some = _SOME.order_by(_AS_THEY_LIE.desc(), LISTED.c.incident) if engine == "sqlite" else _NEWEST
    is_named = and_(*has(LISTED.c.named)).label("is_named")
    every = _SOME.add_columns(is_named).where(*has(LISTED.c.words))
    every = every.order_by(is_named.desc(), LISTED.c.started_at.desc(), LISTED.c.incident)
    return _LATEST.where(*has(_LATELY_ROWS.c.words)), some.where(*has(LISTED.c.named)), every


# Statements are made once: to make one costs more than to run it.
_IDS: BindParameter[str] = bindparam("b_ids", expanding=True)
_BODIES = select(INCIDENT.c.id, INCIDENT.c.body).where(INCIDENT.c.id.in_(_IDS))


def _quoted(connection: Connection, ids: Sequence[str], asked: Sequence[str]) -> dict[str, str]:
    """Return for some incidents the last statement in which any of the words is."""
    some = ids[:_SNIPPETS]
    if not some:
        return {}
    there = or_(*(ENTRY.c.body.icontains(word.strip(), autoescape=True) for word in asked))
    lines = select(ENTRY.c.incident, ENTRY.c.body).where(ENTRY.c.incident.in_(some), there)
    found: dict[str, str] = {}
    for row in connection.execute(lines.order_by(ENTRY.c.incident, ENTRY.c.seq.desc())):
        if row.incident not in found and (text := codec.ENTRY.load(row.body).text):
            found[row.incident] = text
    return found


async def is_incident(database: Database, name: str) -> bool:
    """Whether an incident has exactly this id."""
    asked = {"b_ids": [name]}
    return bool(await database.read(lambda connection: connection.execute(_KNOWN, asked).scalar()))


_KNOWN = select(LISTED.c.incident).where(LISTED.c.incident.in_(_IDS))
# An id is a vendor's name, and something after it.
_IDS_LIKE = re.compile(r"[a-z0-9]+(-[a-z0-9]*)+", re.IGNORECASE)


async def ids_like(database: Database, beginning: str) -> tuple[Incident, ...]:
    """Return the newest incidents whose ids begin so, if it can be the beginning of one."""
    if not _IDS_LIKE.fullmatch(beginning):
        return ()
    alike = _NEWEST.where(LISTED.c.incident.startswith(beginning.lower(), autoescape=True))

    def work(connection: Connection) -> tuple[Incident, ...]:
        ids = [row.incident for row in connection.execute(alike)][:INCIDENTS]
        bodies = {row.id: row.body for row in connection.execute(_BODIES, {"b_ids": ids})} if ids else {}
        return tuple(codec.INCIDENT.load(bodies[one]) for one in ids if one in bodies)

    return await database.read(work)


async def words_said_lately(database: Database) -> frozenset[str]:
    """Return all words that were said of the newest incidents, to see which may have been meant."""
    newest = select(LISTED.c.words).order_by(LISTED.c.started_at.desc()).limit(_LATELY)
    rows = await database.read(lambda connection: connection.execute(newest).all())
    return frozenset(word for row in rows for word in row.words.split())


async def watched(database: Database, query: str, vendors: Collection[str]) -> tuple[Called, ...]:
    """Return what is watched and called so, or has a component that is; and the pages of some vendors."""
    word = folded(query)
    if not word:
        return ()
    alike = or_(
        SOURCE.c.called.contains(word, autoescape=True),
        SOURCE.c.parts.contains(word, autoescape=True),
        SOURCE.c.vendor.in_(list(vendors)),
    )
    columns = (SOURCE.c.key, SOURCE.c.vendor, SOURCE.c.name, SOURCE.c.kind, SOURCE.c.parts)
    query_ = select(*columns).where(SOURCE.c.active, alike).order_by(SOURCE.c.called, SOURCE.c.key).limit(NAMES)
    rows = await database.read(lambda connection: connection.execute(query_).all())
    return tuple(
        Called(
            key=row.key,
            vendor=row.vendor,
            name=row.name,
            is_probe=row.kind == SourceKind.PROBE.value,
            components=tuple(part for part in (row.parts or "").split("\n") if word in part)[:_SNIPPETS],
        )
        for row in rows
    )
