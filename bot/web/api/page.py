"""From what is known to the shapes of a status page.  Pure: whoever calls has gathered it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast

from bot.core import published
from bot.core.kin import is_relayed
from bot.core.published import Statement
from bot.core.severity import worst
from bot.model import Component, ComponentStatus, Impact, Incident, State
from bot.store.published import Told
from bot.web.api import page_shapes as shapes
from bot.web.api.addresses import incident_page
from bot.web.api.written import typed


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Whose page is made: its id, where people find it, where its incidents are, and of which vendor alone it is."""

    id: str
    name: str
    url: str
    base: str
    vendor: str | None = None

    def about(self, updated_at: datetime) -> shapes.Page:
        """Return what stands at the head of every document."""
        return shapes.Page(id=self.id, name=typed(self.name), url=self.url, updated_at=updated_at)


def component_id(vendor: str, part: Component) -> str:
    """Return the id of a component, which is the vendor's own among its others."""
    return f"{vendor}~{part.id}"


def shown(status: ComponentStatus) -> shapes.Status:
    """Return a status in Statuspage's words, which has none for what is not known: that is not operational."""
    known = ComponentStatus.DEGRADED_PERFORMANCE if status is ComponentStatus.UNKNOWN else status
    return cast("shapes.Status", known.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One component to be written, and what is known of it besides."""

    id: str
    name: str
    status: ComponentStatus
    position: int = 1
    since: datetime | None = None
    changed_at: datetime | None = None
    why: str | None = None
    group: str | None = None
    vendor: str | None = None
    derived: bool = False
    relayed: bool = False


def component(part: Part, page: str) -> shapes.Component:
    """Return a component as it is written."""
    return shapes.Component(**_common(part, page))


def group(part: Part, members: Iterable[str], page: str) -> shapes.Group:
    """Return a group as it is written, with the ids of its members."""
    return shapes.Group(**_common(part, page), components=tuple(members))


def _common(part: Part, page: str) -> dict[str, Any]:
    return {
        "id": part.id,
        "name": typed(part.name),
        "status": shown(part.status),
        "created_at": part.since,
        "updated_at": part.changed_at or part.since,
        "position": part.position,
        "description": part.why,
        "start_date": part.since.date().isoformat() if part.since else None,
        "group_id": part.group,
        "page_id": page,
        "sitrep": shapes.ComponentMore(
            status=part.status.value, vendor=part.vendor, derived=part.derived, relayed=part.relayed
        ),
    }


def incident(
    told: Told, place: Place, others: Collection[str], parts: dict[str, shapes.Component] | None = None
) -> shapes.Incident | shapes.Maintenance:
    """Return an incident as it is written; `parts` are components as the same document has them, by id."""
    one, planned = told.incident, published.is_planned(told.incident)
    said = published.statements(one, told.entries)
    state = published.state_of(one.state, planned=planned)
    common: dict[str, Any] = {
        "id": one.id,
        "name": typed(published.name_of(one, alone=place.vendor is not None)),
        "created_at": published.first_told(one),
        "updated_at": published.changed_at(one, told.entries, said),
        "monitoring_at": _first(said, State.VERIFYING if planned else State.MONITORING),
        "resolved_at": one.resolved_at if state.is_over else None,
        "impact": published.impact_of(one.impact).value,
        "shortlink": incident_page(place.base, one.id),
        "started_at": one.started_at,
        "page_id": place.id,
        "incident_updates": tuple(reversed(tuple(_updates(one, said, planned=planned)))),
        "components": _components(told, place, parts or {}),
        "sitrep": _more(one, relayed=is_relayed(one, others)),
    }
    if planned:
        planned_state = cast("shapes.MaintenanceStatus", state.value)
        return shapes.Maintenance(
            **common, scheduled_for=one.starts_at, scheduled_until=one.ends_at, status=planned_state
        )
    return shapes.Incident(**common, status=cast("shapes.IncidentStatus", state.value))


def _first(said: Iterable[Statement], state: State) -> datetime | None:
    return next((one.at for one in said if one.state is state), None)


def _more(one: Incident, *, relayed: bool) -> shapes.IncidentMore:
    return shapes.IncidentMore(
        vendor=one.vendor,
        vendor_name=one.name,
        kind=one.kind.value,
        state=one.state.value,
        impact=one.impact.value,
        peak=one.peak.value,
        ending=one.ending.value if one.ending else None,
        detected_at=one.detected_at,
        acknowledged_at=one.acknowledged_at,
        services=one.services,
        vendor_url=one.url,
        relayed=relayed,
    )


def _updates(one: Incident, said: Iterable[Statement], *, planned: bool) -> Iterable[shapes.Update]:
    before: dict[str, ComponentStatus] = {}
    for statement in said:
        state = published.state_of(statement.state, planned=planned)
        affected = tuple(
            shapes.Affected(
                code=component_id(one.vendor, part),
                name=typed(part.name),
                old_status=shown(before.get(part.id, part.status)),
                new_status=shown(part.status),
            )
            for part in statement.components
        )
        before |= {part.id: part.status for part in statement.components}
        is_team = statement.who.value == "person"
        yield shapes.Update(
            id=f"{one.id}-{statement.name}",
            status=cast("shapes.UpdateStatus", state.value),
            body=typed(statement.text),
            incident_id=one.id,
            created_at=statement.at,
            updated_at=statement.changed_at,
            display_at=statement.at,
            affected_components=affected or None,
            sitrep=shapes.UpdateMore(
                who=statement.who.value, author=None if is_team else statement.author, kind=statement.kind.value
            ),
        )


def _components(told: Told, place: Place, parts: dict[str, shapes.Component]) -> tuple[shapes.Component, ...]:
    one = told.incident
    return tuple(
        parts.get(key := component_id(one.vendor, part))
        or component(
            Part(
                id=key,
                name=part.name,
                status=part.status,
                position=number,
                since=one.started_at,
                group=None if place.vendor else group_id(one.vendor),
                vendor=one.vendor,
            ),
            place.id,
        )
        for number, part in enumerate(one.components, 1)
    )


def group_id(vendor: str) -> str:
    """Return the id of a vendor among components."""
    return f"vendor-{vendor}"


def indicator(incidents: Iterable[Incident], statuses: Iterable[ComponentStatus], words: str) -> shapes.Indicator:
    """Return how everything stands; what can not be told is not none."""
    going_on = [one for one in incidents if one.is_open and one.state is not State.SCHEDULED]
    impacts = [Impact.MAINTENANCE if published.is_planned(one) and _is_quiet(one) else one.impact for one in going_on]
    found = worst((*impacts, *(status.impact for status in statuses)))
    shown_as = published.impact_of(found).value
    return shapes.Indicator(indicator=cast("Literal['none']", shown_as), description=words)


def _is_quiet(one: Incident) -> bool:
    return one.impact.rank < Impact.MINOR.rank
