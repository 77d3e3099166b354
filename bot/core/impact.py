"""How our own services stand: the worst of what they depend on; pure, from what is remembered.

What can not be read is never green: a service all of whose needs look well, but one that nobody can see, can not be
told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.core import routing, team
from bot.core.cards import NOT_TOLD
from bot.core.message import Tone
from bot.core.probe_views import ProbeView
from bot.core.rules import Service
from bot.core.severity import worst
from bot.core.standing import Standing
from bot.core.wording import TONES, short, words
from bot.model import Component, ComponentStatus, Impact, Incident, Kind, State

NOT_READ = "not read yet"


@dataclass(frozen=True, slots=True)
class Page:
    """How one watched source stands, with all the components on its page."""

    standing: Standing
    parts: tuple[Component, ...] = ()


@dataclass(frozen=True, slots=True)
class Ground:
    """What is known of one vendor: all its sources, and its open incidents, whatever a watch filters out."""

    pages: tuple[Page, ...] = ()
    incidents: tuple[Incident, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One thing that is depended on, and in a word or two how it stands; without `impact` that can not be told.

    `is_told` is whether all of it is seen just now; where it is not, the word says why.
    """

    vendor: str
    name: str
    impact: Impact | None
    word: str
    is_told: bool = True
    checked_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceView:
    """How a service of our own stands, why, and how the vendor is that can stand in, if there is one."""

    service: Service
    impact: Impact | None
    needs: tuple[Need, ...]
    incidents: tuple[Incident, ...] = ()
    fallback: Need | None = None

    @property
    def name(self) -> str:
        """What its users call it."""
        return self.service.name


@dataclass(frozen=True, slots=True)
class Names:
    """What vendors are called that nobody watches, and the words for their components that stand for others.

    `expected` are those that are configured to be watched, whether they ever were read or not.
    """

    expected: frozenset[str] = frozenset()
    title: Callable[[str], str] = str
    meanings: Callable[[str], Mapping[str, Sequence[str]]] = field(default=lambda _: {})


def vendors(services: Iterable[Service]) -> frozenset[str]:
    """Return all vendors that must be asked about to tell how services stand."""
    found = {vendor for service in services for vendor, _ in service.depends_on}
    found |= {team.VENDOR} if found else set()
    return frozenset(found | {service.fallback_vendor for service in services if service.fallback_vendor})


def view(service: Service, grounds: Mapping[str, Ground], names: Names) -> ServiceView:
    """Return how a service stands."""
    needs = tuple(
        _need(vendor, parts, grounds.get(vendor, Ground()), names) for vendor, parts in _asked(service, names)
    )
    declared = [i for i in grounds.get(team.VENDOR, Ground()).incidents if routing.depends(service, i)]
    known = worst((*(one.impact for one in needs if one.impact is not None), *(i.impact for i in declared)))
    is_dark = any(one.impact is None for one in needs)
    around = [i for vendor in dict(service.depends_on) for i in grounds.get(vendor, Ground()).incidents]
    other = service.fallback_vendor
    return ServiceView(
        service=service,
        impact=None if is_dark and not known.rank else known,
        needs=needs,
        incidents=(*declared, *(i for i in around if routing.depends(service, i))),
        fallback=_need(other, (), grounds.get(other, Ground()), names) if other else None,
    )


def condition(vendor: str, ground: Ground, names: Names = Names()) -> str:
    """Return in a few words how a vendor stands that is to stand in."""
    return _need(vendor, (), ground, names).word


