"""The tables of our own witnesses: probes, what calls in, and what is to call in."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, Date, Index, Text
from sqlmodel import Field, SQLModel

from bot.store.columns import Instant, where


class ProbeRow(SQLModel, table=True):
    """What is remembered of one probe, as `bot.core.probing` wants it, and under which lease it was written.

    Written anew at every check, so it is kept apart from what is not.
    """

    __tablename__ = "probe"
    __table_args__ = ({"postgresql_with": {"fillfactor": 50}},)

    source: str = Field(primary_key=True, sa_type=Text)
    fence: int
    state: str = Field(sa_type=Text)


class ProbeMinuteRow(SQLModel, table=True):
    """What the checks of one minute came to, or of one hour once that is a while ago; times are in seconds.

    Only checks that tell something are counted; `failures` are those that did not pass, `slow` those that passed late.
    """

    __tablename__ = "probe_minute"
    __table_args__ = (Index("probe_minute_minute", "minute"),)

    source: str = Field(primary_key=True, sa_type=Text)
    minute: datetime = Field(primary_key=True, sa_type=Instant)
    checks: int
    failures: int
    slow: int
    latency: float
    slowest: float


class ProbeSpentRow(SQLModel, table=True):
    """What the checks of one probe have cost on one day of UTC; `money` is nothing where no price is known."""

    __tablename__ = "probe_spent"

    source: str = Field(primary_key=True, sa_type=Text)
    day: date = Field(primary_key=True, sa_type=Date)
    checks: int
    tokens_in: int = Field(sa_type=BigInteger)
    tokens_out: int = Field(sa_type=BigInteger)
    money: float


class HeardRow(SQLModel, table=True):
    """What a program of ours told last of one thing, `series`: it is expected to tell it again before `expires_at`.

    `told_at` is its own time of what it counted, where it counts: an older count is no news.  `patience` is in seconds;
    `spec` has the source, which is told by nothing else.
    """

    __tablename__ = "heard"
    __table_args__ = (Index("heard_expires", "expires_at", **where("expires_at IS NOT NULL")),)

    source: str = Field(primary_key=True, sa_type=Text)
    series: str = Field(primary_key=True, sa_type=Text)
    told_at: datetime | None = Field(default=None, sa_type=Instant)
    expires_at: datetime | None = Field(default=None, sa_type=Instant)
    patience: int
    spec: str = Field(sa_type=Text)


class HeartbeatRow(SQLModel, table=True):
    """What the calls of one job amount to."""

    __tablename__ = "heartbeat"

    name: str = Field(primary_key=True, sa_type=Text)
    body: str = Field(sa_type=Text)
