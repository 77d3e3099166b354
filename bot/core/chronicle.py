"""The whole history of an incident, page by page: what happened, when, who said so, and in which words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.core import replies, wording
from bot.core.answers import cut
from bot.core.grammar import spell
from bot.core.message import Line, Message, Moment, Reply, line, plain_part
from bot.model import Action, ChangeKind, Command, Incident, TimelineEntry, Who

# A page fits into one message on every platform; Discord's holds 4,096 characters, of which marks take some:
# https://docs.discord.com/developers/resources/message#embed-object-embed-limits
MOST_ENTRIES, MOST_LETTERS = 20, 2_500
_TITLE, _WORDS = 120, 500
_TOLD_BY_READING = frozenset({ChangeKind.ACKNOWLEDGED, ChangeKind.BACKFILLED})


def page(incident: Incident, entries: Sequence[TimelineEntry], wanted: int = 1) -> Reply:
    """Return one page of a history, the oldest first, with the way to the next; the last if there are not so many."""
    pages = _pages([_lines(one, incident) for one in entries if is_told(one)])
    number = min(max(wanted, 1), len(pages))
    before, here = sum(map(len, pages[: number - 1])), pages[number - 1]
    left = sum(map(len, pages[number:]))
    parts = [row for rows in here for row in rows]
    after = spell(Command(action=Action.TIMELINE, incident=incident.id, query=str(number + 1)))
    if left:
        parts.append(line(f"… {left:,} more, {_shown(before, len(here))} shown; `{after}`"))
    parts.append(line(incident.id))
    of = f", page {number} of {len(pages)}" if len(pages) > 1 else ""
    headline = f"{cut(wording.headline(incident), _TITLE)}: everything in order{of}"
    message = Message(tone=wording.tone(incident), headline=headline, parts=tuple(parts), url=incident.url)
    return Reply(message=message, shareable=True, choices=(("What came next", after),) if left else ())


def _shown(before: int, here: int) -> str:
    return f"{before + 1} to {before + here}" if before else f"the first {here}" if here > 1 else "the first"


def is_told(entry: TimelineEntry) -> bool:
    """Whether an entry says anything that no other does: an echo of another source says nothing."""
    if entry.kind is ChangeKind.REPORTED or (entry.kind is ChangeKind.OPENED and entry.who is Who.PERSON):
        return False
    return not entry.quiet or entry.who in {Who.PERSON, Who.PROBE}


def happened(entry: TimelineEntry) -> datetime:
    """Return when what a line tells came about, so that lines stand in the order of the world.

    A vendor has posted something before we read it; that it is silent is found when it has been for long.
    """
    if entry.kind is ChangeKind.SILENT:
        return entry.recorded_at
    published = entry.claim.published_at if entry.claim and entry.kind in _TOLD_BY_READING else None
    return min(published, entry.happened_at) if published else entry.happened_at


def _lines(one: TimelineEntry, incident: Incident) -> list[Line]:
    title = replies.reply(one, incident).headline
    title = title if one.author in title else f"{one.author}: {title}"
    rows = [line(Moment(happened(one)), f" · {one.who} · {cut(title, _TITLE)}")]
    return [*rows, line(f"“{cut(one.text, _WORDS)}”")] if one.text else rows


def _pages(told: Iterable[list[Line]]) -> list[list[list[Line]]]:
    pages: list[list[list[Line]]] = [[]]
    room = MOST_LETTERS
    for rows in told:
        letters = sum(len(plain_part(row)) + 1 for row in rows)
        if pages[-1] and (letters > room or len(pages[-1]) >= MOST_ENTRIES):
            pages.append([])
            room = MOST_LETTERS
        pages[-1].append(rows)
        room -= letters
    return pages
