"""What the vendor said, to the letter: when, through which feed, what it changed afterwards, and what it took back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from urllib.parse import urlsplit

from bot.core.chronicle import happened
from bot.core.courses import Record
from bot.core.report.spoken import Channel, Edit, Said
from bot.core.report.story import Story, is_vendors
from bot.core.report.unknown import Unknown
from bot.model import ChangeKind, State, TimelineEntry

# `sitrep replay` reads no page: where it can not know the page's address it stands in for one with this.
_NO_ADDRESS = ".invalid"


@dataclass(frozen=True, slots=True)
class Spoken:
    """All statements in the order in which they were made, and the number of each by the line that brought it."""

    said: tuple[Said, ...] = ()
    numbers: dict[tuple[str, int], int] = field(default_factory=dict[tuple[str, int], int])

    def number(self, entry: TimelineEntry) -> int | None:
        """Return which statement a line of a timeline brought or changed."""
        return None if entry.of else self.numbers.get((entry.incident, entry.seq))


@dataclass(slots=True)
class _Draft:
    said: Said
    keys: list[tuple[str, int]]


def spoken(story: Story) -> Spoken:
    """Return what the vendor said; what a second feed of the same vendor repeats is said once."""
    if not story.is_accused:
        return Spoken()
    drafts = [draft for record in story.records for draft in _of(record, story)]
    drafts.sort(key=lambda draft: (draft.said.at, draft.keys[0][1]))
    said = tuple(replace(draft.said, number=number) for number, draft in enumerate(drafts, 1))
    return Spoken(said, {key: number for number, draft in enumerate(drafts, 1) for key in draft.keys})


def _of(record: Record, story: Story) -> list[_Draft]:
    found: list[_Draft] = []
    for entry in record.entries:
        if not is_vendors(entry) or entry.quiet:
            continue
        key = (record.incident.id, entry.seq)
        if entry.kind is ChangeKind.RETRACTED:
            _take_back(found, entry, key)
        elif entry.text and not (entry.kind is ChangeKind.EDITED and _edit(found, entry, key)):
            found.append(_Draft(_said(entry, record, story), [key]))
    return found


def _said(entry: TimelineEntry, record: Record, story: Story) -> Said:
    over = record.incident.resolved_at
    return Said(
        number=0,
        at=happened(entry),
        read_at=entry.recorded_at,
        author=entry.author,
        state=entry.said,
        text=entry.text,
        channel=_channel(entry, story),
        is_late=_is_late(entry, over),
        of=record.incident.title if len(story.records) > 1 else "",
    )


def _is_late(entry: TimelineEntry, over: datetime | None) -> bool:
    """Whether it was said when it was over: the word that ends it is not late."""
    if entry.kind in {ChangeKind.POSTMORTEM, ChangeKind.BACKFILLED} or entry.said is State.POSTMORTEM:
        return True
    return over is not None and entry.happened_at > over and entry.kind is not ChangeKind.RESOLVED


def _channel(entry: TimelineEntry, story: Story) -> str:
    watched = story.source(entry.claim.key) if entry.claim else None
    return watched.source.name if watched else entry.author


def _edit(found: Sequence[_Draft], entry: TimelineEntry, key: tuple[str, int]) -> bool:
    """Change the statement that had these words before, the newest first; a new state alone changes no words.

    Returns whether there was one: words that were added to an update without any are a statement of their own.
    """
    before = next((one.before for one in entry.transitions if one.subject == "text"), None)
    for draft in reversed(found):
        if draft.said.text == (entry.text if before is None else before):
            edits = draft.said.edits if before is None else (*draft.said.edits, Edit(entry.recorded_at, before))
            draft.said = replace(draft.said, text=entry.text, edits=edits, state=entry.said or draft.said.state)
            draft.keys.append(key)
            return True
    return False


def _take_back(found: Sequence[_Draft], entry: TimelineEntry, key: tuple[str, int]) -> None:
    gone = {one.before for one in entry.transitions}
    for draft in reversed(found):
        if draft.said.text in gone and draft.said.retracted_at is None:
            draft.said = replace(draft.said, retracted_at=entry.recorded_at)
            draft.keys.append(key)
            return


def channels(story: Story) -> tuple[Channel, ...]:
    """Return the feeds through which the vendor spoke, and how many statements were read from each."""
    counts: Counter[str] = Counter()
    if not story.is_accused:
        return ()
    for record in story.records:
        for entry in record.entries:
            if is_vendors(entry) and entry.claim is not None:
                brings = bool(entry.text) and entry.kind is not ChangeKind.EDITED
                counts[entry.claim.key.partition("|")[0]] += brings and not entry.quiet
    return tuple(_channels(counts, story))


def _channels(counts: Counter[str], story: Story) -> Iterator[Channel]:
    for key, count in counts.items():
        watched = story.source(key)
        if watched is None:
            gone = Unknown("this source is not configured any more")
            yield Channel(name=key, format=gone, url=gone, statements=count)
            continue
        one = watched.source
        url = known_address(one.url) or Unknown("no address is known for it")
        yield Channel(name=one.name, format=one.format, url=url, statements=count)


def known_address(url: str | None) -> str | None:
    """Return an address if it is one: what only stands in for one leads nowhere."""
    host = urlsplit(url).hostname if url else None
    return url if host and not host.endswith(_NO_ADDRESS) else None
