"""Who is on call at an instant, until when, and who comes after: by the turns of a rota and what was agreed besides.

People take turns in their order.  Turn number n begins at the n-th hand-over after the first on or after `starts`, by
the clock on the wall in the rota's time zone.  Where that clock does not show the time, because it is put forward, it
is as if it had not been; where it shows it twice, because it is put back, the first is meant:
https://www.rfc-editor.org/rfc/rfc5545#section-3.3.5
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.core.rules import Oncall, Person

_WEEK = 7
# Of clocks that are put forward or back, and of whole days that a country leaves out, none differs by more.
_ASTRAY = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """Somebody has the duty instead of whoever's turn it is: `by` whom that was agreed, and when.

    `by` is a person's name, `key` who that is; of two for the same time the one that was made last holds.
    """

    id: int = 0
    rota: str
    person: Person
    starts: datetime
    ends: datetime
    by: str
    key: str = ""
    at: datetime


@dataclass(frozen=True, slots=True)
class Shift:
    """Somebody has the duty, until then; None: for ever, because nobody takes turns with them."""

    person: Person
    until: datetime | None
    override: Override | None = None


@dataclass(frozen=True, slots=True)
class Rotas:
    """All rotas, and what was agreed besides."""

    rotas: tuple[Oncall, ...] = ()
    overrides: tuple[Override, ...] = ()

    def named(self, name: str) -> Oncall | None:
        """Return the rota of a name; None if there is none."""
        return next((rota for rota in self.rotas if rota.name == name), None)

    def on_call(self, name: str, at: datetime) -> Person | None:
        """Return who has the duty of a rota then; None if there is no such rota."""
        rota = self.named(name)
        return shift(rota, self.overrides, at).person if rota is not None else None


NOBODY = Rotas()


def shift(rota: Oncall, overrides: Iterable[Override], at: datetime) -> Shift:
    """Return who is on call at an instant, and until when: turns of one person that follow each other are one."""
    mine = _of(rota, overrides)
    now, override, until = _piece(rota, mine, at)
    for _ in range(len(rota.people) + 2 * len(mine) + 1):
        if until is None:
            break
        person, _, after = _piece(rota, mine, until)
        if person != now:
            return Shift(now, until, override)
        until = after
    return Shift(now, None, override)


def following(rota: Oncall, overrides: Iterable[Override], at: datetime) -> Shift | None:
    """Return who has it after whoever has it at an instant; None if nobody takes over."""
    mine = _of(rota, overrides)
    now = shift(rota, mine, at)
    return shift(rota, mine, now.until) if now.until is not None else None


def _of(rota: Oncall, overrides: Iterable[Override]) -> tuple[Override, ...]:
    """Return what was agreed of a rota, the latest word first."""
    return tuple(sorted((o for o in overrides if o.rota == rota.name), key=lambda o: (o.at, o.id), reverse=True))


def _piece(
    rota: Oncall, overrides: Sequence[Override], at: datetime
) -> tuple[Person, Override | None, datetime | None]:
    """Return who has it at an instant, why, and how long at least that is so."""
    holding = next((o for o in overrides if o.starts <= at < o.ends), None)
    edges = [edge for o in overrides for edge in (o.starts, o.ends) if edge > at]
    if holding is not None:
        return holding.person, holding, min(edges)
    person, until = turn(rota, at)
    if until is not None:
        edges.append(until)
    return person, None, min(edges, default=None)


def turn(rota: Oncall, at: datetime) -> tuple[Person, datetime | None]:
    """Return whose turn it is at an instant, whatever was agreed besides, and when it ends; None: it does not."""
    if len(rota.people) == 1:
        return rota.people[0], None
    number = _number(rota, at)
    after = number + 1
    while (ends := handover(rota, after)) <= at:
        after += 1
    return rota.people[number % len(rota.people)], ends


def handover(rota: Oncall, number: int) -> datetime:
    """Return when turn number `number` begins; number 0 is the first from the anchor on, those before are negative."""
    day = _first_day(rota) + timedelta(days=number * _step(rota))
    return datetime.combine(day, rota.handover.at, ZoneInfo(rota.timezone)).astimezone(UTC)


def _number(rota: Oncall, at: datetime) -> int:
    """Return the number of the last turn that has begun by then."""
    today = at.astimezone(ZoneInfo(rota.timezone)).date()
    number = (today - _first_day(rota)).days // _step(rota) + _ASTRAY
    while handover(rota, number) > at:
        number -= 1
    return number


def _first_day(rota: Oncall) -> date:
    if rota.handover.weekday is None:
        return rota.starts
    return rota.starts + timedelta(days=(rota.handover.weekday - rota.starts.weekday()) % _WEEK)


def _step(rota: Oncall) -> int:
    return 1 if rota.handover.weekday is None else _WEEK


def layers(rotas: Iterable[Oncall]) -> Iterator[tuple[str, tuple[Oncall, ...]]]:
    """Give each duty with its rotas: who is called first, who second."""
    found: dict[str, list[Oncall]] = {}
    for rota in rotas:
        found.setdefault(rota.duty or rota.name, []).append(rota)
    return ((duty, tuple(some)) for duty, some in found.items())
