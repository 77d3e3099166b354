"""Which revision of the schema a database has, and which programs may work on it.

A program may work on a newer schema than its own as long as it survives that: each revision says which is the oldest
whose programs do, and the database keeps that in mind for those who know nothing of it (docs/decisions/0046).
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import SQLAlchemyError

from bot.errors import StoreUnavailable

# The newest revision that this program knows; they are numbered, and so compared as words.
HEAD = "0001"
# What is noted in the database by whoever brings it up to date.
OLDEST, BY = "schema oldest", "schema by"


class Outgrown(StoreUnavailable):
    """The database has become such that this program does not survive on it."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The `revision` of a database, None of one without tables of ours; who brought it there; who survives that."""

    revision: str | None
    oldest: str = ""
    by: str = ""

    @property
    def is_current(self) -> bool:
        """Whether it is as this program would make it."""
        return self.revision == HEAD

    @property
    def is_newer(self) -> bool:
        """Whether a newer program has brought it up to date."""
        return self.revision is not None and self.revision > HEAD

    @property
    def serves(self) -> bool:
        """Whether this program may work on it as it is."""
        return self.is_current or (self.is_newer and "" < self.oldest <= HEAD)

    def require(self, version: str) -> None:
        """Raise Outgrown if it is newer, and this program, of that version, does not survive it."""
        if self.is_newer and not self.serves:
            newer = f"{self.by or 'unknown'}, revision {self.revision}"
            raise Outgrown(
                f"DATABASE_URL: this database belongs to a newer Sitrep ({newer});"
                f" this one ({version}, revision {HEAD}) can not work on it any more: install the newer one, or restore"
                " the back-up from before the upgrade"
            )


def standing(connection: Connection) -> Standing:
    """Return how a database stands; nothing is made to find out."""
    if not inspect(connection).has_table("alembic_version"):
        return Standing(None)
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    rows = connection.execute(_NOTED, {"oldest": OLDEST, "by": BY}).all() if found else ()
    noted = {row.name: row.value for row in rows}
    return Standing(found, noted.get(OLDEST, ""), noted.get(BY, ""))


_NOTED = text("SELECT name, value FROM note WHERE name IN (:oldest, :by)")


def note(connection: Connection, oldest: str, version: str) -> None:
    """Keep in mind who survives what has just been done to the schema, and who has done it."""
    for name, value in ((OLDEST, oldest), (BY, version)):
        connection.execute(_NOTE, {"name": name, "value": value})


_NOTE = text("INSERT INTO note (name, value) VALUES (:name, :value) ON CONFLICT (name) DO UPDATE SET value = :value")


def first_line(error: SQLAlchemyError | OSError) -> str:
    """Return what a database says is wrong, in one line."""
    cause = getattr(error, "orig", None) or error
    return str(cause).partition("\n")[0]
