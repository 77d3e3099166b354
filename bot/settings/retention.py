"""The table of `sitrep.toml` that says for how long what is known is kept."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Annotated

from pydantic import Field, PlainValidator

from bot.core.keeping import MINUTES, RECORD, Keep
from bot.settings.access_table import AuditTable
from bot.settings.mistakes import shown
from bot.settings.tables import Table
from bot.settings.times import LONGEST_KEEPING

_DAYS = re.compile(r"(\d{1,4})\s*d", re.ASCII)
_FOREVER = "forever"


def _days(least: timedelta, most: timedelta, default: str) -> Callable[[object], timedelta]:
    """Return what reads a number of days from `least` to `most`."""

    def read(value: object) -> timedelta:
        found = _DAYS.fullmatch(value.strip()) if isinstance(value, str) else None
        days = timedelta(days=int(found[1])) if found else timedelta()
        if not least <= days <= most:
            span = f'"{least.days}d" to "{most.days}d"'
            raise ValueError(f'{shown(value)} is no number of days from {span}; write "{default}"')
        return days

    return read


def _incidents(value: object) -> timedelta | None:
    """Read how long incidents are kept; None is for ever.  Pages that show 90 days need those of 91."""
    word = value.strip().lower() if isinstance(value, str) else value
    if word == _FOREVER:
        return None
    try:
        return _days(RECORD, LONGEST_KEEPING, "")(word)
    except ValueError:
        span = f'"{RECORD.days}d" to "{LONGEST_KEEPING.days}d"'
        raise ValueError(
            f'{shown(value)} is neither "{_FOREVER}" nor a number of days from {span}; write "{_FOREVER}", or "730d"'
        ) from None


class RetentionTable(Table):
    """For how long what is known is kept."""

    incidents: Annotated[timedelta | None, PlainValidator(_incidents)] = Field(
        default=None,
        description=(
            "How long an incident is kept after its end, with its timeline, its report and where it was told; "
            'default "forever", else in days from "91d".'
        ),
        examples=['"forever"'],
    )
    record: Annotated[timedelta, PlainValidator(_days(RECORD, LONGEST_KEEPING, "91d"))] = Field(
        default=RECORD,
        description=(
            "How long it is kept what checks came to by the hour, what they cost, when something could not be read, "
            'and which digests were sent; default "91d", which is what 90 days on a page are drawn from, and the least.'
        ),
        examples=['"91d"'],
    )
    minutes: Annotated[timedelta, PlainValidator(_days(timedelta(days=1), RECORD, "2d"))] = Field(
        default=MINUTES,
        description='After how long checks are summed up by the hour; default "2d", from "1d" to "91d".',
        examples=['"2d"'],
    )


def keep(table: RetentionTable, audit: AuditTable) -> Keep:
    """Return for how long everything is kept."""
    return Keep(minutes=table.minutes, record=table.record, incidents=table.incidents, deeds=audit.keep)
