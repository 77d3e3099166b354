"""The timeline of an incident as its page shows it: every line with who says so, and edits word by word."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core import chronicle, replies
from bot.core.edits import Piece, edited
from bot.core.message import Part, Quote, Tone
from bot.core.spans import duration
from bot.model import ChangeKind, Incident, SourceKind, TimelineEntry, Who

# What is seen so much later than it happened is said to be.
_LATE = timedelta(minutes=2)

# A sign for each of whom a line comes from, and the word beside it.
SOURCES = {
    Who.VENDOR: ("❝", "vendor"),
    Who.PROBE: ("◉", "our own witness"),
    Who.PERSON: ("☺", "a person here"),
    Who.BOT: ("⚙", "Sitrep"),
}
_WITNESSES = {
    SourceKind.PROBE: "our probe",
    SourceKind.HOOK: "our own program",
    SourceKind.PEOPLE: "people here",
    SourceKind.TEAM: "the team",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line: when it happened, and how much later we knew; from whom, by a sign and a word; what it says.

    `words` are somebody's own, verbatim, if `edit` does not show them with what they were before.  `key` is an anchor.
    """

    key: str
    at: datetime
    behind: str
    who: Who
    sign: str
    source: str
    author: str
    headline: str
    tone: Tone
    parts: tuple[Part, ...]
    words: str = ""
    edit: tuple[Piece, ...] = ()
    url: str | None = None
    is_hushed: bool = False


def rows(incident: Incident, entries: Iterable[TimelineEntry]) -> tuple[Row, ...]:
    """Return what the timeline tells, in its order; what only repeats another source is left out."""
    return tuple(_row(one, incident) for one in entries if chronicle.is_told(one))


def _row(entry: TimelineEntry, incident: Incident) -> Row:
    said = replies.reply(entry, incident)
    edit = _edit(entry)
    sign, _ = SOURCES[entry.who]
    return Row(
        key=f"line-{entry.seq}",
        at=chronicle.happened(entry),
        behind=_behind(entry),
        who=entry.who,
        sign=sign,
        source=_source(entry),
        author=entry.author,
        headline=said.headline,
        tone=said.tone,
        parts=_without_words(said.parts, entry, edit),
        words="" if edit else entry.text,
        edit=edit,
        url=entry.url,
        is_hushed=entry.hushed,
    )


def _source(entry: TimelineEntry) -> str:
    teller = entry.claim.teller if entry.claim else None
    if entry.who is Who.PROBE and teller in _WITNESSES:
        return _WITNESSES[teller]
    return SOURCES[entry.who][1]


def _behind(entry: TimelineEntry) -> str:
    later = entry.recorded_at - chronicle.happened(entry)
    return f"known here {duration(later)} later" if later >= _LATE else ""


def _edit(entry: TimelineEntry) -> tuple[Piece, ...]:
    texts = [one for one in entry.transitions if one.subject == "text"]
    if entry.kind is not ChangeKind.EDITED or not texts or not texts[0].before:
        return ()
    return edited(texts[0].before, entry.text or texts[0].after)


def _without_words(parts: Sequence[Part], entry: TimelineEntry, edit: Sequence[Piece]) -> tuple[Part, ...]:
    """Return what is said beside the words themselves, which are shown by themselves."""
    if edit:
        return tuple(part for part in parts if not isinstance(part, Quote) and not getattr(part, "level", 0))
    return tuple(part for part in parts if not (isinstance(part, Quote) and part.text == entry.text))
