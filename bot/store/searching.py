"""What somebody looks for by words: incidents by everything that was said of them, and what is watched by its names."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import BindParameter, Connection, and_, bindparam, or_, select

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
    named = [LISTED.c.named.contains(word, autoescape=True) for word in asked]
    either = [or_(LISTED.c.words.contains(word, autoescape=True), n) for word, n in zip(asked, named, strict=True)]
    newest = (LISTED.c.is_open.desc(), LISTED.c.started_at.desc(), LISTED.c.incident)
    called = select(LISTED.c.incident).where(and_(*named)).order_by(*newest).limit(INCIDENTS + 1)
    # What is told together repeats what its members say.
    said = select(LISTED.c.incident).where(~LISTED.c.is_burst, and_(*either)).order_by(*newest).limit(INCIDENTS + 1)

    def work(connection: Connection) -> tuple[tuple[Said, ...], bool]:
        first = connection.execute(called).scalars().all()
        others = connection.execute(said).scalars().all() if len(first) <= INCIDENTS else ()
        ids = list(dict.fromkeys((*first, *others)))
        shown = ids[:INCIDENTS]
        bodies = {row.id: row.body for row in connection.execute(_BODIES, {"b_ids": shown})} if shown else {}
        quoted = _quoted(connection, [one for one in shown if one not in first], asked)
        found = [Said(codec.INCIDENT.load(bodies[one]), quoted.get(one, "")) for one in shown if one in bodies]
        return tuple(found), len(ids) > INCIDENTS

    return await database.read(work)


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


async def words_said_lately(database: Database) -> frozenset[str]:
    """Return all words that were said of the newest incidents, to see which may have been meant."""
    newest = select(LISTED.c.named, LISTED.c.words).order_by(LISTED.c.started_at.desc()).limit(_LATELY)
    rows = await database.read(lambda connection: connection.execute(newest).all())
    return frozenset(word for row in rows for word in (row.named + row.words).split())


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
