"""A snapshot as `sitrep parse --json` prints it: the contract of DESIGN.md, section 6."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.model import Claim, Snapshot


def snapshot_json(snapshot: Snapshot) -> dict[str, object]:
    """Return a snapshot in JSON's own types, with exactly the promised keys; what is absent is None."""
    return {
        "vendor": snapshot.vendor,
        "format": snapshot.format,
        "indicator": snapshot.indicator.value,
        "complete_open_set": snapshot.complete_open_set,
        "components": [
            {"id": c.id, "name": c.name, "status": c.status.value, "group": c.group} for c in snapshot.components
        ],
        "incidents": [_incident(claim) for claim in snapshot.incidents],
    }


def _incident(claim: Claim) -> dict[str, object]:
    return {
        "id": claim.external_id,
        "title": claim.title,
        "state": claim.state.value,
        "impact": claim.impact.value,
        "kind": claim.kind.value,
        "components": [component.name for component in claim.components],
        "url": claim.url,
        "started_at": _time(claim.started_at),
        "published_at": _time(claim.published_at),
        "resolved_at": _time(claim.resolved_at),
        "updates": [{"id": u.id, "state": u.state.value, "body": u.body, "at": _time(u.at)} for u in claim.updates],
    }


def _time(at: datetime | None) -> str | None:
    """Return `2026-08-17T13:40:03.620Z`: always UTC, always milliseconds."""
    if at is None:
        return None
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
