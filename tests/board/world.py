"""A database as it is after months of watching a thousand vendors: the same for the same seed, but for the time.

    built = await fill(database, Size(), now)

What befell them was played through the program itself, once for each kind of story (`tests/board/stories.py`), and is
copied to other vendors and other days.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import Connection, Table, bindparam, update

from bot import catalog
from bot.fetch import Validators
from bot.model import Component, ComponentStatus, Impact, Page, Source
from bot.settings.names import slug_of_page
from bot.store import sources
from bot.store.database import Database, migrate, open_database
from bot.store.sources import CHAT
from bot.store.standings import page_columns
from bot.store.tables import GAP, POLL, PROBE, PROBE_MINUTE, SOURCE
from tests.board.copies import TABLES, Copier, Row, played
from tests.board.measured import REASONS, gaps, minutes, states
from tests.board.stage import NEVER
from tests.board.stories import PAST, PRESENT
from tests.board.vendor import Vendor

_AT_ONCE = 20_000
_MEMORY = Path("/dev/shm")  # noqa: S108  (TemporaryDirectory makes the name)
_WORDS = (
    "Console", "Uploads", "Webhooks", "Login", "Billing", "Exports", "Dashboards", "Queues", "Realtime", "Mobile apps",
    "Notifications", "Reports", "Sandbox", "Storage", "Streaming", "Audit log", "Domains", "Certificates", "Builds",
)  # fmt: skip
_REGIONS = ("eu-west-1", "eu-north-1", "us-east-1", "us-west-2", "ap-south-1", "sa-east-1")


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is of everything."""

    vendors: int = 1_000
    incidents: int = 10_000
    present: int = 60
    probes: int = 50
    gaps: int = 3_000
    stale: int = 20
    parked: int = 30
    days: int = 95


@dataclass(frozen=True, slots=True)
class Built:
    """What a filled database holds, as far as somebody has to know it to ask for it."""

    vendors: tuple[Vendor, ...]
    incidents: tuple[str, ...]
    open: tuple[str, ...]
    rows: Mapping[str, int]


def vendors(count: int, at: Callable[[int], str] | None = None) -> tuple[tuple[Vendor, Source], ...]:
    """Return vendors by the names that real ones have, and the page of each; `at` says where the pages are."""
    book = catalog.load()
    found = {slug_of_page("", vendor.name, book): vendor.name for vendor in book.vendors}
    some = [Vendor(key, name, _parts(number)) for number, (key, name) in enumerate(found.items())][:count]
    return tuple((one, _source(one, at(n) if at else "")) for n, one in enumerate(some))


def _source(vendor: Vendor, url: str) -> Source:
    source = vendor.source()
    return replace(source, url=url) if url else source


def _parts(number: int) -> tuple[tuple[str, str | None], ...]:
    """Return the parts of a page: some have a few, some have every part in every region."""
    dice = Random(number)
    usual = [("API", None), ("Website", None), ("Search", None)]
    more = [(name, "Product" if number % 3 else None) for name in dice.sample(_WORDS, dice.randint(1, 12))]
    regional = [(f"{name} {region}", region) for name in ("Compute", "Database") for region in _REGIONS]
    return (*usual, *more, *(regional if number % 7 == 0 else ()))


