"""Keeps every statement that is sent to a database in this process:  pytest -p tests.plans.collect …

With SITREP_STATEMENTS set to a folder they are written there at the end, one file for each process.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from sqlalchemy import Connection, Engine, event

Statement = tuple[str, str]
_HERE = str(Path(__file__).resolve().parents[2])
_PROGRAM = f"{_HERE}/bot/"
_ASKED = ("SELECT", "UPDATE", "DELETE", "WITH", "INSERT")
# A list of any length is the same question.
_LISTS = (
    (re.compile(r"IN \((?:\?, )+\?\)"), "IN (?)"),
    (re.compile(r"IN \((?:\$\d+(?:::\w+(?: \w+)*)?, )+(\$\d+(?:::\w+(?: \w+)*)?)\)"), r"IN (\1)"),
)


class Collected:
    """Statements with the name of their engine, each once; `while_on` they are collected."""

    def __init__(self) -> None:
        self.statements: set[Statement] = set()

    def listen(self, connection: Connection, _: Any, statement: str, *__: Any) -> None:
        if statement.lstrip().startswith(_ASKED) and _is_ours():
            self.statements.add((connection.dialect.name, normal(statement)))

    @contextmanager
    def on(self) -> Iterator[set[Statement]]:
        event.listen(Engine, "before_cursor_execute", self.listen)
        try:
            yield self.statements
        finally:
            event.remove(Engine, "before_cursor_execute", self.listen)


def _is_ours() -> bool:
    """Whether the program asks, and not a test: the first that is neither SQLAlchemy nor one of us two."""
    frame: FrameType | None = sys._getframe(2)
    while frame is not None and not _is_of_here(frame.f_code.co_filename):
        frame = frame.f_back
    return frame is not None and frame.f_code.co_filename.startswith(_PROGRAM)


def _is_of_here(file: str) -> bool:
    return file.startswith(_HERE) and "site-packages" not in file


def normal(statement: str) -> str:
    """Return a statement in one line, whatever the length of its lists."""
    words = " ".join(statement.split())
    for pattern, short in _LISTS:
        words = pattern.sub(short, words)
    return words


_collected = Collected()


def pytest_configure() -> None:
    """Begin."""
    event.listen(Engine, "before_cursor_execute", _collected.listen)


def pytest_unconfigure() -> None:
    """Write down what was seen."""
    if folder := os.environ.get("SITREP_STATEMENTS"):
        file = Path(folder) / f"{os.getpid()}.json"
        file.write_text(json.dumps(sorted(_collected.statements)), encoding="utf-8")
