"""Statements that are compiled once in a test process, and not once in each of its thousands of databases.

SQLAlchemy keeps what it has compiled with the engine and for its dialect: the program has one of each for as long as it
lives.  Tests open a database each, and compiling was a quarter of their work and more.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import Engine
from sqlalchemy.util import LRUCache

from bot.store.database import Database
from bot.store.engines import Pool, Threads

_MANY = 5_000


@dataclass(slots=True)
class Compiled:
    """What databases of one kind have in common; taken from the first that was connected, and so knows its server."""

    donors: dict[str, Engine] = field(default_factory=dict[str, Engine])

    def lend(self, database: Database) -> None:
        """Let a database that was just opened use what others have compiled."""
        for engine in _engines(database):
            donor = self.donors.get(engine.name)
            if donor is not None:
                engine.dialect = engine.pool._dialect = donor.dialect
                engine._compiled_cache = donor._compiled_cache

    def keep(self, database: Database) -> None:
        """Keep what a database has compiled that is about to be closed."""
        donor, *_ = _engines(database)
        if donor.name in self.donors or getattr(donor.dialect, "server_version_info", None) is None:
            return
        if isinstance(donor._compiled_cache, LRUCache):
            donor._compiled_cache.capacity = _MANY
        self.donors[donor.name] = donor


def _engines(database: Database) -> list[Engine]:
    engine = database.engine
    if isinstance(engine, Threads):
        return [engine._engine, engine._writer._engine, engine._readers._engine]
    assert isinstance(engine, Pool)
    return [engine._writes.sync_engine, engine._reads.sync_engine]


compiled = Compiled()
