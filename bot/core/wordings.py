"""For whom an incident is worded: engineers, who mend things, or stakeholders, who have to explain them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.core import plain_replies, plainly, replies, wording
from bot.core.message import Message
from bot.core.rules import Detail
from bot.model import Incident, TimelineEntry


@dataclass(frozen=True, slots=True)
class Words:
    """How one sort of readers is told: the root, each entry, many entries at once.

    `told` makes quiet what is none of their affair.
    """

    root: Callable[[Incident], Message]
    reply: Callable[[TimelineEntry, Incident], Message]
    catch_up: Callable[[tuple[TimelineEntry, ...], Incident], Message]
    told: Callable[[Sequence[TimelineEntry]], Sequence[TimelineEntry]]


def _all(entries: Sequence[TimelineEntry]) -> Sequence[TimelineEntry]:
    return entries


ENGINEER = Words(wording.root, replies.reply, replies.catch_up, _all)
STAKEHOLDER = Words(plainly.root, plain_replies.reply, plain_replies.catch_up, plain_replies.told)


def of(detail: Detail) -> Words:
    """Return the words for a sort of readers."""
    return STAKEHOLDER if detail is Detail.STAKEHOLDER else ENGINEER
