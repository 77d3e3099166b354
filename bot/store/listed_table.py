"""The table of what the board lists and searches."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, Text
from sqlmodel import Field, SQLModel

from bot.store.columns import Instant


class ListedRow(SQLModel, table=True):
    """What lists of incidents are chosen by, and what one is found by: a short row for each, written with it.

    Beside `incident`, whose rows are long: to count and to search these is to read all of them.  `peak` is the rank of
    the worst that it ever was, `ours_first` that witnesses of ours saw it before its vendor wrote.  `named` are
    the words of its names, `words` these and those that were said of it, each between spaces (bot/core/terms.py).
    """

    __tablename__ = "listed"
    __table_args__ = (
        Index("listed_started", "started_at", "incident"),
        Index("listed_kind", "kind", "started_at"),
        Index("listed_vendor", "vendor", "started_at", "incident"),
    )

    incident: str = Field(primary_key=True, sa_type=Text)
    vendor: str = Field(sa_type=Text)
    kind: str = Field(sa_type=Text)
    is_open: bool
    started_at: datetime = Field(sa_type=Instant)
    peak: int
    ours_first: bool
    is_burst: bool
    burst: str = Field(sa_type=Text)
    named: str = Field(sa_type=Text)
    words: str = Field(sa_type=Text)
