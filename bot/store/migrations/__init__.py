"""The schema's history, played by Alembic without a configuration file."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError as UnknownRevision
from sqlalchemy import Connection

__all__ = ["UnknownRevision", "configuration", "upgrade"]


def configuration(connection: Connection) -> Config:
    """Return Alembic's configuration for one open connection."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    return config


def upgrade(connection: Connection) -> None:
    """Bring the schema to its newest revision.  Several instances may try at once: the first one does it."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7312001)")
    command.upgrade(configuration(connection), "head")