async def fill(
    database: Database, size: Size, now: datetime, pages: Sequence[tuple[Vendor, Source]] = (), seed: int = 8
) -> Built:
    """Fill an empty, migrated database; without `pages` nobody who opens it reads any page again."""
    dice, those = Random(seed), pages or vendors(size.vendors)
    copiers = await _copiers(now)
    happened = tuple(_happened(copiers, [one for one, _ in those], size, now, dice))
    rows = _rows(happened)
    _park(rows["announcement"], size.parked)
    await sources.register(database, [source for _, source in those], now)
    await database.write(lambda connection: _read(connection, those, happened, now, size, is_read_again=bool(pages)))
    witnesses = [(vendor, f"probe:{vendor.slug}-api") for vendor, _ in those[: size.probes]]
    rows["gap"] = [*gaps([source.key for _, source in those], size.gaps, size.days, now, dice)]
    rows["probe"] = states(copiers["only we saw it"], witnesses)
    rows["probe_minute"] = [*minutes([key for _, key in witnesses], now, dice)]
    for vendor, _ in witnesses:
        await sources.add(database, vendor.probe(f"{vendor.slug}-api"), now + NEVER, CHAT)
    for table in (*TABLES, GAP, PROBE, PROBE_MINUTE):
        for start in range(0, len(rows[table.name]), _AT_ONCE):
            await _put(database, table, rows[table.name][start : start + _AT_ONCE])
    await database.write(lambda connection: connection.exec_driver_sql("ANALYZE"))
    found = sorted(rows["incident"], key=lambda row: row["started_at"], reverse=True)
    return Built(
        vendors=tuple(one for one, _ in those),
        incidents=tuple(row["id"] for row in found),
        open=tuple(row["id"] for row in found if row["is_open"]),
        rows={name: len(some) for name, some in rows.items()},
    )


async def _copiers(now: datetime) -> Mapping[str, Copier]:
    with folder_in_memory() as folder:
        database = open_database(f"sqlite+aiosqlite:///{folder / 'stories.db'}")
        await migrate(database)
        found = await played(database, PAST | PRESENT, now)
        await database.close()
    return {name: Copier.ready(one) for name, one in found.items()}


async def _put(database: Database, table: Table, rows: Sequence[Row]) -> None:
    await database.write(lambda connection: connection.execute(table.insert(), rows))


@dataclass(frozen=True, slots=True)
class _Happened:
    """One copy of a story: whose, which, how much later than it was played."""

    vendor: Vendor
    copier: Copier
    later: timedelta
    number: int
    goes_on: bool


def _happened(
    copiers: Mapping[str, Copier], some: Sequence[Vendor], size: Size, now: datetime, dice: Random
) -> Iterator[_Happened]:
    """Return what befell whom.  Some vendors have a bad week every week, many have had one bad hour."""
    luck = [1 / (1 + place) ** 0.6 for place in range(len(some))]
    left = size.incidents
    # Nobody has two things of one kind at once: each of those that go on has a vendor of its own.
    unlucky = iter(dice.sample(some, min(size.present, len(some))))
    names = [name for name, story in PRESENT.items() for _ in range(story.weight)]
    for number, vendor in enumerate(unlucky):
        name = names[number % len(names)]
        span = timedelta(hours=30) if name == "planned" else timedelta(hours=-4)
        left -= len(copiers[name].of.ids)
        yield _Happened(vendor, copiers[name], span * dice.random(), number, goes_on=True)
    stories, weights = [*PAST], [story.weight for story in PAST.values()]
    number = size.present
    while left > 0:
        (name,), (vendor,) = dice.choices(stories, weights), dice.choices(some, luck)
        copier, number = copiers[name], number + 1
        ago = timedelta(hours=2) + timedelta(days=size.days) * dice.random()
        left -= len(copier.of.ids)
        yield _Happened(vendor, copier, now - ago - copier.of.ends, number, goes_on=False)


def _rows(happened: Sequence[_Happened]) -> dict[str, list[Row]]:
    rows: dict[str, list[Row]] = defaultdict(list)
    claims: dict[tuple[object, object], Row] = {}
    names = tuple(table.name for table in TABLES)
    for one in happened:
        for name, row in one.copier.copies(one.vendor, one.later, one.number, *names):
            if name == "claim":
                # A part that was in trouble twice is one claim; what goes on came first, and stays.
                claims.setdefault((row["source"], row["external_id"]), row)
            elif name == "incident" and not one.goes_on:
                # Its report was due when it ended, and not now.
                rows[name].append({**row, "report_at": None})
            else:
                rows[name].append(row)
    rows["claim"] = [*claims.values()]
    return rows


