"""The tables of what people here have agreed on."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, Text, UniqueConstraint
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


class AuditRow(SQLModel, table=True):
    """What somebody did or wanted to do; rows are only ever added, and go when they are old.

    `request` is the platform's name for it, or one of our own: there is one row for each, however often it is
    delivered.  `attempt` is the delivery that wrote the row.
    """

    __tablename__ = "audit"
    __table_args__ = (
        UniqueConstraint("request", name="audit_once"),
        Index("audit_at", "at"),
        Index("audit_person", "person", "at"),
        Index("audit_incident", "incident", "at"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    request: str = Field(sa_type=Text)
    attempt: str = Field(sa_type=Text)
    at: datetime = Field(sa_type=Instant)
    person: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text)
    platform: str = Field(sa_type=Text)
    channel: str = Field(default="", sa_type=Text)
    thread: str = Field(default="", sa_type=Text)
    incident: str = Field(default="", sa_type=Text)
    action: str = Field(sa_type=Text)
    command: str = Field(sa_type=Text)
    came_of: str = Field(sa_type=Text)
    answer: str = Field(default="", sa_type=Text)


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


class SpentPassRow(SQLModel, table=True):
    """A pass to the board that is good no more, though its time is not over: a link that was used, a session ended."""

    __tablename__ = "spent_pass"

    mark: str = Field(primary_key=True, sa_type=Text)
    until: datetime = Field(sa_type=Instant, index=True)


class ReportAdditionRow(SQLModel, table=True):
    """What somebody has added to the report of an incident; rows are only ever added.

    `done` is the number of a follow-up that is done with it.
    """

    __tablename__ = "report_addition"

    incident: str = Field(primary_key=True, sa_type=Text)
    number: int = Field(primary_key=True)
    section: str = Field(sa_type=Text)
    at: datetime = Field(sa_type=Instant)
    person: str = Field(sa_type=Text)
    author: str = Field(sa_type=Text)
    text: str = Field(sa_type=Text)
    done: int | None = None
