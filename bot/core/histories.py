"""The answers about incidents: which are open, and all that was said of one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from bot.core import pressing, replies, roster, wording
from bot.core.answers import cut, seen, severity, stage
from bot.core.message import TONES_BY_WEIGHT, Item, Line, Message, Moment, Part, Quote, Reply, Span, Tone, heading, line
from bot.core.spans import duration
from bot.core.wording import words
from bot.model import ChangeKind, Incident, State, TimelineEntry

MOST_INCIDENTS = 15
MOST_ENTRIES = 20
_TEXT, _TITLE = 300, 120


def incidents(found: Sequence[Incident], total: int, *, are_open: bool = True, of: str = "") -> Reply:
    """Return a list of incidents, of which there are `total`; each can be chosen for its details.

    Those that are open come in the order in which to look at them.
    """
    whose = f" of {of}" if of else ""
    kind = "open incident" if are_open else "incident"
    headline = f"{total:,} {kind}{'' if total == 1 else 's'}{whose}" if total else f"No {kind}{whose}"
    if are_open:
        found = pressing.in_order(found)
        headline += _planned(found, total)
    parts: list[Part] = [entry(incident) for incident in found[:MOST_INCIDENTS]]
    if total > MOST_INCIDENTS:
        parts.append(line(f"The {'worst' if are_open else 'newest'} {MOST_INCIDENTS} of {total:,} are shown."))
    choices = tuple((cut(wording.headline(i), 70), f"details {i.id}") for i in found[:MOST_INCIDENTS])
    tone = max((wording.tone(i) for i in found), key=TONES_BY_WEIGHT.index, default=Tone.RESOLVED)
    message = Message(tone=tone, headline=headline, parts=tuple(parts))
    return Reply(message=message, shareable=True, choices=choices)


def _planned(found: Sequence[Incident], total: int) -> str:
    """What is only planned is counted as open, and nobody is to take it for a trouble."""
    planned = sum(incident.state is State.SCHEDULED for incident in found)
    if not planned or total > len(found):
        return ""
    return ", only planned" if total == planned else f", {planned} of them only planned"


def entry(incident: Incident) -> Item:
    """Return one incident as one of several."""
    spans: tuple[Span, ...] = (severity(incident), *stage(incident), seen(incident))
    if incident.state is State.SCHEDULED and incident.starts_at:
        spans = ("planned for ", Moment(incident.starts_at))
    elif not incident.is_open:
        lasted = incident.resolved_at - incident.started_at if incident.resolved_at else timedelta()
        after = f" after {duration(lasted)}" if lasted > timedelta() else ""
        spans = (f"{words(incident.state)}{after} · began ", Moment(incident.started_at))
    return Item(
        wording.tone(incident),
        cut(wording.headline(incident), _TITLE),
        spans,
        (*roster.brief(incident), line(incident.id)),
    )


def with_ours(reply: Reply, found: Sequence[Incident]) -> Reply:
    """Return how everything stands, with what the team has declared before all else."""
    if not found:
        return reply
    message = reply.message
    parts = (heading("Declared by us", level=2), *(entry(one) for one in found[:MOST_INCIDENTS]), *message.parts)
    several = f"{len(found):,} incidents of our own are" if len(found) > 1 else "An incident of our own is"
    tone = max((message.tone, *map(wording.tone, found)), key=TONES_BY_WEIGHT.index)
    message = replace(message, headline=f"{several} open · {message.headline}", parts=parts, tone=tone)
    choices = tuple((cut(one.title, 70), f"details {one.id}") for one in found[:MOST_INCIDENTS])
    return replace(reply, message=message, choices=(*choices, *reply.choices))


def details(incident: Incident, entries: Sequence[TimelineEntry], instead: Sequence[Line] = ()) -> Reply:
    """Return an incident's history, the newest last: what happened, when, and who said so.

    `instead` is what there is to do, as it is now.
    """
    shown = wording.root(incident)
    loud = [one for one in entries if not one.quiet and one.kind is not ChangeKind.REPORTED]
    parts: list[Part] = [part for part in shown.parts if not isinstance(part, Quote)]
    if incident.members:
        parts = [parts[0], *wording.standing(incident), *roster.every(incident)]
    last = loud[-MOST_ENTRIES:]
    if len(loud) > len(last) or (last and entries[0].seq > 1):
        parts.append(line("What came before is in the thread."))
    for one in last:
        parts += _lines(one, incident)
    parts += [*instead, line(incident.id)]
    message = Message(tone=shown.tone, headline=shown.headline, parts=tuple(parts), url=incident.url)
    return Reply(message=message, shareable=True)


def _lines(one: TimelineEntry, incident: Incident) -> list[Line]:
    title = replies.reply(one, incident).headline
    title = title if one.author in title else f"{one.author}: {title}"
    rows = [line(Moment(one.happened_at), f" · {cut(title, _TITLE)}")]
    return [*rows, line(f"“{cut(one.text, _TEXT)}”")] if one.text else rows
