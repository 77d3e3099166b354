"""How what follows `assign`, `handover` and `escalate` is read, and how it is spelt."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.core.verbs import Misunderstood, Verb, is_id, plainly, which
from bot.model import Command

_TO = re.compile(r"(?:^|\s+)to(?:\s+|$)", re.IGNORECASE)
_END = re.compile(r":(?=\s)\s*|:$|\s*[\r\n]+\s*")
# A mention, or what can only be a duty: nobody begins a sentence like that.
_SOMEBODY = re.compile(r"(?:<?@|oncall:)\S+$", re.IGNORECASE)
_TO_WHOM = "To whom? `assign to @somebody`, `assign to on-call`, or a name as sitrep.toml has it"
_WHAT = "What should they know? `handover to lead: we switched over, tell support at noon`"


def assigning(verb: Verb, rest: str) -> Command | Misunderstood:
    """Read which incident goes to whom: `openai-01JM3 to lead`, `to @somebody`, `lead`."""
    about, to = _parted(rest)
    if not to and about:
        first, _, more = about.partition(" ")
        about, to = (first, more) if is_id(first) else ("", about)
    if not plainly(to):
        return Misunderstood(f"{verb.names[0]} {rest}".strip(), _TO_WHOM)
    return Command(action=verb.action, incident=which(about), query=plainly(to))


def handing(verb: Verb, rest: str) -> Command | Misunderstood:
    """Read what to know, and before a colon whom it is for: `to lead: it is quiet now`; without one all is words."""
    end = _END.search(rest)
    head, words = (rest[: end.start()], rest[end.end() :]) if end else ("", rest)
    about, to = _parted(head)
    if end and not to and _SOMEBODY.match(about):
        about, to = "", about
    if end and not to and about and not is_id(about):
        # What stands before the colon is no incident: it is the beginning of what somebody says.
        about, words = "", rest
    if not end:
        first, _, more = rest.partition(" ")
        about, words = (first, more) if is_id(first) else ("", rest)
    if not words.strip():
        return Misunderstood(f"{verb.names[0]} {rest}".strip(), _WHAT)
    return Command(action=verb.action, incident=which(about), query=plainly(to), text=words.strip())


def escalating(verb: Verb, rest: str) -> Command:
    """Read which incident, and whom to tell if that is not the plan's next step: `to oncall:platform`."""
    about, to = _parted(rest)
    return Command(action=verb.action, incident=which(about), query=plainly(to))


def _parted(words: str) -> tuple[str, str]:
    """Return what stands before the last `to`, and what after it."""
    found = list(_TO.finditer(words))
    return (words[: found[-1].start()], words[found[-1].end() :]) if found else (words, "")


def spelt_giving(name: str, command: Command) -> Sequence[str]:
    """Which, and to whom; a colon stands before what they should know."""
    to = f"to {command.query}" if command.query else ""
    head = " ".join(filter(None, (name, command.incident or "", to)))
    return f"{head}{':' if command.text else ''}", command.text
