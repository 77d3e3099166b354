"""Every page, as it is seen: by day and by night, at a desk and on a phone."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Opens
from tests.browser.reader import DESK, PHONE, Scheme

pytestmark = pytest.mark.asyncio(loop_scope="package")

PAGES = {"home": "/"}
LOOKS: tuple[tuple[Scheme, int], ...] = (("light", DESK), ("dark", DESK), ("dark", PHONE), ("light", PHONE))


@pytest.mark.parametrize("name", PAGES)
async def test_a_page_is_fit_to_be_seen_by_everybody(opened: Opens, name: str) -> None:
    reader = await opened()
    await reader.opens(PAGES[name])
    found = {}
    for number, (scheme, width) in enumerate(LOOKS):
        await reader.turns(scheme, width)
        seen = f"{name}.{width}.{scheme}"
        await reader.picture(seen)
        found[seen] = [*await reader.violations(again=number > 0), *await reader.too_wide()]

    assert {seen: faults for seen, faults in found.items() if faults} == {}
