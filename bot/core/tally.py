"""What claims come to, kept up while one probe after another speaks.

A thousand probes of one vendor may fail within a second.  Each is heard by itself, and what all that have spoken come
to is said after each: looked through anew each time, that would grow with the square.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from heapq import heappop, heappush

from bot.core.severity import worst
from bot.core.totals import (
    Claims,
    Total,
    components_of,
    leading_of,
    order_of,
    rank_of,
    state_of,
    summed,
    title_of,
    voices,
    with_view,
)
from bot.core.witnesses import are_alike
from bot.model import ClaimView, Component, Impact, Kind, SourceKind

# So few are looked through as quickly as they are counted.
FEW = 20
_COUNTED = frozenset({Kind.SUSPECTED, Kind.INCIDENT})


class Tallies:
    """Adds claims as `bot.core.totals.added` does, with the same outcome, and remembers what it has counted."""

    def __init__(self, few: int = FEW) -> None:
        """Nothing is counted yet; of so `few` nothing will be."""
        self._few = few
        self._known: dict[int, Tally] = {}

    def added(self, claims: Claims, view: ClaimView) -> tuple[Claims, Total | None]:
        """Return the claims with one more, or with one that has changed, and what they come to."""
        if len(claims) < self._few:
            after = with_view(claims, view)
            return after, summed(after)
        tally = self._known.pop(id(claims), None)
        # Whatever the name of what was counted says, it is these claims only if they are the same object.
        tally = tally if tally is not None and tally.claims is claims else Tally(claims)
        if not tally.takes(view):
            tally = Tally(with_view(claims, view))
        else:
            tally.take(view)
        self._known[id(tally.claims)] = tally
        return tally.claims, tally.total()


class Tally:
    """The claims of one incident: those that probes make of one kind are counted, all others are as they are."""

    def __init__(self, claims: Claims) -> None:
        """Look through all claims once."""
        self.claims = claims
        self._place = {view.key: place for place, view in enumerate(claims)}
        heard = voices(claims)
        self._kind = next((view.kind for view in heard if view.teller is SourceKind.PROBE), None)
        if self._kind not in _COUNTED or len(self._place) < len(claims):
            self._kind = None
        self._order = 0 if self._kind is None else order_of(self._kind)
        self._others = tuple(view for view in heard if not self._is_counted(view))
        self._foremost = leading_of(self._others)
        self._waiting = next((view for view in self._others if not view.state.is_over), None)
        self._worst = worst(view.impact for view in self._others if not view.state.is_over)
        self._titles = dict.fromkeys(view.title for view in heard if view.kind is Kind.SUSPECTED)
        self._open: list[int] = []
        self._impacts: Counter[Impact] = Counter()
        self._parts = _Parts(self._others)
        for view in heard:
            if self._is_counted(view):
                self._parts.add(view)
                self._count(view, self._place[view.key])

    def takes(self, view: ClaimView) -> bool:
        """Whether a claim is one of those that are counted, and has not become another one."""
        if not self._is_counted(view) or not self._parts.are_plain:
            return False
        place = self._place.get(view.key)
        if place is None:
            return True
        before = self.claims[place]
        return self._is_counted(before) and (before.title, before.components) == (view.title, view.components)

    def take(self, view: ClaimView) -> None:
        """Add a claim, or put it in the place of what its probe has said before."""
        place = self._place.get(view.key)
        if place is None:
            place = self._place[view.key] = len(self.claims)
            self.claims = (*self.claims, view)
            self._parts.add(view)
            if view.kind is Kind.SUSPECTED:
                self._titles.setdefault(view.title)
        else:
            before = self.claims[place]
            self._impacts[before.impact] -= not before.state.is_over
            self.claims = (*self.claims[:place], view, *self.claims[place + 1 :])
        self._count(view, place)

    def total(self) -> Total | None:
        """Return what all claims come to."""
        counted = self._first_open()
        leading = self._leading(counted) if self._parts.are_plain else None
        first = min((view for view in (counted, self._waiting) if view is not None), key=self._at, default=None)
        if leading is None or first is None:
            return summed(self.claims)
        return Total(
            leading=leading,
            title=title_of(leading, self._titles, self._others),
            state=state_of(leading, first),
            is_open=True,
            impact=worst((self._worst, *(impact for impact, number in self._impacts.items() if number))),
            ended=None,
            components=self._parts.told(self._at),
        )

    def _is_counted(self, view: ClaimView) -> bool:
        return view.teller is SourceKind.PROBE and view.kind is self._kind

    def _at(self, view: ClaimView) -> int:
        return self._place[view.key]

    def _count(self, view: ClaimView, place: int) -> None:
        if not view.state.is_over:
            self._impacts[view.impact] += 1
            heappush(self._open, place)

    def _first_open(self) -> ClaimView | None:
        """Return the first of those counted that goes on; what is over since it was noted is forgotten here."""
        while self._open:
            view = self.claims[self._open[0]]
            if not view.state.is_over:
                return view
            heappop(self._open)
        return None

    def _leading(self, counted: ClaimView | None) -> ClaimView | None:
        """Return the claim that names the incident; None if all would have to be looked through for it."""
        there = [view for view in (self._foremost, counted) if view is not None]
        leading = min(there, key=lambda view: (rank_of(view), self._at(view)), default=None)
        # What is over of those that are counted comes after it, whichever of them ended last.
        return leading if leading is not None and rank_of(leading)[:2] < (self._order, True) else None


class _Parts:
    """The parts that claims name: of thousands of probes only those are looked at that may change what is told."""

    def __init__(self, others: Claims) -> None:
        """Begin with those of claims that are not counted."""
        self.are_plain = True
        self._telling = list(others)
        self._theirs = {part.id for view in others for part in view.components}
        self._by_id: dict[str, Component] = {}
        self._by_name: dict[str, Component] = {}
        self._told: tuple[Component, ...] | None = None

    def add(self, view: ClaimView) -> None:
        """Take note of what a claim names: of parts of one name the first is told."""
        is_new = False
        for part in view.components:
            if part.id in self._theirs or self._by_id.setdefault(part.id, part) != part:
                # Two say different things of one part: that is for those to settle who look at all of them.
                self.are_plain = False
            known = self._by_name.setdefault(part.name, part)
            is_new = is_new or known is part or not are_alike(known, part)
        if is_new:
            self._telling.append(view)
            self._told = None

    def told(self, at: Callable[[ClaimView], int]) -> tuple[Component, ...]:
        """Return the parts that are told, of claims that stand `at` these places."""
        if self._told is None:
            self._told = components_of(tuple(sorted(self._telling, key=at)))
        return self._told
