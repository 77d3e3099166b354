"""Which incidents go where, and why: the first route that matches, and those after it if it says `continue`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from bot.core import members
from bot.core.rules import Match, Route, Service
from bot.model import Component, Confidence, Destination, Impact, Incident, Kind, Source

# As most clouds spell theirs: us-east-1, europe-west4, ap-southeast-2.
_REGION = re.compile(r"\b[a-z]{2,12}-[a-z]{4,12}-?\d\b")


_SURENESS = tuple(Confidence)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one route made of an incident, with the reason in words."""

    route: str
    matched: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Choice:
    """Where an incident goes, each destination once, and what every route that was asked answered."""

    destinations: tuple[Destination, ...]
    verdicts: tuple[Verdict, ...]


def choose(incident: Incident, routes: Sequence[Route], services: Iterable[Service] = ()) -> Choice:
    """Return where `incident` goes."""
    affected = frozenset(service.name.lower() for service in ours(services) if depends(service, incident))
    destinations: dict[Destination, None] = {}
    verdicts = []
    is_taken = False
    for route in routes:
        if is_taken and not route.is_aside:
            continue
        objection = _objection(route.match, incident, affected)
        verdicts.append(Verdict(route.name, objection is None, objection or "matches"))
        if objection is not None:
            continue
        destinations.update(dict.fromkeys(route.to))
        is_taken = is_taken or not (route.go_on or route.is_aside)
    return Choice(tuple(destinations), tuple(verdicts))


def taken(incident: Incident, routes: Iterable[Route], services: Iterable[Service] = ()) -> tuple[Route, ...]:
    """Return the routes that lead `incident` somewhere; of a burst, any of its members: what it is called by is none.

    Those that are over count only when all are.
    """
    every, asked = tuple(services), tuple(routes)
    mine = tuple(one for one in incident.members if one.is_open) or incident.members
    some = [members.as_incident(one) for one in mine] or [incident]
    found = {place for one in some for place in _leading(one, asked, every)}
    return tuple(asked[place] for place in sorted(found))


def _leading(incident: Incident, routes: Iterable[Route], services: Iterable[Service]) -> Iterable[int]:
    """Give the places of the routes that lead an incident somewhere: a route may name thousands of destinations."""
    affected = _affected(incident, services)
    is_taken = False
    for place, route in enumerate(routes):
        if (route.is_aside or not is_taken) and _objection(route.match, incident, affected) is None:
            yield place
            is_taken = is_taken or not (route.go_on or route.is_aside)


def ruling(mine: Sequence[Route], taken: Callable[[], Iterable[Route]]) -> Route:
    """Return by which of the routes that lead to a destination, `mine`, an incident is told there: the first it takes.

    What has moved on meanwhile, so that it takes none of them any more, is still told by the first.
    """
    if len(mine) == 1:
        return mine[0]
    return next((route for route in taken() if route in mine), mine[0])


def confidence(incident: Incident) -> Confidence:
    """Return how sure it is: what a vendor has written, and what is our own, is confirmed."""
    if incident.kind is not Kind.SUSPECTED:
        return Confidence.CONFIRMED
    return incident.evidence.confidence if incident.evidence is not None else Confidence.LOW


def matches(match: Match, incident: Incident, services: Iterable[Service] = ()) -> bool:
    """Whether an incident is meant; of a burst, whether any of its members is."""
    every = tuple(services)
    return any(_objection(match, one, _affected(one, every)) is None for one in members.each(incident))


def _affected(incident: Incident, services: Iterable[Service]) -> frozenset[str]:
    return frozenset(service.name.lower() for service in services if depends(service, incident))


def fits(pattern: str, part: Component) -> bool:
    """Whether a name, in which `*` stands for anything, is a component's or that of the group which it is in."""
    wanted = pattern.lower()
    # A name that is written as the vendor writes it means itself, also if it has a [ in it.
    return any(name == wanted or fnmatchcase(name, wanted) for name in (part.name.lower(), (part.group or "").lower()))


