"""A vendor that behaves as badly as real ones do, move by move, and the histories that it lives through."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, TypeVar

from hypothesis import strategies as st

from bot.model import Claim, Component, ComponentStatus, Impact, Kind, Snapshot, Source, State, Update
from tests.unit.build import ACME, at, claim, snapshot
from tests.unit.desk import Desk, Ending, Look

T = TypeVar("T")

IMPACTS = (Impact.MINOR, Impact.NONE, Impact.MAJOR, Impact.CRITICAL, Impact.UNKNOWN)
STATES = (State.INVESTIGATING, State.IDENTIFIED, State.MONITORING, State.UNKNOWN)
STATUSES = (
    ComponentStatus.OPERATIONAL,
    ComponentStatus.DEGRADED_PERFORMANCE,
    ComponentStatus.MAJOR_OUTAGE,
    ComponentStatus.PARTIAL_OUTAGE,
    ComponentStatus.UNDER_MAINTENANCE,
    ComponentStatus.UNKNOWN,
)
# The last two are different components of one name.
COMPONENTS = {"api": "API", "db": "Database", "cdn": "CDN", "eu": "Login", "us": "Login"}


class Show(Enum):
    """What a look at the vendor brings."""

    SUMMARY = "what is open, and the components"
    ARCHIVE = "all there ever was, and the components"
    WINDOW = "the newest two incidents"
    COMPONENTS = "the components alone"
    STALE = "nothing that can be read"
    NO_LOOK = "we do not look"


@dataclass(slots=True)
class Written:
    """An update on the vendor's page.  `bodies` are all its versions, `shown` is the one that stands."""

    id: str
    state: State
    bodies: list[str]
    minute: float
    shown: int = 0
    is_visible: bool = True


@dataclass(slots=True)
class Affair:
    """An incident as its vendor keeps it."""

    id: str
    title: str
    impact: Impact
    state: State
    kind: Kind
    parts: list[str]
    began: float
    published: float
    window: tuple[float, float] | None = None
    ended: float | None = None
    updates: list[Written] = field(default_factory=list)
    is_listed: bool = True
    is_readable: bool = True
    exists: bool = True


