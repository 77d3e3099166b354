"""All text that people read about incidents.  Plain, short, past tense; adapters only dress it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta

from bot.core.message import Line, Message, Moment, Quote, Span, Tone, line
from bot.core.severity import is_rise
from bot.model import (
    ChangeKind,
    Component,
    ComponentStatus,
    Impact,
    Incident,
    Kind,
    State,
    TimelineEntry,
    Transition,
)

_TONES = {
    Impact.CRITICAL: Tone.CRITICAL,
    Impact.MAJOR: Tone.MAJOR,
    Impact.MINOR: Tone.MINOR,
    Impact.MAINTENANCE: Tone.MAINTENANCE,
    Impact.UNKNOWN: Tone.MINOR,
    Impact.NONE: Tone.NOTICE,
}
_SHOWN_COMPONENTS = 8


def words(value: str) -> str:
    """Write a state, an impact or a status as a person would: `major_outage` is `major outage`."""
    return value.replace("_", " ")


def duration(span: timedelta) -> str:
    """Write a length of time with its two largest units: `8 h 2 min`, `45 s`; never negative."""
    seconds = max(int(span.total_seconds()), 0)
    days, hours, minutes = seconds // 86400, seconds // 3600 % 24, seconds // 60 % 60
    if days:
        return f"{days} d {hours} h" if hours else f"{days} d"
    if hours:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{minutes} min" if minutes else f"{seconds} s"


def tone(incident: Incident) -> Tone:
    """Return how a message about `incident` looks."""
    if not incident.is_open:
        return Tone.RESOLVED
    return Tone.MAINTENANCE if incident.kind is Kind.MAINTENANCE else _TONES[incident.impact]


def headline(incident: Incident) -> str:
    """Return who and what, in one line."""
    if incident.kind is Kind.COMPONENT and incident.is_open and incident.components:
        return f"{incident.name}: {incident.title} in {_worst_status(incident.components)}"
    return f"{incident.name}: {incident.title}"


def root(incident: Incident) -> Message:
    """Return the message that shows the incident as it is now.  It holds no running time, so it settles."""
    parts = [_state_line(incident), *_when(incident), *_affected(incident), *_remarks(incident)]
    if incident.latest is not None:
        parts.append(Quote(incident.latest.text, incident.latest.author, incident.latest.at))
    return Message(tone=tone(incident), headline=headline(incident), parts=tuple(parts), url=incident.url)


def _state_line(incident: Incident) -> Line:
    if incident.is_open:
        return line(f"{_capital(_severity(incident.impact, incident.kind))} · {words(incident.state)}")
    was = "" if incident.kind is Kind.MAINTENANCE else f" · was {_severity(incident.peak, incident.kind)}"
    lasted = duration(incident.resolved_at - incident.started_at) if incident.resolved_at else "an unknown time"
    return line(f"{_ending(incident)}{was} · lasted {lasted}")


def _ending(incident: Incident) -> str:
    if incident.ending is ChangeKind.WITHDRAWN:
        return "No longer listed"
    if incident.ending is ChangeKind.MERGED:
        return "Part of another incident"
    return _capital(words(State.COMPLETED if incident.kind is Kind.MAINTENANCE else State.RESOLVED))


def _severity(impact: Impact, kind: Kind) -> str:
    if kind is Kind.MAINTENANCE:
        return "maintenance"
    return {Impact.UNKNOWN: "impact not stated", Impact.NONE: "no impact stated"}.get(impact, words(impact))


def _when(incident: Incident) -> list[Line]:
    if incident.kind is Kind.MAINTENANCE and incident.starts_at:
        window: list[Span] = ["Planned for ", Moment(incident.starts_at)]
        return [line(*window, " to ", Moment(incident.ends_at)) if incident.ends_at else line(*window)]
    since = line("Since ", Moment(incident.started_at))
    if incident.resolved_at is not None:
        return [line("From ", Moment(incident.started_at), " to ", Moment(incident.resolved_at))]
    if incident.was_open_at_first_look:
        return [line("Since ", Moment(incident.started_at), ", already going on when we began to watch")]
    return [since]


def _affected(incident: Incident) -> list[Line]:
    if incident.kind is Kind.COMPONENT and len(incident.components) <= 1:
        return []
    shown = [_component(c) for c in incident.components[:_SHOWN_COMPONENTS]]
    if len(incident.components) > _SHOWN_COMPONENTS:
        shown.append(f"{len(incident.components) - _SHOWN_COMPONENTS} more")
    return [line("Affects: ", ", ".join(shown))] if shown else []


def _remarks(incident: Incident) -> list[Line]:
    if not incident.is_open:
        return []
    if incident.kind is Kind.COMPONENT:
        return [line(f"{incident.name}'s status page shows it; no incident has been posted.")]
    over = [view for view in incident.claims if view.state.is_over and view.kind is Kind.INCIDENT]
    still = [view.title for view in incident.claims if not view.state.is_over]
    return [line(f"{incident.name} calls it over, but {', '.join(still)} is still in trouble.")] if over else []


def _component(component: Component) -> str:
    known = component.status not in {ComponentStatus.UNKNOWN, ComponentStatus.OPERATIONAL}
    return f"{component.name} ({words(component.status)})" if known else component.name


def _worst_status(components: Iterable[Component]) -> str:
    status = max((c.status for c in components), key=lambda s: (s.impact.rank, s is ComponentStatus.PARTIAL_OUTAGE))
    return words(status)


def reply(entry: TimelineEntry, incident: Incident) -> Message:
    """Return what the thread says of one timeline entry."""
    title, parts = _REPLIES[entry.kind](entry, incident)
    if entry.text:
        parts = [*parts, Quote(entry.text, entry.author, None if entry.kind is ChangeKind.EDITED else entry.happened_at)]
    over = entry.state.is_over
    look = Tone.RESOLVED if over else _TONES[entry.impact]
    return Message(tone=look, headline=title, parts=tuple(parts), broadcast=is_broadcast(entry))


def catch_up(entries: tuple[TimelineEntry, ...], incident: Incident) -> Message:
    """Return one message for many entries, oldest first, each with all its words."""
    parts: list[Line | Quote] = []
    for entry in entries:
        said = reply(entry, incident)
        parts += [line(said.headline), *said.parts]
    return Message(tone=_TONES[entries[-1].impact], headline=f"{len(entries)} updates at once", parts=tuple(parts))


def is_broadcast(entry: TimelineEntry) -> bool:
    """Whether the whole channel hears it: an end, a relapse, a rise in severity, the vendor's acknowledgement."""
    if entry.kind is ChangeKind.IMPACT_CHANGED:
        return any(is_rise(Impact(t.before), Impact(t.after)) for t in entry.transitions)
    return entry.kind in {ChangeKind.RESOLVED, ChangeKind.WITHDRAWN, ChangeKind.REOPENED, ChangeKind.ACKNOWLEDGED}


