"""How adapters are tested without waiting: for no rate, and no longer than needed for what never comes."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any


class Hurry:
    """Jumps at every look, so that no channel's rate is ever reached."""

    def __init__(self) -> None:
        self._minutes = itertools.count()

    def __call__(self) -> datetime:
        return datetime(2026, 3, 1, tzinfo=UTC) + timedelta(minutes=next(self._minutes))


@contextmanager
def brief(web: Any) -> Iterator[None]:
    """Let a platform's API wait no longer than a moment for an answer, within the block."""
    usual, web._timeout = web._timeout, timedelta(seconds=0.5)
    try:
        yield
    finally:
        web._timeout = usual
