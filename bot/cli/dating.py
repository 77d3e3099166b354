"""When an answer was recorded of which its name tells only the day, or nothing: not before its own newest word."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from bot.cli.frames import Frame
from bot.errors import ParseError
from bot.model import Claim, Snapshot

_APART = timedelta(seconds=1)


def dated(frames: Iterable[Frame], read: Callable[[bytes], Snapshot]) -> Iterator[Frame]:
    """Give the frames in their order, each at a time at which what it says can have been read."""
    last: datetime | None = None
    for frame in frames:
        at = frame.at if frame.until is None else _taken(frame, frame.until, read)
        at = at if last is None or at >= last else last + _APART
        yield replace(frame, at=at)
        last = at


def _taken(frame: Frame, until: datetime, read: Callable[[bytes], Snapshot]) -> datetime:
    try:
        snapshot = read(frame.path.read_bytes())
    except ParseError:
        return frame.at
    told = (at for claim in snapshot.incidents for at in _times(claim))
    return max((at for at in told if frame.at < at <= until), default=frame.at)


def _times(claim: Claim) -> Iterator[datetime]:
    """Give when it was spoken of; what is planned lies ahead."""
    yield from (update.at for update in claim.updates)
    yield from (at for at in (claim.published_at, claim.started_at, claim.resolved_at) if at is not None)
