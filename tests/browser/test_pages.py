"""Every page, as it is seen: by day and by night, at a desk and on a phone."""

from __future__ import annotations

import pytest

from tests.browser.board import Board
from tests.browser.conftest import Opens
from tests.browser.reader import DESK, PHONE, Scheme

pytestmark = pytest.mark.asyncio(loop_scope="package")

# A page by its name, or an incident by what `tests/browser/board.py` calls it.
PAGES = {
    "home": "/",
    "vendors": "/vendors",
    "vendor": "/vendors/openai",
    "vendor-hostile": "/vendors/evil",
    "probe": "/probes/probe:openai-api",
    "incidents": "/incidents",
    "incident-two-clocks": "two clocks",
    "incident-whole-story": "the whole story",
    "incident-long-day": "a long day",
    "incident-many-at-once": "many at once",
    "incident-maintenance": "maintenance",
    "incident-our-own": "our own",
    "incident-hostile": "hostile",
    "search": "/search?q=load+balancer",
    "services": "/services",
    "service": "/services/Checkout",
    "maintenance": "/maintenance",
    "operations": "/operations",
    "api": "/api",
    "nothing": "/nothing-is-here",
}
LOOKS: tuple[tuple[Scheme, int], ...] = (("light", DESK), ("dark", DESK), ("dark", PHONE), ("light", PHONE))

JUDGED = (("light", DESK), ("dark", PHONE))


@pytest.mark.parametrize("name", PAGES)
async def test_a_page_is_fit_to_be_seen_by_everybody(opened: Opens, board: Board, name: str) -> None:
    """Nothing against it from axe, in no light; nothing sticks out on a phone; a picture of each look is kept."""
    reader = await opened()
    where, status = board.places.get(PAGES[name], PAGES[name]), 404 if name == "nothing" else 200
    reader.expects("404" if status == 404 else "\0")
    await reader.opens(where, status)
    found = {}
    for scheme, width in LOOKS:
        await reader.turns(scheme, width)
        seen = f"{name}.{width}.{scheme}"
        await reader.picture(seen)
        found[seen] = await reader.too_wide()
        # Colours are those of the light, and places those of the width: two looks have seen all of both.
        if (scheme, width) in JUDGED:
            found[seen] += await reader.violations(again=(scheme, width) != JUDGED[0])

    assert {seen: faults for seen, faults in found.items() if faults} == {}
