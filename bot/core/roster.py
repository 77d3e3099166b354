"""What is said of a burst: the list of its members in the root, whose a line in the thread is, that all are over."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot.core.members import as_incident
from bot.core.message import Item, Line, Moment, Part, Quote, Span, Tone, line
from bot.core.spans import duration
from bot.model import ChangeKind, Impact, Incident, Kind, Member, State, TimelineEntry

Parts = tuple[str, list[Line | Quote]]

# As many as one reads at a glance; the thread, and `incident details`, have them all.
SHOWN = 8
_TITLE, _NAMES = 120, 5
_TONES = {
    Impact.CRITICAL: Tone.CRITICAL,
    Impact.MAJOR: Tone.MAJOR,
    Impact.MINOR: Tone.MINOR,
    Impact.UNKNOWN: Tone.MINOR,
    Impact.MAINTENANCE: Tone.MAINTENANCE,
    Impact.NONE: Tone.NOTICE,
}


def in_order(members: Iterable[Member]) -> tuple[Member, ...]:
    """Return what goes on before what is over, the worst first, the newest first; what is planned by when it begins."""
    newest = sorted(members, key=lambda one: (one.first_seen_at, one.id), reverse=True)
    return tuple(sorted(newest, key=_rank))


def _rank(one: Member) -> tuple[bool, int, float]:
    begins = one.starts_at.timestamp() if one.state is State.SCHEDULED and one.starts_at else 0.0
    return not one.is_open, -one.impact.rank, begins


def listed(burst: Incident) -> list[Part]:
    """Return the first of the members, each with how bad it is and where it stands, and how many more there are."""
    found = in_order(burst.members)
    items: list[Part] = [_item(one, burst) for one in found[:SHOWN]]
    return [*_why(burst), *items, *([line(f"and {len(found) - SHOWN} more")] if len(found) > SHOWN else [])]


def _why(burst: Incident) -> list[Line]:
    """Say why vendors are told together that have only their platform in common: it need not be the cause."""
    if not burst.members or any(one.vendor == burst.cause for one in burst.members):
        return []
    platform = burst.name.removeprefix("On ")
    known = "by the configuration or their own words"
    return [line(f"All run on {platform}, {known}; {platform} itself tells nothing of it.")]


def every(burst: Incident) -> list[Part]:
    """Return all members, each with the id by which it can be meant."""
    return [*_why(burst), *(replace(_item(one, burst), lines=(line(one.id),)) for one in in_order(burst.members))]


def brief(burst: Incident) -> tuple[Line, ...]:
    """Return the first of the members, a line each, for a list of incidents."""
    found = in_order(burst.members)
    rows = [_item(one, burst) for one in found[:_NAMES]]
    more = [line(f"and {len(found) - _NAMES} more")] if len(found) > _NAMES else []
    return (*(line(f"{one.head} · ", *one.spans) for one in rows), *more)


def counted(burst: Incident) -> str:
    """Return how many go on and how many are over, as far as that is not plain."""
    over = sum(not one.is_open for one in burst.members)
    still = len(burst.members) - over
    return f" · {still} of {len(burst.members)} still open" if over and still else ""


def _item(one: Member, burst: Incident) -> Item:
    head = _cut(whose(one, burst))
    if not one.is_open:
        return Item(Tone.RESOLVED, head, (f"✓ {_ending(one)}",))
    if one.state is State.SCHEDULED:
        when: tuple[Span, ...] = ("planned for ", Moment(one.starts_at)) if one.starts_at else ("planned",)
        return Item(Tone.MAINTENANCE, head, when)
    bad = "" if one.impact in {Impact.NONE, Impact.UNKNOWN, Impact.MAINTENANCE} else f"{one.impact.value} · "
    has = f" · {one.acked_by} has it" if one.acked_by and not one.is_had_with_all else ""
    return Item(_TONES[one.impact], head, (f"{bad}{one.state.value.replace('_', ' ')}{has}",))


def _ending(one: Member) -> str:
    endings = {ChangeKind.WITHDRAWN: "no longer listed", ChangeKind.MERGED: "part of another incident"}
    usual = State.COMPLETED if one.kind is Kind.MAINTENANCE else State.RESOLVED
    return endings.get(one.ending, usual.value) if one.ending else usual.value


def whose(one: Member, burst: Incident) -> str:
    """Name a member among the others: by its vendor too, where they are of several, and by the part that it is about.

    Vendors give many the same title: https://status.aws.amazon.com had "Increased API Error Rates" twice on 2021-12-07.
    """
    several = len({member.vendor for member in burst.members}) > 1
    part = one.components[0].name if len(one.components) == 1 else ""
    names = (one.name if several else "", "" if part.casefold() in one.title.casefold() else part, one.title)
    return ": ".join(filter(None, names))


def of_member(said: str, one: Member, burst: Incident) -> str:
    """Return what is said of a member with whose it is, unless the words themselves name it."""
    name = _cut(whose(one, burst))
    return said.replace(one.title, name) if one.title in said else f"{name} · {said}"


def goes_on(incident: Incident) -> list[Line]:
    """Return where an incident is told that is one of many."""
    return [line("Told together with others, in one thread: ", incident.burst)] if incident.burst else []


def alone(entry: TimelineEntry, burst: Incident) -> tuple[TimelineEntry, Incident]:
    """Return a line of a member as that would have it in a thread of its own, and the member as it was then."""
    (member,) = entry.members
    there = replace(as_incident(member), cards=burst.cards)
    return replace(entry, of="", members=(), state=member.state, impact=member.impact, hushed=True), there


def grouped(entry: TimelineEntry, incident: Incident) -> Parts:
    """Say that it is one of many, and where it goes on; there, that it has come."""
    if not incident.elsewhere:
        return "told here from now on", []
    group = entry.transitions[0]
    return f"One of many: “{group.after}”", [line(f"It goes on there, in one thread with the others: {group.before}")]


def ungrouped(entry: TimelineEntry, incident: Incident) -> Parts:
    """Say what goes on by itself, in the thread of the burst and in its own."""
    if not incident.cause:
        group = entry.transitions[0]
        return f"{entry.author} took it out of “{group.after}”", [
            line(f"It goes on here by itself. What was said before is in the thread there: {group.before}")
        ]
    names = line(_named([whose(one, incident) for one in entry.members]))
    count = len(entry.members)
    if count == 1:
        return f"{entry.author} took one out: it goes on by itself", [names]
    return f"{entry.author} took {count} out: each goes on by itself", [names]


def over(entry: TimelineEntry, burst: Incident) -> Parts:
    """Say that none of them goes on."""
    lasted = duration(entry.happened_at - burst.started_at)
    count = len(burst.members)
    done = "done" if burst.kind is Kind.MAINTENANCE else "over"
    return f"All {count} are {done}, after {lasted}" if count > 1 else f"It is {done}, after {lasted}", []


def _named(titles: Sequence[str]) -> str:
    more = len(titles) - _NAMES
    return ", ".join(map(_cut, titles[:_NAMES])) + (f" and {more} more" if more > 0 else "")


def _cut(text: str) -> str:
    """Return a title on one line that leaves room for others."""
    words = " ".join(text.split())
    if len(words) <= _TITLE:
        return words
    head = words[: _TITLE - 1]
    return (head.rpartition(" ")[0] or head).rstrip() + "…"