_Parts = tuple[str, list[Line | Quote]]


def _opened(entry: TimelineEntry, incident: Incident) -> _Parts:
    title = entry.claim.title if entry.claim else incident.title
    return f"{entry.author} posted: {title}", []


def _updated(entry: TimelineEntry, incident: Incident) -> _Parts:
    still = _still(entry)
    if still:
        return f"{entry.author} calls it {words(entry.said or State.RESOLVED)}", still
    if entry.said is not None:
        empty = [] if entry.text else [line(f"{entry.author} wrote no text with this update.")]
        return _capital(words(entry.said)) if entry.said is not State.UNKNOWN else "Update", [*empty]
    steps = [f"{words(t.before)} → {words(t.after)}" for t in entry.transitions]
    return f"{entry.author} moved it on, without a word: {', '.join(steps) or words(entry.state)}", []


def _edited(entry: TimelineEntry, incident: Incident) -> _Parts:  # noqa: ARG001  (one shape for all)
    parts: list[Line | Quote] = []
    for change in entry.transitions:
        if change.subject == "state":
            parts.append(line(f"State: {words(change.before)} → {words(change.after)}"))
        elif change.before:
            parts += [line("Before:"), Quote(change.before, entry.author), line("Now:")]
    return f"{entry.author} edited an earlier update", parts


