"""Makes the documents of a status page out of what is stored; what has not changed is not written anew."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from bot.core import answers, published
from bot.core.standing import label
from bot.model import Incident, State
from bot.store import published as store
from bot.store import standings
from bot.store.published import Gathered, Told
from bot.web.api import page_shapes as shapes
from bot.web.api import parts as components
from bot.web.api.page import Place, incident, indicator
from bot.web.api.parts import Bench, Written
from bot.web.api.serving import views
from bot.web.api.written import Writer
from bot.web.board.pages import Board

# With more of them than this the summary of everything names only those that are not well: `components.json` has all.
MOST_COMPONENTS: Final = 2_000
# More pages of single vendors than this are not kept ready.
_MOST_BENCHES = 500
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)

_PAGE = Writer(shapes.Page)
_STATUS = Writer(shapes.Indicator)
_INCIDENTS: Writer[tuple[shapes.Incident | shapes.Maintenance, ...]] = Writer(
    tuple[shapes.Incident | shapes.Maintenance, ...]
)
_INCIDENT: Writer[shapes.IncidentDocument] = Writer(shapes.IncidentDocument)

Chosen = Callable[[Incident], bool]


def begun(one: Incident) -> bool:
    """Whether a maintenance is going on."""
    return one.is_open and one.state is not State.SCHEDULED


def to_come(one: Incident) -> bool:
    """Whether a maintenance is yet to begin."""
    return one.state is State.SCHEDULED


@dataclass(slots=True)
class Press:
    """Makes documents, of everything or of some vendors."""

    board: Board
    _benches: dict[tuple[str, bool], Bench] = field(default_factory=dict[tuple[str, bool], Bench])

    async def place(self, base: str, vendor: str | None = None) -> Place | None:
        """Return whose page is asked for; None if it is of a vendor that nobody knows."""
        page = await store.page_id(self.board.database)
        if vendor is None:
            return Place(id=page, name="Sitrep", url=base, base=base)
        name = await store.name_of(self.board.database, vendor)
        if name is None:
            return None
        return Place(id=f"{page}-{vendor}", name=name, url=f"{base}/vendors/{vendor}", base=base, vendor=vendor)

    async def summary(self, place: Place, vendors: Collection[str] | None) -> bytes:
        """Return `summary.json`."""
        found = await store.standing(self.board.database, vendors)
        status, written = await self._standing(place, vendors, found)

        def make() -> bytes:
            count = sum(one.count for one in written)
            rows = [one.whole if count <= MOST_COMPONENTS else one.unwell for one in written]
            known = {key: part for one in written for key, part in one.by_id.items()} if found.told else {}
            planned, troubles = _sorted(found.told)
            return _document(
                page=_head(place, found),
                components=_listed(rows),
                incidents=_INCIDENTS(tuple(incident(one, place, found.others, known) for one in troubles)),
                scheduled_maintenances=_INCIDENTS(tuple(incident(one, place, found.others, known) for one in planned)),
                status=_STATUS(status),
            )

        return await asyncio.to_thread(make)

    async def status(self, place: Place, vendors: Collection[str] | None) -> bytes:
        """Return `status.json`."""
        found = await store.standing(self.board.database, vendors)
        status, _ = await self._standing(place, vendors, found)
        return _document(page=_head(place, found), status=_STATUS(status))

    async def components(self, place: Place, vendors: Collection[str] | None) -> bytes:
        """Return `components.json`."""
        found = await store.standing(self.board.database, vendors)
        _, written = await self._standing(place, vendors, found)
        return _document(page=_head(place, found), components=_listed([one.whole for one in written]))

    async def unresolved(self, place: Place, vendors: Collection[str] | None) -> bytes:
        """Return `incidents/unresolved.json`."""
        found = await store.listed(self.board.database, store.unresolved, vendors)
        _, troubles = _sorted(found.told)
        return self._list("incidents", place, found, troubles)

    async def incidents(self, place: Place, vendors: Collection[str] | None) -> bytes:
        """Return `incidents.json`."""
        found = await store.listed(self.board.database, store.incidents, vendors)
        return self._list("incidents", place, found, found.told)

    async def maintenances(self, place: Place, vendors: Collection[str] | None, chosen: Chosen | None) -> bytes:
        """Return `scheduled-maintenances.json`, or those of them that are to come or going on."""
        listed = store.maintenances if chosen is None else store.unresolved
        found = await store.listed(self.board.database, listed, vendors)
        planned, _ = _sorted(found.told)
        some = [one for one in planned if chosen is None or chosen(one.incident)]
        return self._list("scheduled_maintenances", place, found, some)

    async def one(self, place: Place, name: str) -> bytes | None:
        """Return `incidents/<id>.json`; None if it is no incident of this page."""
        found = await store.single(self.board.database, name)
        if not found.told or place.vendor not in {None, found.told[0].incident.vendor}:
            return None
        made = incident(found.told[0], place, found.others)
        return _INCIDENT(shapes.IncidentDocument(page=place.about(made.updated_at), incident=made))

    def _list(self, name: str, place: Place, found: Gathered, some: Iterable[Told]) -> bytes:
        rows = tuple(incident(one, place, found.others) for one in some)
        return _document(page=_head(place, found), **{name: _INCIDENTS(rows)})

    async def _standing(
        self, place: Place, vendors: Collection[str] | None, found: Gathered
    ) -> tuple[shapes.Indicator, Sequence[Written]]:
        """Return how everything stands, and all components as they are written, by vendor."""
        open_ones = [one.incident for one in found.told]
        listed = [one for one in components.vendors(found.shown, open_ones) if one.shown or _is_others(one.incidents)]
        bench = self._bench(place)
        written = [bench.of(one) for one in listed]
        if vendors is None:
            written.append(components.services(await views(self.board), place.id))
        words = await self._words(place, vendors)
        return indicator(open_ones, (one.status for one in written if one.count), words), written

    def _bench(self, place: Place) -> Bench:
        key = (place.id, place.vendor is not None)
        if key not in self._benches:
            if len(self._benches) >= _MOST_BENCHES:
                self._benches.clear()
            self._benches[key] = Bench(*key)
        return self._benches[key]

    async def _words(self, place: Place, vendors: Collection[str] | None) -> str:
        """Return in a few words how everything stands, as `status` says it in chats."""
        database = self.board.database
        if vendors is None:
            return answers.everything(await standings.overview(database), self.board.clock.now()).message.headline
        keys = [one.key for vendor in vendors for one in await standings.called(database, {vendor})]
        stands = await standings.some(database, keys)
        if place.vendor is None:
            return "; ".join(f"{one.name}: {label(one)}" for one in stands)
        return "; ".join(dict.fromkeys(label(one) for one in stands)) or "not watched"


def _is_others(incidents: Iterable[Incident]) -> bool:
    """Whether incidents are of somebody who has components: what the team declares is of nobody."""
    return any(one.evidence is not None or one.components for one in incidents)


def _sorted(told: Iterable[Told]) -> tuple[list[Told], list[Told]]:
    """Return maintenances and other incidents apart."""
    planned: list[Told] = []
    troubles: list[Told] = []
    for one in told:
        (planned if published.is_planned(one.incident) else troubles).append(one)
    return planned, troubles


def _head(place: Place, found: Gathered) -> bytes:
    return _PAGE(place.about(found.at or _LONG_AGO))


def _listed(rows: Iterable[bytes]) -> bytes:
    return b"[" + b",".join(row for row in rows if row) + b"]"


def _document(**fields: bytes) -> bytes:
    return b"{" + b",".join(b'"' + name.encode() + b'":' + value for name, value in fields.items()) + b"}"
