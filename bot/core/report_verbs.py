"""How what somebody wants written into a report is read, and how it is spelt.

write [which] SECTION: WORDS            summary, cause, impact, measures, follow-up, lesson
write [which] follow-up done NUMBER
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.core.report import additions
from bot.core.verbs import Misunderstood, Verb, is_id, which
from bot.model import Command


def reporting(verb: Verb, rest: str) -> Command:
    """Read whose report is wanted; nothing means the incident at hand."""
    return Command(action=verb.action, incident=which(rest))


def writing(verb: Verb, rest: str) -> Command | Misunderstood:
    """Read the part and the words, after an id or words for an incident if there are any."""
    about, said = _split(rest.lstrip(":, \t\r\n"))
    wording = additions.read(said)
    if wording is None or not (wording.text or wording.done):
        return Misunderstood(f"{verb.names[0]} {rest}".strip(), additions.HINT)
    return Command(action=verb.action, incident=about, text=additions.spelt(wording))


def _split(rest: str) -> tuple[str | None, str]:
    """Return the incident, as it is called, and what is to be written."""
    if additions.read(rest) is not None:
        return None, rest
    first, _, more = rest.partition(" ")
    if is_id(first):
        return first.removeprefix("#"), more.strip()
    found = _LATER.search(rest)
    return (which(rest[: found.start()]), rest[found.end() :].strip()) if found else (None, rest)


# The words for an incident end where a part begins.
_LATER = re.compile(rf"\s+(?=(?:{additions.PARTS})\s*:|follow[- ]?up\s+done\s)", re.IGNORECASE)


def spelt_writing(name: str, command: Command) -> Sequence[str]:
    """Which incident, the part, and the words."""
    about = command.incident or ""
    return name, about if not about or is_id(about) else f"#{about}", command.text


def spelt_report(_name: str, command: Command) -> Sequence[str]:
    """A bare `report` is a colleague's, of what fails for them."""
    return "incident report", command.incident or ""
