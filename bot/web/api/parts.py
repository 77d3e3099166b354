"""The components of a status page: vendors as groups of theirs, and the team's own services.

What is known of a vendor changes seldom, and a page may have a thousand of them: what was written is kept for as long
as nothing of it has changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from bot.core import published
from bot.core.health import TELL_AT
from bot.core.impact import ServiceView
from bot.core.slugs import slug
from bot.model import Component, ComponentStatus, Impact, Incident, Page, State
from bot.store.published import Shown
from bot.web.api import page_shapes as shapes
from bot.web.api.page import Part, component, component_id, group, group_id
from bot.web.api.written import Writer

SERVICES = "services"
# All at once: to write one by one takes twice as long.
_WRITTEN: Writer[tuple[shapes.Component | shapes.Group, ...]] = Writer(tuple[shapes.Component | shapes.Group, ...])


@dataclass(frozen=True, slots=True, kw_only=True)
class Vendor:
    """One vendor: what is watched of it, and its open incidents."""

    slug: str
    name: str
    shown: tuple[Shown, ...] = ()
    incidents: tuple[Incident, ...] = ()
    pages: Mapping[str, Page] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def fingerprint(self) -> tuple[object, ...]:
        """What has changed if what is to be written has."""
        pages = [(one.key, one.version, _blind(one), one.health.first_look, one.relayed) for one in self.shown]
        return (self.name, *pages, *((one.id, one.last_seq) for one in self.incidents))

    def page(self, one: Shown) -> Page:
        """Return what a source of it shows."""
        return self.pages.get(one.key) or Page()


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """Components as they stand in a document: all of them, and those alone that are not well, with their groups."""

    whole: bytes
    unwell: bytes
    count: int
    status: ComponentStatus
    by_id: dict[str, shapes.Component]


def written(items: Iterable[shapes.Component], status: ComponentStatus) -> Written:
    """Return components as they are written; `status` is what they amount to."""
    found = tuple(items)
    lasting = tuple(one for one in found if one.group or one.sitrep.status != ComponentStatus.OPERATIONAL.value)
    return Written(
        whole=_WRITTEN(found)[1:-1],
        unwell=_WRITTEN(lasting)[1:-1],
        count=len(found),
        status=status,
        by_id={one.id: one for one in found if not one.group},
    )


@dataclass(slots=True)
class Bench:
    """Where what was written lies until it has to be written anew."""

    page: str
    alone: bool = False
    _lies: dict[str, tuple[tuple[object, ...], Written]] = field(
        default_factory=dict[str, tuple[tuple[object, ...], Written]]
    )

    def unknown(self, some: Iterable[Vendor]) -> tuple[Vendor, ...]:
        """Return those of some vendors of which something has changed."""
        return tuple(one for one in some if self._lies.get(one.slug, (None,))[0] != one.fingerprint)

    def write(self, vendor: Vendor) -> None:
        """Write the components of one vendor anew; of all its sources, `pages` are there."""
        make = _of_vendor_alone if self.alone else _of_vendor
        parts = tuple(_parts(vendor))
        status = published.worst_of(_statuses(vendor, parts))
        self._lies[vendor.slug] = (vendor.fingerprint, written(make(vendor, parts, self.page), status))

    def of(self, vendor: Vendor) -> Written:
        """Return the components of one vendor, as they were written last."""
        return self._lies[vendor.slug][1]


def vendors(shown: Iterable[Shown], incidents: Sequence[Incident]) -> tuple[Vendor, ...]:
    """Return vendors by name: those that are watched, and those that only our own witnesses tell of."""
    pages: dict[str, list[Shown]] = {}
    for one in shown:
        pages.setdefault(one.vendor, []).append(one)
    open_ones: dict[str, list[Incident]] = {}
    for incident in incidents:
        open_ones.setdefault(incident.vendor, []).append(incident)
    names = {incident.vendor: incident.name for incident in incidents}
    names |= {vendor: some[0].name for vendor, some in pages.items()}
    return tuple(
        Vendor(slug=v, name=name, shown=tuple(pages.get(v, ())), incidents=tuple(open_ones.get(v, ())))
        for v, name in sorted(names.items(), key=lambda item: (item[1].casefold(), item[0]))
    )


def _of_vendor(vendor: Vendor, parts: Sequence[Component], page: str) -> Iterator[shapes.Component]:
    """Give a vendor's components under its own name: as a group, or where none is known as one component."""
    lead = _lead(vendor, parts)
    if not parts:
        yield component(lead, page)
        return
    yield group(lead, (component_id(vendor.slug, part) for part in parts), page)
    yield from _members(vendor, parts, {part.id: lead.id for part in parts}, page)


