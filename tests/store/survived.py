"""What an older program survives of what a revision does to the schema, and what it does not (docs/decisions/0046).

A revision is looked at as PostgreSQL's statements: there programs of two releases work side by side.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import StringIO
from typing import Any

from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import Script

_NAME = r'"?(?P<table>\w+)"?'
_NEW_TABLE = re.compile(rf"CREATE TABLE {_NAME} ")
_INDEX = re.compile(rf'CREATE (?P<unique>UNIQUE )?INDEX (?P<apart>CONCURRENTLY )?(IF NOT EXISTS )?"?\w+"? ON {_NAME} ')
_DROPPED_INDEX = re.compile(r'DROP INDEX (?P<apart>CONCURRENTLY )?(?:IF EXISTS )?"?(?P<name>\w+)"?$')
_COLUMN = re.compile(rf'ALTER TABLE {_NAME} ADD COLUMN "?\w+"? (?P<kind>.+)$')
_TAKES_AWAY = re.compile(rf'(?:ALTER TABLE {_NAME} DROP (?:COLUMN|CONSTRAINT) "?\w+"?|DROP TABLE "?\w+"?)$')
# A word, a number: PostgreSQL writes no row anew for that.
_CONSTANT = re.compile(r" DEFAULT ('[^']*'|-?[\d.]+|true|false|NULL)(::\w+)?(?= |$)")


def statements(revision: Script) -> list[str]:
    """Return what a revision would do on PostgreSQL, each statement in one line."""
    told = StringIO()
    context = MigrationContext.configure(
        dialect_name="postgresql", opts={"as_sql": True, "output_buffer": told, "transactional_ddl": False}
    )
    with Operations.context(context):
        revision.module.upgrade()
    found = (" ".join(one.split()) for one in told.getvalue().split(";"))
    return [one for one in found if one and not one.startswith("--")]


def complaints(revision: Script, before: str) -> Iterator[str]:
    """Return what is wrong with a revision; `before` is the oldest whose programs worked on the one before it."""
    module: Any = revision.module
    oldest, apart = module.oldest, getattr(module, "apart", False)
    if not before <= oldest < str(revision.revision):
        yield f"oldest is {oldest}: at least {before}, and never itself, so that releases can be exchanged one by one"
    done = statements(revision)
    if apart:
        yield from _apart(done)
        return
    new = {found["table"] for one in done if (found := _NEW_TABLE.match(one))}
    changed = {found["table"] for one in done if (found := _COLUMN.match(one) or _TAKES_AWAY.match(one))} - new
    if len(changed) > 1:
        yield f"changes {' and '.join(sorted(map(str, changed)))}: one table at a time, or programs block each other"
    for one in done:
        yield from _survived(one, new, takes_away=oldest > before)


def _apart(done: list[str]) -> Iterator[str]:
    made = [one for one in done if (found := _INDEX.match(one)) and found["apart"]]
    gone = [one for one in done if (found := _DROPPED_INDEX.match(one)) and found["apart"]]
    if len(made) != 1 or len(gone) != 1 or done != [*gone, *made]:
        yield "apart: drops one index if it is there and makes it, concurrently, and nothing else: it may break off"


def _survived(one: str, new: set[str], *, takes_away: bool) -> Iterator[str]:
    if _NEW_TABLE.match(one):
        return
    if found := _INDEX.match(one):
        if found["table"] not in new:
            yield f"{one}: on a table that is in use an index is made concurrently, in a revision of its own (apart)"
        return
    if found := _COLUMN.match(one):
        yield from _column(one, found["kind"])
        return
    if _TAKES_AWAY.match(one) or _DROPPED_INDEX.match(one):
        if not takes_away:
            yield f"{one}: older programs use it; take it away a release later, and raise `oldest`"
        return
    yield f"{one}: not known to be survived by older programs"


def _column(one: str, kind: str) -> Iterator[str]:
    constant = _CONSTANT.search(kind)
    if "NOT NULL" in kind and not constant:
        yield f"{one}: older programs write rows without it; let it be empty, or give it a constant server_default"
    if "DEFAULT" in kind and not constant:
        yield f"{one}: every row would be written anew; let the default be a constant"
    if re.search(r"UNIQUE|REFERENCES|CHECK|GENERATED", kind):
        yield f"{one}: older programs know nothing of that rule"
