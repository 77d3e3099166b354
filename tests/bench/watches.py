"""Sources as they are in the database after weeks of watching: each has been read, and nothing is new."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, bindparam, update

from bot import plugins
from bot.fetch import Validators
from bot.loops.reading import page_of
from bot.model import Source
from bot.store import sources
from bot.store.database import Database, migrate, open_database
from bot.store.standings import page_columns
from bot.store.tables import POLL, SOURCE
from tests.bench.pages import summary
from tests.bench.server import KNOWN


def source_at(url: str, number: int, interval: timedelta) -> Source:
    name = f"Page {number}"
    return Source(
        key=f"feed:page-{number}", vendor=f"page-{number}", name=name, format="statuspage", url=url, interval=interval
    )


async def prepared(url: str, watched: Sequence[Source], lead: timedelta) -> None:
    """Do what `settled` does in a database of that address, which need not be there yet."""
    database = open_database(url)
    await migrate(database)
    await settled(database, watched, lead)
    await database.close()


async def settled(database: Database, watched: Sequence[Source], lead: timedelta) -> None:
    """Register `watched` and remember of each that it was read.

    After `lead` they fall due one by one, in their order, within their interval.
    """
    await sources.register(database, watched, datetime.now(UTC))
    page = page_columns(page_of(plugins.format_named("statuspage").parse(summary(), watched[0])))
    known = asdict(Validators(etag=KNOWN, digest="0" * 32))
    start = datetime.now(UTC) + lead
    rows = [
        {
            "b_key": source.key,
            "b_due_at": start + source.interval * (number / len(watched)),
            "b_page_id": f"page-{number}",
            "b_endpoint": source.url,
            "b_validators": json.dumps({source.url: known}),
        }
        for number, source in enumerate(watched)
    ]
    due = update(POLL).where(POLL.c.source == bindparam("b_key")).values(due_at=bindparam("b_due_at"))
    each = update(SOURCE).where(SOURCE.c.key == bindparam("b_key"))
    names = ("page_id", "endpoint", "validators")
    each = each.values({name: bindparam(f"b_{name}") for name in names})

    def work(connection: Connection) -> None:
        connection.execute(update(POLL).values(first_look=start, last_look=start, last_try=start))
        connection.execute(due, rows)
        connection.execute(update(SOURCE).values(**page))
        connection.execute(each, rows)

    await database.write(work)
