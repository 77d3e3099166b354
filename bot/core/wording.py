"""The text of root messages, and the words that all texts share.  Plain, short, past tense; adapters only dress it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import groupby

from bot.core import cards, handed, roster, team, testimony
from bot.core.controls import controls
from bot.core.message import Line, Message, Moment, Part, Quote, Span, Tone, line
from bot.core.spans import duration
from bot.model import (
    ChangeKind,
    Component,
    ComponentStatus,
    Impact,
    Incident,
    Kind,
    Mute,
    SourceKind,
    State,
)

TONES = {
    Impact.CRITICAL: Tone.CRITICAL,
    Impact.MAJOR: Tone.MAJOR,
    Impact.MINOR: Tone.MINOR,
    Impact.MAINTENANCE: Tone.MAINTENANCE,
    Impact.UNKNOWN: Tone.MINOR,
    Impact.NONE: Tone.NOTICE,
}
# The mildest first.
STATUS_WORDS = {
    ComponentStatus.OPERATIONAL: "operational",
    ComponentStatus.UNKNOWN: "in unknown state",
    ComponentStatus.UNDER_MAINTENANCE: "under maintenance",
    ComponentStatus.DEGRADED_PERFORMANCE: "degraded",
    ComponentStatus.PARTIAL_OUTAGE: "in partial outage",
    ComponentStatus.MAJOR_OUTAGE: "in major outage",
}
_SHOWN_COMPONENTS = 8


def words(value: str) -> str:
    """Write a state, an impact or a status as a person would: `major_outage` is `major outage`."""
    return value.replace("_", " ")


NOT_BEGUN = "Over before it was to begin"


def tone(incident: Incident) -> Tone:
    """Return how a message about `incident` looks."""
    if not incident.is_open:
        return Tone.RESOLVED
    return Tone.MAINTENANCE if _is_plain_maintenance(incident.impact, incident.kind) else TONES[incident.impact]


def _is_plain_maintenance(impact: Impact, kind: Kind) -> bool:
    """Whether it is what was planned, and nothing has gone wrong with it."""
    return kind is Kind.MAINTENANCE and impact.rank < Impact.MINOR.rank


def headline(incident: Incident) -> str:
    """Return who and what, in one line; of what the team has declared it is said by the team."""
    if incident.vendor == team.VENDOR:
        return incident.title
    if incident.kind is Kind.COMPONENT and incident.is_open and incident.components:
        return f"{incident.name}: {incident.title} {_worst_status(incident.components)}"
    # Of a witness without a part it is said that this very name is failing.
    is_named = incident.title.startswith(f"{incident.name} is ")
    return incident.title if is_named else f"{incident.name}: {incident.title}"


def root(incident: Incident) -> Message:
    """Return the message that shows the incident as it is now.  It holds no running time, so it settles."""
    parts: list[Part] = [_state_line(incident), *standing(incident), *roster.listed(incident)]
    if incident.latest is not None:
        parts.append(Quote(incident.latest.text, incident.latest.author, incident.latest.at))
    return Message(
        tone=tone(incident),
        headline=headline(incident),
        parts=tuple(parts),
        url=incident.url,
        controls=controls(incident),
        labels=labels(incident),
        incident=incident,
    )


def standing(incident: Incident) -> list[Line]:
    """Return how an incident stands, in all but its vendor's words: since when, what it is about, who has it."""
    return [
        *when(incident),
        *_affected(incident),
        *cards.touched(incident),
        *_declared(incident),
        *_remarks(incident),
        *testimony.lines(incident),
        *people(incident),
        *roster.goes_on(incident),
    ]


def labels(incident: Incident) -> tuple[str, ...]:
    """Return in single words how an incident stands, for platforms that sort by such."""
    is_open = "open" if incident.is_open else "resolved"
    found = (is_open, state_word(incident), words(incident.impact), incident.name, incident.vendor, incident.kind)
    return tuple(dict.fromkeys(map(str, found)))