def _asked(service: Service, names: Names) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Give each thing that is depended on, with all the names that it may have: none for the whole of a vendor."""
    for vendor in dict(service.depends_on):
        parts = [part for whose, part in service.depends_on if whose == vendor]
        if None in parts:
            yield vendor, ()
        meanings = names.meanings(vendor)
        led = {part: tuple(meanings.get(part.lower(), ())) for part in parts if part}
        others = {way for ways in led.values() for way in ways}
        for part, ways in led.items():
            if part not in others:
                yield vendor, (part, *ways)


def _need(vendor: str, parts: tuple[str, ...], ground: Ground, names: Names) -> Need:
    name = ground.pages[0].standing.name if ground.pages else names.title(vendor)
    times = [page.standing.checked_at for page in ground.pages if page.standing.checked_at]
    only = Service(name="", depends_on=tuple((vendor, part) for part in parts or (None,)))
    going_on = [i for i in ground.incidents if i.state is not State.SCHEDULED and routing.depends(only, i)]
    seen, blind = _by_pages(parts, ground)
    if not ground.pages:
        blind = NOT_READ if vendor in names.expected else "not watched"
    told = [_of_incident(i) for i in going_on]
    impact = worst((*told, *(one.impact for one in seen if one.impact is not None)))
    need = Need(
        vendor=vendor,
        name=f"{name} · {parts[0]}" if parts else name,
        impact=impact,
        word=_word(impact, going_on, seen),
        is_told=not blind,
        checked_at=min(times, default=None),
    )
    if not blind:
        return need
    return replace(need, word=f"{need.word}; {blind}") if impact.rank else replace(need, impact=None, word=blind)


@dataclass(frozen=True, slots=True)
class _Seen:
    impact: Impact | None
    word: str = ""


def _by_pages(names: tuple[str, ...], ground: Ground) -> tuple[list[_Seen], str]:
    """Return what the pages show of a vendor or a part of it, and why that is not all, if it is not."""
    if not names:
        seen = [_Seen(page.standing.impact) for page in ground.pages]
        return seen, next(filter(None, (_blind(page.standing, names) for page in ground.pages)), "")
    found = [(page, one) for page in ground.pages for one in page.parts if any(routing.fits(n, one) for n in names)]
    having, parts = [page for page, _ in found], [one for _, one in found]
    seen = [_Seen(_of_status(one.status), short(one.status)) for one in parts]
    blind = next(filter(None, (_blind(page.standing, names) for page in having or ground.pages)), "")
    if not blind and not having and any(page.parts for page in ground.pages):
        blind = "nothing on its page is called so"
    if not blind and any(one.status is ComponentStatus.UNKNOWN for one in parts):
        blind = "its page does not say"
    return seen, blind


def _blind(standing: Standing, names: tuple[str, ...]) -> str:
    """Return why a source does not tell how it is now with what is called so; nothing if it does."""
    if standing.is_probe:
        # Where there is no page, a probe of one part says nothing of another.
        told = any(one.can_tell and _is_of(one, names) for one in standing.probes)
        return "" if told else "no probe of ours tells of it"
    if standing.stale_since:
        return "its page can not be read"
    return NOT_READ if standing.impact is None else ""


def _is_of(probe: ProbeView, names: tuple[str, ...]) -> bool:
    part = Component(probe.name, probe.component)
    return not names or not probe.component or any(routing.fits(name, part) for name in names)


def _of_status(status: ComponentStatus) -> Impact:
    return Impact.NONE if status is ComponentStatus.UNKNOWN else status.impact


def _of_incident(incident: Incident) -> Impact:
    return Impact.MAINTENANCE if incident.kind is Kind.MAINTENANCE else incident.impact


def _word(impact: Impact, going_on: list[Incident], seen: list[_Seen]) -> str:
    by_page = [one for one in seen if one.impact is not None and one.impact.rank]
    if impact.rank and by_page and all(one.word for one in by_page):
        return max(by_page, key=lambda one: one.impact.rank if one.impact else 0).word
    troubles = [i for i in going_on if _of_incident(i).rank]
    if troubles and all(i.state is State.SUSPECTED for i in troubles):
        return "suspected"
    return word(impact)


def word(impact: Impact | None) -> str:
    """Return in a word how something stands."""
    if impact is None:
        return NOT_TOLD
    if impact is Impact.NONE:
        return "operational"
    return "in trouble" if impact is Impact.UNKNOWN else words(impact)


def need_tone(need: Need) -> Tone:
    """Return how one thing looks that is depended on: never well unless it was seen to be."""
    if need.impact is None:
        return Tone.NOTICE
    return Tone.RESOLVED if need.impact is Impact.NONE else TONES[need.impact]


def label(found: ServiceView) -> str:
    """Return in a word or two how a service stands."""
    troubles = [one for one in found.needs if one.impact is not None and one.impact.rank]
    if troubles and all(one.word.partition(";")[0] == "suspected" for one in troubles):
        return "suspected"
    return word(found.impact)


def in_order(views: Iterable[ServiceView]) -> tuple[ServiceView, ...]:
    """Return the worst first, then those that can not be told, then the rest by name."""
    return tuple(sorted(views, key=lambda one: (-_weight(one), one.name.lower())))


def _weight(one: ServiceView) -> float:
    return 0.5 if one.impact is None else one.impact.rank