def _of_vendor_alone(vendor: Vendor, parts: Sequence[Component], page: str) -> Iterator[shapes.Component]:
    """Give a vendor's components as its own page has them: in its own groups."""
    if not parts:
        yield component(_lead(vendor, parts), page)
        return
    named = {part.id: f"{vendor.slug}~group~{slug(part.group)}" for part in parts if part.group}
    for key in dict.fromkeys(named.values()):
        inside = [part for part in parts if named.get(part.id) == key]
        status = published.worst_of(part.status for part in inside)
        lead = Part(id=key, name=inside[0].group or "", status=status, vendor=vendor.slug, derived=True)
        yield group(lead, (component_id(vendor.slug, part) for part in inside), page)
    yield from _members(vendor, parts, named, page)


def _members(
    vendor: Vendor, parts: Iterable[Component], groups: dict[str, str], page: str
) -> Iterator[shapes.Component]:
    seen = [one.health.first_look for one in vendor.shown if one.health.first_look]
    changed = {
        part.id: incident.started_at
        for incident in reversed(vendor.incidents)
        for part in incident.components
        if incident.state is not State.SCHEDULED
    }
    why = _why(vendor)
    for number, part in enumerate(parts, 1):
        yield component(
            Part(
                id=component_id(vendor.slug, part),
                name=part.name,
                status=part.status,
                position=number,
                since=min(seen, default=changed.get(part.id)),
                changed_at=changed.get(part.id),
                why=why if part.status is ComponentStatus.UNKNOWN else part.group,
                group=groups.get(part.id),
                vendor=vendor.slug,
                relayed=_is_relayed(vendor),
            ),
            page,
        )


def _parts(vendor: Vendor) -> Sequence[Component]:
    """Return all that is known of a vendor's components; what can not be seen just now is not called well."""
    found: dict[str, Component] = {}
    for one in vendor.shown:
        for part in vendor.page(one).components:
            is_dark = _blind(one) and part.status is ComponentStatus.OPERATIONAL
            status = ComponentStatus.UNKNOWN if is_dark else part.status
            there = found.get(part.id)
            worse = status if there is None else published.worst_of((there.status, status))
            found[part.id] = Component(part.id, part.name, worse, part.group)
    return published.with_incidents(tuple(found.values()), vendor.incidents)


def _lead(vendor: Vendor, parts: Iterable[Component]) -> Part:
    """Return the vendor itself, as bad as anything of it."""
    seen = [one.health.first_look for one in vendor.shown if one.health.first_look]
    is_blind = any(map(_blind, vendor.shown))
    return Part(
        id=group_id(vendor.slug),
        name=vendor.name,
        status=published.worst_of(_statuses(vendor, parts)),
        since=min(seen, default=min((one.started_at for one in vendor.incidents), default=None)),
        why=_why(vendor) if is_blind else None,
        vendor=vendor.slug,
        derived=True,
        relayed=_is_relayed(vendor),
    )


def _statuses(vendor: Vendor, parts: Iterable[Component]) -> Iterator[ComponentStatus]:
    """Give everything that says how a vendor is; of a page that says nothing of a part, the part says nothing."""
    for one in vendor.shown:
        page = vendor.page(one)
        is_silent = page.indicator is Impact.UNKNOWN
        yield ComponentStatus.OPERATIONAL if is_silent else published.status_of(page.indicator)
        if _blind(one):
            yield ComponentStatus.UNKNOWN
    for part in parts:
        if part.status is not ComponentStatus.UNKNOWN:
            yield part.status
    for incident in vendor.incidents:
        if incident.state is not State.SCHEDULED:
            planned = published.is_planned(incident) and incident.impact.rank < Impact.MINOR.rank
            yield published.status_of(Impact.MAINTENANCE if planned else incident.impact)


def _blind(one: Shown) -> str:
    """Return why it is not known how a source is now; nothing where it is."""
    if one.health.last_look is None:
        return "not read yet"
    return "can not be read just now: this is what it showed last" if one.health.failures >= TELL_AT else ""


def _why(vendor: Vendor) -> str:
    dark = next(filter(None, map(_blind, vendor.shown)), "")
    return f"Not known: its status page {dark or 'does not say'}."


def _is_relayed(vendor: Vendor) -> bool:
    return bool(vendor.shown) and all(one.relayed for one in vendor.shown)


def services(views: Iterable[ServiceView], page: str) -> Written:
    """Return the team's own services as a group; what they stand on is listed by itself."""
    parts = [
        Part(
            id=f"service-{slug(view.name)}",
            name=view.name,
            status=published.status_of(view.impact),
            position=number,
            why="; ".join(f"{need.name}: {need.word}" for need in view.needs) or None,
            group=SERVICES,
            derived=True,
        )
        for number, view in enumerate(sorted(views, key=lambda view: view.name.casefold()), 1)
    ]
    if not parts:
        return written((), ComponentStatus.OPERATIONAL)
    status = published.worst_of(part.status for part in parts)
    lead = Part(id=SERVICES, name="Our services", status=status, derived=True)
    items = (group(lead, (part.id for part in parts), page), *(component(part, page) for part in parts))
    return written(items, status)
