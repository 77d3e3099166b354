"""Our own services at the terminal: for people, and for programs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC

from bot.core.impact import Need, ServiceView, label
from bot.core.serving import matters
from bot.core.strangers import safe
from bot.model import Impact


def print_service(view: ServiceView, wide: int) -> None:
    """Print one of several services."""
    word = label(view) if view.impact in {None, Impact.NONE} else label(view).upper()
    first, *rest = matters(view) or ["all that it needs is operational"]
    print(safe(f"{view.name:<{wide}} {word:<12} {first}"))
    for row in rest:
        print(safe(f"{'':<{wide}} {'':<12} {row}"))


def service_json(view: ServiceView) -> Mapping[str, object]:
    """Return a service as programs read it; it stands in a list with vendors, and has no `vendor`."""
    one = view.service
    return {
        "service": one.name,
        "status": label(view),
        "impact": view.impact.value if view.impact else None,
        "owner": one.owner,
        "runbook": one.runbook,
        "depends_on": [_need_json(need) for need in view.needs],
        "incidents": [incident.id for incident in view.incidents],
        "fallback": {"vendor": view.fallback and _need_json(view.fallback), "steps": list(one.fallback_steps)},
    }


def _need_json(need: Need) -> Mapping[str, object]:
    checked = need.checked_at.astimezone(UTC).isoformat(timespec="seconds") if need.checked_at else None
    return {
        "vendor": need.vendor,
        "name": need.name,
        "is_told": need.is_told,
        "status": need.word,
        "impact": need.impact.value if need.impact else None,
        "checked_at": checked and checked.replace("+00:00", "Z"),
    }