def _impact_changed(entry: TimelineEntry, incident: Incident) -> _Parts:  # noqa: ARG001  (one shape for all)
    change = entry.transitions[0]
    verb = "raised" if is_rise(Impact(change.before), Impact(change.after)) else "lowered"
    return f"Impact {verb}: {words(change.before)} → {words(change.after)}", []


def _components_changed(entry: TimelineEntry, incident: Incident) -> _Parts:  # noqa: ARG001  (one shape for all)
    return "; ".join(_moved(change) for change in entry.transitions), []


def _moved(change: Transition) -> str:
    if change.before == change.after:
        return f"{change.subject}: still {words(change.after)}"
    if not change.before:
        known = change.after not in {ComponentStatus.UNKNOWN, ComponentStatus.OPERATIONAL}
        return f"{change.subject} now affected" + (f" ({words(change.after)})" if known else "")
    if not change.after:
        return f"{change.subject} no longer listed"
    if change.after == ComponentStatus.OPERATIONAL:
        return f"{change.subject} operational again"
    return f"{change.subject}: {words(change.before)} → {words(change.after)}"


def _renamed(entry: TimelineEntry, incident: Incident) -> _Parts:  # noqa: ARG001  (one shape for all)
    change = entry.transitions[0]
    return f"Renamed to “{change.after}”", [line(f"Before: “{change.before}”")]


def _resolved(entry: TimelineEntry, incident: Incident) -> _Parts:
    word = _capital(words(State.COMPLETED if incident.kind is Kind.MAINTENANCE else State.RESOLVED))
    return f"{word} after {duration(entry.happened_at - incident.started_at)}", []


def _reopened(entry: TimelineEntry, incident: Incident) -> _Parts:  # noqa: ARG001  (one shape for all)
    return f"Open again: {words(entry.state)}", []


def _withdrawn(entry: TimelineEntry, incident: Incident) -> _Parts:  # noqa: ARG001  (one shape for all)
    gone = f"No longer listed on {entry.author}'s status page"
    return gone, _still(entry) or [line("How it ended could not be read there; we count it as over.")]


def _still(entry: TimelineEntry) -> list[Line | Quote]:
    """Say what keeps an incident open of which one part is over."""
    open_ones = [change.after for change in entry.transitions if change.subject == "still"]
    return [line(f"It stays open here: {', '.join(open_ones)} is still in trouble.")] if open_ones else []


def _postmortem(entry: TimelineEntry, incident: Incident) -> _Parts:  # noqa: ARG001  (one shape for all)
    late = entry.said if entry.said in {State.POSTMORTEM, State.RESOLVED, State.COMPLETED} else None
    return {None: "Added later", State.POSTMORTEM: "Root cause"}.get(late, _capital(words(late or ""))), []


def _acknowledged(entry: TimelineEntry, incident: Incident) -> _Parts:
    lag = entry.recorded_at - incident.first_seen_at
    title = entry.claim.title if entry.claim else incident.title
    return f"{entry.author} acknowledged it {duration(lag)} after us", [line(f"Posted as “{title}”")]


def _merged(entry: TimelineEntry, incident: Incident) -> _Parts:  # noqa: ARG001  (one shape for all)
    return f"{entry.author} now tells this as part of another incident", []


_REPLIES: dict[ChangeKind, Callable[[TimelineEntry, Incident], _Parts]] = {
    ChangeKind.OPENED: _opened,
    ChangeKind.UPDATED: _updated,
    ChangeKind.EDITED: _edited,
    ChangeKind.IMPACT_CHANGED: _impact_changed,
    ChangeKind.COMPONENTS_CHANGED: _components_changed,
    ChangeKind.COMPONENT_CHANGED: _components_changed,
    ChangeKind.RENAMED: _renamed,
    ChangeKind.RESOLVED: _resolved,
    ChangeKind.REOPENED: _reopened,
    ChangeKind.WITHDRAWN: _withdrawn,
    ChangeKind.POSTMORTEM: _postmortem,
    ChangeKind.ACKNOWLEDGED: _acknowledged,
    ChangeKind.MERGED: _merged,
}


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