def _state_line(incident: Incident) -> Line:
    if incident.is_open:
        severity = capital(_severity(incident.impact, incident.kind))
        return line(f"{severity} · {state_word(incident)}{roster.counted(incident)}")
    stated = incident.kind is not Kind.MAINTENANCE and incident.peak not in {Impact.UNKNOWN, Impact.NONE}
    was = f" · was {words(incident.peak)}" if stated else ""
    lasting = incident.resolved_at - incident.started_at if incident.resolved_at else timedelta()
    lasted = f" · lasted {duration(lasting)}" if lasting > timedelta() else ""
    return line(f"{ending(incident)}{was}{lasted}")


def state_word(incident: Incident) -> str:
    """Return the word for where it stands.

    Of a component that only the status page shows nobody has said that it is being looked into.
    """
    is_told = incident.kind is not Kind.COMPONENT or incident.state is not State.INVESTIGATING
    return words(incident.state) if is_told else "unannounced"


def ending(incident: Incident) -> str:
    """Return how it ended, in a word or two."""
    if incident.ending is ChangeKind.WITHDRAWN:
        return "No longer listed"
    if incident.ending is ChangeKind.MERGED:
        return "Part of another incident"
    if incident.ending is ChangeKind.UNGROUPED:
        return "Ungrouped"
    if incident.kind is Kind.SUSPECTED:
        return "Over, unconfirmed"
    if has_not_begun(incident):
        return NOT_BEGUN
    return capital(words(State.COMPLETED if incident.kind is Kind.MAINTENANCE else State.RESOLVED))


def has_not_begun(incident: Incident) -> bool:
    """Whether a maintenance was over before the time that it was planned for."""
    starts, over = incident.starts_at, incident.resolved_at
    return incident.kind is Kind.MAINTENANCE and starts is not None and over is not None and over < starts


def _severity(impact: Impact, kind: Kind) -> str:
    if _is_plain_maintenance(impact, kind):
        return "maintenance"
    return {Impact.UNKNOWN: "impact not stated", Impact.NONE: "no impact stated"}.get(impact, words(impact))


def when(incident: Incident) -> list[Line]:
    """Return from when to when it is, as far as that is known."""
    if incident.kind is Kind.MAINTENANCE and incident.starts_at:
        return planned(incident.starts_at, incident.ends_at)
    if incident.state is State.SCHEDULED:
        return [line("Announced ", Moment(incident.started_at), "; when it begins is not told")]
    if incident.kind is Kind.MAINTENANCE and incident.resolved_at and incident.resolved_at <= incident.started_at:
        return [line("Over since ", Moment(incident.resolved_at))]
    if incident.resolved_at is not None:
        return [line("From ", Moment(incident.started_at), " to ", Moment(incident.resolved_at))]
    since = Moment(incident.started_at, ago=True)
    if incident.was_open_at_first_look:
        return [line("Since ", since, ", already going on when we began to watch")]
    return [line("Since ", since)]


def planned(starts_at: datetime | None, ends_at: datetime | None) -> list[Line]:
    """Return when a maintenance is to be, as far as it is known."""
    window: list[Span] = ["Planned for ", Moment(starts_at)] if starts_at else ["No time is planned"]
    return [line(*window, " to ", Moment(ends_at)) if ends_at else line(*window)]


def _affected(incident: Incident) -> list[Line]:
    """Return which components it is about, the worst first, those of one status together."""
    named = incident.kind is Kind.SUSPECTED or (incident.kind is Kind.COMPONENT and len(incident.components) == 1)
    if not incident.components or named:
        return []
    order = list(STATUS_WORDS)
    worst_first = sorted(incident.components, key=lambda c: -order.index(c.status))[:_SHOWN_COMPONENTS]
    alike = groupby(worst_first, key=lambda c: incident.is_open and c.status)
    groups = [_named(list(group), incident) for _, group in alike]
    more = len(incident.components) - len(worst_first)
    shown = "; ".join(groups) + (f"; {more} more" if more else "")
    return [line("Affects: " if incident.is_open else "Affected: ", shown)]


