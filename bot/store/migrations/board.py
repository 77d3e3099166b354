"""The table of what the board lists, as the first revision makes it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.store.migrations.people import instant


def listed() -> None:
    """Make the table that lists of incidents are chosen from."""
    op.create_table(
        "listed",
        sa.Column("incident", sa.Text(), nullable=False),
        sa.Column("vendor", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("started_at", instant(), nullable=False),
        sa.Column("peak", sa.Integer(), nullable=False),
        sa.Column("ours_first", sa.Boolean(), nullable=False),
        sa.Column("is_burst", sa.Boolean(), nullable=False),
        sa.Column("burst", sa.Text(), nullable=False),
        sa.Column("named", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("incident"),
    )
    op.create_index("listed_started", "listed", ["started_at", "incident"])
    op.create_index("listed_kind", "listed", ["kind", "started_at"])
    op.create_index("listed_vendor", "listed", ["vendor", "started_at", "incident"])
