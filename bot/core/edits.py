"""What an edit changed, word by word."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

# To compare longer texts takes longer than anybody waits for a page; then they are shown one after the other.
MOST_WORDS = 1_200
# Texts that have less in common are two texts, and read worse mixed than apart.
_ALIKE = 0.35
# Each word is looked for in all places where the other text has it: so many places in all take a tenth of a second.  A
# thousand words of a language have some 13,000.
_MOST_PLACES = 30_000
# So many words that were kept stand by themselves.
_STANDS = 3
_PIECES = re.compile(r"\s+|\w+|[^\w\s]")


class Fate(StrEnum):
    """What became of some words."""

    KEPT = "kept"
    GONE = "gone"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words, and what became of them."""

    fate: Fate
    text: str


def edited(before: str, after: str) -> tuple[Piece, ...]:
    """Return both texts as one, with what went and what came; nothing kept where they have too little in common."""
    old, new = _PIECES.findall(before), _PIECES.findall(after)
    if len(old) + len(new) > MOST_WORDS * 2 or _places(old, new) > _MOST_PLACES:
        return _apart(before, after)
    # What stands between words is no word: it goes with those around it.
    matcher = SequenceMatcher(str.isspace, old, new, autojunk=False)
    if matcher.ratio() < _ALIKE:
        return _apart(before, after)
    return tuple(_pieces(old, new, matcher.get_opcodes()))


def _places(old: Sequence[str], new: Sequence[str]) -> int:
    there = Counter(new)
    return sum(there[word] for word in old if not word.isspace())


def _pieces(old: Sequence[str], new: Sequence[str], steps: Sequence[tuple[str, int, int, int, int]]) -> Iterator[Piece]:
    """Give what was kept, went and came.  A word or two between changes went and came with them: so it can be read."""
    gone, come = "", ""
    for number, (sort, low, high, begin, end) in enumerate(steps):
        before, after = "".join(old[low:high]), "".join(new[begin:end])
        is_between = 0 < number < len(steps) - 1
        if sort != "equal" or (is_between and len(before.split()) < _STANDS):
            gone, come = gone + before, come + after
            continue
        yield from _changed(gone, come)
        gone, come = "", ""
        yield Piece(Fate.KEPT, before)
    yield from _changed(gone, come)


def _changed(gone: str, come: str) -> Iterator[Piece]:
    if gone:
        yield Piece(Fate.GONE, gone)
    if come:
        yield Piece(Fate.NEW, come)


def _apart(before: str, after: str) -> tuple[Piece, ...]:
    pieces = (Piece(Fate.GONE, before), Piece(Fate.NEW, after))
    return tuple(piece for piece in pieces if piece.text)
