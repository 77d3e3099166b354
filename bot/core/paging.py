"""What a pager is to be told: it rings people, so it hears of the beginning, a rise, who has it, and the end.

A pager shows no thread.  What it shows is an alert, open or not, this urgent, acknowledged or not; and it is told
whatever of that is not so yet.  Routine words never reach it: somebody who has closed an alert by hand would be rung
again by each of them.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from hashlib import blake2b

from bot.core.message import Message, Tone
from bot.core.people import is_muted
from bot.model import Confidence, Impact, Incident, Kind

UNSURE = "Not sure yet"
# The platforms that ring people, which a chat does not.
PAGERS = frozenset({"pagerduty", "opsgenie"})
# A key of the deliver loop ends in the generation of the root and the part of its thread: `<alert>/0/root`.
_KEY = re.compile(r"(.+)/\d+/[^/]+", re.DOTALL)
# PagerDuty's limit is the lowest: https://developer.pagerduty.com/docs/events-api-v2/trigger-events
_ALERT = re.compile(r"[\x21-\x7e]{1,255}")


class Urgency(IntEnum):
    """How much an alert matters, in PagerDuty's four words."""

    INFO = 1
    WARNING = 2
    ERROR = 3
    CRITICAL = 4


_OF_IMPACT = {
    Impact.CRITICAL: Urgency.CRITICAL,
    Impact.MAJOR: Urgency.ERROR,
    Impact.MINOR: Urgency.WARNING,
    Impact.NONE: Urgency.INFO,
    Impact.UNKNOWN: Urgency.INFO,
}
_OF_TONE = {
    Tone.CRITICAL: Urgency.CRITICAL,
    Tone.MAJOR: Urgency.ERROR,
    Tone.MINOR: Urgency.WARNING,
    Tone.NOTICE: Urgency.INFO,
}
_STATED = frozenset({Impact.MINOR, Impact.MAJOR, Impact.CRITICAL})


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is true of an alert; without an urgency nobody is to be rung.  A quiet one rings only when critical."""

    urgency: Urgency | None
    is_over: bool = False
    is_acked: bool = False
    is_quiet: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """What a pager was told of an alert that is open there; `words` is a fingerprint of its text."""

    urgency: Urgency
    is_acked: bool = False
    words: str = ""

    def dump(self) -> str:
        """Write it for `load`."""
        return json.dumps({"urgency": self.urgency, "acked": self.is_acked, "words": self.words})

    @classmethod
    def load(cls, body: str) -> Told:
        """Read what `dump` wrote."""
        row = json.loads(body)
        return cls(Urgency(row["urgency"]), row["acked"], row["words"])


class Move(StrEnum):
    """One thing to tell a pager."""

    TRIGGER = "trigger"
    LOWER = "lower"
    ACKNOWLEDGE = "acknowledge"
    UNACKNOWLEDGE = "unacknowledge"
    RESOLVE = "resolve"


def wanted(message: Message, now: datetime) -> Wanted:
    """Return what is true of the alert that a root message is about."""
    incident = message.incident
    if message.tone is Tone.RESOLVED:
        return Wanted(None, is_over=True)
    if incident is None:
        return Wanted(_OF_TONE.get(message.tone))
    return Wanted(_urgency(incident), is_acked=incident.acked is not None, is_quiet=is_muted(incident, now))


def _urgency(incident: Incident) -> Urgency | None:
    """What was planned rings nobody, unless something has gone wrong with it."""
    if incident.kind is Kind.MAINTENANCE and incident.impact not in _STATED:
        return None
    return Urgency.INFO if is_unsure(incident) else _OF_IMPACT.get(incident.impact)


def is_unsure(incident: Incident) -> bool:
    """Whether it is no more than a suspicion, and a weak one."""
    found = incident.evidence
    return incident.kind is Kind.SUSPECTED and (found is None or found.confidence is Confidence.LOW)


def moves(told: Told | None, want: Wanted) -> tuple[Move, ...]:
    """Return what a pager must be told so that it shows what is true, in this order.

    The end is told also where nothing is known to be open: we may have died between a ring and its record, and pagers
    drop an end that ends nothing.
    """
    if want.is_over:
        return (Move.RESOLVE,)
    if want.urgency is None:
        return (Move.RESOLVE,) if told else ()
    rises = told is None or want.urgency > told.urgency
    rings = rises and not (want.is_quiet and want.urgency < Urgency.CRITICAL)
    found = [Move.TRIGGER] if rings else []
    if told is None and not rings:
        return ()
    if told is not None and want.urgency < told.urgency:
        found.append(Move.LOWER)
    if want.is_acked and (rings or not (told and told.is_acked)):
        found.append(Move.ACKNOWLEDGE)
    if told is not None and told.is_acked and not want.is_acked:
        found.append(Move.UNACKNOWLEDGE)
    return tuple(found)


def after(told: Told | None, want: Wanted, done: tuple[Move, ...], words: str = "") -> Told | None:
    """Return what a pager knows once it was told all of `done`; None where nothing is open there."""
    if Move.RESOLVE in done or want.urgency is None:
        return None
    if told is None and Move.TRIGGER not in done:
        return None
    held_back = told is not None and want.urgency > told.urgency and Move.TRIGGER not in done
    return Told(told.urgency if told and held_back else want.urgency, want.is_acked, words)


def alert_of(key: str) -> str:
    """Return what an alert is called, from the key of any post or reply: one incident in one destination.

    It is the same for every root of theirs, and it can stand in an address.
    """
    found = _KEY.fullmatch(key)
    name = (found[1] if found else key).replace("/", ":")
    if _ALERT.fullmatch(name):
        return name
    return blake2b(name.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def variable_of(name: str, address: str) -> str:
    """Return which variable holds what belongs to an address: `WEBHOOK_URL`, or `WEBHOOK_URL_<ADDRESS>`."""
    return f"{name}_{address.upper().replace('-', '_')}" if address else name
