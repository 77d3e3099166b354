"""The facts that are asked for first, each with its answer: how long, who knew when, where it was told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from bot.core.all_clears import AllClear
from bot.core.courses import Pause
from bot.core.message import Link, Moment, Span, utc
from bot.core.report.blocks import Spans
from bot.core.report.known import Acknowledgement, Clock, Detection, Facts
from bot.core.report.spoken import Talk
from bot.core.report.unknown import Unknown
from bot.core.spans import duration
from bot.core.wording import capital, words
from bot.model import Impact, Kind

_AT_ONCE = timedelta(minutes=1)
_SEVERITY = {Impact.NONE: "no impact stated", Impact.UNKNOWN: "impact not stated"}


def glance(facts: Facts) -> tuple[tuple[str, Spans], ...]:
    """Return what is asked first of an incident, and the answers."""
    return tuple(_glance(facts))


def _glance(facts: Facts) -> Iterator[tuple[str, Spans]]:
    yield "Standing", _standing(facts)
    yield "How long", _clock(facts.whole, facts)
    if facts.kind is not Kind.MAINTENANCE:
        yield "By our own witnesses", _clock(facts.ours, facts)
    whose = facts.name if facts.has_vendor else "a vendor"
    yield f"By {whose}'s account", _clock(facts.vendors, facts)
    if facts.kind is not Kind.MAINTENANCE or facts.peak.rank >= Impact.MINOR.rank:
        yield "How bad", _how_bad(facts)
    yield "We knew of it", _detection(facts.detection)
    if facts.has_vendor:
        yield f"{facts.name} told of it", _acknowledgement(facts.acknowledgement)
    if facts.has_vendor and facts.kind is not Kind.MAINTENANCE:
        yield "Who was first", _order(facts)
    yield "Root cause", _cause(facts)
    yield "Told in", _told(facts)
    if facts.url:
        yield "Official page", (Link(facts.url, facts.url),)
    yield "Incident", (facts.id,)


def unknown(reason: str) -> Spans:
    """Say that something is not known, and why."""
    return (f"Not known: {reason}.",)


def _standing(facts: Facts) -> Spans:
    if not facts.is_open:
        return (facts.standing,)
    unseen = ", when it was last looked at; how it stands now is not known" if facts.is_unseen else ""
    return (facts.standing, " as of ", Moment(facts.seen_at), unseen)


def _clock(clock: Clock, facts: Facts) -> Spans:
    if isinstance(clock.began_at, Unknown):
        over = clock.ended_at if facts.is_told_afterwards else None
        dated = (f" Its feed dates the end to {utc(over)}.",) if isinstance(over, datetime) else ()
        return (*unknown(clock.began_at.reason), *dated)
    begun: list[Span] = ["from ", Moment(clock.began_at), f" ({clock.began_by})" if clock.began_by else ""]
    breaks = f"; {duration(clock.spent)} without the breaks" if clock.spent is not None else ""
    if clock.goes_on:
        so_far = "until it was last looked at" if facts.is_unseen else "so far"
        lasted = f"{duration(clock.lasted)} {so_far}: " if clock.lasted is not None else ""
        return (lasted, *begun, "; it was not over then" if facts.is_unseen else "; it goes on", breaks)
    if isinstance(clock.ended_at, Unknown):
        return (*begun, f"; its end is not known: {clock.ended_at.reason}")
    lasted = f"{duration(clock.lasted)}: " if clock.lasted is not None else ""
    ended_by = f" ({clock.ended_by})" if clock.ended_by else ""
    return (lasted, *begun, " to ", Moment(clock.ended_at), f"{ended_by}{breaks}")


def _how_bad(facts: Facts) -> Spans:
    if not facts.severity:
        return (_severity(facts.peak),) if facts.peak is not Impact.UNKNOWN else unknown("nobody stated an impact")
    spent = ", ".join(f"{_severity(impact)} for {duration(span)}" for impact, span in facts.severity)
    stated = facts.peak not in _SEVERITY
    return (f"{_severity(facts.peak)} at worst; {spent}" if stated and len(facts.severity) > 1 else spent,)


def _severity(impact: Impact) -> str:
    return _SEVERITY.get(impact, words(impact))


def _detection(one: Detection) -> Spans:
    if isinstance(one.at, Unknown):
        return unknown(one.at.reason)
    saw = f": {one.saw.rstrip('.')}" if one.saw else ""
    found: list[Span] = [Moment(one.at), f", from {one.by}{saw}."]
    if one.first_sign is not None and one.at - one.first_sign >= _AT_ONCE:
        found += [" The first sign was at ", Moment(one.first_sign), "."]
    if one.page:
        found.append(f" {one.page}.")
    if one.sure_at is not None:
        found += [" From ", Moment(one.sure_at), f" on it was {one.sure}, by what our witnesses saw."]
    return tuple(found)


def _acknowledgement(one: Acknowledgement) -> Spans:
    if isinstance(one.at, Unknown):
        return unknown(one.at.reason)
    found: list[Span] = [Moment(one.at)]
    if one.title:
        found.append(f", as “{one.title}”")
    if one.read_at is not None:
        found += ["; Sitrep read it at ", Moment(one.read_at)]
    if one.dated_from is not None and one.at - one.dated_from >= _AT_ONCE:
        found += ["; it dates it from ", Moment(one.dated_from), f", {duration(one.at - one.dated_from)} before"]
    return tuple(found)


def _order(facts: Facts) -> Spans:
    lag = facts.acknowledgement.lag
    if isinstance(lag, Unknown):
        is_alone = facts.detection.is_own and isinstance(facts.acknowledgement.at, Unknown)
        return (f"we alone: {lag.reason}",) if is_alone else unknown(lag.reason)
    if abs(lag) < _AT_ONCE:
        return ("both at the same time, to the minute",)
    later, sign = (facts.name, "+") if lag > timedelta() else ("we", "−")  # noqa: RUF001  (a minus sign)
    first = "we" if lag > timedelta() else facts.name
    return (f"{first}; {later} {duration(abs(lag))} later (lag {sign}{duration(abs(lag))})",)


def _cause(facts: Facts) -> Spans:
    cause = facts.cause
    if isinstance(cause.at, Unknown):
        return (f"{capital(cause.at.reason)}.",)
    after = f", {duration(cause.after)} after the end" if cause.after is not None else ", before it was over"
    return ("published at ", Moment(cause.at), after, f" ({numbers(cause.statements)})")


def _told(facts: Facts) -> Spans:
    if not facts.told:
        return ("no channel",)
    found: list[Span] = []
    for one in facts.told:
        how = Link(one.how, one.url) if one.url else one.how
        found += ["; " if found else "", f"{one.destination} (", how, ")"]
    return tuple(found)


def numbers(which: tuple[int, ...]) -> str:
    """Return which statements are meant: `statement 3`, `statements 3 and 5`."""
    if len(which) == 1:
        return f"statement {which[0]}"
    return f"statements {', '.join(map(str, which[:-1]))} and {which[-1]}" if which else "no statement"


def talk(facts: Facts) -> tuple[tuple[str, Spans], ...]:
    """Return how the vendor communicated."""
    return tuple(_talk(facts, facts.talk))


def _talk(facts: Facts, one: Talk) -> Iterator[tuple[str, Spans]]:
    yield "Statements", (_how_many(facts, one),)
    # Of what is planned nobody is expected to speak at any pace.
    if facts.kind is not Kind.MAINTENANCE:
        yield from _pace(facts, one)
        yield "All-clears", _all_clears(one, facts)
    yield "Changed afterwards", (_changed(one),)
    if one.backdated is not None:
        yield "Dated back", (f"by {duration(one.backdated)}: it says that it began so long before its first word",)


def _how_many(facts: Facts, one: Talk) -> str:
    late = sum(said.is_late for said in facts.statements)
    bare = f"; {_counted(one.wordless, 'update')} without any text" if one.wordless else ""
    if facts.is_told_afterwards:
        return f"{one.statements + late or 'none'}, made when it was over{bare}"
    more = f", and {late} afterwards" if late else ""
    when = "until it was last looked at" if facts.is_unseen else "so far" if facts.is_open else "while it was open"
    return f"{one.statements or 'none'} {when}{more}{bare}"


def _pace(facts: Facts, one: Talk) -> Iterator[tuple[str, Spans]]:
    each = ", incident by incident" if facts.members else ""
    if isinstance(one.cadence, Unknown):
        yield "Cadence", unknown(one.cadence.reason)
    else:
        yield "Cadence", (f"one every {duration(one.cadence)} (median{each})",)
    if isinstance(one.longest, Unknown):
        yield "Longest silence", unknown(one.longest.reason)
    else:
        yield "Longest silence", _pause(one.longest, is_running=one.longest == one.running and not facts.is_unseen)
    if one.running is not None and one.running != one.longest and one.running.span >= _AT_ONCE:
        yield "Silent since", _pause(one.running, is_running=not facts.is_unseen)
    if one.vanished is not None:
        yield "Silent at the end", (*_pause(one.vanished, is_running=False), ", when it was no longer listed")
    for promised, found in one.late_promises:
        words = "The next words were promised for "
        yield "Late promise", (words, Moment(promised), "; by ", Moment(found), " there were none.")


def _pause(pause: Pause, *, is_running: bool) -> Spans:
    begun: Spans = (f"{duration(pause.span)}, from ", Moment(pause.began_at))
    return (*begun, " until now") if is_running else (*begun, " to ", Moment(pause.ended_at))


def _all_clears(one: Talk, facts: Facts) -> Spans:
    if not one.all_clears and facts.is_told_afterwards:
        return ("none: it was over when it was first told of",)
    if not one.all_clears and facts.elsewhere:
        return ("none until it went on elsewhere",)
    if not one.all_clears:
        return ("none so far",) if facts.is_open else ("none: it never called it over",)
    found: list[Span] = []
    for clear in one.all_clears:
        false = f", false: {_why_false(clear)}" if clear.is_false else ""
        found += ["; " if found else "", Moment(clear.at), false]
    return tuple(found)


def _why_false(clear: AllClear) -> str:
    seen = ["our own witnesses went on failing"] if clear.was_seen else []
    return " and ".join([*seen, *(["it was opened again"] if clear.was_reopened else [])])


def _changed(one: Talk) -> str:
    if not one.edited and not one.retracted:
        return "no statement was edited or taken back, as far as we saw"
    counts = ((one.edited, "edited"), (one.retracted, "taken back"))
    return ", ".join(f"{_counted(count, 'statement')} {what}" for count, what in counts if count)


def _counted(count: int, what: str) -> str:
    return f"1 {what}" if count == 1 else f"{count} {what}s"
