"""Claims that we write ourselves for a witness: how they begin, go on, grow old and end.

What a witness repeats is not told again, however its words may have changed: the claim stays as it was.  What it ended
is not opened again by a message that comes late or twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from bot.core.memory import Known
from bot.core.slugs import slug
from bot.core.spans import duration
from bot.model import Claim, Component, Impact, Kind, Snapshot, Source, State, Update


def opened(
    source: Source,
    external_id: str,
    at: datetime,
    *,
    title: str = "",
    component: str | None = None,
    impact: Impact = Impact.MINOR,
) -> Claim:
    """Return a trouble that began at `at`: a suspicion of a vendor, or, with the `title`, something of our own."""
    accuses = bool(source.vendor_name)
    failing = f"{component or source.vendor_name} is failing"
    parts = (Component(f"{source.key}/{slug(component)}", component),) if component else ()
    return Claim(
        external_id=external_id,
        title=failing if accuses else title,
        kind=Kind.SUSPECTED if accuses else Kind.INCIDENT,
        state=State.SUSPECTED if accuses else State.INVESTIGATING,
        impact=impact,
        components=parts,
        started_at=at,
    )


def said(claim: Claim, name: str, words: str, at: datetime, state: State | None = None) -> Claim:
    """Return a claim with one more statement, and in the state that it names."""
    state = state or claim.state
    return replace(claim, state=state, updates=(*claim.updates, Update(name, state, words, at)))


def over(claim: Claim, words: str, at: datetime) -> Claim:
    """Return a claim that has ended."""
    return replace(said(claim, "over", words, at, State.RESOLVED), resolved_at=at)


def identity(series: str, at: datetime) -> str:
    """Return the name of one trouble of several that are alike."""
    return f"{series}-{at:%Y%m%dT%H%M%S}"


def series_of(claim: Claim) -> str:
    """Return what a trouble has in common with others that are alike."""
    return claim.external_id.rpartition("-")[0]


def began(claim: Claim) -> float:
    """Return when a claim began, as a number to compare."""
    return claim.started_at.timestamp() if claim.started_at else 0.0


def standing(known: Known, series: str | None = None) -> list[Claim]:
    """Return the open claims, the oldest first; only those of one series, if it is named."""
    found = [one.claim for one in known.claims.values() if one.claim.is_open]
    return sorted((one for one in found if series in {None, series_of(one)}), key=began)


def repeated(claim: Claim, evidence: str, at: datetime) -> Claim:
    """Return a claim that its witness makes again: as it was, but one that had grown old is known anew."""
    if claim.state is not State.UNKNOWN:
        return claim
    state = State.SUSPECTED if claim.kind is Kind.SUSPECTED else State.INVESTIGATING
    return replace(said(claim, f"again-{at:%Y%m%dT%H%M%S}", "It is told again.", at, state), evidence=evidence)


def unrepeated(series: Iterable[str], patience: timedelta, known: Known, snapshot: Snapshot) -> Snapshot:
    """Return what becomes of claims that nobody has repeated for so long.

    At first nobody knows whether they still hold: that is said, and is no end.  At the next time they are given up.
    """
    at = taken_at(snapshot)
    wanted = frozenset(series)
    some = [claim for claim in standing(known) if series_of(claim) in wanted]
    old = tuple(_aged(claim, patience, at) for claim in some if claim.state is not State.UNKNOWN)
    gone = frozenset(claim.external_id for claim in some if claim.state is State.UNKNOWN)
    return replace(snapshot, incidents=old, gone=gone)


def given_up(known: Known, snapshot: Snapshot) -> Snapshot:
    """Return what becomes of all claims of a witness that is there no more."""
    return replace(snapshot, gone=frozenset(claim.external_id for claim in standing(known)))


def _aged(claim: Claim, patience: timedelta, at: datetime) -> Claim:
    words = f"It was not told again for {duration(patience)}: nobody knows whether it still holds."
    return replace(said(claim, f"aged-{at:%Y%m%dT%H%M%S}", words, at, State.UNKNOWN), evidence="not told again")


def taken_at(snapshot: Snapshot) -> datetime:
    """Return when a snapshot was taken."""
    if snapshot.taken_at is None:
        raise ValueError("a snapshot of a witness says when it was taken")
    return snapshot.taken_at
