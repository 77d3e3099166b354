"""What people here report of a vendor: to which incident it belongs, when it is told, and when it has faded.

Who reports is a witness like a probe: the claim that is made of it is the source's `people:<vendor>`, and everybody's
own words are entries of the incident, under their own name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.core.actions import Acted
from bot.core.people import fresh
from bot.model import Claim, ClaimView, Component, Impact, Incident, Kind, Snapshot, Source, SourceKind, State, Witness

AUTHOR = "A colleague"
PREFIX = "people:"
_SLUG = 15


@dataclass(frozen=True, slots=True)
class Terms:
    """From how many people on the channel hears of it, and how long one report counts."""

    announce_after: int = 2
    fades: timedelta = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Target:
    """What somebody says is failing: a vendor, or one component of it as its page calls it.

    `parts` are further components that are meant by the same word: ChatGPT is a dozen of them.
    """

    vendor: str
    name: str
    component: str = ""
    parts: tuple[str, ...] = ()

    @property
    def what(self) -> str:
        """What it is called in a sentence."""
        return self.component or self.name

    @property
    def label(self) -> str:
        """What it is called among those of other vendors."""
        return f"{self.name}: {self.component}" if self.component else self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """What became of a report.

    `acted` is what it did to its incident; without it, `choices` are the incidents that it may belong to.  `witnesses`
    are the people whose reports count now, `is_lone` says that only people tell of it, `is_told` that a channel has it.
    """

    acted: Acted | None = None
    choices: tuple[Incident, ...] = ()
    witnesses: int = 0
    is_lone: bool = False
    is_told: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the reports on an incident amount to: how many count, whether to announce it, and when they faded."""

    witnesses: int
    announce: bool
    over_at: datetime | None = None


def source_of(vendor: str, name: str = "") -> Source:
    """Return the source that speaks for everybody who reports a vendor."""
    return Source(
        key=f"{PREFIX}{vendor}",
        vendor=vendor,
        name=AUTHOR,
        format="people",
        url="",
        kind=SourceKind.PEOPLE,
        vendor_name=name or vendor,
    )


def claim_of(target: Target, now: datetime) -> Claim:
    """Return what is claimed once the first person reports it; two who do so in the same minute claim the same."""
    slug = re.sub(r"[^a-z0-9]+", "-", target.component.lower()).strip("-")[:_SLUG].strip("-")
    key = f"{PREFIX}{target.vendor}:{_folded(target.component)}"
    return Claim(
        external_id="-".join(filter(None, ("reported", slug, f"{now:%Y%m%dT%H%M}"))),
        title=f"{target.what} is failing",
        state=State.SUSPECTED,
        impact=Impact.MINOR,
        kind=Kind.SUSPECTED,
        components=tuple(Component(f"{key}/{part}", part) for part in (target.component, *target.parts) if part),
        started_at=now,
        published_at=now,
    )


def snapshot_of(source: Source, claim: Claim, now: datetime) -> Snapshot:
    """Return a claim of people's as a source's snapshot; what others of its claims say is left as it is."""
    return Snapshot(vendor=source.vendor, format=source.format, incidents=(claim,), taken_at=now)


def ended(claim: Claim, at: datetime) -> Claim:
    """Return a claim that nobody makes any more."""
    return replace(claim, state=State.RESOLVED, resolved_at=at)


def place(target: Target, incidents: Iterable[Incident]) -> tuple[Incident, ...]:
    """Return the open incidents that a report belongs to: none if it is news, several if nobody can tell.

    One that lists the component goes before one that lists none and so may be of anything; the worst before others.
    """
    going_on = [one for one in incidents if one.is_open and one.vendor == target.vendor and _has_begun(one)]
    if not target.component:
        return _one_of_many(going_on) or tuple(going_on)
    wanted = frozenset(map(_folded, (target.component, *target.parts)))
    fitting = [one for one in going_on if not one.components or wanted & _names(one)]
    best = sorted(fitting, key=lambda one: (not wanted & _names(one), -one.impact.rank, one.started_at))
    return tuple(best[:1])


def _one_of_many(going_on: Sequence[Incident]) -> tuple[Incident, ...]:
    """Return the worst of incidents that all are told as one: whoever reports need not know which of them it is."""
    together = len({one.burst for one in going_on}) == 1 and all(one.burst for one in going_on)
    return (max(going_on, key=lambda one: (one.impact.rank, one.started_at)),) if together else ()


def _has_begun(incident: Incident) -> bool:
    return incident.kind is not Kind.NOTICE and incident.state is not State.SCHEDULED


def claimed(incident: Incident) -> ClaimView | None:
    """Return the claim of people's that stands in an incident, if there is one."""
    mine = (view for view in incident.claims if view.teller is SourceKind.PEOPLE and not view.state.is_over)
    return next(mine, None)


def is_lone(incident: Incident) -> bool:
    """Whether only people here ever told of it: no vendor, no probe, no program."""
    tellers = {view.teller for view in incident.claims}
    return claimed(incident) is not None and tellers == {SourceKind.PEOPLE}


def _others(incident: Incident) -> Sequence[ClaimView]:
    return [view for view in incident.claims if view.teller is not SourceKind.PEOPLE and not view.state.is_over]


def judge(incident: Incident, began_at: datetime, terms: Terms, now: datetime) -> Verdict:
    """Return what the reports amount to now; `began_at` is when the claim was made that rests on them.

    One person alone is asked to wait for a second witness: another person, a probe, the vendor.
    """
    explained = _called_over(incident)
    lately = [w for w in fresh(incident.witnesses, now, terms.fades) if w.is_affected and not _is_before(w, explained)]
    announce = len(lately) >= terms.announce_after or bool(_others(incident))
    if lately:
        return Verdict(len(lately), announce)
    # Who says that it works takes their report back at once.
    ends = [_ends(witness, explained, terms) for witness in incident.witnesses]
    over_at = max((began_at, *filter(None, ends))) if ends else began_at + terms.fades
    return Verdict(0, announce, over_at if over_at <= now else None)


def _called_over(incident: Incident) -> datetime | None:
    """Return when the vendor called it over: what was reported before that is over with it, as far as we know."""
    theirs = [view for view in incident.claims if view.teller is SourceKind.FEED]
    if not theirs or any(not view.state.is_over for view in theirs):
        return None
    return max((view.resolved_at for view in theirs if view.resolved_at), default=None)


def _is_before(witness: Witness, moment: datetime | None) -> bool:
    return moment is not None and witness.at is not None and witness.at <= moment


def _ends(witness: Witness, explained: datetime | None, terms: Terms) -> datetime | None:
    if _is_before(witness, explained):
        return explained
    return witness.at + (terms.fades if witness.is_affected else timedelta()) if witness.at else None


def _names(incident: Incident) -> frozenset[str]:
    return frozenset(_folded(component.name) for component in incident.components)


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())
