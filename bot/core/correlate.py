"""Whose incident is a claim: one it already belongs to, one that is open, or a new one."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from itertools import count

from bot.core.claims import is_own
from bot.core.hosting import host_of_component, host_of_late_word, host_of_vendor_claim, host_of_witness, listing
from bot.core.witnesses import is_witness
from bot.model import Change, ChangeKind, Claim, Incident, Source, SourceKind


@dataclass(frozen=True, slots=True)
class Attachment:
    """The incident that a claim belongs to.

    `new`: the incident begins with this claim.  `acknowledges`: the vendor's own incident joins one that
    was known before the vendor wrote of it.  `echo`: another source already tells this incident's words.
    """

    incident: str
    new: bool = False
    acknowledges: bool = False
    echo: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What is already there: incidents that could be meant, and which claims belong where.

    `attached` maps this source's external ids to incidents, `siblings` those of the same vendor's other feeds.
    """

    attached: Mapping[str, str] = field(default_factory=dict[str, str])
    siblings: Mapping[str, str] = field(default_factory=dict[str, str])
    incidents: Mapping[str, Incident] = field(default_factory=dict[str, Incident])


def correlate(changes: Iterable[Change], source: Source, around: Surroundings, now: datetime) -> dict[str, Attachment]:
    """Return the incident of every claim in `changes`, by external id.

    A claim that is over and never had an incident gets none: it is only remembered.
    """
    attachments: dict[str, Attachment] = {}
    begun: dict[str, Claim] = {}
    # An incident that lists components has the better claim to a trouble of components than one that lists none.
    for change in sorted(changes, key=lambda change: not change.claim.components):
        claim = change.claim
        if claim.external_id in attachments:
            continue
        taken = frozenset(there.incident for there in attachments.values() if there.acknowledges)
        attachment = _kept(change, source, around) or _placed(change, source, around, begun, taken, now)
        if attachment is None:
            continue
        attachments[claim.external_id] = attachment
        if attachment.new:
            begun[attachment.incident] = claim
    return attachments


def _kept(change: Change, source: Source, around: Surroundings) -> Attachment | None:
    """A claim stays where it is; only a component that fails anew, much later, is a new trouble.

    One that has become part of another incident goes on there.
    """
    claim, incident = change.claim, around.attached.get(change.claim.external_id)
    if incident is None or (change.kind is ChangeKind.OPENED and is_own(claim.external_id)):
        return None
    known = around.incidents.get(incident)
    if is_own(claim.external_id) and claim.is_open and known and not known.is_open and listing(claim, around.incidents):
        return None
    return Attachment(incident, echo=_is_echo(claim, source, known))


def _is_echo(claim: Claim, source: Source, incident: Incident | None) -> bool:
    """Whether another feed brought this very incident first: then that one tells its words."""
    if is_witness(source):
        return False
    views = (view for view in incident.claims if view.teller is SourceKind.FEED) if incident else ()
    teller = next((view.key for view in views if view.key.partition("|")[2] == claim.external_id), None)
    return teller is not None and teller != f"{source.key}|{claim.external_id}"


def _placed(
    change: Change,
    source: Source,
    around: Surroundings,
    begun: Mapping[str, Claim],
    taken: frozenset[str],
    now: datetime,
) -> Attachment | None:
    claim, there = change.claim, around.incidents
    if change.kind is ChangeKind.BACKFILLED:
        host = host_of_late_word(claim, there, taken, now)
        return Attachment(host, acknowledges=True) if host else None
    if not claim.is_open and change.kind is not ChangeKind.OPENED:
        return None
    if is_witness(source):
        host = host_of_witness(claim.components, source, there, now) if claim.is_open else None
        return _hosted(host, claim, source, around, now)
    sibling = None if is_own(claim.external_id) else around.siblings.get(claim.external_id)
    if sibling is not None:
        return Attachment(sibling, echo=True)
    if is_own(claim.external_id):
        host = host_of_component(claim, there, begun, now)
        return _hosted(host, claim, source, around, now)
    host = host_of_vendor_claim(claim, there, taken, now)
    return Attachment(host, acknowledges=True) if host else _hosted(None, claim, source, around, now)


def _hosted(host: str | None, claim: Claim, source: Source, around: Surroundings, now: datetime) -> Attachment:
    if host is None:
        return Attachment(incident_id(claim, source, now, around.incidents), new=True)
    return Attachment(host, echo=_is_echo(claim, source, around.incidents.get(host)))


def incident_id(claim: Claim, source: Source, now: datetime, taken: Collection[str] = ()) -> str:
    """Return a name that every instance gives to the same trouble, and that a person can type.

    The vendor's own id where there is one; for what nobody has posted the name of the part and the minute.
    """
    if is_own(claim.external_id) or is_witness(source):
        part = claim.components[0].name if claim.components and is_witness(source) else claim.title
        stem = re.sub(r"[^a-z0-9]+", "-", part.lower()).strip("-")[:40] or "component"
        name = f"{source.vendor}-{stem}-{now:%Y%m%dT%H%M}"
        others = (f"{name}-{number}" for number in count(2))
        return name if name not in taken else next(other for other in others if other not in taken)
    if re.fullmatch(r"[A-Za-z0-9_-]{1,40}", claim.external_id):
        return f"{source.vendor}-{claim.external_id}"
    return f"{source.vendor}-{blake2b(claim.external_id.encode(), digest_size=6).hexdigest()}"
