"""In which order everything is tested, and what is not done over and over meanwhile."""

from __future__ import annotations

import gc

import pytest

# Eleven thousand tests and all that they import are made once and stay: to look through them again and again for
# garbage took a quarter of the time until the first one began.
gc.disable()


def pytest_collection_finish() -> None:
    """Look for garbage from now on, among what the tests leave behind."""
    gc.freeze()
    gc.enable()


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
