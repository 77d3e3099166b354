"""Words as they are searched by: folded, without accents, each once; what every incident says is no word."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from unicodedata import combining, normalize

from bot.model import ChangeKind, Incident, TimelineEntry

# A term is kept so long; of one incident so many letters are, which is ten thousand words.
LONGEST, MOST = 40, 60_000
# What a word that is typed may be the beginning of; shorter ones are meant as they are.
_BEGINS = 3
_ASKED, _TYPED = 6, 200
# So much of a text is shown around a word that was found in it, and so much of that before it.
_AROUND, _BEFORE = 280, 110
_WORD = re.compile(r"[^\W_]+")
_COMMON = frozenset(
    _WORD.findall(
        "a about after all also an and any are as at be been being but by can could do for from had has have if in "
        "into is it its may more not now of on or our so some than that the their then there these they this those to "
        "until was we were when where which while who will with would you your"
    )
)
_NAMING = frozenset(
    {
        ChangeKind.OPENED,
        ChangeKind.ACKNOWLEDGED,
        ChangeKind.BACKFILLED,
        ChangeKind.SEEN,
        ChangeKind.RENAMED,
        ChangeKind.COMPONENTS_CHANGED,
        ChangeKind.COMPONENT_CHANGED,
    }
)


def terms(*texts: str) -> tuple[str, ...]:
    """Return the words of some texts, in their order, each once."""
    plain = "".join(letter for letter in normalize("NFKD", " ".join(texts).casefold()) if not combining(letter))
    found = dict.fromkeys(word[:LONGEST] for word in _WORD.findall(plain))
    return tuple(word for word in found if word not in _COMMON)


def asked(query: str) -> tuple[str, ...]:
    """Return what is to be found in every answer to a query: the beginnings of words, or short words as they are."""
    found = terms(query[:_TYPED])[:_ASKED]
    return tuple(f" {word}" if len(word) >= _BEGINS else f" {word} " for word in found)


def found_in(text: str, wanted: Sequence[str]) -> tuple[tuple[str, bool], ...]:
    """Return a text in pieces, those marked that were asked for; cut to what stands around the first of them."""
    folded = [(match, "".join(f" {word} " for word in terms(match[0]))) for match in _WORD.finditer(text)]
    hits = [match.span() for match, word in folded if any(one in word for one in wanted)]
    start = max(hits[0][0] - _BEFORE, 0) if hits else 0
    start = text.rfind(" ", 0, start) + 1 if start else 0
    end = start + _AROUND
    pieces, last = [("… ", False)] if start else [], start
    for begin, stop in hits:
        if begin < last or stop > end:
            continue
        pieces += [(text[last:begin], False), (text[begin:stop], True)]
        last = stop
    rest = text[last:end]
    pieces.append((f"{rest.rsplit(None, 1)[0]} …" if end < len(text) and rest.strip() else rest, False))
    return tuple((piece, is_found) for piece, is_found in pieces if piece)


def kept(words: Iterable[str]) -> str:
    """Return words as they are kept: each between spaces, so that a beginning can be told from a middle."""
    return "".join(f" {word} " for word in words)


def of_incident(incident: Incident) -> str:
    """Return what an incident is found by before anybody has said a word: whose it is, and what it is called."""
    return kept(terms(incident.name, incident.vendor, incident.title))


def of_entry(entry: TimelineEntry) -> str:
    """Return what one line of a timeline adds: words that were said, a name that was given, parts that were named."""
    names: list[str] = []
    if entry.claim is not None and entry.kind in _NAMING:
        names = [entry.claim.title, *(part.name for part in entry.claim.components)]
    return kept(terms(entry.text, *names))
