"""Whose incident is a claim: one it already belongs to, one that is open, or a new one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import blake2b

from bot.core.claims import is_own
from bot.model import Change, ChangeKind, Claim, Incident, Kind, Source, State

# Components that fail within this time of each other, without a word from the vendor, are one trouble.
SAME_TROUBLE = timedelta(minutes=15)

_ROOTLESS = frozenset({Kind.COMPONENT, Kind.SUSPECTED})


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

    `attached` maps this source's external ids to incidents, `siblings` those of the same vendor's other sources.
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
    if is_own(claim.external_id) and claim.is_open and known and not known.is_open and _listing(claim, around):
        return None
    return Attachment(incident, echo=_is_echo(claim, source, known))


def _is_echo(claim: Claim, source: Source, incident: Incident | None) -> bool:
    """Whether another source brought this very incident first: then that one tells its words."""
    views = incident.claims if incident else ()
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
    claim = change.claim
    if not claim.is_open and change.kind is not ChangeKind.OPENED:
        return None
    sibling = None if is_own(claim.external_id) else around.siblings.get(claim.external_id)
    if sibling is not None:
        return Attachment(sibling, echo=True)
    if is_own(claim.external_id):
        host = _host_of_component(claim, around, begun, now)
        if host is not None:
            return Attachment(host, echo=_is_echo(claim, source, around.incidents.get(host)))
        return Attachment(incident_id(claim, source, now), new=True)
    host = _host_of_vendor_claim(claim, around, taken)
    return Attachment(host, acknowledges=True) if host else Attachment(incident_id(claim, source, now), new=True)


def _host_of_component(claim: Claim, around: Surroundings, begun: Mapping[str, Claim], now: datetime) -> str | None:
    """The open incident that has listed the component; else a trouble of other components just begun."""
    recent = [i for i in _open(around) if i.kind is Kind.COMPONENT and now - i.first_seen_at <= SAME_TROUBLE]
    for incident in (*_listing(claim, around), *recent):
        return incident.id
    return next((i for i, first in begun.items() if first.kind is Kind.COMPONENT), None)


def _listing(claim: Claim, around: Surroundings) -> list[Incident]:
    """The vendor's open incidents that have listed a component of `claim`; what is only planned has not begun."""
    going_on = [i for i in _open(around) if i.kind not in _ROOTLESS and i.state is not State.SCHEDULED]
    return [incident for incident in going_on if _component_ids(claim) & _incident_component_ids(incident)]


def _host_of_vendor_claim(claim: Claim, around: Surroundings, taken: frozenset[str]) -> str | None:
    """The open trouble that was known before the vendor wrote of it, if it is about the same components.

    One that the vendor has just acknowledged (`taken`) is not acknowledged by its next incident too.
    """
    ids = _component_ids(claim)
    for incident in _open(around):
        if incident.kind not in _ROOTLESS or claim.kind is Kind.MAINTENANCE or incident.id in taken:
            continue
        theirs = _incident_component_ids(incident)
        if ids & theirs or not ids or not theirs:
            return incident.id
    return None


def _open(around: Surroundings) -> list[Incident]:
    """Newest first, so that a new claim joins the trouble of today."""
    open_ones = (incident for incident in around.incidents.values() if incident.is_open)
    return sorted(open_ones, key=lambda incident: (incident.first_seen_at, incident.id), reverse=True)


def _component_ids(claim: Claim) -> frozenset[str]:
    return frozenset(component.id for component in claim.components)


def _incident_component_ids(incident: Incident) -> frozenset[str]:
    return frozenset(component.id for component in incident.components)


def incident_id(claim: Claim, source: Source, now: datetime) -> str:
    """Return a name that every instance gives to the same trouble, and that a person can type.

    The vendor's own id where there is one; for a component without an incident its name and the minute.
    """
    if is_own(claim.external_id):
        stem = re.sub(r"[^a-z0-9]+", "-", claim.title.lower()).strip("-")[:40] or "component"
        return f"{source.vendor}-{stem}-{now:%Y%m%dT%H%M}"
    if re.fullmatch(r"[A-Za-z0-9_-]{1,40}", claim.external_id):
        return f"{source.vendor}-{claim.external_id}"
    return f"{source.vendor}-{blake2b(claim.external_id.encode(), digest_size=6).hexdigest()}"
