"""What every snapshot lists: each thing once, in the order of the ids."""

from __future__ import annotations

from collections.abc import Iterable

from bot.model import Claim, Component


def claims(found: Iterable[Claim]) -> tuple[Claim, ...]:
    """Return claims by id; of two with the same the last is meant."""
    by_id = {claim.external_id: claim for claim in found}
    return tuple(by_id[key] for key in sorted(by_id))


def components(found: Iterable[Component]) -> tuple[Component, ...]:
    """Return components by id; of two with the same the last is meant."""
    by_id = {component.id: component for component in found}
    return tuple(by_id[key] for key in sorted(by_id))
