"""Many incidents of one cause as a sheet of bars: which of them went on from when to when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.answers import cut
from bot.core.lanes_drawn import Scale, Tick, ticks
from bot.core.message import Tone, utc
from bot.core.roster import in_order, whose
from bot.core.spans import duration
from bot.core.wording import TONES
from bot.model import Incident, Member

MOST = 30
_ROW, _AXIS = 34, 22
_LETTER = 6.4
_LEAST = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Row:
    """One of them: its name, where its bar is, and the same with its times.  `goes_on` if it is not over."""

    name: str
    y: float
    x: float
    width: float
    tone: Tone
    told: str
    goes_on: bool


@dataclass(frozen=True, slots=True)
class Sheet:
    """All of them; `left_out` are not on it."""

    width: int
    height: int
    rows: tuple[Row, ...]
    ticks: tuple[Tick, ...]
    left_out: int


def drawn(burst: Incident, now: datetime, width: int) -> Sheet:
    """Return the members of a burst on a sheet, those that began first on top."""
    shown = sorted(in_order(burst.members)[:MOST], key=lambda one: (one.started_at, one.id))
    since = min((one.started_at for one in shown), default=now)
    until = max((_end(one, now) for one in shown), default=now)
    pad = max((until - since) / 25, (_LEAST - (until - since)) / 2)
    scale = Scale(since - pad, until + pad, width)
    return Sheet(
        width=width,
        height=len(shown) * _ROW + _AXIS,
        rows=tuple(_row(one, burst, number, scale, now) for number, one in enumerate(shown)),
        ticks=tuple(ticks(scale)),
        left_out=len(burst.members) - len(shown),
    )


def _end(one: Member, now: datetime) -> datetime:
    return max(one.resolved_at or now, one.started_at)


def _row(one: Member, burst: Incident, number: int, scale: Scale, now: datetime) -> Row:
    x, name = scale.x(one.started_at), whose(one, burst)
    lasted = f"{utc(one.started_at)} to {utc(one.resolved_at)}" if one.resolved_at else f"since {utc(one.started_at)}"
    return Row(
        name=cut(name, int(scale.width / _LETTER)),
        y=number * _ROW,
        x=x,
        width=round(max(scale.x(_end(one, now)) - x, 1.5), 1),
        tone=TONES[one.peak],
        told=f"{name}: {lasted}, {duration(_end(one, now) - one.started_at)}",
        goes_on=one.is_open,
    )
