"""The whole report in words, section by section: what every dress shows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC

from bot.core import roster
from bot.core.answers import cut
from bot.core.message import Link, Moment, Span, utc
from bot.core.report import glance, touched
from bot.core.report.blocks import Block, Bullets, Pairs, Part, Spans, Table, Text, Theirs, Words
from bot.core.report.known import Facts, Lack, Row
from bot.core.report.material import Section
from bot.core.report.spoken import Said
from bot.core.report.unknown import Unknown
from bot.core.spans import duration
from bot.core.wording import words
from bot.model import Member, State

_QUOTED = 400
_NO_TEXT = "it posted no text"
# What nobody asks where there is no vendor to tell of it.
_OF_A_VENDOR = frozenset({"announced", "statements", "talk"})


def sections(facts: Facts) -> tuple[Part, ...]:
    """Return every section of a report, in order; one about which nothing is known says so."""
    found = [
        Part("summary", "Summary", (Text((facts.summary,)),), Section.SUMMARY),
        Part("facts", "At a glance", (Pairs("What is known at a glance", glance.glance(facts)),)),
        Part("impact", "Impact", tuple(touched.impact(facts)), Section.IMPACT),
        Part("cause", "Root cause", tuple(_cause(facts)), Section.CAUSE),
        Part("deeds", "What we did", tuple(_deeds(facts)), Section.MEASURES),
        Part("announced", "Measures announced", tuple(_announced(facts))),
        Part("follow-ups", "Follow-ups", tuple(_follow_ups(facts)), Section.FOLLOW_UP),
        Part("timeline", "Timeline", tuple(_timeline(facts))),
        Part("statements", f"What {facts.name} said", tuple(_statements(facts))),
        Part("talk", f"How {facts.name} communicated", tuple(_talk(facts))),
        Part("gaps", "Our own gaps", tuple(_gaps(facts))),
        Part("lessons", "Lessons", _none_if_empty(facts, Section.LESSON), Section.LESSON),
    ]
    if not facts.has_vendor:
        found = [part for part in found if part.key not in _OF_A_VENDOR]
    if facts.members:
        found.insert(2, Part("members", "The incidents in it", (_members(facts),)))
    return tuple(one if one.yours in {None, Section.LESSON} else _with_theirs(one, facts) for one in found)


def _with_theirs(part: Part, facts: Facts) -> Part:
    theirs = _theirs(facts, part.yours) if part.yours else ()
    return Part(part.key, part.title, (*part.blocks, *theirs), part.yours)


def _theirs(facts: Facts, section: Section) -> tuple[Block, ...]:
    return tuple(Theirs(one.author, one.at, one.text) for one in facts.remarks if one.section is section)


def _none_if_empty(facts: Facts, section: Section) -> tuple[Block, ...]:
    return _theirs(facts, section) or (Text(("Nobody has written any.",)),)


def _members(facts: Facts) -> Table:
    rows = tuple(_member(one, facts) for one in roster.in_order(facts.members))
    return Table("The incidents that were told together", ("Incident", "Standing", "From", "To"), rows)


def _member(one: Member, facts: Facts) -> tuple[Spans, ...]:
    going = "not over when last looked at" if facts.is_unseen else "it goes on"
    over: Spans = (Moment(one.resolved_at),) if one.resolved_at else (going,)
    bad = "" if one.peak.value in {"none", "unknown"} else f", {words(one.peak)} at worst"
    return (f"{one.name}: {one.title} ({one.id})",), (f"{words(one.state)}{bad}",), (Moment(one.started_at),), over


def _cause(facts: Facts) -> Iterator[Block]:
    cause = facts.cause
    if isinstance(cause.at, Unknown):
        reason = cause.at.reason
        yield Text((f"{reason[:1].upper()}{reason[1:]}{':' if cause.late else '.'}",))
    else:
        after = f", {duration(cause.after)} after the end" if cause.after is not None else ", before it was over"
        yield Text((f"{facts.name} published it at ", Moment(cause.at), f"{after}, in its own words:"))
        yield from (_words(said) for said in facts.statements if said.number in cause.statements)
    if cause.late:
        if not isinstance(cause.at, Unknown):
            yield Text((f"After the end {facts.name} also said or rewrote this:",))
        yield from (_words(said) for said in facts.statements if said.number in cause.late)


def _words(said: Said, most: int | None = None) -> Words:
    state = words(said.state) if said.state and said.state is not State.UNKNOWN else ""
    head: list[Span] = [f"{said.number}. ", Moment(said.at), f" · {state}" if state else "", f" · {said.channel}"]
    head += [f" · about “{said.of}”"] if said.of else []
    return Words(tuple(head), said.text if most is None else cut(said.text, most))


def _deeds(facts: Facts) -> Iterator[Block]:
    if not facts.deeds:
        yield Text(("Nothing that Sitrep was told of: nobody acknowledged it, noted anything or switched over.",))
        return
    rows = tuple(((Moment(row.at),), (row.source,), tuple(_what(row))) for row in facts.deeds)
    yield Table("What people here did, and what Sitrep did for them", ("Time (UTC)", "Who", "What"), rows)
    if not facts.switched:
        yield Text(("No switch to a fallback is on record; notes are quoted, not read for one.",))


def _announced(facts: Facts) -> Iterator[Block]:
    found = [said for said in facts.statements if said.number in facts.measures]
    if not found:
        yield Text((_why_none_announced(facts),))
        return
    which = glance.numbers(tuple(said.number for said in found))
    where = f"Only what {facts.name} said at the end and afterwards ({which}) can announce any"
    quoted = {*facts.cause.statements, *facts.cause.late}
    above = glance.numbers(tuple(said.number for said in found if said.number in quoted))
    rest = [said for said in found if said.number not in quoted]
    if not rest:
        yield Text((f"{where}; it is quoted under “Root cause”, and not read into.",))
        return
    yield Text((f"{where}; it is quoted, and not read into{f', {above} under “Root cause”' if quoted else ''}:",))
    yield from (_words(said, _QUOTED) for said in rest)


def _why_none_announced(facts: Facts) -> str:
    if facts.is_open:
        return f"None as of {utc(facts.seen_at)}; it was not over then."
    return f"None that is known: {facts.name} said nothing at the end or afterwards, as far as we read it."


def _follow_ups(facts: Facts) -> Iterator[Block]:
    if not facts.follow_ups:
        there = f" here: it went on as part of {facts.elsewhere}" if facts.elsewhere else ""
        yield Text((f"None are open{there}.",))
        return
    items, done = [], []
    for one in facts.follow_ups:
        spans: list[Span] = [f"{one.number}. {one.text}" if one.number else one.text]
        spans += [f" ({one.author}, ", Moment(one.at), ")"] if one.at else []
        spans += [f"; done: {one.done_by}, ", Moment(one.done_at)] if one.done_at else []
        items.append(tuple(spans))
        done.append(not one.is_open)
    yield Bullets(tuple(items), tuple(done))


def _timeline(facts: Facts) -> Iterator[Block]:
    rows = tuple(((Moment(row.at),), (row.source,), tuple(_what(row))) for row in facts.timeline)
    yield Table("What happened, in order, and who says so", ("Time (UTC)", "Source", "What"), rows)


def _what(row: Row) -> Iterator[Span]:
    yield row.what
    for detail in row.details:
        yield " · "
        yield from detail
    number = f" (statement {row.statement})" if row.statement is not None else ""
    yield f" · “{row.text}”{number}" if row.text else number
    if row.known_at is not None:
        same_day = row.known_at.astimezone(UTC).date() == row.at.astimezone(UTC).date()
        yield (
            f" · known to us at {row.known_at.astimezone(UTC):%H:%M} UTC"
            if same_day
            else f" · known to us at {utc(row.known_at)}"
        )


def _statements(facts: Facts) -> Iterator[Block]:
    if facts.channels:
        rows = tuple(
            ((one.name,), _or_unknown(one.format), _address(one.url), (f"{one.statements}",)) for one in facts.channels
        )
        yield Table("Through which feeds it spoke", ("Feed", "Format", "Address", "Statements"), rows)
    if not facts.statements:
        yield Text((f"No statement: {_why_silent(facts)}.",))
    for said in facts.statements:
        yield from _statement(said)


def _why_silent(facts: Facts) -> str:
    if isinstance(facts.acknowledgement.at, Unknown):
        return facts.acknowledgement.at.reason
    return "its updates came without any text; the timeline has their times" if facts.talk.wordless else _NO_TEXT


def _or_unknown(value: str | Unknown) -> Spans:
    return (f"not known: {value.reason}",) if isinstance(value, Unknown) else (value,)


def _address(value: str | Unknown) -> Spans:
    return _or_unknown(value) if isinstance(value, Unknown) else (Link(value, value),)


def _statement(said: Said) -> Iterator[Block]:
    yield _words(said)
    for edit in said.edits:
        yield Words(("Before it was edited, which we saw at ", Moment(edit.seen_at), ", it said:"), edit.before)
    if said.retracted_at is not None:
        yield Text(("We saw at ", Moment(said.retracted_at), " that this had been taken back."))


def _talk(facts: Facts) -> Iterator[Block]:
    if not facts.statements and not facts.talk.wordless:
        yield Text((f"Nothing can be said of it: {_why_silent(facts)}.",))
        return
    yield Pairs("How it communicated", glance.talk(facts))


def _gaps(facts: Facts) -> Iterator[Block]:
    if not facts.lacks:
        yield Text(("None that is known: every source could be read all the time, and every channel was told.",))
        return
    yield Bullets(tuple(map(_gap, facts.lacks)))


def _gap(one: Lack) -> Spans:
    spans: list[Span] = [one.what]
    if one.began_at is not None:
        spans += [": ", Moment(one.began_at)]
    if one.ended_at is not None:
        spans += [" to ", Moment(one.ended_at)]
    return (*spans, f" ({one.reason})" if one.reason else "", ".")


def title(facts: Facts) -> str:
    """Return what a report is called: whose trouble it is, and `so far` while that goes on."""
    return f"{facts.headline} (so far)" if facts.is_open else facts.headline


def made(facts: Facts) -> str:
    """Return as of when it is, and what it rests on."""
    return (
        f"Made by Sitrep as of {utc(facts.as_of)}, from its own record of incident {facts.id}. Times are UTC. "
        "Times and lengths of time are cut to the minute, so that a sum of them may differ by one. "
        "What is not known is said to be so; what people added is marked as theirs."
    )
