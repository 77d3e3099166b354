"""The two clocks as bars: what the vendor said at each time, and when our own witnesses saw it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.core.all_clears import failing
from bot.core.picture.axes import Across, Span
from bot.core.picture.series import joined
from bot.core.picture.shapes import Anchor, Box, Ink, Shape, Stroke, Words, fitting
from bot.core.stretches import Stretch
from bot.core.wording import words
from bot.model import ChangeKind, ClaimView, Impact, Kind, SourceKind, State, TimelineEntry

_BAR, _WORDS = 16.0, 11.0
HEIGHT = 24.0
# How thick the line under a bar is says how bad it is, for whoever can not tell the colours apart.
_WEIGHT = {Impact.CRITICAL: 5.0, Impact.MAJOR: 4.0, Impact.MINOR: 3.0}
_INKS = {
    Impact.NONE: (Ink.NONE, Ink.NONE_TINT),
    Impact.MINOR: (Ink.MINOR, Ink.MINOR_TINT),
    Impact.MAJOR: (Ink.MAJOR, Ink.MAJOR_TINT),
    Impact.CRITICAL: (Ink.CRITICAL, Ink.CRITICAL_TINT),
    Impact.MAINTENANCE: (Ink.MAINTENANCE, Ink.MAINTENANCE_TINT),
    Impact.UNKNOWN: (Ink.UNSURE, Ink.UNSURE_TINT),
}


@dataclass(frozen=True, slots=True)
class Segment:
    """How bad something was said to be for some time, and in which words."""

    began_at: datetime
    ended_at: datetime
    impact: Impact
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Lane:
    """One bar: whose, what it says, and the times in which nobody could tell.

    It may say afterwards that it began before its first word: at `dated_from`.
    """

    name: str
    segments: tuple[Segment, ...]
    unknown: tuple[Span, ...] = ()
    dated_from: datetime | None = None


def said(
    entries: Sequence[TimelineEntry], claims: Sequence[ClaimView], teller: SourceKind, now: datetime
) -> Iterator[Segment]:
    """Give what the vendor, or the team, said from its first word on, as long as any statement of its own stood."""
    standing: dict[str, _Said] = {}
    since, shown = now, None
    for at, key, word in sorted([*_statements(entries, teller), *_joined(entries, claims, teller)], key=_when):
        standing[key] = word
        after = _worst(standing.values())
        if after == shown:
            continue
        if shown is not None and at > since:
            yield _segment(since, at, shown)
        since, shown = at, after
    if shown is not None and now > since:
        yield _segment(since, now, shown)


_Said = tuple[State, Impact]
_Statement = tuple[datetime, str, _Said]


def _when(one: _Statement) -> datetime:
    return one[0]


def _statements(entries: Sequence[TimelineEntry], teller: SourceKind) -> Iterator[_Statement]:
    """Give when it said what of which of its incidents; what its page shows without words is none.

    What was read at one look is one statement: the last of its lines says how it stands, the first since when.
    """
    looks: dict[tuple[str, datetime], tuple[datetime, _Said]] = {}
    last: dict[str, datetime] = {}
    for entry in entries:
        claim = entry.claim
        if claim is None or claim.teller is not teller or claim.kind is Kind.COMPONENT:
            continue
        if entry.kind is ChangeKind.BACKFILLED:
            continue
        look = claim.key, entry.recorded_at
        at = _at(entry, claim, is_first=claim.key not in last)
        begun = looks[look][0] if look in looks else max(at, last.get(claim.key, at))
        looks[look] = min(begun, at) if look in looks else begun, (claim.state, claim.impact)
        last[claim.key] = looks[look][0]
    yield from ((at, key, word) for (key, _), (at, word) in looks.items())


def _at(entry: TimelineEntry, claim: ClaimView, *, is_first: bool) -> datetime:
    """Return since when it is so, by the account of who said it, and not later than we heard of it."""
    if is_first:
        return min(claim.published_at or entry.recorded_at, entry.recorded_at)
    return claim.resolved_at if claim.state.is_over and claim.resolved_at is not None else entry.happened_at


def _joined(entries: Sequence[TimelineEntry], claims: Sequence[ClaimView], teller: SourceKind) -> Iterator[_Statement]:
    """Give the beginning and the end of what a person has linked with it, of which its own timeline tells nothing."""
    known = {entry.claim.key for entry in entries if entry.claim is not None}
    for claim in claims:
        if claim.key in known or claim.teller is not teller or claim.kind is Kind.COMPONENT:
            continue
        begun = claim.published_at or claim.seen_at or claim.started_at
        if begun is not None:
            stood = State.INVESTIGATING if claim.state.is_over else claim.state
            yield begun, claim.key, (stood, claim.impact)
        if claim.state.is_over and claim.resolved_at is not None:
            yield claim.resolved_at, claim.key, (claim.state, claim.impact)


def _worst(standing: Iterable[_Said]) -> _Said | None:
    stands = [one for one in standing if not one[0].is_over and one[0] is not State.SCHEDULED]
    return max(stands, key=lambda one: one[1].rank, default=None)


def _segment(began_at: datetime, ended_at: datetime, shown: _Said) -> Segment:
    state, impact = shown
    word = words(state)
    bad = "severity unknown" if impact is Impact.UNKNOWN else words(impact)
    return Segment(began_at, ended_at, impact, (f"{word} · {bad}", word, bad))


def seen(entries: Sequence[TimelineEntry], claims: Sequence[ClaimView], now: datetime) -> tuple[Segment, ...]:
    """Return when witnesses of ours told of a failure: those that see by themselves, or else people here."""
    spans, told = [Span(*one) for one in failing(entries, now)], ("our own checks fail", "failing")
    if not spans:
        reports = (one for one in claims if one.teller is SourceKind.PEOPLE and one.started_at)
        spans = [Span(one.started_at, one.resolved_at or now) for one in reports if one.started_at]
        told = ("people here are affected", "affected")
    return tuple(Segment(one.began_at, one.ended_at, Impact.MAJOR, told) for one in joined(spans))


def of_stretches(stretches: Sequence[Stretch]) -> tuple[Segment, ...]:
    """Return the times of each impact of one of many."""
    return tuple(Segment(s.began_at, s.ended_at, s.impact, (s.impact.value,)) for s in stretches)


def shapes(lane: Lane, across: Across, top: float) -> Iterator[Shape]:
    """Give a lane: its bar, and its name to the left."""
    middle = top + HEIGHT / 2
    yield Words(across.left - 8, middle + 4, fitting(lane.name, _WORDS, across.left - 12), Ink.INK, _WORDS, Anchor.END)
    yield Stroke(((across.left, middle), (across.right, middle)), Ink.GRID)
    if lane.segments and lane.dated_from is not None and lane.dated_from < lane.segments[0].began_at:
        first = across.at(lane.segments[0].began_at)
        yield Stroke(((across.at(lane.dated_from), middle), (first, middle)), Ink.DATED, 3, (2.0, 3.0))
    for one in lane.segments:
        if (seen_of := across.within(Span(one.began_at, one.ended_at))) is not None:
            yield from _bar(one, across.at(seen_of.began_at), across.at(seen_of.ended_at), middle)
    for gap in lane.unknown:
        if (unseen := across.within(gap)) is not None:
            x = across.at(unseen.began_at)
            yield Box(x, middle - _BAR / 2, across.at(unseen.ended_at) - x, _BAR, Ink.UNKNOWN, hatched=True)


def _bar(one: Segment, left: float, right: float, middle: float) -> Iterator[Shape]:
    strong, tint = _INKS[one.impact]
    wide, weight = max(right - left, 2.0), _WEIGHT.get(one.impact, 2.0)
    yield Box(left, middle - _BAR / 2, wide, _BAR, tint)
    yield Box(left, middle + _BAR / 2 - weight, wide, weight, strong)
    text = next((word for word in one.words if fitting(word, _WORDS, wide - 8) == word), "")
    if text:
        yield Words(left + 4, middle + 2, text, Ink.INK, _WORDS)
