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
    "probe": "/probes/probe:openai-api",
    "incidents": "/incidents",
    "incident-two-clocks": "two clocks",
    "incident-whole-story": "the whole story",
    "search": "/search?q=load+balancer",
    "services": "/services",
    "maintenance": "/maintenance",
    "operations": "/operations",
}
# More of the same, which is seen in two looks only.
VARIANTS = {
    "vendor-hostile": "/vendors/evil",
    "incident-many-at-once": "many at once",
    "incident-maintenance": "maintenance",
    "incident-our-own": "our own",
    "incident-hostile": "hostile",
    "report": "report of the whole story",
    "report-two-clocks": "report of two clocks",
    "report-many-at-once": "report of many at once",
    "report-hostile": "report of hostile",
    "service": "/services/checkout",
    "api": "/api",
    "nothing": "/nothing-is-here",
}
LOOKS: tuple[tuple[Scheme, int], ...] = (("light", DESK), ("dark", DESK), ("dark", PHONE), ("light", PHONE))
JUDGED: tuple[tuple[Scheme, int], ...] = (("light", DESK), ("dark", PHONE))


@pytest.mark.parametrize("name", PAGES | VARIANTS)
async def test_a_page_is_fit_to_be_seen_by_everybody(opened: Opens, board: Board, name: str) -> None:
    """Nothing against it from axe, in no light; nothing sticks out on a phone; a picture of each look is kept."""
    reader = await opened()
    asked, status = (PAGES | VARIANTS)[name], 404 if name == "nothing" else 200
    reader.expects("404" if status == 404 else "\0")
    await reader.opens(board.places.get(asked, asked), status)
    found = {}
    for scheme, width in LOOKS if name in PAGES else JUDGED:
        await reader.turns(scheme, width)
        seen = f"{name}.{width}.{scheme}"
        await reader.picture(seen)
        found[seen] = await reader.too_wide()
        # Colours are those of the light, and places those of the width: two looks have seen all of both.
        if (scheme, width) in JUDGED:
            found[seen] += await reader.violations(again=(scheme, width) != JUDGED[0])

    assert {seen: faults for seen, faults in found.items() if faults} == {}
