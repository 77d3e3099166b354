"""When Python looks for garbage: everything waits meanwhile."""

from __future__ import annotations

import gc

# So many new objects before the young are looked through, so many times before the rest.  By default the connections
# to all the pages were looked through every few seconds, which held up 5,000 pages for a twentieth of a second, and
# next to nothing was found: what our work leaves behind refers to itself only seldom.
# https://docs.python.org/3/library/gc.html#gc.set_threshold
_THRESHOLDS = (10_000, 5, 10)


def seldom() -> None:
    """Take what is there now for good, and look for garbage seldom from now on."""
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)


def settled() -> None:
    """Take what was learnt since then for good as well.

    To look through what is remembered of the 90 days of a thousand vendors holds up everything for a tenth of a second.
    """
    gc.freeze()
