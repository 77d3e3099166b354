"""What many witnesses of one vendor say at the same time, settled in one transaction.

One by one, each would read and write the incident that all of them have made: what a thousand cost would grow with a
million.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from bot.core.correlate import Attachment, Surroundings
from bot.core.memory import Known, Memory
from bot.core.timeline import Told
from bot.model import Destination, Incident, Source, TimelineEntry
from bot.store import chat_routes, mutes, overrides, polls
from bot.store.commits import make_due, write_entries, write_incidents, written
from bot.store.database import Database
from bot.store.gathering import Gathered, incidents_around, known_of
from bot.store.incidents import write_claims
from bot.store.panels import panel_of
from bot.store.polls import Look
from bot.store.sources import Watched
from bot.store.turns import wait_for_others


@dataclass(frozen=True, slots=True)
class Said:
    """What one witness has come to: what is remembered of its claims after it, and what is told."""

    claims: Mapping[str, Memory]
    attachments: Mapping[str, Attachment]
    told: Told


@dataclass(frozen=True, slots=True)
class Voice:
    """A witness, the claims that it makes now, how its check went, and what follows from all that is known."""

    watched: Watched
    listed: Collection[str]
    look: Look | None
    decide: Callable[[Known, Surroundings], Said]


@dataclass(frozen=True, slots=True)
class Concluded:
    """All that is told in the end, and to whom."""

    told: Told
    destinations: Mapping[str, Sequence[Destination]]
    urgent: frozenset[str]


Conclude = Callable[[Told, Gathered], Concluded]


async def settle_all(
    database: Database, voices: Sequence[Voice], conclude: Conclude, now: datetime, *, with_overrides: bool
) -> tuple[frozenset[str], Told]:
    """Let witnesses of one vendor decide one after the other, each after what the others have said, and commit it all.

    Returns the keys of those that came too late, of which nothing is kept, and what was told.  Raises Conflict, with
    nothing written, if somebody else has changed one of the incidents meanwhile.
    """

    def work(connection: Connection) -> tuple[frozenset[str], Told]:
        vendor = voices[0].watched.source.vendor
        wait_for_others(connection, vendor)
        late, heard = _recorded(connection, voices)
        before = _before(connection, vendor, heard, now)
        said, told = _told(heard, before)
        around = Surroundings(incidents=before)
        gathered = Gathered(
            Known(),
            around,
            panel_of(connection, vendor) if told.incidents else None,
            mutings=mutes.of_vendor(connection, vendor, now),
            routes=chat_routes.of_vendor(connection, vendor),
        )
        if with_overrides:
            gathered = replace(gathered, overrides=overrides.current(connection, now))
        done = conclude(told, gathered)
        write_incidents(connection, done.told.incidents.values(), before)
        write_entries(connection, done.told.entries)
        # After the incidents, as everybody does: two that wait for each other's rows would wait for ever.
        for source, one in said:
            write_claims(connection, source, one.claims, one.attachments)
        make_due(connection, list(done.told.incidents), now, destinations=done.destinations, urgent=done.urgent)
        return late, done.told

    return await written(database, work)


_Heard = tuple[Voice, Known, Surroundings]


def _recorded(connection: Connection, voices: Sequence[Voice]) -> tuple[frozenset[str], list[_Heard]]:
    """Write how the checks went, and gather what is known of all those that did not come too late."""
    late, heard = set[str](), list[_Heard]()
    # Always in the same order: two that wait for each other's rows would wait for ever.
    for voice in sorted(voices, key=lambda voice: voice.watched.source.key):
        if voice.look is not None and not polls.write(connection, voice.look):
            late.add(voice.watched.source.key)
            continue
        heard.append((voice, *known_of(connection, voice.watched.source, voice.watched.health, voice.listed)))
    return frozenset(late), heard


def _before(connection: Connection, vendor: str, heard: Sequence[_Heard], now: datetime) -> dict[str, Incident]:
    mine = {name for _, _, names in heard for name in (*names.attached.values(), *names.siblings.values())}
    return incidents_around(connection, vendor, mine, now)


def _told(heard: Sequence[_Heard], before: Mapping[str, Incident]) -> tuple[list[tuple[Source, Said]], Told]:
    """Return what each has come to, after those before it, and what all have said together."""
    now, after, entries = dict(before), dict[str, Incident](), list[TimelineEntry]()
    said = list[tuple[Source, Said]]()
    for voice, known, names in heard:
        one = voice.decide(known, replace(names, incidents=now))
        now |= one.told.incidents
        after |= one.told.incidents
        entries += one.told.entries
        said.append((voice.watched.source, one))
    return said, Told(tuple(entries), after)
