"""A vendor counts in what we had suspected: an incident that it had posted before now names the part that fails.

Then what our witnesses saw is no incident of its own any more, and that the vendor said nothing of it would be untrue:
it goes on as part of the vendor's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.core.claims import is_own, names
from bot.core.correlate import Attachment
from bot.core.fold import fold
from bot.core.lines import by_holder
from bot.core.linking import counted_in
from bot.core.memory import Memory
from bot.core.timeline import Told
from bot.core.witnesses import overlap, testimonies
from bot.model import Change, Claim, Incident, Kind, Source, SourceKind, TimelineEntry


@dataclass(frozen=True, slots=True)
class Admitted:
    """What is told with all that follows; `joins` are the incidents that went on in others, and in which."""

    told: Told
    joins: Mapping[str, str] = field(default_factory=dict[str, str])


def admit(
    told: Told,
    changes: Iterable[Change],
    before: Mapping[str, Memory],
    attachments: Mapping[str, Attachment],
    around: Mapping[str, Incident],
    source: Source,
    now: datetime,
) -> Admitted:
    """Return what is told when suspicions that a vendor's incident has come to name go on as part of it.

    `before` is what was known of the claims that have changed.  What it had named before is left as it is: then
    somebody has taken it apart, or it was another trouble.
    """
    after, entries, joins = dict(told.incidents), list[TimelineEntry](), dict[str, str]()
    for claim, host in _hosts(changes, attachments, source):
        for one in _suspicions(around, source):
            if one.id in after or one.id in joins or host not in after or not after[host].is_open:
                continue
            if not _means(claim, one) or _meant(before.get(claim.external_id), around.get(host), one):
                continue
            moved = counted_in(one, after[host], now)
            held = _held(one, moved.gets, now)
            entries += (*moved.entries, *held)
            after |= {one.id: moved.loses, host: fold(moved.gets, held)}
            joins[one.id] = host
    return Admitted(Told((*told.entries, *entries), after), joins) if joins else Admitted(told)


def _hosts(
    changes: Iterable[Change], attachments: Mapping[str, Attachment], source: Source
) -> Iterator[tuple[Claim, str]]:
    """Give what a vendor has posted and goes on, as it is now, and the incident that it belongs to."""
    if source.kind is not SourceKind.FEED:
        return
    now = {change.claim.external_id: change.claim for change in changes}
    for name, claim in now.items():
        is_posted = claim.is_open and claim.kind in {Kind.INCIDENT, Kind.NOTICE} and not is_own(name)
        if is_posted and name in attachments:
            yield claim, attachments[name].incident


def _suspicions(around: Mapping[str, Incident], source: Source) -> Iterator[Incident]:
    for one in around.values():
        ours = one.claims and len(testimonies(one.claims)) == len(one.claims)
        if one.is_open and one.kind is Kind.SUSPECTED and one.vendor == source.vendor and one.components and ours:
            yield one


def _meant(known: Memory | None, host: Incident | None, suspicion: Incident) -> bool:
    """Whether that had been so before: by the claim, or by what another feed has told of the same incident."""
    listed = host is not None and overlap(host.components, suspicion.components)
    return listed or (known is not None and _means(known.claim, suspicion))


def _means(claim: Claim, suspicion: Incident) -> bool:
    """Whether a claim lists a part that fails, or has it in its words."""
    parts = suspicion.components
    return overlap(claim.components, parts) or any(names(claim, part) for part in parts)


def _held(away: Incident, host: Incident, now: datetime) -> tuple[TimelineEntry, ...]:
    """Return the line by which whoever had a suspicion has what it goes on in: nobody is called a second time."""
    return () if away.acked is None or host.acked is not None else (by_holder(host, away.acked, now),)
