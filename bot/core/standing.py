"""How each vendor stands, for `/status`: pure, from what is remembered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.core import testimony
from bot.core.health import Health
from bot.core.message import Span, line, plain_part
from bot.core.probe_views import ProbeView, alone, summary
from bot.core.severity import of_components, worst
from bot.core.spans import duration
from bot.core.wording import state_word, words
from bot.model import Component, ComponentStatus, Impact, Incident, Kind, Page, Source, SourceKind, State


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One watched source.  `impact` is None as long as nothing is known of it; then it is not green either.

    `probes` are our own that accuse its vendor; of a probe that stands for itself alone, that one.
    """

    vendor: str
    name: str
    impact: Impact | None
    key: str = ""
    checked_at: datetime | None
    stale_since: datetime | None = None
    reason: str = ""
    incidents: tuple[Incident, ...] = ()
    components: tuple[Component, ...] = ()
    url: str | None = None
    is_probe: bool = False
    is_alone: bool = False
    probes: tuple[ProbeView, ...] = ()

    @property
    def lost(self) -> str:
        """What is said of it while nothing can be learnt."""
        return "can not tell" if self.is_probe else "can not be read"


def standing(
    source: Source,
    health: Health,
    page: Page | None,
    incidents: tuple[Incident, ...],
    probes: tuple[ProbeView, ...] = (),
    *,
    for_vendor: bool = True,
) -> Standing:
    """Return how a source stands, the worst of all that it shows.

    A probe may stand `for_vendor`, with all its `probes`, where no page of it is watched.
    """
    troubled = glance(page).components if page else ()
    return Standing(
        key=source.key,
        vendor=source.vendor,
        name=source.whose if for_vendor else source.name,
        impact=_impact(page, incidents) if health.last_look else None,
        checked_at=health.last_look,
        stale_since=health.failing_since if health.is_stale else None,
        reason=health.failure if health.is_stale else "",
        incidents=incidents,
        components=troubled,
        url=page.url if page else None,
        is_probe=source.kind is SourceKind.PROBE,
        is_alone=source.kind is SourceKind.PROBE and not (for_vendor and source.vendor_name),
        probes=probes,
    )


def told_by_us(incidents: Iterable[Incident]) -> tuple[Standing, ...]:
    """Return how vendors stand whose pages nobody watches: by what our own witnesses tell of, the worst first."""
    found: dict[str, list[Incident]] = {}
    for incident in incidents:
        if incident.evidence is not None:
            found.setdefault(incident.vendor, []).append(incident)
    return in_order(
        tuple(
            Standing(
                vendor=vendor,
                name=some[0].name,
                impact=_impact(None, tuple(some)),
                checked_at=None,
                incidents=tuple(some),
            )
            for vendor, some in found.items()
        )
    )


def is_only_suspected(standing: Standing) -> bool:
    """Whether nobody but our own witnesses tells of a trouble: its page shows none."""
    going_on = [incident for incident in standing.incidents if incident.state is not State.SCHEDULED]
    return bool(going_on) and not standing.components and all(one.state is State.SUSPECTED for one in going_on)


_FINE = frozenset({ComponentStatus.OPERATIONAL, ComponentStatus.UNKNOWN})


def glance(page: Page) -> Page:
    """Return the page with nothing but what is not well."""
    return replace(page, components=tuple(c for c in page.components if c.status not in _FINE))


def shown(page: Page) -> Impact:
    """Return how bad it is by what the page shows besides its incidents."""
    said = Impact.NONE if page.indicator is Impact.UNKNOWN else page.indicator
    return worst((said, of_components(glance(page).components)))


def _impact(page: Page | None, incidents: tuple[Incident, ...]) -> Impact:
    said = [incident.impact for incident in incidents if incident.kind is not Kind.MAINTENANCE]
    return worst((shown(page) if page else Impact.NONE, *said))


def in_order(standings: tuple[Standing, ...]) -> tuple[Standing, ...]:
    """Return the worst first, then those that nothing is known of, then the rest by name."""
    return tuple(sorted(standings, key=lambda s: (-_weight(s), s.name.lower())))


def _weight(standing: Standing) -> float:
    if standing.impact is None:
        return 1.5
    return standing.impact.rank + (0.5 if standing.stale_since else 0)


def label(standing: Standing) -> str:
    """Return one or two words for how it stands."""
    if standing.impact is None:
        return "not known"
    if is_only_suspected(standing):
        return "suspected"
    word = "trouble" if standing.impact is Impact.UNKNOWN else words(standing.impact)
    return "operational" if standing.impact is Impact.NONE and not standing.incidents else word


def details(standing: Standing, now: datetime) -> list[str]:
    """Return what there is to say beyond the label, a line each, the most important first."""
    rows = []
    if standing.stale_since and not standing.is_probe:
        last = "its last state still stands" if standing.checked_at else "nothing is known of it yet"
        rows.append(f"can not be read for {duration(now - standing.stale_since)}: {standing.reason}; {last}")
    for incident in standing.incidents:
        lasting = f"for {duration(now - incident.started_at)}"
        if incident.started_at > now:
            lasting = f"in {duration(incident.started_at - now)}"
        quiet = ", muted" if incident.muted else ""
        rows.append(f"{incident.title} ({state_word(incident)}, {lasting}{quiet}) [{incident.id}]")
        rows += [plain_part(one) for one in testimony.lines(incident)]
    listed = {component.id for incident in standing.incidents for component in incident.components}
    rows += [f"{c.name}: {words(c.status)}" for c in standing.components if c.id not in listed]
    if standing.probes:
        said = plain_part(line(*of_probes(standing, now)))
        return [*rows, said] if rows or standing.is_probe else [checked(standing, now), said]
    return rows or [checked(standing, now)]


def of_probes(standing: Standing, now: datetime) -> tuple[Span, ...]:
    """Return in one line how its probes stand; nothing if it has none."""
    if standing.is_alone and standing.probes:
        return alone(standing.probes[0], now)
    return summary(standing.probes, now)


def checked(standing: Standing, now: datetime) -> str:
    """Return how fresh it is."""
    return f"checked {duration(now - standing.checked_at)} ago" if standing.checked_at else "not looked at yet"
