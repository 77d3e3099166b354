"""What the thread says of each timeline entry.  Plain, short, past tense; adapters only dress it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.core import afterwards, cards, changes, clocks, controls, declared, deeds, handed, roster, waking
from bot.core.message import About, Message, Moment, Part, Quote, Span, Tone, heading, line
from bot.core.moving import MOVED
from bot.core.severity import is_rise
from bot.core.spans import duration
from bot.core.wording import (
    TONES,
    capital,
    has_not_begun,
    headline,
    planned,
    standing,
    words,
)
from bot.model import (
    ChangeKind,
    ClaimView,
    ComponentStatus,
    Impact,
    Incident,
    Kind,
    SourceKind,
    State,
    TimelineEntry,
    Transition,
    Who,
)


def reply(entry: TimelineEntry, incident: Incident) -> Message:
    """Return what the thread says of one timeline entry."""
    if entry.of:
        return _of_member(entry, incident)
    title, parts = _said(entry, incident)
    if entry.text:
        parts = [
            *parts,
            Quote(entry.text, entry.author, None if entry.kind is ChangeKind.EDITED else entry.happened_at),
        ]
    over = entry.state.is_over
    look = Tone.RESOLVED if over else TONES[entry.impact]
    loud = is_broadcast(entry)
    about = _about(incident) if loud else None
    return Message(
        tone=look,
        headline=title,
        parts=tuple(parts),
        broadcast=loud,
        about=about,
        at=entry.happened_at,
        controls=controls.of_card(incident.id) if entry.kind is ChangeKind.CARD else (),
        incident=incident,
        entries=(entry,),
    )


def _of_member(entry: TimelineEntry, burst: Incident) -> Message:
    """Return what the thread of a burst says of a line of one member: as its own would, and whose it is."""
    said, loud = reply(*roster.alone(entry, burst)), is_broadcast(entry)
    return replace(
        said,
        headline=roster.of_member(said.headline, entry.members[0], burst),
        broadcast=loud,
        about=_about(burst) if loud else None,
        controls=controls.of_card(burst.id) if said.controls else (),
        incident=burst,
        entries=(entry,),
    )


def _said(entry: TimelineEntry, incident: Incident) -> _Parts:
    if declared.is_teams(entry):
        return declared.SAYS[entry.kind](entry, incident)
    return _REPLIES[entry.kind](_Case(entry, incident))


def catch_up(
    entries: tuple[TimelineEntry, ...],
    incident: Incident,
    say: Callable[[TimelineEntry, Incident], Message] = reply,
    about: Callable[[Incident], About] | None = None,
) -> Message:
    """Return one message for many entries, oldest first, each with all its words and its time, for it is told late.

    It is as loud as the loudest of them.  `say` words each of them.
    """
    parts: list[Part] = []
    for entry in entries:
        said = say(entry, incident)
        dated = any(isinstance(part, Quote) and part.at for part in said.parts)
        when: tuple[Span, ...] = () if dated else (" · ", Moment(entry.happened_at))
        parts += [heading(said.headline, *when), *said.parts]
    last, loud = entries[-1], any(map(is_broadcast, entries))
    return Message(
        tone=Tone.RESOLVED if last.state.is_over else TONES[last.impact],
        headline=f"{len(entries)} updates at once",
        parts=tuple(parts),
        broadcast=loud,
        about=(about or _about)(incident) if loud else None,
        incident=incident,
        entries=entries,
    )


def in_person(message: Message, incident: Incident) -> Message:
    """Return a message of a thread for somebody who is told directly: none of it is there to be passed over."""
    return replace(message, broadcast=True, about=_about(incident))


def _about(incident: Incident) -> About:
    return About(headline(incident), tuple(standing(incident)))


def is_broadcast(entry: TimelineEntry) -> bool:
    """Whether the whole channel hears it: an end, a relapse, a rise, the vendor's acknowledgement, a reminder.

    That nobody has it, too.  Not while it is muted.
    """
    if entry.hushed or entry.of:
        return not entry.hushed
    if entry.kind is ChangeKind.IMPACT_CHANGED:
        return any(is_rise(Impact(t.before), Impact(t.after)) for t in entry.transitions)
    if entry.kind is ChangeKind.WEIGHED:
        return any(t.subject == "confidence" for t in entry.transitions)
    if entry.kind is ChangeKind.SEEN:
        return any(t.subject == "again" for t in entry.transitions)
    if entry.kind is ChangeKind.UPDATED and entry.who is Who.VENDOR:
        return any(t.subject == "still" for t in entry.transitions)
    if entry.kind is ChangeKind.LEFT:
        # The vendor admits it, as part of something else.
        return entry.who is Who.BOT
    if entry.kind is ChangeKind.COMPONENT_CHANGED:
        return any(is_rise(_impact(t.before), _impact(t.after)) for t in entry.transitions)
    return entry.kind in _HEARD_BY_ALL


_HEARD_BY_ALL = frozenset(
    {
        ChangeKind.RESOLVED,
        ChangeKind.WITHDRAWN,
        ChangeKind.REOPENED,
        ChangeKind.ACKNOWLEDGED,
        ChangeKind.BACKFILLED,
        ChangeKind.REMINDED,
        ChangeKind.ESCALATED,
        ChangeKind.LAPSED,
    }
)


def _impact(status: str) -> Impact:
    return ComponentStatus(status).impact if status else Impact.NONE


@dataclass(frozen=True, slots=True)
class _Case:
    entry: TimelineEntry
    incident: Incident


_Parts = clocks.Parts


def _updated(case: _Case) -> _Parts:
    for change in case.entry.transitions:
        if change.subject == "still":
            return clocks.ended_in_part(case.entry, case.incident, change)
        if change.subject == MOVED:
            return f"{case.entry.author}'s status page has moved to another platform: this goes on there", []
        if change.subject == "window" and case.entry.claim is not None:
            return _moved_in_time(change, case.entry.claim)
    if case.entry.who is Who.PROBE and case.entry.text:
        return clocks.testifies(case.entry), []
    if case.entry.said is not None:
        empty = [] if case.entry.text else [line(f"{case.entry.author} wrote no text with this update.")]
        return _stage(case.entry.said), [*empty]
    steps = [f"{words(t.before)} → {words(t.after)}" for t in case.entry.transitions]
    return f"{case.entry.author} moved it on, without a word: {', '.join(steps) or words(case.entry.state)}", []


def _moved_in_time(change: Transition, claim: ClaimView) -> _Parts:
    """Say that a maintenance takes longer, or that it is at another time."""
    (starts, ends), (now_starts, now_ends) = (one.split(" to ") for one in (change.before, change.after))
    if claim.ends_at is None or not ends or starts != now_starts or now_ends <= ends:
        return "Rescheduled", [*planned(claim.starts_at, claim.ends_at)]
    longer = claim.ends_at - datetime.fromisoformat(ends)
    return f"Extended by {duration(longer)}", [line("Until ", Moment(claim.ends_at))]


def _stage(said: State) -> str:
    return "Update" if said is State.UNKNOWN else capital(words(said))


def _reopened(case: _Case) -> _Parts:
    alone = case.entry.claim is not None and case.entry.claim.kind is Kind.COMPONENT
    return "Open again" if alone else f"Open again: {words(case.entry.state)}", []


def _withdrawn(case: _Case) -> _Parts:
    if case.entry.claim is not None and case.entry.claim.teller is not SourceKind.FEED:
        return f"{case.entry.author} tells it no more", [line("How it ended is not known; we count it as over.")]
    gone = f"No longer listed on {case.entry.author}'s status page"
    if has_not_begun(case.incident):
        return gone, [line("It was to begin later; we count it as called off.")]
    return gone, [line("How it ended could not be read there; we count it as over.")]


def _postmortem(case: _Case) -> _Parts:
    late = case.entry.said if case.entry.said in {State.POSTMORTEM, State.RESOLVED, State.COMPLETED} else None
    return {None: "Added later", State.POSTMORTEM: "Root cause"}.get(late, capital(words(late or ""))), []


def _merged(case: _Case) -> _Parts:
    return f"{case.entry.author} now tells this as part of another incident", []


def _reminded(case: _Case) -> _Parts:
    left = (case.entry.until or case.entry.recorded_at) - case.entry.recorded_at
    minutes = -(-left // timedelta(minutes=1))
    return f"Begins in {duration(timedelta(minutes=minutes))}", []


def _by(says: Callable[[TimelineEntry, Incident], _Parts]) -> Callable[[_Case], _Parts]:
    return lambda case: says(case.entry, case.incident)


_REPLIES: dict[ChangeKind, Callable[[_Case], _Parts]] = {
    ChangeKind.OPENED: _by(clocks.opened),
    ChangeKind.UPDATED: _updated,
    ChangeKind.EDITED: _by(changes.edited),
    ChangeKind.IMPACT_CHANGED: _by(changes.impact_changed),
    ChangeKind.COMPONENTS_CHANGED: _by(changes.components_changed),
    ChangeKind.COMPONENT_CHANGED: _by(changes.components_changed),
    ChangeKind.RENAMED: _by(changes.renamed),
    ChangeKind.RESOLVED: _by(clocks.resolved),
    ChangeKind.REOPENED: _reopened,
    ChangeKind.WITHDRAWN: _withdrawn,
    ChangeKind.POSTMORTEM: _postmortem,
    ChangeKind.ACKNOWLEDGED: _by(clocks.acknowledged),
    ChangeKind.BACKFILLED: _by(clocks.backfilled),
    ChangeKind.MERGED: _merged,
    ChangeKind.SEEN: _by(clocks.seen),
    ChangeKind.WEIGHED: _by(clocks.weighed),
    ChangeKind.SILENT: _by(clocks.silent),
    ChangeKind.RETRACTED: _by(clocks.retracted),
    ChangeKind.REMINDED: _reminded,
    ChangeKind.ACKED: _by(waking.acked),
    ChangeKind.UNACKED: _by(deeds.unacked),
    ChangeKind.NOTED: _by(deeds.noted),
    ChangeKind.MUTED: _by(deeds.muted),
    ChangeKind.UNMUTED: _by(deeds.unmuted),
    ChangeKind.AFFECTED: _by(deeds.affected),
    ChangeKind.WORKS: _by(deeds.works),
    ChangeKind.LINKED: _by(deeds.linked),
    ChangeKind.TAKEN: _by(handed.taken),
    ChangeKind.ASSIGNED: _by(handed.assigned),
    ChangeKind.HANDED_OVER: _by(handed.handed_over),
    ChangeKind.DECLARED: _by(declared.declared),
    ChangeKind.CARD: _by(cards.told),
    ChangeKind.FALLBACK_ON: _by(cards.activated),
    ChangeKind.FALLBACK_OFF: _by(cards.deactivated),
    ChangeKind.ESCALATED: _by(waking.escalated),
    ChangeKind.LAPSED: _by(waking.lapsed),
    ChangeKind.NUDGED: _by(waking.nudged),
    ChangeKind.RELEASED: _by(waking.released),
    ChangeKind.JOINED: _by(clocks.joined),
    ChangeKind.LEFT: _by(clocks.left),
    ChangeKind.GROUPED: _by(roster.grouped),
    ChangeKind.UNGROUPED: _by(roster.ungrouped),
    ChangeKind.REPORTED: _by(afterwards.reported),
}
