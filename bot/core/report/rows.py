"""The timeline of a report: each line with the time at which it happened, and with whose word it rests on."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import zip_longest

from bot.core import replies
from bot.core.answers import cut
from bot.core.chronicle import happened, is_told
from bot.core.message import Line, Span
from bot.core.report.known import Row, Speaker
from bot.core.report.statements import Spoken
from bot.core.report.story import Story
from bot.core.team import SITREP
from bot.model import ChangeKind, Incident, SourceKind, TimelineEntry, Who

# We knew of it later than it happened if it is by more than this: between two looks at a page is no delay.
_LATER = timedelta(minutes=2)
# What is quoted elsewhere to the letter is only begun here.
_WORDS = 160
_SPEAKERS = {
    Who.VENDOR: Speaker.VENDOR,
    Who.PROBE: Speaker.WITNESS,
    Who.PERSON: Speaker.PERSON,
    Who.BOT: Speaker.SITREP,
}
_TELLERS = {SourceKind.PROBE: "our probe ", SourceKind.HOOK: "our own "}
# What time brings about, for people here, is done for them.
_FOR_US = frozenset(
    {
        ChangeKind.ESCALATED,
        ChangeKind.LAPSED,
        ChangeKind.NUDGED,
        ChangeKind.CARD,
        ChangeKind.RELEASED,
        ChangeKind.UNMUTED,
        ChangeKind.REMINDED,
    }
)
# Whoever tells how it is for them has not done anything; what was declared is told once, with its words.
_NO_DEEDS = frozenset({ChangeKind.AFFECTED, ChangeKind.WORKS, ChangeKind.REPORTED, ChangeKind.OPENED})


def timeline(story: Story, spoken: Spoken) -> tuple[Row, ...]:
    """Return everything that was told, in the order in which it happened."""
    seen = {(e.claim.key, _bare(e.claim.evidence)) for e, _ in story.then if e.kind is ChangeKind.SEEN and e.claim}
    told = ((entry, then) for entry, then in story.then if is_told(entry) and not _is_said(entry, seen))
    rows = [_row(entry, then, story, spoken) for entry, then in told]
    return tuple(sorted(_beginning_first(rows), key=lambda row: (row.at, row.seq)))


def _beginning_first(rows: Sequence[Row]) -> Iterator[Row]:
    """Give rows; that something was posted goes before the words that came with it, whichever was dated first."""
    for row, after in zip_longest(rows, rows[1:]):
        is_dated_before = after is not None and after.statement == 1 and row.statement is None and after.at < row.at
        yield replace(row, at=after.at) if after is not None and is_dated_before else row


def _is_said(entry: TimelineEntry, seen: Collection[tuple[str, str]]) -> bool:
    """Whether a witness says what the line says by which it came, or only what it calls it."""
    if not entry.quiet or entry.claim is None:
        return False
    again = entry.kind is ChangeKind.UPDATED and entry.text and (entry.claim.key, _bare(entry.text)) in seen
    return bool(again) or entry.kind is ChangeKind.RENAMED


def _bare(text: str) -> str:
    return text.rstrip(".").casefold()


def deeds(story: Story, spoken: Spoken) -> tuple[Row, ...]:
    """Return what people here did, and what Sitrep did for them."""
    return tuple(_row(entry, then, story, spoken) for entry, then in story.then if _is_deed(entry))


def _is_deed(entry: TimelineEntry) -> bool:
    if entry.who is Who.PERSON:
        return entry.kind not in _NO_DEEDS
    return entry.who is Who.BOT and entry.kind in _FOR_US and not entry.quiet


def _row(entry: TimelineEntry, then: Incident, story: Story, spoken: Spoken) -> Row:
    said, at = replies.reply(entry, then), happened(entry)
    number = spoken.number(entry)
    is_vendors = number is not None or (entry.who is Who.VENDOR and story.is_accused)
    return Row(
        at=at,
        seq=entry.seq,
        speaker=_SPEAKERS[entry.who],
        source=_source(entry, story),
        what=f"Told together from now on: {then.title}" if _is_burst(entry) else said.headline,
        details=tuple(_details(said.parts, number)),
        text=cut(" ".join(entry.text.split()), _WORDS) if is_vendors else entry.text,
        statement=number,
        known_at=entry.recorded_at if entry.recorded_at - at > _LATER else None,
    )


def _is_burst(entry: TimelineEntry) -> bool:
    return entry.who is Who.BOT and entry.kind is ChangeKind.OPENED


def _details(parts: tuple[object, ...], number: int | None) -> Iterator[tuple[Span, ...]]:
    """Give the lines that say more; of a statement that was changed both versions stand among the statements."""
    for part in parts:
        if isinstance(part, Line) and not (number is not None and part.level):
            yield part.spans


def _source(entry: TimelineEntry, story: Story) -> str:
    if entry.who in {Who.BOT, Who.PERSON} or entry.claim is None or story.incident.vendor == SITREP:
        return entry.author
    if entry.who is Who.PROBE and entry.claim.teller is SourceKind.PEOPLE:
        return "colleagues"
    if entry.who is Who.PROBE:
        return f"{_TELLERS.get(entry.claim.teller, '')}{entry.author}"
    watched = story.source(entry.claim.key)
    return f"{watched.source.name}'s status page" if watched else f"{entry.author}'s status page"
