"""Messages about vendors and components that are muted: for what they show, like the other cases."""

from __future__ import annotations

from dataclasses import replace

from bot.core import mute_answers, muting, replies, wording
from bot.core.fold import advance
from bot.core.message import Message
from bot.core.muting import Muting
from bot.model import Impact, Incident, Mute, Statement
from tests.unit.build import at, down, incident

ACME = Muting(
    vendor="acme",
    name="Acme",
    key="slack:U0123456789",
    by="on-call",
    at=at(2),
    until=at(242),
    why="they move their data centre",
    id=1,
)
SORA = replace(ACME, parts=("Sora",), until=None, for_good=True, why="nobody uses it here", id=2)


def _outage() -> Incident:
    words = Statement(text="Most requests fail.", author="Acme", at=at(1))
    base = replace(incident(down("API")), title="Errors on the API", name="Acme", latest=words)
    return replace(base, impact=Impact.MAJOR, peak=Impact.MAJOR)


def _muted(with_: Muting, minute: float) -> tuple[Message, ...]:
    """Return the root and what the thread says, when an open incident is muted and when that is over."""
    before = _outage()
    first = muting.muted(before, with_, at(minute))
    hushed = advance(before, first)
    over = muting.settled(hushed, [replace(with_, removed_at=at(90), removed_by="lead")], at(90))
    assert over is not None
    return wording.root(hushed), replies.reply(first, hushed), replies.reply(over, advance(hushed, over))


def _listed() -> Message:
    alone = replace(_outage(), muted=Mute(person="slack:U2", name="lead", at=at(6), until=at(66)))
    return mute_answers.listed([ACME, SORA], [alone]).message


QUIETING: dict[str, tuple[Message, ...]] = {
    "muted-with-its-vendor": _muted(ACME, 2),
    "muted-for-good": _muted(SORA, 2),
    "all-that-is-muted": (_listed(),),
}
