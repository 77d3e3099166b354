"""An incident in plain words, for people who have to explain it: what works, what does not, and what it means for us.

No ids, no evidence, nothing to press but `Details`.  What the vendor writes stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from bot.core import replies, silence, wording
from bot.core.message import About, Control, Line, Message, Moment, Part, Quote, line
from bot.core.severity import is_rise
from bot.core.spans import duration
from bot.core.wording import capital, headline
from bot.model import (
    Action,
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

_SHOWN = 8
# The worst first.
_WORKS = (
    (ComponentStatus.MAJOR_OUTAGE, "Does not work: "),
    (ComponentStatus.PARTIAL_OUTAGE, "Works only in part: "),
    (ComponentStatus.DEGRADED_PERFORMANCE, "Slow or with errors: "),
    (ComponentStatus.UNDER_MAINTENANCE, "Being worked on: "),
    (ComponentStatus.UNKNOWN, "It is about: "),
    (ComponentStatus.OPERATIONAL, "Works: "),
)
_HOW_BAD = {
    Impact.CRITICAL: "it is down",
    Impact.MAJOR: "large parts of it do not work",
    Impact.MINOR: "parts of it do not work as they should",
    Impact.MAINTENANCE: "it is being worked on",
    Impact.UNKNOWN: "how bad it is was not said",
    Impact.NONE: "it works, as far as was said",
}
_STAGES = {
    State.INVESTIGATING: "{name} is looking into it",
    State.IDENTIFIED: "{name} knows the cause and works on it",
    State.MONITORING: "{name} has mended it and watches whether it holds",
    State.SCHEDULED: "{name} plans to work on it",
    State.IN_PROGRESS: "{name} is working on it, as planned",
    State.VERIFYING: "{name} has done the work and checks it",
}


def root(incident: Incident) -> Message:
    """Return the message that shows the incident as it is now.  It holds no running time, so it settles."""
    parts: list[Part] = [line(_how(incident)), *wording.when(incident), *_standing(incident), *_next_word(incident)]
    if incident.latest is not None:
        parts.append(Quote(incident.latest.text, incident.latest.author, incident.latest.at))
    return Message(
        tone=wording.tone(incident),
        headline=headline(incident),
        parts=tuple(parts),
        url=incident.url,
        controls=(Control(Action.DETAILS, "Details", incident.id),),
        labels=wording.labels(incident),
        incident=incident,
    )


def _standing(incident: Incident) -> list[Line]:
    return [*_what(incident), *_ours(incident), *_customers(incident)]


def _how(incident: Incident) -> str:
    """Return how bad it is and what is done about it, in one line; or that it is over."""
    if not incident.is_open:
        lasted = incident.resolved_at - incident.started_at if incident.resolved_at else None
        return f"{wording.ending(incident)}{f' after {duration(lasted)}' if lasted else ''}"
    if incident.kind is Kind.SUSPECTED:
        return f"We see trouble ourselves. {incident.name} has not confirmed it"
    stage = _STAGES.get(incident.state)
    if incident.kind is Kind.COMPONENT or stage is None:
        stage = "{name} has not said more yet"
    said = stage.replace("{name}", incident.name)
    if incident.state is State.SCHEDULED:
        return said
    return f"{capital(_HOW_BAD[incident.impact])}. {said}"


def _what(incident: Incident) -> list[Line]:
    """Return what does not work, and what does as far as anybody knows."""
    if not incident.components:
        return []
    if not incident.is_open:
        return [line("It was about: ", _names(incident.components))]
    if incident.kind is Kind.SUSPECTED or incident.state is State.SCHEDULED:
        return [line("It is about: ", _names(incident.components))]
    by_status = ((title, [one for one in incident.components if one.status is status]) for status, title in _WORKS)
    rows = [line(title, _names(some)) for title, some in by_status if some]
    return [*rows, line(f"Nothing else of {incident.name} is said to be affected.")]


def _names(some: Sequence[Component]) -> str:
    return _listed([one.name for one in some])


def _listed(names: Sequence[str]) -> str:
    """Write names as in a sentence."""
    more = len(names) - _SHOWN
    shown = [*names[:_SHOWN], *([f"{more} more"] if more > 0 else [])]
    return " and ".join(filter(None, (", ".join(shown[:-1]), shown[-1]))) if shown else ""


def _ours(incident: Incident) -> list[Line]:
    """Return what it means for our own services, and what runs elsewhere meanwhile."""
    to = {one.name: one.fallback or "" for one in incident.cards}
    active = [one.card for one in incident.fallbacks if one.back_at is None]
    return [line(f"For us: {_suffers(incident)}"), *(line(_runs(name, to.get(name, ""))) for name in active)]


def _runs(name: str, elsewhere: str) -> str:
    return f"{name or 'Ours'} runs on {elsewhere or 'something else'} meanwhile"


def _suffers(incident: Incident) -> str:
    names, one = _listed(incident.services), len(incident.services) == 1
    if not incident.services:
        return "nothing of ours is known to depend on it"
    if not incident.is_open:
        return f"{names} suffered from it"
    if incident.kind is Kind.SUSPECTED or incident.state is State.SCHEDULED:
        return f"{names} may suffer from it"
    return f"{names} {'suffers' if one else 'suffer'} from it"


def _customers(incident: Incident) -> list[Line]:
    """Return a sentence to pass on, where there is anything that customers could notice."""
    if not incident.services:
        return []
    names, one = _listed(incident.services), len(incident.services) == 1
    if not incident.is_open:
        said = f"The problem at {incident.name} is over. {names} should work as usual again."
    elif incident.kind is Kind.SUSPECTED:
        said = f"We see problems with {names} and are looking into {'it' if one else 'them'}."
    elif incident.kind is Kind.MAINTENANCE:
        said = f"{incident.name} is doing planned work. {names} may be interrupted meanwhile."
    else:
        said = (
            f"{names} may not work as usual because of a problem at {incident.name}. We will tell you when it is over."
        )
    return [line(f"To tell customers: “{said}”")]


def _next_word(incident: Incident) -> list[Line]:
    """Return when the vendor has promised to write again, if it has."""
    last = incident.latest
    promise = silence.promised(last.text, last.at) if last is not None and incident.is_open else None
    return [line(f"Next update, as {incident.name} has promised: ", Moment(promise))] if promise else []


def told(entries: Sequence[TimelineEntry]) -> Sequence[TimelineEntry]:
    """Return entries with those made quiet that are for engineers: evidence, notes, who is called, links."""
    return tuple(one if _is_theirs(one) else replace(one, quiet=True) for one in entries)


def _is_theirs(entry: TimelineEntry) -> bool:
    if entry.kind is ChangeKind.UPDATED:
        return entry.who is Who.VENDOR
    return entry.kind in _TOLD


def reply(entry: TimelineEntry, incident: Incident) -> Message:
    """Return what the thread says of one timeline entry."""
    said = replies.reply(entry, incident)
    about = _about(incident) if said.about is not None else None
    said = replace(said, about=about, controls=())
    if entry.kind not in _WORDED:
        return said
    title, rows = _WORDED[entry.kind](entry, incident)
    quotes = [part for part in said.parts if isinstance(part, Quote)]
    return replace(said, headline=title, parts=(*rows, *quotes))


def catch_up(entries: tuple[TimelineEntry, ...], incident: Incident) -> Message:
    """Return one message for many entries."""
    return replies.catch_up(entries, incident, reply, _about)


def _about(incident: Incident) -> About:
    return About(headline(incident), (line(_how(incident)), *_standing(incident)))


_Parts = tuple[str, Iterable[Line]]


def _updated(entry: TimelineEntry, _incident: Incident) -> _Parts:
    if any(change.subject == "still" for change in entry.transitions):
        return f"{entry.author} calls it over, but not all of it works yet", []
    stage = _STAGES.get(entry.said) if entry.said is not None else None
    return stage.replace("{name}", entry.author) if stage else f"News from {entry.author}", []


def _impact_changed(entry: TimelineEntry, _incident: Incident) -> _Parts:
    change = entry.transitions[0]
    before, after = Impact(change.before), Impact(change.after)
    return f"It has become {'worse' if is_rise(before, after) else 'better'}: {_HOW_BAD[after]}", []


def _resolved(entry: TimelineEntry, incident: Incident) -> _Parts:
    lasted = entry.happened_at - incident.started_at
    after = f" after {duration(lasted)}" if entry.happened_at > incident.started_at else ""
    ours = [line(f"For us: {_listed(incident.services)} suffered from it")] if incident.services else []
    return f"It is over{after}", ours


def _withdrawn(entry: TimelineEntry, _incident: Incident) -> _Parts:
    return f"{entry.author} does not list it any more, so it counts as over", []


def _reopened(entry: TimelineEntry, _incident: Incident) -> _Parts:
    return f"It is back: {_HOW_BAD[entry.impact]}", []


def _acknowledged(entry: TimelineEntry, _incident: Incident) -> _Parts:
    return f"{entry.author} confirms it", []


def _postmortem(entry: TimelineEntry, _incident: Incident) -> _Parts:
    return "Why it happened" if entry.said is State.POSTMORTEM else f"{entry.author} added to it later", []


def _acked(entry: TimelineEntry, _incident: Incident) -> _Parts:
    return f"{entry.author} is looking after it here", []


def _switched(entry: TimelineEntry, _incident: Incident) -> _Parts:
    names = _listed([one.subject for one in entry.transitions if one.subject]) or "We"
    to = _listed(list(dict.fromkeys(one.after for one in entry.transitions if one.after)))
    return f"{names}: switched to {to or 'a fallback'}", []


def _switched_back(entry: TimelineEntry, _incident: Incident) -> _Parts:
    names = _listed([one.subject for one in entry.transitions if one.subject]) or "We"
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
