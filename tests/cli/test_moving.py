"""`sitrep db`: which database is meant, as everywhere else: by the environment, by `.env`, or by a file."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.cli import main


def made(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE here (word TEXT)")


def test_a_backup_is_of_the_database_that_dotenv_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    (tmp_path / ".env").write_text("DATABASE_URL=sqlite:///mine.db\n", encoding="utf-8")
    made(tmp_path / "mine.db")

    assert main(["db", "backup", "copy.db"]) == 0
    with closing(sqlite3.connect(tmp_path / "copy.db")) as copied:
        assert copied.execute("SELECT name FROM sqlite_master").fetchall() == [("here",)]
    assert "copy.db: written" in capsys.readouterr().out


def test_a_variable_that_is_not_set_is_named_and_no_address_is_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OLD", "mysql://me:hush@db.example/sitrep")

    assert main(["db", "copy", "OLD", "NEW"]) == 2
    assert main(["db", "copy", "sqlite:///a.db", "NEW"]) == 2
    said = capsys.readouterr().err
    assert "environment: OLD" in said
    assert "environment: NEW is not set" in said
    assert "hush" not in said
