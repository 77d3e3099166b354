"""Every revision is one that programs of the release before it survive."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import Script, ScriptDirectory

from bot.store.migrations import SCRIPTS
from tests.store.revisions import INDEXED, LATER, LESS, MORE, scripts
from tests.store.survived import complaints

FIRST = "0001"


def history(folder: Path) -> list[Script]:
    """Return all revisions, the oldest first."""
    config = Config()
    config.set_main_option("script_location", str(folder))
    return list(reversed(list(ScriptDirectory.from_config(config).walk_revisions())))


def wrong(folder: Path) -> list[str]:
    found = history(folder)
    return [what for before, one in pairwise(found) for what in complaints(one, before.module.oldest)]


def revision(did: str, oldest: str = FIRST, more: str = "") -> str:
    return f'revision = "0002"\ndown_revision = "0001"\noldest = "{oldest}"\n{more}\n\ndef upgrade():\n    {did}\n'


def test_older_programs_survive_every_revision_that_there_is() -> None:
    assert wrong(SCRIPTS) == []


def test_revisions_are_numbered_one_after_the_other() -> None:
    assert [one.revision for one in history(SCRIPTS)] == [f"{1 + n:04}" for n in range(len(history(SCRIPTS)))]


def test_what_adds_and_a_release_later_takes_away_is_survived(tmp_path: Path) -> None:
    assert wrong(scripts(tmp_path, *LATER)) == []


@pytest.mark.parametrize(
    ("bad", "complaint"),
    [
        (revision('op.drop_column("claim", "seen")'), "take it away a release later"),
        (revision('op.drop_table("claim")'), "take it away a release later"),
        (revision('op.drop_index("claim_open")'), "take it away a release later"),
        (revision('op.alter_column("claim", "seen", new_column_name="known")'), "not known to be survived"),
        (revision('op.alter_column("claim", "seen", nullable=True)'), "not known to be survived"),
        (revision('op.alter_column("claim", "missing_since", nullable=False)'), "not known to be survived"),
        (revision('op.alter_column("incident", "last_seq", type_=sa.BigInteger())'), "not known to be survived"),
        (revision('op.rename_table("claim", "claims")'), "not known to be survived"),
        (revision("""op.execute("UPDATE claim SET seen = '[]'")"""), "not known to be survived"),
        (revision('op.create_unique_constraint("once", "claim", ["vendor"])'), "not known to be survived"),
        (revision('op.add_column("claim", sa.Column("x", sa.Text(), nullable=False))'), "let it be empty"),
        (
            revision('op.add_column("claim", sa.Column("x", sa.Text(), server_default=sa.func.now()))'),
            "let the default be a constant",
        ),
        (revision('op.create_index("x", "claim", ["seen"])'), "is made concurrently"),
        (revision('op.create_index("x", "claim", ["seen"], unique=True)'), "is made concurrently"),
        (revision('op.create_index("x", "claim", ["seen"])', more="apart = True"), "concurrently, and nothing else"),
        (revision("pass", oldest="0002"), "never itself"),
        (revision("pass", oldest="0000"), "at least 0001"),
        (
            revision(
                'op.add_column("claim", sa.Column("x", sa.Text()));op.add_column("gap", sa.Column("x", sa.Text()))'
            ),
            "changes claim and gap: one table at a time",
        ),
    ],
)
def test_what_older_programs_would_not_survive_is_found(bad: str, complaint: str, tmp_path: Path) -> None:
    (found, *_) = wrong(scripts(tmp_path, bad))

    assert complaint in found


@pytest.mark.parametrize(
    "good",
    [
        revision('op.add_column("claim", sa.Column("x", sa.Text()))'),
        revision("""op.add_column("claim", sa.Column("x", sa.Text(), nullable=False, server_default=""))"""),
        revision("""op.add_column("claim", sa.Column("x", sa.Integer(), nullable=False, server_default="0"))"""),
        revision('op.create_table("x", sa.Column("y", sa.Text(), primary_key=True));op.create_index("z", "x", ["y"])'),
    ],
)
def test_what_they_survive_is_let_through(good: str, tmp_path: Path) -> None:
    assert wrong(scripts(tmp_path, good)) == []


def test_nothing_is_taken_away_before_the_release_that_does_without_it(tmp_path: Path) -> None:
    too_soon = LESS.replace('oldest = "0003"', 'oldest = "0001"')

    (found,) = wrong(scripts(tmp_path, MORE, INDEXED, too_soon))

    assert found.startswith("ALTER TABLE claim DROP COLUMN missing_since: older programs use it")
