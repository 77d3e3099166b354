"""What Sitrep tells other programs of an incident, in the words that status pages share.  Pure.

A status page tells what is wrong, since when, and what is said of it.  What the team does about it among itself (who
has it, who is called, notes, mutes) is no part of that.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.core import replies
from bot.core.fold import OF_TIME
from bot.core.message import Quote, plain_part
from bot.core.wording import STATUS_WORDS, headline
from bot.model import (
    ChangeKind,
    Component,
    ComponentStatus,
    Impact,
    Incident,
    Kind,
    State,
    TimelineEntry,
    Who,
)

OURS = "Sitrep: "
_PLANNED = {State.SCHEDULED, State.IN_PROGRESS, State.VERIFYING, State.COMPLETED}
# What the rest of what is published shows by itself.
_SHOWN_ELSEWHERE = {
    ChangeKind.EDITED,
    ChangeKind.RETRACTED,
    ChangeKind.IMPACT_CHANGED,
    ChangeKind.COMPONENTS_CHANGED,
    ChangeKind.COMPONENT_CHANGED,
    ChangeKind.RENAMED,
}
_OF_THE_BOT = {ChangeKind.WEIGHED, ChangeKind.SILENT, ChangeKind.WITHDRAWN, ChangeKind.BACKFILLED}
_OF_WITNESSES = {ChangeKind.OPENED, ChangeKind.SEEN, ChangeKind.UPDATED, ChangeKind.RESOLVED, ChangeKind.REOPENED}
_STATES = {
    State.SUSPECTED: State.INVESTIGATING,
    State.UNKNOWN: State.INVESTIGATING,
}
_STATES_OF_PLANS = {
    State.RESOLVED: State.COMPLETED,
    State.SUSPECTED: State.IN_PROGRESS,
    State.INVESTIGATING: State.IN_PROGRESS,
    State.IDENTIFIED: State.IN_PROGRESS,
    State.UNKNOWN: State.IN_PROGRESS,
    State.MONITORING: State.VERIFYING,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One thing that is published of an incident: a vendor's words as they are, or a line of ours that says it is ours.

    `name` is its own for ever within the incident; an edit changes `text` and `changed_at`.
    """

    name: str
    state: State
    text: str
    at: datetime
    changed_at: datetime
    who: Who
    author: str
    kind: ChangeKind
    components: tuple[Component, ...] = ()


def changed_at(incident: Incident, entries: Iterable[TimelineEntry], said: Iterable[Statement]) -> datetime:
    """Return when what is published of an incident changed last; what only the team was reminded of changes nothing."""
    times = [entry.recorded_at for entry in entries if not entry.quiet and entry.kind not in OF_TIME]
    return max((*times, *(one.changed_at for one in said)), default=incident.first_seen_at)


def statements(incident: Incident, entries: Iterable[TimelineEntry]) -> tuple[Statement, ...]:
    """Return what is published of an incident, oldest first, as its words are now; what was taken back is gone."""
    found: list[Statement] = []
    for entry in entries:
        if entry.kind is ChangeKind.EDITED:
            found = _edited(found, entry)
        elif entry.kind is ChangeKind.RETRACTED:
            gone = {one.before for one in entry.transitions}
            found = [one for one in found if one.who is not Who.VENDOR or one.text not in gone]
        else:
            found += _said(incident, entry)
    return tuple(sorted(found, key=lambda one: one.at))


def _edited(found: list[Statement], entry: TimelineEntry) -> list[Statement]:
    """Return the statements with the newest that an edit means as it reads now; words that are not known stay out."""
    before = next((one.before for one in entry.transitions if one.subject == "text"), entry.text)
    meant = [one for one in found if one.who is entry.who and one.author == entry.author and one.text == before]
    if not meant:
        return found
    state = entry.said if entry.said not in {None, State.UNKNOWN} else None
    now = replace(meant[-1], text=entry.text, state=state or meant[-1].state, changed_at=entry.recorded_at)
    return [now if one is meant[-1] else one for one in found]


def _said(incident: Incident, entry: TimelineEntry) -> list[Statement]:
    if entry.quiet or entry.kind in _SHOWN_ELSEWHERE:
        return []
    if entry.kind in {ChangeKind.JOINED, ChangeKind.LEFT}:
        return _linked(incident, entry)
    if entry.who is Who.PERSON:
        return _of_team(entry)
    spoken = entry.who is Who.VENDOR and (entry.text or entry.said is not None)
    words = [_statement(entry, entry.text, said=entry.said)] if spoken else []
    return [*words, *_of_ours(incident, entry)]


def _of_team(entry: TimelineEntry) -> list[Statement]:
    """What the team says of an incident of its own is published as that of any vendor; by whom, is not."""
    if entry.claim is None or (entry.kind is ChangeKind.OPENED):
        return []
    usual = {ChangeKind.DECLARED: "Declared by the team.", ChangeKind.REOPENED: "Opened again by the team."}
    text = entry.text or usual.get(entry.kind, "")
    return [_statement(entry, text)] if text else []


def _linked(incident: Incident, entry: TimelineEntry) -> list[Statement]:
    """Say where it goes on, or what goes on here; by whom that was said is nobody else's business."""
    parts = replies.reply(entry, incident).parts
    text = OURS + " ".join(plain_part(part) for part in parts if not isinstance(part, Quote))
    return [_statement(entry, text, name=f"{entry.seq}-ours", who=Who.BOT, author="Sitrep")]


