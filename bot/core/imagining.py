"""An incident that only exists to see where it would go: what somebody says of it, and what it amounts to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches

from bot.core.rules import Route, Service
from bot.core.shifts import moment
from bot.model import Component, ComponentStatus, Confidence, Evidence, Impact, Incident, Kind, State

IMPACTS = ("none", "minor", "major", "critical")
KINDS = ("incident", "maintenance", "suspected")
SURENESS = ("low", "medium", "high")
# What can be said of it, and which words there are for it; None: any.
KEYS: Mapping[str, tuple[str, ...] | None] = {
    "component": None,
    "region": None,
    "service": None,
    "impact": IMPACTS,
    "kind": KINDS,
    "confidence": SURENESS,
    "at": None,
}
USAGE = "`routes test openai component=API impact=major`"
_SAID = re.compile(r"(?:^|(?<=\s))([a-z_-]+)\s*=\s*", re.IGNORECASE)
_AROUND = " \t\r\n\"'“”"
_CLOSE = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Imagined:
    """What somebody says of it; `at` is when it would be, as they write times.

    Of how sure it is nothing need be said but of a suspicion, and who says it speaks of one.
    """

    vendor: str
    component: str = ""
    region: str = ""
    service: str = ""
    impact: str = "major"
    kind: str = ""
    confidence: str = ""
    at: str = ""


def read(vendor: str, said: str) -> Imagined | str:
    """Return what `component=API impact=major` says; or what is wrong with it."""
    if not vendor:
        return f"Whose incident? {USAGE}"
    found = list(_SAID.finditer(said))
    before = said[: found[0].start()] if found else said
    if before.strip():
        return f"“{before.strip()}” says nothing of it: {USAGE}"
    ends = [one.start() for one in found[1:]] + [len(said)] * bool(found)
    values = {one[1].lower(): said[one.end() : end].strip(_AROUND) for one, end in zip(found, ends, strict=True)}
    for key, value in values.items():
        if (wrong := _wrong(key, value)) is not None:
            return wrong
    return Imagined(vendor=vendor, **{key: value.lower() if KEYS[key] else value for key, value in values.items()})


def _wrong(key: str, value: str) -> str | None:
    if key not in KEYS:
        close = get_close_matches(key, KEYS, n=1, cutoff=_CLOSE)
        return f"There is no “{key}”" + (f"; did you mean “{close[0]}”?" if close else f"; there is {', '.join(KEYS)}")
    words = KEYS[key]
    if words is not None and value.lower() not in words:
        return f"“{value}” is no {key}; write one of {', '.join(words)}"
    return None if value else f"Which {key}? {USAGE}"


def when(imagined: Imagined, routes: tuple[Route, ...], now: datetime) -> datetime | None:
    """Return when it would be: `now`, or the next such time by the clock of the routes; None if it is no time."""
    return moment(imagined.at, clock_of(routes), now) if imagined.at else now


def clock_of(routes: tuple[Route, ...]) -> str:
    """Return the time zone by which the routes count hours: the first that any of them names."""
    zones = (one.timezone for route in routes for one in (route.quiet, route.digest, route.weekly) if one is not None)
    return next(zones, "UTC")


def incident(imagined: Imagined, vendor: str, at: datetime) -> Incident:
    """Return the incident; `vendor` is the slug of whom the word means."""
    kind = Kind(imagined.kind or ("suspected" if imagined.confidence else "incident"))
    impact = Impact(imagined.impact)
    sure = Evidence(confidence=Confidence(imagined.confidence or "low")) if kind is Kind.SUSPECTED else None
    name = imagined.component or imagined.region
    parts = (Component("imagined", name, ComponentStatus.UNKNOWN, imagined.region or None),) if name else ()
    return Incident(
        id="imagined",
        vendor=vendor,
        name=imagined.vendor,
        kind=kind,
        title="Imagined",
        state=State.SUSPECTED if kind is Kind.SUSPECTED else State.INVESTIGATING,
        impact=impact,
        peak=impact,
        started_at=at,
        first_seen_at=at,
        components=parts,
        evidence=sure,
    )


def touching(imagined: Imagined, vendor: str, services: tuple[Service, ...]) -> tuple[Service, ...]:
    """Return our services, of which the one that is named is touched in any case."""
    if not imagined.service:
        return services
    wanted = imagined.service.casefold()
    others = (one for one in services if one.name.casefold() != wanted)
    return (*others, Service(name=imagined.service, depends_on=((vendor, None),)))
