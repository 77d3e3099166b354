"""What one entry of a feed says of one incident.

Three ways of writing it are known; anything else is a notice with one statement and, mostly, no state:
Statuspage puts every statement into one text (`_paragraphs`), incident.io and its like head the newest
with `Status: Resolved` and end it with `Affected components`, others mark the title with `[RESOLVED]`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from bot.errors import ParseError
from bot.feeds import _paragraphs, _text
from bot.feeds._updates import ended_at
from bot.feeds._words import MAINTENANCE_STATES, STATES, Words, key
from bot.model import Claim, Component, Impact, Kind, State, Update

_LABELS = "|".join(sorted((word.replace("_", "[ _-]") for word in STATES), key=len, reverse=True))
_BOX = re.compile(rf"\[(?P<label>{_LABELS})\]", re.IGNORECASE)  # anywhere in a title
_HEAD = re.compile(rf"(?P<label>{_LABELS})(?: ?:| [-–—] )", re.IGNORECASE)
_STATUS_LINE = re.compile(r"\s*Status:\s*(?P<label>[^\n]{1,60})(?:\n|$)", re.IGNORECASE)
_OF_LINES = {**STATES, "active": State.INVESTIGATING}  # https://status.x.ai/feed.xml
_AFFECTED = re.compile(r"^Affected components:?[ ]*\n\s*(?P<list>(?:- [^\n]*(?:\n|$))+)", re.IGNORECASE | re.MULTILINE)
_PART = re.compile(r"- (?P<name>.+?)(?: \((?P<status>[^()]*)\))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of a feed, whatever its dialect; `stamp` is its time as the feed writes it."""

    external_id: str
    title: str
    html: str
    url: str | None = None
    published: datetime | None = None
    updated: datetime | None = None
    stamp: str = ""
    window_end: datetime | None = None
    categories: tuple[str, ...] = ()

    @property
    def at(self) -> datetime:
        """When the entry last spoke, as far as it tells."""
        at = self.updated or self.published
        if at is None:
            raise ParseError(f"no time that can be read in the entry {self.external_id}")
        return at


def claim(entry: Entry, words: Words) -> Claim:
    """Return what an entry says."""
    paragraphs = _paragraphs.split(entry.html)
    if paragraphs:
        return _from_history(entry, paragraphs, words)
    text = _text.from_html(entry.html)
    headed = _STATUS_LINE.match(text)
    if headed:
        body, components = _without_components(text[headed.end() :], words)
        return single(entry, words.among(headed["label"], _OF_LINES, State.UNKNOWN), body, components)
    return single(entry, _marked(entry, text), text, ())


def _from_history(entry: Entry, paragraphs: tuple[_paragraphs.Paragraph, ...], words: Words) -> Claim:
    updates = _paragraphs.updates(paragraphs, entry.published or entry.at, words)
    starts, ends = _paragraphs.window(entry.html, entry.published or entry.at)
    is_maintenance = bool(starts or entry.window_end) or any(u.state in MAINTENANCE_STATES for u in updates)
    return Claim(
        external_id=entry.external_id,
        title=_text.title(entry.title),
        state=updates[-1].state,
        impact=Impact.MAINTENANCE if is_maintenance else Impact.UNKNOWN,
        kind=Kind.MAINTENANCE if is_maintenance else Kind.INCIDENT,
        updates=updates,
        url=entry.url,
        started_at=updates[0].at,
        published_at=updates[0].at,
        resolved_at=ended_at(updates),
        starts_at=starts,
        ends_at=entry.window_end or ends,
    )


def single(entry: Entry, state: State, body: str, components: tuple[Component, ...]) -> Claim:
    """Return a claim with one statement; where the only known time is its end, its start stays unknown."""
    at = entry.at
    began = entry.published if entry.published and (entry.published < at or not state.is_over) else None
    is_maintenance = state in MAINTENANCE_STATES
    label = "Update" if state is State.UNKNOWN else state.value.replace("_", " ").capitalize()
    return Claim(
        external_id=entry.external_id,
        title=_text.title(_unmarked(entry.title)),
        state=state,
        impact=Impact.MAINTENANCE if is_maintenance else Impact.UNKNOWN,
        kind=Kind.MAINTENANCE if is_maintenance else Kind.INCIDENT,
        components=components,
        updates=(Update(f"{entry.stamp} {label}".strip(), state, body, at),),
        url=entry.url,
        started_at=began,
        published_at=began,
        resolved_at=at if state.is_over else None,
    )


def _marked(entry: Entry, text: str) -> State:
    """Return the state that a title, the head of a text or a category names beyond doubt."""
    title = _text.one_line(entry.title)
    found = _BOX.search(title) or _HEAD.match(title) or _BOX.match(text) or _HEAD.match(text)
    labels = (found["label"],) if found else entry.categories
    return next((STATES[key(label)] for label in labels if key(label) in STATES), State.UNKNOWN)


def _unmarked(title: str) -> str:
    """Return a title without the mark of its state, so that it stays the same to the end."""
    title = _text.one_line(title)
    found = _BOX.search(title) or _HEAD.match(title)
    return _text.one_line(f"{title[: found.start()]} {title[found.end() :]}") if found else title


def _without_components(text: str, words: Words) -> tuple[str, tuple[Component, ...]]:
    """Return the words of a statement and, apart, the components listed at its end; names are all they have."""
    found = _AFFECTED.search(text)
    if found is None:
        return text.strip(), ()
    parts = [part for line in found["list"].splitlines() if (part := _PART.fullmatch(line.strip()))]
    components = {part["name"]: Component(part["name"], part["name"], words.status(part["status"])) for part in parts}
    body = f"{text[: found.start()].rstrip()}\n\n{text[found.end() :].lstrip()}".strip()
    return body, tuple(components[name] for name in sorted(components))
