"""How fast recorded snapshots are played through the whole path."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from bot.cli.frames import series as recorded
from bot.cli.replay import Wish, replay
from tests.bench.apart import Spent, apart
from tests.bench.figures import Figure, plain
from tests.bench.pages import series
from tests.bench.taking_in import RULES

_SNAPSHOTS = 200


def measure() -> Iterator[Figure]:
    spent = apart(played)
    yield plain("replay", _SNAPSHOTS / spent.wall, "snapshots/s")
    yield plain("one replayed snapshot with its announcements: CPU", 1e3 * spent.cpu / _SNAPSHOTS, "ms")


async def played() -> Spent:
    """Return what it takes to play a series of one page, two messages or more to a snapshot."""
    with tempfile.TemporaryDirectory() as folder:
        for at, body in series(_SNAPSHOTS):
            (Path(folder) / f"{at:%Y%m%dT%H%M%SZ}.json").write_bytes(body)
        wish = Wish(series=recorded([Path(folder)]), vendor="acme", as_json=True)
        with Spent() as spent:
            await replay(wish, RULES, None, lambda _row: None)
    return spent