def misfits(names: Sequence[str], meanings: Mapping[str, Sequence[str]], parts: Sequence[Component]) -> tuple[str, ...]:
    """Return the names in a watch's filter that nothing on the page has; none as long as no component is known.

    `meanings` are the catalog's words for components and what they stand for, which may be in the filter as well.
    """
    led = {name: tuple(meanings.get(name.lower(), ())) for name in names}
    others = {way for ways in led.values() for way in ways}
    asked = [name for name in names if name not in others] if parts else []
    return tuple(name for name in asked if not _fits_any((name, *led[name]), parts))


def as_far_as_it_fits(source: Source, parts: Sequence[Component]) -> Source:
    """Return a watch without its filter, if nothing on the page has any of the names: better too much than nothing."""
    if not source.components or not parts or _fits_any(source.components, parts):
        return source
    return replace(source, components=())


def passes_watch(incident: Incident, source: Source) -> bool:
    """Whether a watch that names components or regions wants this incident; one that lists none may affect any."""
    if source.components and not _names_any(source.components, incident):
        return False
    return not source.regions or _is_in(source.regions, incident)


def ours(services: Iterable[Service]) -> tuple[Service, ...]:
    """Return those that are something of our own, without what is said of vendors themselves."""
    return tuple(service for service in services if not service.of_vendor)


def depends(service: Service, incident: Incident) -> bool:
    """Whether one of our services depends on what is in trouble, or the team says that it suffers."""
    if any(service.name in view.services for view in incident.claims) and not service.of_vendor:
        return True
    return any(
        vendor == incident.vendor and (component is None or _names_any((component,), incident))
        for vendor, component in service.depends_on
    )


def _objection(match: Match, incident: Incident, affected: frozenset[str]) -> str | None:
    """Return why `incident` does not match, in words; None if it does."""
    kind = kind_of(incident)
    if match.vendors and incident.vendor not in match.vendors:
        return f"vendor is {incident.vendor}, not {_either(match.vendors)}"
    if match.kinds and kind not in match.kinds:
        return f"kind is {kind}, not {_either(match.kinds)}"
    if not _is_bad_enough(match, incident, kind):
        return f"impact is {incident.impact}, below {match.min_impact}"
    if _SURENESS.index(sure := confidence(incident)) < _SURENESS.index(match.confidence):
        return f"confidence is {sure}, below {match.confidence}"
    if match.components and not _names_any(match.components, incident):
        return f"none of its components is {_either(match.components)}"
    if match.regions and not _is_in(match.regions, incident):
        return f"nothing in it names {_either(match.regions)}"
    if match.services and not affected & {service.lower() for service in match.services}:
        return f"no service of {_either(match.services)} depends on it"
    return None


def kind_of(incident: Incident) -> Kind:
    """Return the kind as routes name it: a component in trouble and a notice are incidents there."""
    return Kind.INCIDENT if incident.kind in {Kind.COMPONENT, Kind.NOTICE} else incident.kind


def _is_bad_enough(match: Match, incident: Incident, kind: Kind) -> bool:
    """A maintenance has no severity: a route that asks for maintenances gets all of them."""
    if kind is Kind.MAINTENANCE and (Kind.MAINTENANCE in match.kinds or match.min_impact is Impact.NONE):
        return True
    return incident.impact.rank >= match.min_impact.rank


def _names_any(patterns: tuple[str, ...], incident: Incident) -> bool:
    return not incident.components or _fits_any(patterns, incident.components)


def _fits_any(patterns: Iterable[str], parts: Sequence[Component]) -> bool:
    return any(fits(pattern, part) for pattern in patterns for part in parts)


def _is_in(regions: tuple[str, ...], incident: Incident) -> bool:
    """Whether any part that an incident affects is in one of some regions, or is in none, and so may be anywhere.

    The region of a part is its group, where a page has groups; else it may stand in its name.
    """
    wanted = [region.lower() for region in regions]
    placed = [(part.name.lower(), (part.group or "").lower()) for part in incident.components]
    if any(fnmatchcase(group, region) or region in name for name, group in placed for region in wanted):
        return True
    return any(not group and not _REGION.search(name) for name, group in placed) or not placed


def _either(names: Iterable[str]) -> str:
    return " or ".join(names)
