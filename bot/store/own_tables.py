"""The tables that are about Sitrep itself: what the database is for, who shares it, when it saw nothing."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Index, Text
from sqlmodel import Field, SQLModel

from bot.store.columns import Id, Instant


class NoteRow(SQLModel, table=True):
    """Facts about the database itself, such as what it is used for."""

    __tablename__ = "note"

    name: str = Field(primary_key=True, sa_type=Text)
    value: str = Field(sa_type=Text)


class InstanceRow(SQLModel, table=True):
    """One of several programs that share the database; `seen_at` is its last sign of life, by the database's clock.

    `revision` is the newest of the schema that it knows.
    """

    __tablename__ = "instance"

    id: str = Field(primary_key=True, sa_type=Text)
    version: str = Field(sa_type=Text)
    joined_at: datetime = Field(sa_type=Instant)
    seen_at: datetime = Field(sa_type=Instant)
    revision: str = Field(sa_type=Text)


class InstallationRow(SQLModel, table=True):
    """What a chat platform handed us when a workspace let us in: its token among it."""

    __tablename__ = "installation"

    platform: str = Field(primary_key=True, sa_type=Text)
    workspace: str = Field(primary_key=True, sa_type=Text)
    body: str = Field(sa_type=Text)


class GapRow(SQLModel, table=True):
    """A time during which a source could not be read: nothing is known of it, and that is said."""

    __tablename__ = "gap"
    __table_args__ = (Index("gap_ended", "ended_at"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    source: str = Field(sa_type=Text, index=True)
    began_at: datetime = Field(sa_type=Instant)
    ended_at: datetime = Field(sa_type=Instant)
    reason: str = Field(sa_type=Text)


class LatecomerRow(SQLModel, table=True):
    """A step of an announcement that may reach its chat when it has been done again already.

    It is looked for at `look_at`, and `looks` times more after that; `tries` of this look could see nothing yet.
    """

    __tablename__ = "latecomer"

    announcement: int = Field(primary_key=True, sa_type=BigInteger)
    key: str = Field(primary_key=True, sa_type=Text)
    generation: int
    step: str = Field(sa_type=Text)
    look_at: datetime = Field(sa_type=Instant, index=True)
    looks: int
    tries: int
