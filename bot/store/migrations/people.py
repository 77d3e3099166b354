"""The tables of what people have agreed on, and of what they did, as the first revision makes them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


def instant() -> sa.DateTime:
    """Return the type of an instant."""
    return sa.DateTime(timezone=True)


def id_() -> sa.BigInteger:
    """Return the type of a number that counts itself up."""
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def oncall() -> None:
    """Make the tables of who has a duty instead of somebody else."""
    op.create_table(
        "oncall_override",
        sa.Column("id", id_(), nullable=False),
        sa.Column("rota", sa.Text(), nullable=False),
        sa.Column("starts_at", instant(), nullable=False),
        sa.Column("ends_at", instant(), nullable=False),
        sa.Column("made_at", instant(), nullable=False),
        sa.Column("removed_at", instant(), nullable=True),
        sa.Column("removed_by", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    some = sa.text("removed_at IS NULL")
    op.create_index("oncall_override_ends", "oncall_override", ["ends_at"], sqlite_where=some, postgresql_where=some)


def audit() -> None:
    """Make the tables of who did what."""
    op.create_table(
        "audit",
        sa.Column("id", id_(), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Text(), nullable=False),
        sa.Column("at", instant(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("thread", sa.Text(), nullable=False),
        sa.Column("incident", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("command", sa.Text(), nullable=False),
        sa.Column("came_of", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("request", name="audit_once"),
    )
    op.create_index("audit_at", "audit", ["at"])
    op.create_index("audit_person", "audit", ["person", "at"])
    op.create_index("audit_incident", "audit", ["incident", "at"])


def agreed_in_chat() -> None:
    """Make the tables of mutes, and of routes that were made in chats."""
    some = sa.text("removed_at IS NULL")
    op.create_table(
        "muting",
        sa.Column("id", id_(), nullable=False),
        sa.Column("vendor", sa.Text(), nullable=False),
        sa.Column("until", instant(), nullable=True),
        sa.Column("ends_with_incidents", sa.Boolean(), nullable=False),
        sa.Column("made_at", instant(), nullable=False),
        sa.Column("removed_at", instant(), nullable=True),
        sa.Column("removed_by", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("muting_vendor", "muting", ["vendor"], sqlite_where=some, postgresql_where=some)
    op.create_table(
        "chat_route",
        sa.Column("id", id_(), nullable=False),
        sa.Column("vendor", sa.Text(), nullable=False),
        sa.Column("destination", sa.Text(), nullable=False),
        sa.Column("made_at", instant(), nullable=False),
        sa.Column("removed_at", instant(), nullable=True),
        sa.Column("removed_by", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    once = ["vendor", "destination"]
    op.create_index("chat_route_once", "chat_route", once, unique=True, sqlite_where=some, postgresql_where=some)


def fleet() -> None:
    """Make the table of the instances that share the database."""
    op.create_table(
        "instance",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("joined_at", instant(), nullable=False),
        sa.Column("seen_at", instant(), nullable=False),
        sa.Column("revision", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )


def latecomers() -> None:
    """Make the table of what may reach a chat late."""
    op.create_table(
        "latecomer",
        sa.Column("announcement", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("look_at", instant(), nullable=False),
        sa.Column("looks", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("announcement", "key"),
    )
    op.create_index("ix_latecomer_look_at", "latecomer", ["look_at"])


def passes() -> None:
    """Make the table of passes to the board that are good no more."""
    op.create_table(
        "spent_pass",
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("until", instant(), nullable=False),
        sa.PrimaryKeyConstraint("mark"),
    )
    op.create_index("ix_spent_pass_until", "spent_pass", ["until"])


def reports() -> None:
    """Make the table of what people have added to reports."""
    op.create_table(
        "report_addition",
        sa.Column("incident", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("at", instant(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("incident", "number"),
    )