@dataclass(slots=True)
class Vendor:
    """What is true at the vendor.  Every move takes two numbers that choose whom and what it is about."""

    minute: float = 0
    affairs: list[Affair] = field(default_factory=list)
    statuses: dict[str, ComponentStatus] = field(default_factory=lambda: dict.fromkeys(COMPONENTS, STATUSES[0]))
    indicator: Impact = Impact.NONE
    words: int = 0

    def do_nothing(self, _which: int, _what: int) -> None:
        """Stand in the place of a move that does not matter."""

    def open(self, what: int, parts: int) -> None:
        self._begin(IMPACTS[what % len(IMPACTS)], parts, STATES[what // len(IMPACTS) % len(STATES)])

    def open_a_blip(self, what: int, parts: int) -> None:
        affair = self._begin(IMPACTS[what % len(IMPACTS)], parts, State.INVESTIGATING)
        self._end(affair, State.RESOLVED)

    def write_down_afterwards(self, what: int, parts: int) -> None:
        affair = self._begin(IMPACTS[what % len(IMPACTS)], parts, State.RESOLVED)
        affair.began, affair.ended = self.minute - 90, self.minute - 45

    def plan(self, what: int, parts: int) -> None:
        affair = self._begin(Impact.MAINTENANCE, parts, State.SCHEDULED, Kind.MAINTENANCE)
        affair.window = (self.minute + 30, self.minute + 30 + what)

    def begin_as_planned(self, which: int, status: int) -> None:
        for affair in _one(self._of(Kind.MAINTENANCE), which):
            affair.state = State.IN_PROGRESS
            self.statuses |= dict.fromkeys(affair.parts, STATUSES[status % len(STATUSES)])

    def say(self, which: int, state: int) -> None:
        for affair in _one(self._open(), which):
            affair.state = STATES[state % len(STATES)]
            self._write(affair, affair.state)

    def say_nothing(self, which: int, state: int) -> None:
        for affair in _one(self._open(), which):
            affair.updates.append(Written(self._id("u"), STATES[state % len(STATES)], [""], self.minute))

    def move_on_without_a_word(self, which: int, state: int) -> None:
        for affair in _one(self._open(), which):
            affair.state = STATES[state % len(STATES)]

    def edit(self, which: int, update: int) -> None:
        for affair in _one(self.affairs, which):
            for written in _one(affair.updates, update):
                written.bodies.append(self._id("words "))
                written.shown = len(written.bodies) - 1

    def edit_back(self, which: int, update: int) -> None:
        for affair in _one(self.affairs, which):
            for written in _one(affair.updates, update):
                written.shown = 0

    def edit_the_state(self, which: int, update: int) -> None:
        for affair in _one(self._open(), which):
            for written in _one(affair.updates, update):
                written.state = STATES[update % len(STATES)]

    def withdraw_an_update(self, which: int, update: int) -> None:
        for affair in _one(self.affairs, which):
            for written in _one(affair.updates, update):
                written.is_visible = False

    def show_all_updates_again(self, which: int, _: int) -> None:
        for affair in _one(self.affairs, which):
            for written in affair.updates:
                written.is_visible = True

    def rename(self, which: int, title: int) -> None:
        for affair in _one(self.affairs, which):
            affair.title = ("Errors", "Elevated errors", "API trouble")[title % 3]

    def regrade(self, which: int, impact: int) -> None:
        for affair in _one(self.affairs, which):
            affair.impact = IMPACTS[impact % len(IMPACTS)]

    def list_components(self, which: int, parts: int) -> None:
        for affair in _one(self.affairs, which):
            affair.parts = _parts(parts)

    def change_a_component(self, which: int, status: int) -> None:
        self.statuses[tuple(COMPONENTS)[which % len(COMPONENTS)]] = STATUSES[status % len(STATUSES)]

    def change_a_component_in_trouble(self, which: int, status: int) -> None:
        troubled = [key for key, now in self.statuses.items() if now is not ComponentStatus.OPERATIONAL]
        for key in _one(troubled, which):
            self.statuses[key] = STATUSES[status % len(STATUSES)]

    def heal_components(self, _which: int, _: int) -> None:
        self.statuses = dict.fromkeys(COMPONENTS, ComponentStatus.OPERATIONAL)

    def change_the_indicator(self, what: int, _: int) -> None:
        self.indicator = (*IMPACTS, Impact.MAINTENANCE)[what % 6]

    def resolve(self, which: int, how: int) -> None:
        for affair in _one(self._open(), which):
            self._end(affair, State.COMPLETED if affair.kind is Kind.MAINTENANCE else State.RESOLVED, how)

    def reopen(self, which: int, how: int) -> None:
        for affair in _one([affair for affair in self.affairs if affair.state.is_over], which):
            affair.state, affair.ended = State.INVESTIGATING, None
            if how % 2:
                self._write(affair, affair.state)

    def explain_later(self, which: int, how: int) -> None:
        for affair in _one([affair for affair in self.affairs if affair.state.is_over], which):
            affair.state = State.POSTMORTEM if how % 2 else affair.state
            self._write(affair, affair.state)

    def delete(self, which: int, _: int) -> None:
        for affair in _one(self.affairs, which):
            affair.exists = not affair.exists

    def hide(self, which: int, _: int) -> None:
        for affair in _one(self.affairs, which):
            affair.is_listed = not affair.is_listed

    def break_the_page_of(self, which: int, _: int) -> None:
        for affair in _one(self.affairs, which):
            affair.is_readable = not affair.is_readable

    def shown(self, show: Show) -> Snapshot:
        """Return what `show` brings now."""
        there = [affair for affair in self.affairs if affair.exists and affair.is_listed]
        listed = {
            Show.SUMMARY: [affair for affair in there if not affair.state.is_over],
            Show.ARCHIVE: there,
            Show.WINDOW: there[-2:],
        }.get(show, [])
        return snapshot(
            self.minute,
            *(self._claim(affair) for affair in listed),
            components=() if show is Show.WINDOW else self._components(tuple(COMPONENTS)),
            indicator=Impact.UNKNOWN if show in {Show.WINDOW, Show.COMPONENTS} else self.indicator,
            complete=show in {Show.SUMMARY, Show.ARCHIVE},
        )

    def look_up(self, external_id: str) -> Claim | Ending:
        affair = next(affair for affair in self.affairs if affair.id == external_id)
        if not affair.exists:
            return Ending.GONE
        return self._claim(affair) if affair.is_readable else Ending.UNREADABLE

    def _begin(self, impact: Impact, parts: int, state: State, kind: Kind = Kind.INCIDENT) -> Affair:
        affair = Affair(
            id=self._id("i"),
            title="Errors",
            impact=impact,
            state=state,
            kind=kind,
            parts=_parts(parts),
            began=self.minute - parts % 4,
            published=self.minute,
        )
        self.affairs.append(affair)
        self._write(affair, state)
        return affair

    def _end(self, affair: Affair, state: State, how: int = 1) -> None:
        affair.state, affair.ended = state, self.minute
        if how % 4:
            self._write(affair, state)

    def _write(self, affair: Affair, state: State) -> None:
        affair.updates.append(Written(self._id("u"), state, [self._id("words ")], self.minute))

    def _id(self, stem: str) -> str:
        self.words += 1
        return f"{stem}{self.words}"

    def _open(self) -> list[Affair]:
        return [affair for affair in self.affairs if not affair.state.is_over]

    def _of(self, kind: Kind) -> list[Affair]:
        return [affair for affair in self._open() if affair.kind is kind]

    def _components(self, ids: Sequence[str]) -> tuple[Component, ...]:
        return tuple(Component(key, COMPONENTS[key], self.statuses[key]) for key in ids)

    def _claim(self, affair: Affair) -> Claim:
        return claim(
            affair.id,
            *(Update(w.id, w.state, w.bodies[w.shown], at(w.minute)) for w in affair.updates if w.is_visible),
            title=affair.title,
            state=affair.state,
            impact=affair.impact,
            kind=affair.kind,
            components=self._components(affair.parts),
            started=affair.began,
            published=affair.published,
            resolved=affair.ended,
            window=affair.window,
        )


def _one(items: Sequence[T], which: int) -> Iterator[T]:
    """The chosen item, or nothing where there is none to choose from."""
    if items:
        yield items[which % len(items)]


def _parts(mask: int) -> list[str]:
    return [key for n, key in enumerate(COMPONENTS) if mask >> n & 1]


# What happens often; all else is drawn less.
_COMMON = ("open", "change_a_component", "say", "resolve", "reopen", "explain_later", "plan")
MOVES = (
    *(
        name
        for name in vars(Vendor)
        if not name.startswith("_") and name not in {"shown", "look_up", *Vendor.__slots__}
    ),
    *_COMMON,
    *_COMMON,
)


@dataclass(frozen=True, slots=True)
class Step:
    """A move of the vendor, some minutes later, and what we see of it; `eye` is which source sees it."""

    move: str
    which: int
    what: int
    minutes: float
    show: Show
    eye: int = 0


# Summaries are what most looks bring.
_SHOWS = (Show.NO_LOOK, Show.SUMMARY, Show.SUMMARY, Show.SUMMARY, Show.SUMMARY, *Show)
# Below and above every span that means something: 10, 15 and 30 minutes, a day.
_MINUTES = (1, 4, 12, 25, 40, 1500)

_PARTS: tuple[Sequence[Any], ...] = (MOVES, range(5), range(32), _MINUTES, _SHOWS, range(2))


def _step(code: bytes) -> Step:
    return Step(*(choices[byte % len(choices)] for choices, byte in zip(_PARTS, code, strict=True)))


# A few bytes are drawn much faster than all the parts of a step one by one.
STEPS = st.binary(min_size=len(_PARTS), max_size=len(_PARTS)).map(_step)
# Hypothesis draws lists of about twice the least size; a short history has nothing to tell.
HISTORIES = st.lists(STEPS, min_size=10, max_size=40)


def lived_through(history: Sequence[Step], *eyes: Source) -> tuple[Desk, list[Look]]:
    """Return what remains of `history`, and every look in it; only one source sees it unless there are more `eyes`."""
    vendor, desk = Vendor(), Desk()
    looks = []
    for step in history:
        vendor.minute += step.minutes
        getattr(vendor, step.move)(step.which, step.what)
        source = eyes[step.eye % len(eyes)] if eyes else ACME
        if step.show is Show.STALE:
            desk.misses(vendor.minute, source)
        elif step.show is not Show.NO_LOOK:
            looks.append(desk.sees(vendor.shown(step.show), vendor.look_up, source))
    return desk, looks
