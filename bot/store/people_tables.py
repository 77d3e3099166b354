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
