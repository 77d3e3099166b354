"""Revisions of the schema that are not there yet: what a later Sitrep would bring."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from bot.store import migrations

# What a release adds: a column, a table, and an index on a table that is in use.
MORE = """
revision = "0002"
down_revision = "0001"
oldest = "0001"


def upgrade():
    op.add_column("claim", sa.Column("absent_since", sa.DateTime(timezone=True), nullable=True))
    op.create_table("shelf", sa.Column("name", sa.Text(), nullable=False), sa.PrimaryKeyConstraint("name"))
"""
INDEXED = """
revision = "0003"
down_revision = "0002"
oldest = "0001"
apart = True


def upgrade():
    op.drop_index("claim_absent", if_exists=True, postgresql_concurrently=True)
    op.create_index("claim_absent", "claim", ["absent_since"], postgresql_concurrently=True)
"""
# What a later one takes away.
LESS = """
revision = "0004"
down_revision = "0003"
oldest = "0003"


def upgrade():
    op.drop_column("claim", "missing_since")
"""
LATER = (MORE, INDEXED, LESS)
HERE = migrations.SCRIPTS
_HEADER = '''"""Later."""

import sqlalchemy as sa
from alembic import op

'''


def add(versions: Path, *revisions: str) -> None:
    """Put revisions beside those that are there."""
    for text, number in zip(revisions, numbers(), strict=False):
        (versions / f"{number}_later.py").write_text(_HEADER + text.lstrip(), encoding="utf-8")


def numbers() -> Iterator[str]:
    """Yield the numbers that follow those that are there."""
    last = max(int(file.name[:4]) for file in (HERE / "versions").glob("[0-9]*.py"))
    return (f"{number:04}" for number in range(last + 1, 10_000))


def scripts(folder: Path, *revisions: str) -> Path:
    """Return a folder of all migrations and these."""
    leave = shutil.ignore_patterns("__pycache__")
    copied = shutil.copytree(HERE, folder / f"scripts-{len(revisions)}", ignore=leave, dirs_exist_ok=True)
    add(copied / "versions", *revisions)
    return copied
