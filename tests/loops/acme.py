"""The status page of Acme, a vendor that does not exist: payloads as Statuspage writes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SUMMARY = "/api/v2/summary.json"

Json = Mapping[str, object]


def at(minutes: float) -> str:
    """Write the time so many minutes after noon."""
    return f"{NOON + timedelta(minutes=minutes):%Y-%m-%dT%H:%M:%S.000Z}"


def component(name: str, status: str = "operational") -> Json:
    return {"id": name.lower(), "name": name, "status": status, "group": False, "group_id": None}


def incident(key: str, *said: tuple[str, str, float], title: str = "Errors", impact: str = "major") -> Json:
    """Return an incident that said these things, oldest first: state, words, minutes after noon."""
    updates = [
        {"id": f"{key}-{number}", "status": state, "body": words, "display_at": at(minutes), "created_at": at(minutes)}
        for number, (state, words, minutes) in enumerate(said)
    ]
    state, _, last = said[-1]
    return {
        "id": key,
        "name": title,
        "status": state,
        "impact": impact,
        "created_at": at(said[0][2]),
        "started_at": at(said[0][2]),
        "resolved_at": at(last) if state == "resolved" else None,
        "incident_updates": updates[::-1],
        "components": [],
    }


def summary(
    *incidents: Json,
    components: Sequence[Json] = (component("API"), component("Website")),
    page: str = "acme",
    updated: float = 0,
) -> Json:
    """Return the whole page; `updated` is a field that changes without meaning."""
    is_troubled = any(one["status"] != "resolved" for one in incidents)
    return {
        "page": _page(page, updated),
        "components": list(components),
        "incidents": list(incidents),
        "scheduled_maintenances": [],
        "status": {"indicator": "major" if is_troubled else "none", "description": "Acme"},
    }


def alone(one: Json) -> Json:
    """Return the document at an incident's own address."""
    return {"page": _page("acme"), "incident": one}


def listed(*incidents: Json) -> Json:
    """Return the document that lists the last incidents."""
    return {"page": _page("acme"), "incidents": list(incidents)}


def _page(key: str, updated: float = 0) -> Json:
    return {"id": key, "name": "Acme", "url": "https://status.acme.example", "updated_at": at(updated)}
