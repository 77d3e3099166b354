"""The story in one paragraph: each sentence is there only if the facts are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from bot.core.message import utc
from bot.core.report.known import Facts, Unknown, known
from bot.core.spans import duration
from bot.core.wording import NOT_BEGUN, words
from bot.model import ChangeKind, Impact, Incident, Kind, State

_FEW, _SHORT = 4, 120
_AT_ONCE = timedelta(minutes=1)


def summary(facts: Facts, incident: Incident) -> str:
    """Return the summary of a report whose other facts are there."""
    if incident.kind is Kind.MAINTENANCE:
        found = _maintenance(facts, incident)
    elif incident.members:
        found = _burst(facts, incident)
    else:
        found = _trouble(facts, incident)
    return " ".join(found)


def _trouble(facts: Facts, incident: Incident) -> Iterator[str]:
    yield f"{facts.headline.rstrip('.')}. {_sentence(_lasted(facts, incident))}."
    yield from _firsts(facts)
    yield from _ends(facts)
    yield from _touched(facts)
    yield from _taken(facts)
    yield from _cause(facts)


def _lasted(facts: Facts, incident: Incident) -> str:
    clock, bad = facts.whole, _how_bad(facts)
    begun = known(clock.began_at)
    if begun is None or clock.lasted is None:
        return bad or "how long it lasted is not known"
    if facts.is_open:
        return f"it has gone on since {utc(begun)}, {duration(clock.lasted)} so far{bad and f', and {bad}'}"
    until = known(clock.ended_at)
    what = "a suspicion of ours that nobody confirmed; it" if incident.kind is Kind.SUSPECTED else "it"
    span = f"{what} lasted {duration(clock.lasted)}, from {utc(begun)} to {until:%H:%M} UTC" if until else what
    if until and until.date() != begun.date():
        span = f"{what} lasted {duration(clock.lasted)}, from {utc(begun)} to {utc(until)}"
    if incident.ending is ChangeKind.WITHDRAWN:
        span = f"{what} was listed for {duration(clock.lasted)}, from {utc(begun)} until it was no longer listed"
        span += f" at {utc(until)}" if until else ""
    return f"{span}{bad and f', and {bad}'}"


def _how_bad(facts: Facts) -> str:
    if facts.peak in {Impact.NONE, Impact.UNKNOWN}:
        return ""
    return f"{'is' if facts.is_open and facts.impact is facts.peak else 'was'} {words(facts.peak)} at worst"


def _firsts(facts: Facts) -> Iterator[str]:
    """Say who knew of it when; what is not known of that says why."""
    yield _seen(facts)
    told, lag = facts.acknowledgement.at, known(facts.acknowledgement.lag)
    if isinstance(told, Unknown):
        if not facts.detection.is_told_by_team:
            yield f"{_sentence(told.reason)}."
        return
    dated = facts.acknowledgement.dated_from
    back = f", and dates it from {utc(dated)}" if dated and told - dated >= _AT_ONCE else ""
    yield f"{facts.name} told of it at {utc(told)}{_order(lag)}{back}."


def _seen(facts: Facts) -> str:
    one = facts.detection
    if isinstance(one.at, Unknown):
        return f"{_sentence(one.at.reason)}."
    if not one.is_own:
        return f"We read of it at {utc(one.at)}; none of our own witnesses told of it."
    saw = f": {one.saw.rstrip('.')}" if one.saw and len(one.saw) <= _SHORT else ""
    return f"We knew of it at {utc(one.at)}, from {one.by}{saw}."


def _order(lag: timedelta | None) -> str:
    if lag is None:
        return ""
    if abs(lag) < _AT_ONCE:
        return ", when we saw it"
    return f", {duration(abs(lag))} {'after' if lag > timedelta() else 'before'} us"


def _ends(facts: Facts) -> Iterator[str]:
    """Say by whose account it was over, where that is two times."""
    theirs, ours = known(facts.vendors.ended_at), known(facts.ours.ended_at)
    if theirs is None or facts.vendors.goes_on:
        return
    false = [one for one in facts.talk.all_clears if one.is_false]
    if ours is not None and ours - theirs >= _AT_ONCE:
        yield f"{facts.name} called it over at {utc(theirs)}; our own witnesses saw it until {utc(ours)}."
    elif facts.ours.goes_on:
        yield f"{facts.name} called it over at {utc(theirs)}; our own witnesses still see it."
    elif ours is not None and theirs - ours >= _AT_ONCE:
        yield f"Our own witnesses saw it until {utc(ours)}; {facts.name} called it over at {utc(theirs)}."
    elif false:
        yield f"{facts.name} called it over at {utc(false[0].at)}, and had to open it again."


def _touched(facts: Facts) -> Iterator[str]:
    parts = [part.name for part in facts.effect.parts]
    if parts and facts.kind is not Kind.SUSPECTED:
        yield f"Listed as affected: {_listed(parts)}."
    if facts.effect.services:
        verb = "depend on it" if len(facts.effect.services) > 1 else "depends on it"
        yield f"Of our own, {_listed(facts.effect.services)} {verb}."
    if facts.effect.affected:
        one = facts.effect.affected == 1
        yield f"{facts.effect.affected} {'person' if one else 'people'} here said that it failed for them."


def _taken(facts: Facts) -> Iterator[str]:
    if facts.first_taken is not None:
        at, who = facts.first_taken
        yield f"{who} acknowledged it at {utc(at)}."
    for name, at, back in facts.switched:
        until = f" until {utc(back)}" if back else ""
        yield f"{name} was on its fallback from {utc(at)}{until}."


def _cause(facts: Facts) -> Iterator[str]:
    at = known(facts.cause.at)
    if at is not None:
        after = f", {duration(facts.cause.after)} after the end" if facts.cause.after else ""
        yield f"{facts.name} published a root cause at {utc(at)}{after}; it is quoted below."
    elif facts.statements and not facts.is_open and isinstance(facts.cause.at, Unknown):
        yield f"Root cause: {facts.cause.at.reason}."


def _maintenance(facts: Facts, incident: Incident) -> Iterator[str]:
    starts, ends = facts.planned or (None, None)
    window = f"planned for {utc(starts)}" if starts else "planned, at no stated time"
    window += f" to {utc(ends)}" if starts and ends else ""
    yield f"{facts.headline}: a maintenance of {facts.name}'s, {window}."
    begun, over = known(facts.whole.began_at), known(facts.whole.ended_at)
    if incident.state is State.SCHEDULED:
        yield "It has not begun."
    elif begun is None:
        yield f"{NOT_BEGUN}: it was called off, or done ahead of its time."
    elif facts.is_open and facts.whole.lasted is not None:
        yield f"It has gone on for {duration(facts.whole.lasted)}."
    elif over is not None and over > begun:
        yield f"It was completed at {utc(over)}, after {duration(over - begun)}{_against(over, ends)}."
    yield from _touched(facts)


def _against(over: datetime, ends: datetime | None) -> str:
    if ends is None or abs(over - ends) < _AT_ONCE:
        return ""
    return f", {duration(abs(over - ends))} {'later' if over > ends else 'earlier'} than planned"


def _burst(facts: Facts, incident: Incident) -> Iterator[str]:
    count, still = len(incident.members), sum(member.is_open for member in incident.members)
    going = f"; {still} of them go on" if still else ""
    yield f"{facts.headline.rstrip('.')}: {count} incidents of one cause, told together{going}."
    yield f"{_sentence(_lasted(facts, incident))}."
    yield from _firsts(facts)
    yield from _touched(facts)
    yield from _taken(facts)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _listed(names: Sequence[str]) -> str:
    shown = list(names[:_FEW])
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")