def _of_ours(incident: Incident, entry: TimelineEntry) -> list[Statement]:
    if not _is_ours_to_say(entry):
        return []
    if entry.kind is ChangeKind.OPENED and entry.claim and entry.claim.kind is Kind.COMPONENT:
        shown = ", ".join(f"{one.name} {STATUS_WORDS[one.status]}" for one in entry.claim.components) or "trouble"
        text = f"{OURS}{entry.author}'s status page shows {shown}; no incident has been posted."
        return [_statement(entry, text, name=f"{entry.seq}-ours", who=Who.BOT, author="Sitrep")]
    said, quoted = replies.reply(entry, incident), [entry.text] if entry.who is Who.PROBE else []
    rows = [said.headline, *(plain_part(part) for part in said.parts if not isinstance(part, Quote)), *quoted]
    text = OURS + " ".join(_ended(row) for row in rows if row)
    return [_statement(entry, text, name=f"{entry.seq}-ours", who=Who.BOT, author="Sitrep")]


def _ended(row: str) -> str:
    return row if row.endswith((".", "!", "?", "…")) else f"{row}."


def _is_ours_to_say(entry: TimelineEntry) -> bool:
    kind = entry.kind
    if kind in _OF_THE_BOT or kind is ChangeKind.ACKNOWLEDGED:
        return True
    if kind is ChangeKind.OPENED:
        return entry.claim is not None and entry.claim.kind in {Kind.SUSPECTED, Kind.COMPONENT}
    if any(one.subject == "still" for one in entry.transitions):
        return True
    if kind is ChangeKind.MERGED:
        return entry.state.is_over
    return entry.who is Who.PROBE and kind in _OF_WITNESSES


def _statement(
    entry: TimelineEntry,
    text: str,
    *,
    said: State | None = None,
    name: str = "",
    who: Who | None = None,
    author: str = "",
) -> Statement:
    return Statement(
        name=name or str(entry.seq),
        state=said if said not in {None, State.UNKNOWN} and said is not None else entry.state,
        text=text,
        at=entry.happened_at,
        changed_at=max(entry.happened_at, entry.recorded_at),
        who=who or entry.who,
        author=author or entry.author,
        kind=entry.kind,
        components=entry.claim.components if entry.claim else (),
    )


def is_planned(incident: Incident) -> bool:
    """Whether it is a maintenance: listed as one, or only its status page shows that one is going on."""
    return incident.kind is Kind.MAINTENANCE or (
        incident.kind is Kind.COMPONENT and (incident.state in _PLANNED or incident.impact is Impact.MAINTENANCE)
    )


def state_of(state: State, *, planned: bool) -> State:
    """Return a state as status pages know it: what we suspect is being investigated, and so is what nobody names."""
    if planned:
        return _STATES_OF_PLANS.get(state, state)
    return _STATES.get(state, state)


def impact_of(impact: Impact) -> Impact:
    """Return an impact as status pages know it.  One that nobody states counts as minor, as it does everywhere here."""
    return Impact.MINOR if impact is Impact.UNKNOWN else impact


_BY_IMPACT = {
    Impact.NONE: ComponentStatus.OPERATIONAL,
    Impact.MAINTENANCE: ComponentStatus.UNDER_MAINTENANCE,
    Impact.UNKNOWN: ComponentStatus.UNKNOWN,
    Impact.MINOR: ComponentStatus.DEGRADED_PERFORMANCE,
    Impact.MAJOR: ComponentStatus.PARTIAL_OUTAGE,
    Impact.CRITICAL: ComponentStatus.MAJOR_OUTAGE,
}


def status_of(impact: Impact | None) -> ComponentStatus:
    """Return how something stands of which only the impact is known; None is not known, and so not operational."""
    return ComponentStatus.UNKNOWN if impact is None else _BY_IMPACT[impact]


# The mildest first.
_BADNESS = (
    ComponentStatus.OPERATIONAL,
    ComponentStatus.UNDER_MAINTENANCE,
    ComponentStatus.UNKNOWN,
    ComponentStatus.DEGRADED_PERFORMANCE,
    ComponentStatus.PARTIAL_OUTAGE,
    ComponentStatus.MAJOR_OUTAGE,
)


def worst_of(statuses: Iterable[ComponentStatus]) -> ComponentStatus:
    """Return the worst of some statuses; where there are none, nothing is known."""
    return max(statuses, key=_BADNESS.index, default=ComponentStatus.UNKNOWN)


def name_of(incident: Incident, *, alone: bool) -> str:
    """Return what an incident is published under: `alone`, on its vendor's own page, by its title.

    It names no status, so that it does not change with it; what only we suspect says so.
    """
    if incident.kind is Kind.SUSPECTED:
        return f"Suspected: {headline(incident)}"
    if alone or incident.kind is not Kind.COMPONENT:
        return incident.title if alone else headline(incident)
    return f"{incident.name}: {incident.title}"


def first_told(incident: Incident) -> datetime:
    """Return when it was first written of, by the vendor or by us."""
    times = (incident.acknowledged_at, incident.detected_at)
    return min((at for at in times if at is not None), default=min(incident.first_seen_at, _published(incident)))


def _published(incident: Incident) -> datetime:
    times = [view.published_at for view in incident.claims if view.published_at is not None]
    return min(times, default=incident.first_seen_at)


def with_incidents(parts: Sequence[Component], incidents: Iterable[Incident]) -> tuple[Component, ...]:
    """Return a vendor's components, and those that only its open incidents name, each as bad as any of these says."""
    known = {part.id: part for part in parts}
    for incident in incidents:
        if incident.state is State.SCHEDULED:
            continue
        for part in incident.components:
            there = known.get(part.id)
            if there is None:
                known[part.id] = part
            elif part.status is not ComponentStatus.UNKNOWN:
                known[part.id] = replace(there, status=worst_of((there.status, part.status)))
    return tuple(known.values())
