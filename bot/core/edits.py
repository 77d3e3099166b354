"""What an edit changed, word by word."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

# To compare longer texts takes longer than anybody waits for a page; then they are shown one after the other.
MOST_WORDS = 1_200
# Texts that have less in common are two texts, and read worse mixed than apart.
_ALIKE = 0.35
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
    if len(old) + len(new) > MOST_WORDS * 2:
        return _apart(before, after)
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if matcher.ratio() < _ALIKE:
        return _apart(before, after)
    pieces: list[Piece] = []
    for sort, low, high, begin, end in matcher.get_opcodes():
        if sort == "equal":
            pieces.append(Piece(Fate.KEPT, "".join(old[low:high])))
            continue
        gone, come = "".join(old[low:high]), "".join(new[begin:end])
        pieces += [Piece(Fate.GONE, gone)] if gone else []
        pieces += [Piece(Fate.NEW, come)] if come else []
    return tuple(pieces)


def _apart(before: str, after: str) -> tuple[Piece, ...]:
    pieces = (Piece(Fate.GONE, before), Piece(Fate.NEW, after))
    return tuple(piece for piece in pieces if piece.text)
