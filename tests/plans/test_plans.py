"""No statement that stands ready reads through a table that grows with time, but for those that have a reason.

Here on SQLite, which plans without a look at what there is.  `python -m tests.plans` asks PostgreSQL as well, and looks
at the statements that are made anew each time.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.databases import migrated_file, sqlite_url
from tests.plans.allowed import ALLOWED, reason
from tests.plans.plans import NOT_ITS, of_sqlite
from tests.plans.standing import standing

__all__ = ["migrated_file", "sqlite_url"]

STANDING = standing("sqlite")


def test_there_are_as_many_as_one_would_think() -> None:
    assert len(STANDING) > 200
    assert {"store.announcements._TAKE", "store.polls._CLAIM"} & set(STANDING)


def test_no_statement_reads_through_a_table_that_grows(migrated_file: Path) -> None:
    asked = {name: text for name, text in STANDING.items() if not any(word in text for word in NOT_ITS)}
    found = {name: [*of_sqlite(str(migrated_file), [text])] for name, text in asked.items()}

    assert {name: scans for name, scans in found.items() if any(not reason(name, one) for one in scans)} == {}


def test_every_reason_is_for_a_statement_that_is_there() -> None:
    assert set(ALLOWED) <= set(STANDING)


@pytest.mark.parametrize(
    ("statement", "tables"),
    [
        ("SELECT * FROM incident WHERE title = ?", ["incident"]),
        ("SELECT * FROM incident AS one WHERE one.title = ?", ["incident"]),
        ("SELECT * FROM incident WHERE id = ?", []),
        ("SELECT * FROM announcement WHERE state <> 'live'", []),
        ("SELECT * FROM announcement WHERE state <> ?", ["announcement"]),
        ("UPDATE claim SET seen = ? WHERE vendor <> ?", ["claim"]),
        ("SELECT * FROM source WHERE name = ?", []),
    ],
)
def test_what_would_be_read_through_is_found(statement: str, tables: list[str], migrated_file: Path) -> None:
    assert [one.table for one in of_sqlite(str(migrated_file), [statement])] == tables
