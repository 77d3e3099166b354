"""An incident in plain words, for people who have to explain it: what works, what does not, and what it means for us.

No ids, no evidence, nothing to press but `Details`.  What the vendor writes stays as it is.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.core import roster, silence, wording
from bot.core.message import About, Control, Line, Message, Moment, Part, Quote, line
from bot.core.spans import duration
from bot.core.team import is_ours
from bot.core.wording import capital, headline
from bot.model import (
    Action,
    Component,
    ComponentStatus,
    Impact,
    Incident,
    Kind,
    Member,
    State,
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
HOW_BAD = {
    Impact.CRITICAL: "it is down",
    Impact.MAJOR: "large parts of it do not work",
    Impact.MINOR: "parts of it do not work as they should",
    Impact.MAINTENANCE: "it is being worked on",
    Impact.UNKNOWN: "how bad it is was not said",
    Impact.NONE: "it works, as far as was said",
}
STAGES = {
    State.INVESTIGATING: "{name} is looking into it",
    State.IDENTIFIED: "{name} knows the cause and works on it",
    State.MONITORING: "{name} has mended it and watches whether it holds",
    State.SCHEDULED: "{name} plans to work on it",
    State.IN_PROGRESS: "{name} is working on it, as planned",
    State.VERIFYING: "{name} has done the work and checks it",
}
# Of what we have declared ourselves.
_OUR_STAGES = {
    State.INVESTIGATING: "We are looking into it",
    State.IDENTIFIED: "We know the cause and work on it",
    State.MONITORING: "We have mended it and watch whether it holds",
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
    said = _stage(incident)
    if incident.state is State.SCHEDULED:
        return said
    return f"{capital(HOW_BAD[incident.impact])}. {said}{roster.counted(incident)}"


def _stage(incident: Incident) -> str:
    if is_ours(incident):
        return _OUR_STAGES.get(incident.state, "We work on it")
    stage = STAGES.get(incident.state)
    if incident.kind is Kind.COMPONENT or stage is None:
        stage = "{name} has not said more yet"
    return stage.replace("{name}", incident.name)


def _what(incident: Incident) -> list[Line]:
    """Return what does not work, and what does as far as anybody knows; of many at once each."""
    if incident.members:
        return _members(incident)
    if not incident.components:
        return []
    if not incident.is_open:
        return [line("It was about: ", _names(incident.components))]
    if incident.kind is Kind.SUSPECTED or incident.state is State.SCHEDULED:
        return [line("It is about: ", _names(incident.components))]
    by_status = ((title, [one for one in incident.components if one.status is status]) for status, title in _WORKS)
    rows = [line(title, _names(some)) for title, some in by_status if some]
    return [*rows, line(f"Nothing else of {incident.name} is said to be affected.")]


def _members(incident: Incident) -> list[Line]:
    found = roster.in_order(incident.members)
    rows = [line(f"{roster.whose(one, incident)}: {_one(one)}") for one in found[:_SHOWN]]
    return [*rows, *([line(f"and {len(found) - _SHOWN} more")] if len(found) > _SHOWN else [])]


def _one(member: Member) -> str:
    if not member.is_open:
        return "over"
    return "planned" if member.state is State.SCHEDULED else HOW_BAD[member.impact]


def _names(some: Sequence[Component]) -> str:
    return listed([one.name for one in some])


def listed(names: Sequence[str]) -> str:
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
    names, one = listed(incident.services), len(incident.services) == 1
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
    names, one = listed(incident.services), len(incident.services) == 1
    if not incident.is_open:
        problem = "The problem" if is_ours(incident) else f"The problem at {incident.name}"
        said = f"{problem} is over. {names} should work as usual again."
    elif incident.kind is Kind.SUSPECTED:
        said = f"We see problems with {names} and are looking into {'it' if one else 'them'}."
    elif incident.kind is Kind.MAINTENANCE:
        said = f"{incident.name} is doing planned work. {names} may be interrupted meanwhile."
    else:
        why = "and we are working on it" if is_ours(incident) else f"because of a problem at {incident.name}"
        said = f"{names} may not work as usual {why}. We will tell you when it is over."
    return [line(f"To tell customers: “{said}”")]


def _next_word(incident: Incident) -> list[Line]:
    """Return when the vendor has promised to write again, if it has."""
    last = incident.latest
    promise = silence.promised(last.text, last.at) if last is not None and incident.is_open else None
    return [line(f"Next update, as {incident.name} has promised: ", Moment(promise))] if promise else []


def about(incident: Incident) -> About:
    """Return how it stands, for a reply that is read away from its root."""
    return About(headline(incident), (line(_how(incident)), *_standing(incident)))
