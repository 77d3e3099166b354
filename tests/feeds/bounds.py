"""What every snapshot keeps to, whatever it was made of."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from bot.core.snapshot_json import snapshot_json
from bot.errors import ParseError
from bot.feeds._text import LONGEST_ID, LONGEST_NAME, LONGEST_TEXT
from bot.feeds._words import MOST_WORDS
from bot.model import Claim, Component, Snapshot

LONGEST_ERROR = 300
LONGEST_URL = 2500

_DIRTY = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_FIRST, _LAST = datetime(1990, 1, 1, tzinfo=UTC), datetime(2101, 1, 1, tzinfo=UTC)


def flaws(snapshot: Snapshot) -> list[str]:
    """Return what is wrong with a snapshot: too long, unclean, twice there, at no time that can be."""
    json.dumps(snapshot_json(snapshot), ensure_ascii=False).encode()
    found = [*_texts(snapshot), *_twice("incident", (claim.external_id for claim in snapshot.incidents))]
    found += _twice("component", (component.id for component in snapshot.components))
    for claim in snapshot.incidents:
        found += _twice(f"update of {claim.external_id[:40]}", (update.id for update in claim.updates))
        found += _twice(f"component of {claim.external_id[:40]}", (one.id for one in claim.components))
        found += [f"a time that can not be: {at}" for at in _times(claim) if not _is_sane(at)]
    return found


def flaws_of(error: ParseError) -> list[str]:
    """Return what is wrong with an error: it is one line, and not a long one."""
    text = str(error)
    dirt = [] if text.isprintable() and text.strip() else [f"an error that is not one clean line: {text[:100]!r}"]
    return dirt if len(text) <= LONGEST_ERROR else [*dirt, f"an error of {len(text)} characters: {text[:100]}"]


def _texts(snapshot: Snapshot) -> Iterator[str]:
    lines = [*_lines(snapshot)]
    for what, most, text in (*lines, *_bodies(snapshot)):
        if len(text) > most:
            yield f"{what} of {len(text)} characters: {text[:40]!r}"
        if _DIRTY.search(text):
            yield f"{what} that is not clean: {text[:40]!r}"
    yield from (f"{what} of several lines: {text[:40]!r}" for what, _, text in lines if "\n" in text)
    if len(snapshot.unknown_words) > MOST_WORDS:
        yield f"{len(snapshot.unknown_words)} words that no table knows"


def _bodies(snapshot: Snapshot) -> Iterator[tuple[str, int, str]]:
    for claim in snapshot.incidents:
        yield from (("an update's id", LONGEST_ID, update.id) for update in claim.updates)
        yield from (("a text", LONGEST_TEXT, update.body) for update in claim.updates)


def _lines(snapshot: Snapshot) -> Iterator[tuple[str, int, str]]:
    yield "the page's id", LONGEST_ID, snapshot.page_id or ""
    yield "the page's name", LONGEST_NAME, snapshot.page_name or ""
    yield "the page's address", LONGEST_URL, snapshot.page_url or ""
    yield from (("a word", LONGEST_NAME, word) for word in snapshot.unknown_words)
    for component in snapshot.components:
        yield from _of_component(component)
    for claim in snapshot.incidents:
        yield "an incident's id", LONGEST_ID, claim.external_id
        yield "a title", LONGEST_NAME, claim.title
        yield "a link", LONGEST_URL, claim.url or ""
        yield from (part for component in claim.components for part in _of_component(component))


def _of_component(component: Component) -> Iterator[tuple[str, int, str]]:
    yield "a component's id", LONGEST_ID, component.id
    yield "a component's name", LONGEST_NAME, component.name
    yield "a group", LONGEST_NAME, component.group or ""


def _twice(what: str, ids: Iterable[str]) -> list[str]:
    return [f"{what} {key[:40]!r} is there {number} times" for key, number in Counter(ids).items() if number > 1]


def _times(claim: Claim) -> Iterator[datetime]:
    named = (claim.started_at, claim.published_at, claim.resolved_at, claim.starts_at, claim.ends_at)
    yield from (at for at in (*named, *(update.at for update in claim.updates)) if at is not None)


def _is_sane(at: datetime) -> bool:
    return at.tzinfo is UTC and _FIRST <= at < _LAST
