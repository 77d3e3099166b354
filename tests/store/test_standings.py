from __future__ import annotations

from dataclasses import replace

from bot.core.health import Health, missed
from bot.core.overview import Row
from bot.model import Impact, Page, Source
from bot.store import lookups, polls, sources, standings
from bot.store.database import Database
from bot.store.polls import Look
from bot.store.standings import NAMED
from tests.store.world import NOW, WELL, later, opened

FINE = Page(indicator=Impact.NONE)
LOST = missed(WELL, "HTTP 503", later(minutes=1))


def page_of(vendor: str) -> Source:
    return Source(key=vendor, vendor=vendor, name=vendor.title(), format="f", url=f"https://{vendor}.example")


def seen(vendor: str, page: Page | None = FINE, health: Health = WELL) -> Look:
    return Look(key=vendor, fence=0, health=health, due_at=later(hours=1), page=page)


def names(rows: tuple[Row, ...]) -> list[str]:
    return [row.name for row in rows]


async def test_everything_watched_is_in_exactly_one_list(database: Database) -> None:
    vendors = ("acme", "broken", "gone", "lost", "new", "never", "well", "worse")
    await sources.register(database, [page_of(vendor) for vendor in vendors], NOW)
    critical = replace(FINE, indicator=Impact.CRITICAL)
    looks = [
        seen("acme"),
        seen("broken", replace(FINE, indicator=Impact.MINOR), LOST),
        seen("gone", critical, LOST),
        seen("lost", health=LOST),
        seen("never", None, missed(Health(), "HTTP 503", NOW)),
        seen("well"),
        seen("worse", critical),
    ]
    await polls.record(database, looks)
    await opened(database)
    await sources.register(database, [page_of(vendor) for vendor in vendors if vendor != "gone"], NOW)

    found = (await standings.overview(database)).survey

    assert names(found.troubled) == ["Worse", "Acme", "Broken"]
    assert [row.is_stale for row in found.troubled] == [False, False, True]
    assert (names(found.stale), names(found.unread), names(found.well)) == (["Lost", "Never"], ["New"], ["Well"])
    assert (found.unlisted, found.total) == (0, 7)


async def test_of_many_that_are_well_only_the_first_are_named(database: Database) -> None:
    vendors = [f"v{number:03}" for number in range(NAMED + 20)]
    await sources.register(database, [page_of(vendor) for vendor in vendors], NOW)
    await polls.record(database, [seen(vendor, health=LOST if vendor == "v001" else WELL) for vendor in vendors])

    found = (await standings.overview(database)).survey

    assert (names(found.stale), len(found.well), found.unlisted) == (["V001"], NAMED, 19)
    assert found.well[1].name == "V002"


async def test_those_that_can_not_be_read_are_counted_and_the_longest_lost_told_first(database: Database) -> None:
    vendors = ("acme", "first", "gone", "never", "second", "unread")
    await sources.register(database, [page_of(vendor) for vendor in vendors], NOW)
    later_lost = replace(LOST, failing_since=later(minutes=5))
    looks = [
        seen("acme"),
        seen("first", health=LOST),
        seen("gone", health=LOST),
        seen("never", None, missed(Health(), "HTTP 503", later(minutes=6))),
        seen("second", health=later_lost),
    ]
    await polls.record(database, looks)
    await sources.register(database, [page_of(vendor) for vendor in vendors if vendor != "gone"], NOW)

    found = await lookups.troubles(database, NOW, limit=9)

    assert (found.watched, found.unread, found.stale_total) == (5, 1, 3)
    assert found.stale == ("first", "second", "never")
