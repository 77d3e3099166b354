"""Where an incident is told, and how far each place has it, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.core.answers import cut
from bot.core.message import Line, Moment, Tone, line
from bot.core.spans import duration
from bot.model import Announcement, AnnouncementState, Hold

_WHY = {
    Hold.QUIET: "kept back: its quiet hours",
    Hold.HOURLY: "kept back: its hourly cap is reached",
    Hold.DIGEST: "kept for its digest",
}
_REMEDY = {
    AnnouncementState.PARKED: "Once that is mended, let the bot into the channel again or start Sitrep anew: then "
    "everything that is parked is tried again.",
    AnnouncementState.DEAD: "It was tried as often as it may be, and is not tried again; what is new of the incident "
    "is told where it can be.",
}


@dataclass(frozen=True, slots=True)
class Telling:
    """One place: how it looks, what is said of it, and what to do if something is in the way."""

    where: str
    tone: Tone
    words: Line
    remedy: str = ""


def telling(one: Announcement, last_seq: int, now: datetime) -> Telling:
    """Return how far one place has an incident whose last line is `last_seq`."""
    where = str(one.destination)
    if one.state is not AnnouncementState.LIVE:
        said = f"{'parked' if one.state is AnnouncementState.PARKED else 'given up'}: {cut(one.error, 300)}"
        return Telling(where, Tone.MAJOR, line(said), _REMEDY[one.state])
    if one.told_in:
        return Telling(where, Tone.RESOLVED, line("told in a digest"))
    if one.held is not None:
        since = (" since ", Moment(one.held_at)) if one.held_at else ()
        return Telling(where, Tone.NOTICE, line(_WHY[one.held], *since))
    if one.root is None and one.due_at is None:
        return Telling(where, Tone.NOTICE, line("not told here, and nothing waits"))
    if one.root is None and one.due_at is not None:
        return Telling(where, Tone.NOTICE, line(f"to be told, due for {duration(now - one.due_at)}"))
    behind = last_seq - one.last_seq
    if behind > 0 and one.attempts:
        said = f"told, {_counted(behind, 'line')} behind; tried {_counted(one.attempts, 'time')}: {cut(one.error, 200)}"
        return Telling(where, Tone.MINOR, line(said))
    return Telling(where, Tone.RESOLVED, line("told"))


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def tellings(some: Sequence[Announcement], last_seq: int, now: datetime) -> tuple[Telling, ...]:
    """Return all places, those first where something is in the way."""
    found = [telling(one, last_seq, now) for one in some]
    return tuple(sorted(found, key=lambda one: (not one.remedy, one.where)))