def _named(components: list[Component], incident: Incident) -> str:
    names = ", ".join(component.name for component in components)
    told = incident.is_open and components[0].status not in {ComponentStatus.UNKNOWN, ComponentStatus.OPERATIONAL}
    return f"{names} ({short(components[0].status)})" if told else names


def short(status: ComponentStatus) -> str:
    """Write a status as it stands in brackets: `degraded`, `major outage`."""
    return STATUS_WORDS[status].removeprefix("in ")


def _declared(incident: Incident) -> list[Line]:
    view = team.declared(incident)
    if view is None:
        return []
    when: tuple[Span, ...] = (" at ", Moment(view.published_at)) if view.published_at else ()
    return [line(f"Declared by {view.author}", *when)]


def _remarks(incident: Incident) -> list[Line]:
    if incident.resolved_at is not None and incident.resolved_at < incident.first_seen_at:
        return [line("It was over before we saw it.")]
    if not incident.is_open:
        return []
    if incident.kind is Kind.COMPONENT:
        return [line(f"{incident.name}'s status page shows it; no incident has been posted.")]
    theirs = [view for view in incident.claims if view.teller is not SourceKind.TEAM]
    over = [view for view in theirs if view.state.is_over and view.kind is Kind.INCIDENT]
    still = [view.title for view in incident.claims if not view.state.is_over and view.teller is SourceKind.FEED]
    if over and not still:
        # What people had reported before is over with it.
        ours = any(not v.state.is_over and v.teller is not SourceKind.PEOPLE for v in theirs)
        return [line(f"{incident.name} calls it over, but we still see it.")] if ours else []
    return [line(f"{incident.name} calls it over, but {', '.join(still)} is still in trouble.")] if over else []


def people(incident: Incident) -> list[Line]:
    """Return who has it, who wants quiet, who has switched over, and for how many here it fails."""
    lines: list[Line] = []
    if incident.acked:
        lapses: tuple[Span, ...] = (", until ", Moment(incident.acked.until)) if incident.acked.until else ()
        lines.append(line(f"{handed.holding(incident.acked)} at ", Moment(incident.acked.at), *lapses))
    if incident.muted and incident.is_open:
        lines.append(_muted(incident.muted))
    lines += cards.standing(incident)
    told = incident.evidence is not None and incident.is_open
    return lines if told else lines + _counts(incident)


def _muted(mute: Mute) -> Line:
    of = f" with {mute.of}" if mute.of else ""
    until: tuple[Span, ...] = (" for good",) if mute.for_good else (" until it is resolved,",)
    if mute.until:
        until = (" until ", Moment(mute.until))
    why = f": {mute.why}" if mute.why else ""
    return line(f"Muted{of}", *until, f" by {mute.name}{why}")


def _counts(incident: Incident) -> list[Line]:
    verb = ("is", "are") if incident.is_open else ("was", "were")
    counts = []
    if incident.affected:
        one = incident.affected == 1
        counts.append(f"{incident.affected} {'person' if one else 'people'} here {verb[not one]} affected")
    if incident.works:
        one, whose = incident.works == 1, "" if incident.affected else (" person here", " people here")
        counts.append(f"{incident.works}{whose and whose[not one]} {'says' if one else 'say'} it works")
    return [line(", ".join(counts))] if counts else []


def _worst_status(components: Iterable[Component]) -> str:
    order = list(STATUS_WORDS)
    return STATUS_WORDS[max((c.status for c in components), key=order.index)]


def capital(text: str) -> str:
    """Write the first letter large, unless the first word is a host."""
    is_host = "." in text.partition(" ")[0].rstrip(".")
    return text if is_host else text[:1].upper() + text[1:]
