"""Makes the documents of a status page out of what is stored; what has not changed is not written anew."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final

from bot.core import answers, published
from bot.core.routing import ours
from bot.core.standing import label
from bot.model import ComponentStatus, Incident, Page, State
from bot.store import published as store
from bot.store import standings
from bot.store.published import Gathered, Told
from bot.web.api import page_shapes as shapes
from bot.web.api import parts as components
from bot.web.api.addresses import vendor_page
from bot.web.api.page import Place, incident, indicator
from bot.web.api.parts import Bench, Vendor, Written
from bot.web.api.written import Writer
from bot.web.board.grounding import views
from bot.web.board.pages import Board

# With more of them than this the summary of everything names only those that are not well: `components.json` has all.
MOST_COMPONENTS: Final = 2_000
# More pages of single vendors than this are not kept ready.
_MOST_BENCHES = 500
_MOST_DOCUMENTS = 32
# So many vendors are read and written anew at once, beside everything else.
_AT_ONCE = 50
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How everything stands: what was gathered, and the components as they are written, in the order of `slugs`.

    `mark` is another whenever what is to be written is.
    """

    gathered: Gathered
    status: shapes.Indicator
    written: Sequence[Written]
    slugs: Sequence[str]
    mark: object

    def parts_of(self, vendors: Collection[str]) -> dict[str, shapes.Component]:
        """Return the components of some vendors, by id."""
        some = (one for slug, one in zip(self.slugs, self.written, strict=False) if slug in vendors)
        return {key: part for one in some for key, part in one.by_id.items()}


@dataclass(slots=True)
class Press:
    """Makes documents, of everything or of some vendors."""

    board: Board
    _benches: dict[tuple[str, bool], Bench] = field(default_factory=dict[tuple[str, bool], Bench])
    _last: dict[tuple[str, Place, tuple[str, ...]], tuple[object, bytes]] = field(
        default_factory=dict[tuple[str, Place, tuple[str, ...]], tuple[object, bytes]]
    )

    async def place(self, base: str, vendor: str | None = None) -> Place | None:
        """Return whose page is asked for; None if it is of a vendor that nobody knows."""
        page = await store.page_id(self.board.database)
        if vendor is None:
            return Place(id=page, name="Sitrep", url=base, base=base)
        name = await store.name_of(self.board.database, vendor)
        if name is None:
            return None
        return Place(id=f"{page}-{vendor}", name=name, url=vendor_page(base, vendor), base=base, vendor=vendor)

    async def summary(self, place: Place, vendors: Collection[str] | None) -> bytes:
        """Return `summary.json`."""
        found = await self._standing(place, vendors)

        def make() -> bytes:
            told, others = found.gathered.told, found.gathered.others
            count = sum(one.count for one in found.written)
            rows = [one.whole if count <= MOST_COMPONENTS else one.unwell for one in found.written]
            known = found.parts_of({one.incident.vendor for one in told})
            planned, troubles = _sorted(told)
            return _document(
                page=_head(place, found.gathered),
                components=_listed(rows),
                incidents=_INCIDENTS(tuple(incident(one, place, others, known) for one in troubles)),
                scheduled_maintenances=_INCIDENTS(tuple(incident(one, place, others, known) for one in planned)),
                status=_STATUS(found.status),
            )

        return await self._made(("summary", place, vendors), found.mark, make)

    async def status(self, place: Place, vendors: Collection[str] | None) -> bytes:
        """Return `status.json`."""
        found = await self._standing(place, vendors)
        return _document(page=_head(place, found.gathered), status=_STATUS(found.status))

    async def components(self, place: Place, vendors: Collection[str] | None) -> bytes:
        """Return `components.json`."""
        found = await self._standing(place, vendors)

        def make() -> bytes:
            rows = [one.whole for one in found.written]
            return _document(page=_head(place, found.gathered), components=_listed(rows))

        return await self._made(("components", place, vendors), found.mark, make)

    async def _made(
        self, key: tuple[str, Place, Collection[str] | None], mark: object, make: Callable[[], bytes]
    ) -> bytes:
        """Return a document as it was made last, if nothing has changed since."""
        document, place, vendors = key
        name = (document, place, tuple(vendors or ()))
        there = self._last.get(name)
        if there is None or there[0] != mark:
            there = (mark, await asyncio.to_thread(make))
        # What somebody calls us is his to choose, and each name has documents of its own: the oldest go first.
        self._last.pop(name, None)
        self._last[name] = there
        while len(self._last) > _MOST_DOCUMENTS:
            self._last.pop(next(iter(self._last)), None)
        return there[1]

    async def unresolved(self, place: Place, vendors: Collection[str] | None) -> bytes:
        """Return `incidents/unresolved.json`."""
        found = await store.listed(self.board.database, store.unresolved, vendors)
        return self._list("incidents", place, found, _sorted(found.told)[1])

    async def incidents(self, place: Place, vendors: Collection[str] | None) -> bytes:
        """Return `incidents.json`."""
        found = await store.listed(self.board.database, store.incidents, vendors)
        return self._list("incidents", place, found, _sorted(found.told)[1])

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

    async def _standing(self, place: Place, vendors: Collection[str] | None) -> Standing:
        """Return how everything stands, and all components as they are written, by vendor."""
        found = await store.standing(self.board.database, vendors)
        open_ones = [one.incident for one in found.told]
        listed = [one for one in components.vendors(found.shown, open_ones) if one.shown or _is_others(one.incidents)]
        bench = self._bench(place)
        await self._write(bench, bench.unknown(listed))
        written = [bench.of(one) for one in listed]
        if vendors is None:
            written.append(components.services(await views(self.board, ours(self.board.services)), place.id))
        words = await self._words(place, vendors)
        statuses = [one.status for one in written if one.count]
        if vendors is not None and not set(vendors) <= {one.vendor for one in found.shown}:
            # Nobody watches it any more.
            statuses.append(ComponentStatus.UNKNOWN)
        status = indicator(open_ones, statuses, words)
        told = tuple((one.incident.id, one.incident.last_seq) for one in found.told)
        mark = (tuple(one.whole for one in written), told, found.at, found.others, status)
        return Standing(gathered=found, status=status, written=written, slugs=[one.slug for one in listed], mark=mark)

    async def _write(self, bench: Bench, vendors: Sequence[Vendor]) -> None:
        for some in (vendors[start : start + _AT_ONCE] for start in range(0, len(vendors), _AT_ONCE)):
            keys = [one.key for vendor in some for one in vendor.shown]
            pages = await store.pages(self.board.database, keys)
            await asyncio.to_thread(_written, bench, some, pages)

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


def _written(bench: Bench, some: Iterable[Vendor], pages: Mapping[str, Page]) -> None:
    for vendor in some:
        bench.write(replace(vendor, pages=pages))


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
