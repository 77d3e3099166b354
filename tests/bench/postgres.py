"""A PostgreSQL of our own for as long as it is needed: the one that the tests use, in memory and without fsync."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tests import databases


@contextmanager
def postgres() -> Iterator[str]:
    """Give the address of an empty database."""
    server = databases.start_by_hand()
    try:
        server.run("CREATE DATABASE bench")
        yield server.url("bench")
    finally:
        server.stop()
