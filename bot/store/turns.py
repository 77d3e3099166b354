"""Whoever decides about a vendor is alone with it: what follows from many rows can be guarded by none of them."""

from __future__ import annotations

from sqlalchemy import Connection, text


def wait_for_others(connection: Connection, vendor: str) -> None:
    """Return when nobody else decides about a vendor, until this transaction ends.  SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(_ALONE, {"b_vendor": f"sitrep:vendor:{vendor}"})


# https://www.postgresql.org/docs/current/functions-admin.html#FUNCTIONS-ADVISORY-LOCKS
_ALONE = text("SELECT pg_advisory_xact_lock(hashtextextended(:b_vendor, 0))")
