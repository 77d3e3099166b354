"""Recorded outages, served at the pace at which they were recorded, with their times moved into the soak."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from tests.soak.dial import BEGINS

_STAMP = re.compile(r"(\d{8}T\d{6})Z")
_TIME = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")


@cache
def recordings(corpus: str) -> tuple[Path, ...]:
    """Return the recordings that a corpus has of whole outages; none without a corpus."""
    return tuple(sorted(Path(corpus).glob("statuspage/*series*"))) if corpus else ()


@dataclass(slots=True)
class Recording:
    """One recording, whose first answer is given from `begins` on, in seconds since the beginning of the soak."""

    folder: Path
    begins: float
    _made: dict[int, bytes] = field(default_factory=dict[int, bytes])
    _files: list[tuple[float, Path]] = field(default_factory=list[tuple[float, Path]])
    _ahead: timedelta = timedelta()

    def __post_init__(self) -> None:
        found = [(_stamp(path), path) for path in sorted(self.folder.iterdir()) if _STAMP.search(path.name)]
        first = min(at for at, _ in found)
        self._ahead = BEGINS + timedelta(seconds=self.begins) - first
        self._files = [((at + self._ahead - BEGINS).total_seconds(), path) for at, path in found]

    def at(self, seconds: float) -> tuple[int, bytes]:
        """Return what the page answers at a moment, with a number that changes when the answer does."""
        number = max((n for n, (at, _) in enumerate(self._files) if at <= seconds), default=0)
        if number not in self._made:
            self._made = {number: _TIME.sub(self._moved, self._files[number][1].read_bytes())}
        return number, self._made[number]

    def _moved(self, found: re.Match[bytes]) -> bytes:
        at = datetime.fromisoformat(found[0].decode()) + self._ahead
        return at.isoformat(timespec="milliseconds").encode()


def _stamp(path: Path) -> datetime:
    found = _STAMP.search(path.name)
    assert found is not None
    return datetime.strptime(found[1], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
