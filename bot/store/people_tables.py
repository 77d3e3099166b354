"""The tables of what people here have agreed on."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, Text
from sqlmodel import Field, SQLModel

from bot.store.columns import Id, Instant, where


class OverrideRow(SQLModel, table=True):
    """Somebody has a duty instead of whoever's turn it is; rows are kept, also of what was taken back."""

    __tablename__ = "oncall_override"
    __table_args__ = (Index("oncall_override_ends", "ends_at", **where("removed_at IS NULL")),)

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    rota: str = Field(sa_type=Text)
    starts_at: datetime = Field(sa_type=Instant)
    ends_at: datetime = Field(sa_type=Instant)
    made_at: datetime = Field(sa_type=Instant)
    removed_at: datetime | None = Field(default=None, sa_type=Instant)
    removed_by: str = Field(default="", sa_type=Text)
    body: str = Field(sa_type=Text)


class MutingRow(SQLModel, table=True):
    """A vendor, or some of its components, is muted; rows are kept, also of what was taken back.

    One without `until` holds for good, or, where `ends_with_incidents`, until nothing of the vendor is open.
    """

    __tablename__ = "muting"
    __table_args__ = (Index("muting_vendor", "vendor", **where("removed_at IS NULL")),)

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    vendor: str = Field(sa_type=Text)
    until: datetime | None = Field(default=None, sa_type=Instant)
    ends_with_incidents: bool = False
    made_at: datetime = Field(sa_type=Instant)
    removed_at: datetime | None = Field(default=None, sa_type=Instant)
    removed_by: str = Field(default="", sa_type=Text)
    body: str = Field(sa_type=Text)


class ChatRouteRow(SQLModel, table=True):
    """A channel is told a vendor's incidents because somebody said so there; rows are kept, also of what is over.

    A channel has one route for a vendor.
    """

    __tablename__ = "chat_route"
    __table_args__ = (Index("chat_route_once", "vendor", "destination", unique=True, **where("removed_at IS NULL")),)

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    vendor: str = Field(sa_type=Text)
    destination: str = Field(sa_type=Text)
    made_at: datetime = Field(sa_type=Instant)
    removed_at: datetime | None = Field(default=None, sa_type=Instant)
    removed_by: str = Field(default="", sa_type=Text)
    body: str = Field(sa_type=Text)
