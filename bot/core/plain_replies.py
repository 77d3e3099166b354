"""What a thread says in plain words, for people who have to explain it; what is for engineers it leaves out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from bot.core import clocks, replies, roster
from bot.core.declared import is_teams
from bot.core.message import Line, Message, Quote, line
from bot.core.plainly import HOW_BAD, STAGES, about, listed
from bot.core.severity import is_rise
from bot.core.spans import duration
from bot.model import ChangeKind, Impact, Incident, State, TimelineEntry, Who


def told(entries: Sequence[TimelineEntry]) -> Sequence[TimelineEntry]:
    """Return entries with those made quiet that are for engineers: evidence, notes, who is called, links."""
    return tuple(one if _is_theirs(one) else replace(one, quiet=True) for one in entries)


def _is_theirs(entry: TimelineEntry) -> bool:
    if entry.kind is ChangeKind.UPDATED:
        return entry.who is Who.VENDOR or is_teams(entry)
    return entry.kind in _TOLD


def reply(entry: TimelineEntry, incident: Incident) -> Message:
    """Return what the thread says of one timeline entry; of a member of many, whose it is."""
    if entry.of:
        return _of_member(entry, incident)
    said = replies.reply(entry, incident)
    said = replace(said, about=about(incident) if said.about is not None else None, controls=())
    if entry.kind not in _WORDED:
        return said
    title, rows = _WORDED[entry.kind](entry, incident)
    quotes = [part for part in said.parts if isinstance(part, Quote)]
    return replace(said, headline=title, parts=(*rows, *quotes))


def _of_member(entry: TimelineEntry, burst: Incident) -> Message:
    said, loud = reply(*roster.alone(entry, burst)), replies.is_broadcast(entry)
    return replace(
        said,
        headline=roster.of_member(said.headline, entry.members[0], burst),
        broadcast=loud,
        about=about(burst) if loud else None,
        incident=burst,
        entries=(entry,),
    )


def catch_up(entries: tuple[TimelineEntry, ...], incident: Incident) -> Message:
    """Return one message for many entries."""
    return replies.catch_up(entries, incident, reply, about)


_Parts = tuple[str, Iterable[Line]]


def _updated(entry: TimelineEntry, _incident: Incident) -> _Parts:
    if any(change.subject == "still" for change in entry.transitions):
        return f"{entry.author} calls it over, but not all of it works yet", []
    stage = STAGES.get(entry.said) if entry.said is not None else None
    return stage.replace("{name}", entry.author) if stage else f"News from {entry.author}", []


def _impact_changed(entry: TimelineEntry, _incident: Incident) -> _Parts:
    change = entry.transitions[0]
    before, after = Impact(change.before), Impact(change.after)
    return f"It has become {'worse' if is_rise(before, after) else 'better'}: {HOW_BAD[after]}", []


def _resolved(entry: TimelineEntry, incident: Incident) -> _Parts:
    if incident.members:
        return roster.over(entry, incident)[0], []
    lasted = clocks.ended(entry, incident) - incident.started_at
    after = f" after {duration(lasted)}" if clocks.is_length(lasted) else ""
    ours = [line(f"For us: {listed(incident.services)} suffered from it")] if incident.services else []
    return f"It is over{after}", ours


def _withdrawn(entry: TimelineEntry, _incident: Incident) -> _Parts:
    return f"{entry.author} does not list it any more, so it counts as over", []


def _reopened(entry: TimelineEntry, _incident: Incident) -> _Parts:
    return f"It is back: {HOW_BAD[entry.impact]}", []


def _acknowledged(entry: TimelineEntry, _incident: Incident) -> _Parts:
    return f"{entry.author} confirms it", []


def _postmortem(entry: TimelineEntry, _incident: Incident) -> _Parts:
    return "Why it happened" if entry.said is State.POSTMORTEM else f"{entry.author} added to it later", []


def _acked(entry: TimelineEntry, _incident: Incident) -> _Parts:
    return f"{entry.author} is looking after it here", []


def _switched(entry: TimelineEntry, _incident: Incident) -> _Parts:
    names = listed([one.subject for one in entry.transitions if one.subject]) or "We"
    to = listed(list(dict.fromkeys(one.after for one in entry.transitions if one.after)))
    return f"{names}: switched to {to or 'a fallback'}", []


def _switched_back(entry: TimelineEntry, _incident: Incident) -> _Parts:
    names = listed([one.subject for one in entry.transitions if one.subject]) or "We"
    return f"{names}: back to normal", []


_WORDED: dict[ChangeKind, Callable[[TimelineEntry, Incident], _Parts]] = {
    ChangeKind.UPDATED: _updated,
    ChangeKind.IMPACT_CHANGED: _impact_changed,
    ChangeKind.RESOLVED: _resolved,
    ChangeKind.WITHDRAWN: _withdrawn,
    ChangeKind.REOPENED: _reopened,
    ChangeKind.ACKNOWLEDGED: _acknowledged,
    ChangeKind.POSTMORTEM: _postmortem,
    ChangeKind.ACKED: _acked,
    ChangeKind.FALLBACK_ON: _switched,
    ChangeKind.FALLBACK_OFF: _switched_back,
}
# These say nothing that not everybody understands as they are.
_TOLD = frozenset(
    {
        *_WORDED,
        ChangeKind.OPENED,
        ChangeKind.GROUPED,
        ChangeKind.UNGROUPED,
        ChangeKind.EDITED,
        ChangeKind.COMPONENTS_CHANGED,
        ChangeKind.COMPONENT_CHANGED,
        ChangeKind.RENAMED,
        ChangeKind.RETRACTED,
        ChangeKind.MERGED,
        ChangeKind.BACKFILLED,
        ChangeKind.REMINDED,
        ChangeKind.SILENT,
    }
)
