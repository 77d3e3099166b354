"""What the board remembers of vendors' pages: for as long as they may be shown, and no longer."""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.core.scorecard import Watch
from bot.store.database import Database
from bot.web.board.past import Past, Record

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@dataclass(eq=False)
class Drawing:
    """What is made of a page; a class of its own, so that those that are left can be counted."""


async def drawn(past: Past, vendor: str, now: datetime) -> tuple[Record, Drawing]:
    known = await past.record(vendor, now)
    return known, past.page((vendor, known), (), Watch(), Drawing)


def left() -> int:
    gc.collect()
    return sum(isinstance(one, Drawing) for one in gc.get_objects())


async def test_a_page_is_drawn_once_a_minute(database: Database) -> None:
    past = Past(database)

    first = await drawn(past, "acme", NOON)
    soon = await drawn(past, "acme", NOON + timedelta(seconds=59))
    later = await drawn(past, "acme", NOON + timedelta(seconds=60))

    assert soon == first
    assert (later[0].at, later[1] is first[1]) == (NOON + timedelta(seconds=60), False)


async def test_pages_of_different_watches_are_drawn_apart(database: Database) -> None:
    past = Past(database)
    known, first = await drawn(past, "acme", NOON)

    longer = past.page(("acme", known), (), Watch(since=NOON - timedelta(days=3)), Drawing)

    assert longer is not first


async def test_what_may_not_be_shown_any_more_is_forgotten(database: Database) -> None:
    past = Past(database)
    for number in range(20):
        await drawn(past, f"vendor-{number}", NOON + timedelta(seconds=10 * number))
    now = NOON + timedelta(seconds=190)
    again = await past.record("vendor-0", now)

    # Those of the last 60 seconds, which begin with the one of 140.
    assert left() == 6
    assert again.at == now


async def test_a_record_that_was_replaced_meanwhile_is_drawn_and_not_kept(database: Database) -> None:
    past = Past(database)
    old, _ = await drawn(past, "acme", NOON)
    new, kept = await drawn(past, "acme", NOON + timedelta(minutes=2))
    make: Callable[[], Drawing] = Drawing

    late = past.page(("acme", old), (), Watch(), make)

    assert late is not kept
    assert past.page(("acme", new), (), Watch(), make) is kept