def _park(announcements: list[Row], count: int) -> None:
    """Let some wait for a person."""
    error = "channel_not_found: there is no channel C0123456789, or Sitrep is not in it"
    for place in range(0, min(count * 3, len(announcements)), 3):
        announcements[place] = {**announcements[place], "state": "parked", "attempts": 1, "error": error}


def _read(
    connection: Connection,
    those: Sequence[tuple[Vendor, Source]],
    happened: Sequence[_Happened],
    now: datetime,
    size: Size,
    *,
    is_read_again: bool,
) -> None:
    """Remember of every page that it was read, and what it showed; some can not be read any more."""
    unwell = {one.vendor.slug: one.copier for one in happened if one.goes_on}
    pages = [_page(vendor, source, unwell.get(vendor.slug)) for vendor, source in those]
    connection.execute(update(SOURCE).where(SOURCE.c.key == bindparam("b_key")).values(dict.fromkeys(_PAGE)), pages)
    polls = [_poll(source, place, len(those), now, size) for place, (_, source) in enumerate(those)]
    connection.execute(update(POLL).where(POLL.c.source == bindparam("b_key")).values(dict.fromkeys(_POLL)), polls)
    if not is_read_again:
        # So that whoever opens the database keeps on watching them, and has nothing to read for years.
        connection.execute(update(SOURCE).values(origin=CHAT))
        connection.execute(update(POLL).values(due_at=now + NEVER))


_PAGE = ("page", "severity", "glance", "parts", "page_id", "endpoint", "validators")
_POLL = ("due_at", "first_look", "last_look", "last_try", "failures", "failing_since", "failure")


def _page(vendor: Vendor, source: Source, copier: Copier | None) -> dict[str, Any]:
    shown = _shown(copier) if copier else {}
    page = Page(
        indicator=max((status.impact for status in shown.values()), key=lambda i: i.rank, default=Impact.NONE),
        components=tuple(
            Component(f"c-{name}", name, shown.get(name, ComponentStatus.OPERATIONAL), group)
            for name, group in vendor.parts
        ),
        url=f"https://status.{vendor.slug}.example",
    )
    # As if it had been read already by who asks tests/bench/server.py: it has nothing new to say.
    known = json.dumps({source.url: asdict(Validators(etag='W/"calm"', digest="0" * 32))})
    return {"b_key": source.key, "page_id": vendor.slug, "endpoint": source.url, "validators": known} | page_columns(
        page
    )


def _shown(copier: Copier) -> Mapping[str, ComponentStatus]:
    """Return how the parts of a page are while that story goes on."""
    glances = [row["glance"] for row in copier.of.rows["source"] if row["kind"] == "feed" and row["glance"]]
    unwell = [one for glance in glances for one in json.loads(glance).get("components", ())]
    return {one["name"]: ComponentStatus(one["status"]) for one in unwell}


def _poll(source: Source, place: int, many: int, now: datetime, size: Size) -> dict[str, Any]:
    lost = place % (many // size.stale) == 1 if size.stale else False
    seen = now - (timedelta(minutes=7 * place % 2_000 + 10) if lost else timedelta(seconds=place % 30))
    return {
        "b_key": source.key,
        "due_at": now + source.interval * (place / many),
        "first_look": now - timedelta(days=200 - place % 140),
        "last_look": seen,
        "last_try": now - timedelta(seconds=place % 30),
        "failures": 9 if lost else 0,
        "failing_since": seen if lost else None,
        "failure": REASONS[place % len(REASONS)] if lost else "",
    }


@contextmanager
def folder_in_memory() -> Iterator[Path]:
    """Give a folder for a database, in memory where there is room for it, and remove it afterwards."""
    roomy = _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > 2**30
    with tempfile.TemporaryDirectory(prefix="sitrep-", dir=_MEMORY if roomy else None) as folder:
        yield Path(folder)
