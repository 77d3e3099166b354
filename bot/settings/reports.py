"""Which reports are posted by themselves, and when: the table `[reports]`, and what becomes of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import Field, PlainValidator

from bot.core.afterwards import Form, Terms
from bot.model import Impact
from bot.settings import scalars
from bot.settings.fields import Least, YesNo
from bot.settings.mistakes import shown
from bot.settings.tables import Table
from bot.settings.times import duration

_SHORTEST, _LONGEST = timedelta(seconds=1), timedelta(days=1)
_DEFAULT = Terms()


def _after(value: object) -> timedelta:
    """Read how long something has to be over until its report is posted."""
    span = duration(value)
    if not _SHORTEST <= span <= _LONGEST:
        raise ValueError(f'{shown(value)} is not between "1s" and "1d"')
    return span


class ReportsTable(Table):
    """The report that an incident's threads get when it is over."""

    post: YesNo = Field(
        default=_DEFAULT.post,
        description="Whether reports are posted by themselves; default true. `sitrep report` writes them all the same.",
        examples=["true"],
    )
    after: Annotated[timedelta, PlainValidator(_after)] = Field(
        default=_DEFAULT.after,
        description='How long it has to be over, or its root cause known; default "10m", from "1s" to "1d".',
        examples=['"10m"'],
    )
    min_impact: Least = Field(
        default=_DEFAULT.min_impact.value,
        description=(
            "Only of incidents that were at least so bad at their worst: `none`, `minor`, `major` or `critical`; "
            "default `minor`."
        ),
        examples=['"minor"'],
    )
    format: Annotated[str, PlainValidator(scalars.choice("md", "html"))] = Field(
        default=_DEFAULT.form.value,
        description="`md`, which chats show as text, or `html`, one page to open in a browser; default `md`.",
        examples=['"md"'],
    )


def reports(table: ReportsTable) -> Terms:
    """Return which reports are posted, and when."""
    return Terms(post=table.post, after=table.after, min_impact=Impact(table.min_impact), form=Form(table.format))
