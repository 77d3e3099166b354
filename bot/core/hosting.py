"""Which incident could be a claim's: for a component of the page, a vendor's own incident, a witness of ours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from bot.core.claims import is_named, names
from bot.core.witnesses import overlap, statements, testimonies
from bot.model import Claim, Component, Incident, Kind, Source, SourceKind, State

# Components that fail within this time of each other, without a word from the vendor, are one trouble.
SAME_TROUBLE = timedelta(minutes=15)
# A witness that lists no part, or an incident that lists none, is of one trouble with what was spoken of so lately.
SPOKEN_OF = timedelta(hours=3)
# What fails again so soon after its end has not ended.
RELAPSE = timedelta(minutes=15)
# A vendor may write so late of a suspicion that has passed.
LATE_WORD = timedelta(hours=24)
# Clocks and judgements differ: when a trouble began is not known to the minute.
MARGIN = timedelta(minutes=15)

_UNPOSTED = frozenset({Kind.COMPONENT, Kind.SUSPECTED})
_PLANNED = frozenset({Kind.MAINTENANCE, Kind.NOTICE})

Around = Mapping[str, Incident]


def host_of_component(claim: Claim, around: Around, begun: Mapping[str, Claim], now: datetime) -> str | None:
    """Return the open incident that has listed the component; else a trouble of other components just begun."""
    recent = [i for i in _open(around) if i.kind is Kind.COMPONENT and now - i.first_seen_at <= SAME_TROUBLE]
    suspected = [i for i in _open(around) if i.kind is Kind.SUSPECTED and _is_of(i, claim.components)]
    for incident in (*listing(claim, around), *suspected, *recent):
        return incident.id
    return next((i for i, first in begun.items() if first.kind is Kind.COMPONENT), None)


def listing(claim: Claim, around: Around) -> list[Incident]:
    """Return the open incidents that have listed a component of `claim`; what is only planned has not begun."""
    going_on = [i for i in _open(around) if i.kind not in _UNPOSTED and i.state is not State.SCHEDULED]
    return [incident for incident in going_on if _ids(claim.components) & _ids(incident.components)]


def host_of_vendor_claim(claim: Claim, around: Around, taken: frozenset[str], now: datetime) -> str | None:
    """Return the trouble that was known before the vendor wrote of it, if it is about the same components.

    One that the vendor has just acknowledged (`taken`) is not acknowledged by its next incident too.  A suspicion
    that has just passed may be meant as well, by what the vendor says of its time; and so may be what the vendor has
    called over and we still see.
    """
    if claim.kind is Kind.MAINTENANCE:
        return None
    passed = [i for i in _over(around) if i.kind is Kind.SUSPECTED and _is_of_that_time(claim, i, now)]
    for incident in (*_open(around), *passed):
        unposted = incident.kind in _UNPOSTED or _is_only_ours(incident)
        if unposted and incident.id not in taken and _is_acknowledged(claim, incident):
            return incident.id
    return None


def _is_only_ours(incident: Incident) -> bool:
    """Whether the vendor has called it over, and witnesses of ours alone keep it open."""
    posted = statements(incident.claims)
    ours = any(not view.state.is_over for view in testimonies(incident.claims))
    return bool(posted) and ours and all(view.state.is_over for view in posted)


def host_of_late_word(claim: Claim, around: Around, taken: frozenset[str], now: datetime) -> str | None:
    """Return the suspicion that a vendor writes of after the fact, when it is over for the vendor as well."""
    if claim.kind is Kind.MAINTENANCE:
        return None
    suspicions = [i for i in (*_open(around), *_over(around)) if i.kind is Kind.SUSPECTED and i.id not in taken]
    for incident in suspicions:
        if _is_of_that_time(claim, incident, now) and _is_acknowledged(claim, incident):
            return incident.id
    return None


def host_of_witness(components: tuple[Component, ...], source: Source, around: Around, now: datetime) -> str | None:
    """Return the trouble that a witness of ours sees too: what it names first, suspicions before the vendor's own.

    What has just ended may have begun again; but a person alone does not open it again.  What a witness tells of
    something of our own is another trouble each time, unless it names the same part.
    """
    going_on = [i for i in _open(around) if i.kind not in _PLANNED]
    ended = () if source.kind is SourceKind.PEOPLE else _over(around)
    again = [i for i in ended if i.kind not in _PLANNED and i.resolved_at and now - i.resolved_at <= RELAPSE]
    candidates = sorted((*going_on, *again), key=lambda i: (not i.is_open, i.kind is not Kind.SUSPECTED))
    named = [i for i in candidates if overlap(components, i.components)]
    if not source.vendor_name:
        return next((incident.id for incident in named), None)
    spoken = [i for i in candidates if _speaks_of(i, components)]
    vague = [i for i in candidates if not (components and i.components) and _is_fresh(i, now)]
    return next((incident.id for incident in (*named, *spoken, *vague)), None)


def _speaks_of(incident: Incident, components: tuple[Component, ...]) -> bool:
    """Whether the vendor names a part in its title or in its last words, which it does not list."""
    last = incident.latest.text if incident.latest else ""
    return is_posted(incident) and any(is_named(part, incident.title, last) for part in components)


def _is_fresh(incident: Incident, now: datetime) -> bool:
    """Whether it was spoken of lately: some incidents stay open for weeks and explain nothing of today."""
    spoken = max(incident.first_seen_at, incident.latest.at if incident.latest else incident.first_seen_at)
    return incident.kind is Kind.SUSPECTED or now - spoken <= SPOKEN_OF


def _is_acknowledged(claim: Claim, incident: Incident) -> bool:
    """Whether a vendor's incident is about what we knew of: by its parts, by its words, or because it names none."""
    return _is_of(incident, claim.components) or any(names(claim, part) for part in incident.components)


def _is_of(incident: Incident, components: tuple[Component, ...]) -> bool:
    """Whether an incident is about these parts; either may list none, and so mean any."""
    if not components or not incident.components:
        return True
    if testimonies(incident.claims):
        return overlap(components, incident.components)
    return bool(_ids(components) & _ids(incident.components))


def _is_of_that_time(claim: Claim, incident: Incident, now: datetime) -> bool:
    """Whether what a vendor says of its incident's time touches the time of one of ours that has passed."""
    end = incident.resolved_at or now
    if now - end > LATE_WORD:
        return False
    begun = claim.started_at or claim.published_at
    over = claim.resolved_at or now
    return begun is None or (begun <= end + MARGIN and over >= incident.started_at - MARGIN)


def is_posted(incident: Incident) -> bool:
    """Whether the vendor has written of it."""
    return bool(statements(incident.claims))


def _open(around: Around) -> list[Incident]:
    """Newest first, so that a new claim joins the trouble of today."""
    return _newest(incident for incident in around.values() if incident.is_open)


def _over(around: Around) -> list[Incident]:
    """One without any claim goes on in another, which a person has linked it with."""
    return _newest(incident for incident in around.values() if not incident.is_open and incident.claims)


def _newest(incidents: Iterable[Incident]) -> list[Incident]:
    return sorted(incidents, key=lambda incident: (incident.first_seen_at, incident.id), reverse=True)


def _ids(components: tuple[Component, ...]) -> frozenset[str]:
    return frozenset(component.id for component in components)
