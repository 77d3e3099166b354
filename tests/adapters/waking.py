"""Messages about who is called because nobody has it: for what they show, like the other cases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.core import replies, wording
from bot.core.message import Call, Message, Reach
from bot.model import Ack, ChangeKind, Impact, Incident, Statement, TimelineEntry, Transition, Who
from tests.unit.build import at, down, entry, incident

# Somebody who is on both platforms; each shows its own id and passes over the other's.
ON_CALL = (Call(Reach.PERSON, "U0123456789"), Call(Reach.PERSON, "123456789012345678"))
GROUP = (Call(Reach.GROUP, "S0123456789"), Call(Reach.GROUP, "234567890123456789"))


def outage(ack: Ack | None = None) -> Incident:
    """Return a critical one that is open, and whoever has it."""
    words = Statement(text="Most requests fail.", author="Acme", at=at(1))
    base = replace(incident(down("API")), title="Errors on the API", name="Acme", latest=words, acked=ack)
    return replace(base, impact=Impact.CRITICAL, peak=Impact.CRITICAL)


def _said(seq: int, kind: ChangeKind, *transitions: Transition) -> TimelineEntry:
    done = entry(seq, kind=kind, said=None, transitions=transitions, impact=Impact.CRITICAL)
    return replace(done, who=Who.BOT, author="Sitrep", claim=None)


def _told(one: TimelineEntry, about: Incident, calls: tuple[Call, ...] = ()) -> Message:
    return replace(replies.reply(one, about), calls=calls)


FOR_A_WHILE = Ack(person="slack:U0123456789", name="on-call", at=at(20), until=at(50))
ACKED = replace(
    entry(20, kind=ChangeKind.ACKED, said=None, impact=Impact.CRITICAL),
    who=Who.PERSON,
    author="on-call",
    claim=None,
    until=at(20) + timedelta(minutes=30),
)
TO_ON_CALL = _said(
    5,
    ChangeKind.ESCALATED,
    Transition("to", "escalation[1]", "oncall:platform"),
    Transition("waited", "", "300"),
    Transition("person", "", "First engineer"),
)
TO_LEADS = _said(
    15,
    ChangeKind.ESCALATED,
    Transition("to", "escalation[1]", "slack:#leads"),
    Transition("waited", "", "900"),
    Transition("begins", "", "slack:#leads"),
)
LAPSED = _said(50, ChangeKind.LAPSED, Transition("acked", "on-call", ""))
NUDGED = _said(80, ChangeKind.NUDGED, Transition("silent", "on-call", "1800"))

WAKING: dict[str, tuple[Message, ...]] = {
    "called-by-the-root": (replace(wording.root(outage()), calls=(Call(Reach.HERE), *GROUP, *ON_CALL)),),
    "nobody-has-it": (
        wording.root(outage()),
        _told(TO_ON_CALL, outage(), ON_CALL),
        _told(TO_LEADS, outage()),
    ),
    "taken-on-for-a-while": (
        wording.root(outage(FOR_A_WHILE)),
        replies.reply(ACKED, outage(FOR_A_WHILE)),
        _told(LAPSED, outage()),
        _told(NUDGED, outage(FOR_A_WHILE), ON_CALL),
    ),
}
