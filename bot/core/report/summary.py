"""The story in one paragraph: each sentence is there only if the facts are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

from bot.core.message import utc
from bot.core.report.known import Facts
from bot.core.report.unknown import Unknown, known
from bot.core.spans import duration
from bot.core.wording import NOT_BEGUN, words
from bot.model import ChangeKind, Impact, Incident, Kind, State

_FEW, _SHORT = 4, 120
_AT_ONCE = timedelta(minutes=1)


class _When:
    """Writes one time after the other: on the day of the one before it the time of day is enough."""

    def __init__(self) -> None:
        self._day: date | None = None

    def __call__(self, at: datetime) -> str:
        moment = at.astimezone(UTC)
        same, self._day = self._day == moment.date(), moment.date()
        return f"{moment:%H:%M} UTC" if same else utc(at)

    def quoting(self, words: str) -> str:
        """Return words that may name a day of their own: the next time has to name its day again."""
        self._day = None
        return words


def summary(facts: Facts, incident: Incident) -> str:
    """Return the summary of a report whose other facts are there."""
    if incident.kind is Kind.MAINTENANCE:
        found = _maintenance(facts, incident, _When())
    elif incident.members:
        found = _burst(facts, incident, _When())
    else:
        found = _trouble(facts, incident, _When())
    return " ".join(found)


def _trouble(facts: Facts, incident: Incident, when: _When) -> Iterator[str]:
    yield f"{facts.headline.rstrip('.')}. {_sentence(_lasted(facts, incident, when))}."
    yield from _firsts(facts, when)
    yield from _ends(facts, when)
    yield from _touched(facts)
    yield from _taken(facts, when)
    yield from _cause(facts, when)


def _lasted(facts: Facts, incident: Incident, when: _When) -> str:
    clock, bad = facts.whole, _how_bad(facts)
    begun = known(clock.began_at)
    if facts.is_told_afterwards:
        over = known(clock.ended_at)
        ended = f"it was over when {facts.name} first told of it{bad and f', and {bad}'}"
        dated = f"; its feed dates the end to {when(over)}" if over else ""
        return f"{ended}{dated}; how long it lasted is not known"
    if begun is None or clock.lasted is None:
        return bad or "how long it lasted is not known"
    if facts.is_open:
        if facts.is_unseen:
            then = f"it had gone on since {when(begun)} when it was last looked at, {duration(clock.lasted)} later"
            return f"{then}{bad and f', and {bad}'}; how it stands now is not known"
        return f"it has gone on since {when(begun)}, {duration(clock.lasted)} so far{bad and f', and {bad}'}"
    until = known(clock.ended_at)
    ours = "a suspicion of ours; it" if facts.elsewhere else "a suspicion of ours that was never confirmed; it"
    what = ours if incident.kind is Kind.SUSPECTED else "it"
    if incident.ending is ChangeKind.WITHDRAWN:
        verb, gone = ("listed", "listed no longer") if facts.channels else ("told of", "told of no longer")
        span = f"{what} was {verb} for {duration(clock.lasted)}, from {when(begun)} until it was {gone}"
        return f"{span}{(until and f' at {when(until)}') or ''}{bad and f', and {bad}'}"
    ended = f", from {when(begun)} to {when(until)}" if until else ""
    ended += f" ({duration(clock.spent)} without the breaks)" if clock.spent is not None else ""
    if facts.elsewhere:
        return f"{what} was told here for {duration(clock.lasted)}{ended}, and went on as part of {facts.elsewhere}"
    return f"{what} lasted {duration(clock.lasted)}{ended}{bad and f', and {bad}'}"


def _how_bad(facts: Facts) -> str:
    if facts.peak in {Impact.NONE, Impact.UNKNOWN}:
        return ""
    is_so = facts.is_open and facts.impact is facts.peak and not facts.is_unseen
    return f"{'is' if is_so else 'was'} {words(facts.peak)} at worst"


def _firsts(facts: Facts, when: _When) -> Iterator[str]:
    """Say who knew of it when; what is not known of that says why."""
    yield _seen(facts, when)
    told, lag = facts.acknowledgement.at, known(facts.acknowledgement.lag)
    if isinstance(told, Unknown):
        if facts.has_vendor and not facts.detection.is_told_by_team:
            yield when.quoting(f"{_sentence(told.reason)}.")
        return
    dated = facts.acknowledgement.dated_from
    back = f", and dates it from {when(dated)}" if dated and told - dated >= _AT_ONCE else ""
    yield f"{facts.name} told of it at {when(told)}{_order(lag)}{back}."


def _seen(facts: Facts, when: _When) -> str:
    one = facts.detection
    if isinstance(one.at, Unknown):
        return when.quoting(f"{_sentence(one.at.reason)}.")
    if not one.is_own:
        alone = "" if facts.kind is Kind.MAINTENANCE or not facts.has_vendor else f"; {_no_witness(facts)}"
        return f"We read of it at {when(one.at)}{alone}."
    saw = f": {one.saw.rstrip('.')}" if one.saw and len(one.saw) <= _SHORT else ""
    return f"We knew of it at {when(one.at)}, from {one.by}{saw}."


def _no_witness(facts: Facts) -> str:
    why = facts.ours.began_at
    return why.reason if isinstance(why, Unknown) else "none of our own witnesses told of it"


def _order(lag: timedelta | None) -> str:
    if lag is None:
        return ""
    if abs(lag) < _AT_ONCE:
        return ", when we saw it"
    return f", {duration(abs(lag))} {'after' if lag > timedelta() else 'before'} us"


def _ends(facts: Facts, when: _When) -> Iterator[str]:
    """Say by whose account it was over, where that is two times."""
    theirs, ours = known(facts.vendors.ended_at), known(facts.ours.ended_at)
    for clear in [one for one in facts.talk.all_clears if one.was_reopened][:1]:
        seen = " while our own witnesses went on failing" if clear.was_seen else ""
        yield f"{facts.name} called it over at {when(clear.at)}{seen}, and had to open it again."
    if theirs is None or facts.vendors.goes_on:
        return
    said = "dates the end to" if facts.vendors.ended_said_at else "called it over at"
    if ours is not None and ours - theirs >= _AT_ONCE:
        yield f"{facts.name} {said} {when(theirs)}; our own witnesses saw it until {when(ours)}."
    elif facts.ours.goes_on:
        yield f"{facts.name} {said} {when(theirs)}; our own witnesses still see it."
    elif ours is not None and theirs - ours >= _AT_ONCE:
        yield f"Our own witnesses saw it until {when(ours)}; {facts.name} {said} {when(theirs)}."


def _touched(facts: Facts) -> Iterator[str]:
    unwell = [part.name for part in facts.effect.parts if not part.is_well]
    if facts.effect.parts and facts.kind is not Kind.SUSPECTED:
        listed = "Listed as affected" if unwell else "Listed with it"
        yield f"{listed}: {_listed(unwell or [part.name for part in facts.effect.parts])}."
    if facts.effect.services:
        verb = "depend on it" if len(facts.effect.services) > 1 else "depends on it"
        yield f"Of our own, {_listed(facts.effect.services)} {verb}."
    if facts.effect.affected:
        one = facts.effect.affected == 1
        yield f"{facts.effect.affected} {'person' if one else 'people'} here said that it failed for them."


def _taken(facts: Facts, when: _When) -> Iterator[str]:
    if facts.first_taken is not None:
        at, who = facts.first_taken
        yield f"{who} acknowledged it at {when(at)}."
    for name, at, back in facts.switched:
        if back is None:
            yield f"{name} has been on its fallback since {when(at)}."
        else:
            yield f"{name} was on its fallback from {when(at)} until {when(back)}."


def _cause(facts: Facts, when: _When) -> Iterator[str]:
    at = known(facts.cause.at)
    if at is not None:
        after = f", {duration(facts.cause.after)} after the end" if facts.cause.after else ""
        yield f"{facts.name} published a root cause at {when(at)}{after}; it is quoted below."
    if facts.talk.wordless and not facts.statements:
        yield f"{facts.name} wrote no text with any of its updates."
    if isinstance(facts.cause.at, Unknown) and not facts.is_open and known(facts.acknowledgement.at) is not None:
        yield f"Root cause: {facts.cause.at.reason}."


def _maintenance(facts: Facts, incident: Incident, when: _When) -> Iterator[str]:
    starts, ends = facts.planned or (None, None)
    window = f"planned for {when(starts)}" if starts else "planned, at no stated time"
    window += f" to {when(ends)}" if starts and ends else ""
    yield f"{facts.headline}: a maintenance of {facts.name}'s, {window}."
    begun, over = known(facts.whole.began_at), known(facts.whole.ended_at)
    if incident.state is State.SCHEDULED:
        yield (
            f"Whether it began is not known: {_reason(facts)}."
            if starts and starts <= facts.seen_at
            else f"It {'had not begun when it was last looked at' if facts.is_unseen else 'has not begun'}."
        )
    elif incident.ending is ChangeKind.WITHDRAWN and over is not None:
        yield f"It was no longer listed at {when(over)}; how it ended is not known."
    elif begun is None:
        yield f"{NOT_BEGUN}: it was called off, or done ahead of its time."
    elif facts.is_open and facts.whole.lasted is not None:
        lasted = duration(facts.whole.lasted)
        then = f"It had gone on for {lasted} when it was last looked at."
        yield then if facts.is_unseen else f"It has gone on for {lasted}."
    elif over is not None and over > begun:
        yield f"It was completed at {when(over)}, after {duration(over - begun)}{_against(over, ends)}."
    yield from _touched(facts)


def _reason(facts: Facts) -> str:
    return facts.whole.began_at.reason if isinstance(facts.whole.began_at, Unknown) else ""


def _against(over: datetime, ends: datetime | None) -> str:
    if ends is None or abs(over - ends) < _AT_ONCE:
        return ""
    return f", {duration(abs(over - ends))} {'later' if over > ends else 'earlier'} than planned"


def _burst(facts: Facts, incident: Incident, when: _When) -> Iterator[str]:
    still = sum(member.is_open for member in incident.members)
    going = f"; {still} of them {_be(still, facts)} open" if still else ""
    yield f"{facts.headline.rstrip('.')}, told together{going}."
    yield f"{_sentence(_lasted(facts, incident, when))}."
    yield from _firsts(facts, when)
    yield from _touched(facts)
    yield from _taken(facts, when)


def _be(count: int, facts: Facts) -> str:
    now, then = ("is", "was") if count == 1 else ("are", "were")
    return then if facts.is_unseen else now


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _listed(names: Sequence[str]) -> str:
    shown = list(names[:_FEW])
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")
