"""How many incidents at once are told as one: the table `[bursts]`, and what becomes of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Annotated

from pydantic import Field, PlainValidator

from bot.core.bursts import LEAST, Terms
from bot.settings.mistakes import shown
from bot.settings.names import Names
from bot.settings.tables import Table
from bot.settings.times import duration
from bot.settings.values import Watch

_SHORTEST, _LONGEST = timedelta(seconds=10), timedelta(hours=1)
_DEFAULT = Terms()


def _at_least(value: object) -> int:
    """Read how many make a burst; 0 is for never, and one alone is none."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 0 or 0 < value < LEAST:
        raise ValueError(f"{shown(value)} is not how many make a burst; write {LEAST} or more, or 0 for never")
    return value


def _within(value: object) -> timedelta:
    """Read how close together incidents begin that are of one burst."""
    span = duration(value)
    if not _SHORTEST <= span <= _LONGEST:
        raise ValueError(f'{shown(value)} is not between "10s" and "1h"')
    return span


class BurstsTable(Table):
    """When many incidents of one cause are told as one."""

    at_least: Annotated[int, PlainValidator(_at_least)] = Field(
        default=_DEFAULT.at_least,
        description="So many incidents of one cause make a burst; default 4, and 0 for never.",
        examples=["4"],
    )
    within: Annotated[timedelta, PlainValidator(_within)] = Field(
        default=_DEFAULT.within,
        description='How shortly after one another they begin; default "2m", from "10s" to "1h".',
        examples=['"2m"'],
    )


def bursts(table: BurstsTable, watches: Iterable[Watch], names: Names) -> Terms:
    """Return when many are told as one, and what the platforms are called that vendors stand on."""
    platforms = sorted({watch.runs_on for watch in watches if watch.runs_on})
    titles = tuple((platform, names.title(platform)) for platform in platforms)
    return Terms(at_least=table.at_least, within=table.within, names=titles)
