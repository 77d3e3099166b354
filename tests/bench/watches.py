"""Sources as they are in the database after weeks of watching: each has been read, and nothing is new."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

from bot import plugins
from bot.core import health
from bot.core.health import Health
from bot.fetch import Validators
from bot.loops.reading import page_of
from bot.model import Source
from bot.store import sources
from bot.store.database import Database
from bot.store.sources import Look
from tests.bench.pages import summary
from tests.bench.server import KNOWN


def source_at(url: str, number: int, interval: timedelta) -> Source:
    name = f"Page {number}"
    return Source(
        key=f"feed:page-{number}", vendor=f"page-{number}", name=name, format="statuspage", url=url, interval=interval
    )


async def settled(database: Database, watched: Sequence[Source], now: datetime) -> None:
    """Register `watched` and remember of each that it was read; they fall due one by one within their interval."""
    await sources.register(database, watched, now)
    snapshot = plugins.format_named("statuspage").parse(summary(), watched[0])
    remembered = json.dumps(asdict(Validators(etag=KNOWN, digest="0" * 32)))
    looks = [
        Look(
            key=source.key,
            fence=0,
            health=health.seen(Health(), now),
            due_at=now + source.interval * (number / len(watched)),
            page=page_of(snapshot),
            page_id=f"page{number}",
            endpoint=source.url,
            validators=remembered,
        )
        for number, source in enumerate(watched)
    ]
    await sources.record(database, looks)
