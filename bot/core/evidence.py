"""What our own witnesses amount to: how sure we are of a trouble, and why.

Pure: from an incident's claims and from who could have testified to one Evidence.  A lone witness is never more than
LOW, and only what the vendor says itself is CONFIRMED.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache

from bot.core.lines import by_bot
from bot.core.people import counted, is_muted
from bot.core.testimony import reasons
from bot.core.witnesses import overlap, testimonies
from bot.model import (
    ChangeKind,
    ClaimView,
    Component,
    Confidence,
    Evidence,
    Incident,
    Kind,
    PageSays,
    SourceKind,
    TimelineEntry,
    Transition,
)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How much evidence makes a trouble likely, and how much all but certain."""

    medium: float = 2.0
    high: float = 4.0


DEFAULT = Thresholds()


@dataclass(frozen=True, slots=True, kw_only=True)
class Standby:
    """A probe that could testify: which one, of which parts, and whether it can tell anything just now."""

    key: str
    components: tuple[Component, ...] = ()
    is_blind: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """Who could testify about a vendor, and what its own page said when it was read last."""

    probes: tuple[Standby, ...] = ()
    page: PageSays = PageSays.UNWATCHED
    page_at: datetime | None = None


# A passing probe, or a colleague for whom it works, speaks against; but some parts may well work while others fail.
AGAINST = 0.5
# A program that counts real calls has seen more than one probe that asks now and then.
COUNTED = 2.0


def weigh(incident: Incident, panel: Panel, now: datetime, thresholds: Thresholds = DEFAULT) -> Evidence | None:
    """Return what the witnesses of an incident amount to; None if it has none."""
    heard = testimonies(incident.claims)
    if not heard:
        return None
    affected, works = counted(incident.witnesses, now)
    failing = {_source(view) for view in heard if view.teller is SourceKind.PROBE and not view.state.is_over}
    asked = failing | {probe.key for probe in _could_tell(panel.probes, incident)}
    found = Evidence(
        confidence=Confidence.LOW,
        failing=len(failing),
        asked=len(asked),
        reports=tuple(_reports(heard)),
        affected=affected,
        works=works,
        page=_page(incident, panel),
        page_at=panel.page_at,
        why=reasons(incident),
    )
    return replace(found, confidence=_confidence(found, thresholds))


def _confidence(found: Evidence, thresholds: Thresholds) -> Confidence:
    if found.page is PageSays.TROUBLE:
        return Confidence.CONFIRMED
    witnesses = found.failing + len(found.reports) + found.affected
    if witnesses <= 1:
        return Confidence.LOW
    score = found.failing + COUNTED * len(found.reports) + found.affected
    score -= AGAINST * (found.asked - found.failing + found.works)
    if score >= thresholds.high and _is_of_more_than_one_sort(found):
        return Confidence.HIGH
    return Confidence.MEDIUM if score >= thresholds.medium else Confidence.LOW


def _is_of_more_than_one_sort(found: Evidence) -> bool:
    """Probes of one team share its network and its keys: all of them may err together."""
    return sum(map(bool, (found.failing, found.reports, found.affected))) > 1 or found.failing == found.asked > 2  # noqa: PLR2004  (more than two, all of them)


def _could_tell(probes: Iterable[Standby], incident: Incident) -> Iterable[Standby]:
    # Thousands of probes name a few parts, and each look at an incident weighs them all.
    @cache
    def are_meant(parts: tuple[Component, ...]) -> bool:
        return not parts or not incident.components or overlap(parts, incident.components)

    return (probe for probe in probes if not probe.is_blind and are_meant(probe.components))


def _reports(heard: Iterable[ClaimView]) -> Iterable[str]:
    for view in heard:
        if view.teller is SourceKind.HOOK and not view.state.is_over:
            yield f"{view.author}: {view.evidence}" if view.evidence else view.author


def _page(incident: Incident, panel: Panel) -> PageSays:
    """The vendor's own words count most, and then what its page shows."""
    said = any(view.teller is SourceKind.FEED and not view.state.is_over for view in incident.claims)
    return PageSays.TROUBLE if said else panel.page


def _source(view: ClaimView) -> str:
    return view.key.partition("|")[0]


def weighed(incident: Incident, panel: Panel, now: datetime, thresholds: Thresholds = DEFAULT) -> TimelineEntry | None:
    """Return the entry that says what the witnesses amount to now; None if that is known.

    It is told only when a suspicion becomes surer than it ever was: the root shows the counts, and is kept current.
    """
    found = weigh(incident, panel, now, thresholds)
    if found is None or found == incident.evidence:
        return None
    rise = _rise(incident, found)
    found = replace(found, surest=_surest(incident, found))
    return replace(
        by_bot(incident, ChangeKind.WEIGHED, now),
        evidence=found,
        transitions=rise,
        quiet=not rise,
        hushed=is_muted(incident, now),
    )


_ORDER = (Confidence.LOW, Confidence.MEDIUM, Confidence.HIGH)


def _rise(incident: Incident, found: Evidence) -> tuple[Transition, ...]:
    before = incident.evidence
    if incident.kind is not Kind.SUSPECTED or before is None or before.confidence not in _ORDER:
        return ()
    rises = found.confidence in _ORDER and _rank(found.confidence) > max(_rank(before.surest), _rank(before.confidence))
    return (Transition("confidence", before.confidence, found.confidence),) if rises and incident.is_open else ()


def _surest(incident: Incident, found: Evidence) -> Confidence:
    """Return how sure we ever were; what has ended begins anew."""
    before = incident.evidence.surest if incident.evidence and incident.is_open else None
    return before if before is not None and _rank(before) > _rank(found.confidence) else found.confidence


def _rank(confidence: Confidence | None) -> int:
    return _ORDER.index(confidence) if confidence in _ORDER else -1
