"""Witnesses of ours in tests: probes and programs that call in, and a desk that has them."""

from __future__ import annotations

from dataclasses import replace

from bot.core.evidence import Panel, Standby
from bot.model import (
    Claim,
    Component,
    Impact,
    Kind,
    PageSays,
    Snapshot,
    Source,
    SourceKind,
    State,
    Update,
)
from tests.unit.build import ACME, at, quiet_page, update
from tests.unit.desk import Desk

FOUND = update("u1", "We look into errors.", 19)


def probe(name: str = "api-1", part: str = "API") -> Source:
    return replace(
        ACME,
        key=f"probe:{name}",
        name=name,
        format="http",
        kind=SourceKind.PROBE,
        vendor_name="Acme",
        components=(part,) if part else (),
    )


def hook(name: str = "gateway") -> Source:
    return replace(probe(name), key=f"hook:{name}", kind=SourceKind.HOOK)


def failing(by: Source, minute: float, since: float | None = None, why: str = "HTTP 503") -> Snapshot:
    return _testimony(by, minute, minute if since is None else since, why, None)


def passing(by: Source, minute: float, since: float) -> Snapshot:
    return _testimony(by, minute, since, "", minute)


def _testimony(by: Source, minute: float, since: float, why: str, until: float | None) -> Snapshot:
    parts = tuple(Component(f"{by.key}/{name}", name) for name in by.components)
    one = Claim(
        external_id=f"{by.key}/{since:g}",
        title=f"{by.components[0] if by.components else 'Acme'} is failing",
        state=State.SUSPECTED if until is None else State.RESOLVED,
        impact=Impact.MINOR,
        kind=Kind.SUSPECTED,
        components=parts,
        updates=(Update("first", State.SUSPECTED, why, at(since)),) if why else (),
        started_at=at(since),
        published_at=at(since),
        resolved_at=None if until is None else at(until),
        evidence=why,
    )
    return Snapshot(vendor="acme", format="http", incidents=(one,), complete_open_set=True, taken_at=at(minute))


def desk_with(*probes: Source, page: PageSays = PageSays.NOTHING) -> Desk:
    """A desk that has seen Acme's page once, when all was well, and has these probes."""
    standbys = (Standby(key=p.key, components=tuple(Component(n, n) for n in p.components)) for p in probes)
    desk = Desk(panel=Panel(probes=tuple(standbys), page=page))
    desk.sees(quiet_page(0))
    return desk


ONE, TWO, THREE = probe("api-1"), probe("api-2"), probe("api-3")
