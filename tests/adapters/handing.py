"""Messages about whose an incident is, and what somebody is told directly: for what they show, like the other cases."""

from __future__ import annotations

from dataclasses import replace

from bot.core import replies, wording
from bot.core.message import Message
from bot.model import Ack, ChangeKind, Impact, Incident, TimelineEntry, Transition, Who
from tests.adapters.waking import ON_CALL, outage
from tests.unit.build import at, entry

TAKEN = Ack(person="slack:U7", name="lead", at=at(25), way=ChangeKind.TAKEN, other="on-call")
GIVEN = replace(TAKEN, name="Second engineer", at=at(40), way=ChangeKind.ASSIGNED, other="lead")
HANDED = replace(GIVEN, name="support", at=at(60), way=ChangeKind.HANDED_OVER, other="on-call")
WORDS = "We run on the spare since 12:40.\nTell users at noon, and watch the queue."


def _did(seq: int, kind: ChangeKind, *transitions: Transition, by: str = "on-call", text: str = "") -> TimelineEntry:
    done = entry(seq, text, kind=kind, said=None, transitions=transitions, impact=Impact.CRITICAL)
    return replace(done, who=Who.PERSON, author=by, claim=None, said=None)


def _reply(one: TimelineEntry, about: Incident) -> Message:
    return replies.reply(one, about)


TO_SECOND = (Transition("to", "slack:U2", "Second engineer"), Transition("from", "slack:U7", "lead"))
TO_SUPPORT = (Transition("to", "slack:U3", "support"), Transition("from", "slack:U2", "Second engineer"))
BY_HAND = _did(
    12,
    ChangeKind.ESCALATED,
    Transition("to", "escalation[1]", "oncall:platform"),
    Transition("person", "", "Second engineer"),
    Transition("direct", "", "Slack"),
)
HANDING: dict[str, tuple[Message, ...]] = {
    "from-hand-to-hand": (
        wording.root(outage(TAKEN)),
        _reply(_did(25, ChangeKind.TAKEN, Transition("from", "slack:U1", "on-call"), by="lead"), outage(TAKEN)),
        replace(_reply(_did(40, ChangeKind.ASSIGNED, *TO_SECOND), outage(GIVEN)), calls=ON_CALL),
        replace(_reply(_did(60, ChangeKind.HANDED_OVER, *TO_SUPPORT, text=WORDS), outage(HANDED)), calls=ON_CALL),
        _reply(_did(61, ChangeKind.HANDED_OVER, text="It is quiet now."), outage(HANDED)),
    ),
    "escalated-by-hand": (wording.root(outage()), replace(_reply(BY_HAND, outage()), calls=ON_CALL)),
    "told-directly": (
        wording.root(outage()),
        replies.in_person(_reply(BY_HAND, outage()), outage()),
        replies.in_person(_reply(_did(40, ChangeKind.ASSIGNED, *TO_SECOND), outage(GIVEN)), outage(GIVEN)),
    ),
}
