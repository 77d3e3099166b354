"""In which order everything is tested."""

from __future__ import annotations

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Spread the tests of the whole program, which mostly wait, among those that work; begin with the browser's.

    Workers take tests in a row: in a row of their own they would be waited for when all else is done.  Who has nothing
    left takes from the end of another's row: what stands at its beginning stays with one worker, so that there is one
    browser.
    """
    looking = [item for item in items if "browser" in item.path.parts]
    waiting = [item for item in items if "e2e" in item.path.parts]
    working = [item for item in items if not {"browser", "e2e"} & {*item.path.parts}]
    step = len(working) // (len(waiting) + 1)
    spread: list[pytest.Item] = []
    for number, item in enumerate(waiting):
        spread += [item, *working[number * step : (number + 1) * step]]
    items[:] = [*looking, *spread, *working[len(waiting) * step :]]
