"""Messages in which our own witnesses and a vendor's words meet, from incidents that were lived through."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.core import linking, replies, silence, wording
from bot.core.message import Message
from bot.model import Action, Impact, State, TimelineEntry
from tests.unit.build import asked, at, claim, degraded, snapshot, update
from tests.unit.desk import Desk
from tests.unit.witnessing import FOUND, ONE, THREE, TWO, desk_with, failing, hook, passing

GATEWAY = hook()
OVER = update("u9", "All is well.", 40, State.RESOLVED)


def shown(desk: Desk) -> tuple[Message, ...]:
    """The root of the only incident, and what its thread says after it."""
    one = desk.incident
    loud = [entry for entry in desk.timelines[one.id] if not entry.quiet and entry.seq > 1]
    return (wording.root(one), *(replies.reply(entry, one) for entry in loud))


def suspected() -> Desk:
    desk = desk_with(ONE, TWO, THREE)
    desk.sees(failing(ONE, 2, since=1), source=ONE)
    return desk


def likely() -> Desk:
    desk = suspected()
    desk.sees(failing(TWO, 3, why="no answer within 10 s"), source=TWO)
    desk.sees(failing(GATEWAY, 4, why="38 % of 1,200 calls fail"), source=GATEWAY)
    return desk


def posted(*updates: object, **more: object) -> object:
    words = {"title": "Elevated errors", "components": [degraded("API")], "impact": Impact.MAJOR, "started": 0}
    return claim("i1", *updates, published=19, **words | more)  # type: ignore[arg-type]  # as in build


def acknowledged() -> Desk:
    desk = likely()
    desk.sees(snapshot(20, posted(FOUND)))  # type: ignore[arg-type]  # a claim
    return desk


def called_over_too_early() -> Desk:
    desk = acknowledged()
    desk.sees(snapshot(41, posted(FOUND, OVER, state=State.RESOLVED, resolved=40)))  # type: ignore[arg-type]
    return desk


def over_at_last() -> Desk:
    desk = called_over_too_early()
    for one, since in ((ONE, 1), (GATEWAY, 4), (TWO, 3)):
        desk.sees(passing(one, 52, since=since), source=one)
    return desk


def unconfirmed() -> Desk:
    desk = suspected()
    desk.sees(passing(ONE, 14, since=1), source=ONE)
    return desk


def written_afterwards() -> Desk:
    desk = unconfirmed()
    said = update("u1", "Earlier today some requests failed.", 70, State.RESOLVED)
    desk.sees(snapshot(71, claim("i1", said, state=State.RESOLVED, started=1, published=70, resolved=15)))
    return desk


def silent() -> Desk:
    desk = Desk()
    desk.sees(snapshot(0))
    desk.sees(snapshot(11, claim("i1", update("u1", "We look into it. Next update in 30 minutes.", 10), started=9)))
    one = desk.incident
    found = silence.judge(one, desk.timelines[one.id], at(46))
    assert isinstance(found, TimelineEntry)
    desk.timelines[one.id].append(found)
    return desk


def taken_back() -> Desk:
    desk = Desk()
    desk.sees(snapshot(0))
    first, second, third = (update(f"u{n}", f"Statement {n}.", n) for n in (1, 2, 3))
    desk.sees(snapshot(4, claim("i1", first, second, third, started=1)))
    desk.sees(snapshot(5, claim("i1", first, third, started=1)))
    return desk


def unlinked() -> tuple[Message, ...]:
    desk = acknowledged()
    one = desk.incident
    moved = linking.unlink(one, desk.timelines[one.id], None, asked(Action.UNLINK), at(25))
    return of_both(moved)


def of_both(moved: linking.Moved) -> tuple[Message, ...]:
    """The roots of two incidents of which one has got claims of the other, each with what its thread says of it."""
    left, joined = moved.entries
    return (
        wording.root(moved.loses),
        replies.reply(left, moved.loses),
        wording.root(moved.gets),
        replies.reply(joined, moved.gets),
    )


def counted_in() -> tuple[Message, ...]:
    """A suspicion, and the incident that the vendor has widened so that it means it."""
    desk = Desk()
    desk.sees(snapshot(0))
    desk.sees(snapshot(1, claim("i2", FOUND, title="Login trouble", components=[degraded("Login")], published=1)))
    return of_both(linking.counted_in(suspected().incident, desk.incident, at(10)))


_LIVED: Mapping[str, Callable[[], Desk]] = {
    "suspected": suspected,
    "suspected-likely": likely,
    "acknowledged-after-us": acknowledged,
    "called-over-too-early": called_over_too_early,
    "over-at-last": over_at_last,
    "suspected-unconfirmed": unconfirmed,
    "written-of-afterwards": written_afterwards,
    "silent": silent,
    "taken-back": taken_back,
}
CLOCKS: dict[str, tuple[Message, ...]] = {name: shown(live()) for name, live in _LIVED.items()} | {
    "unlinked": unlinked(),
    "counted-in": counted_in(),
}
