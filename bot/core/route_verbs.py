"""How what follows `routes` is read, and spelt."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.core.imagining import USAGE
from bot.core.verbs import Misunderstood, Verb, plainly
from bot.model import Command

_FIRST_KEY = re.compile(r"(?:^|\s)[a-z_-]+\s*=", re.IGNORECASE)
_LONGEST = 1_000


def shown(verb: Verb, rest: str) -> Command | Misunderstood:
    """Read nothing more; whoever says more means to try them."""
    if rest:
        return Misunderstood(f"{verb.names[0]} {rest}", f"`routes` shows them; {USAGE} tries them.")
    return Command(action=verb.action)


def tested(verb: Verb, rest: str) -> Command | Misunderstood:
    """Read whose incident it would be, and after that what it would be like: `openai component=API impact=major`."""
    said = rest[:_LONGEST]
    found = _FIRST_KEY.search(said)
    vendor = plainly(said[: found.start()] if found else said)
    if not vendor:
        return Misunderstood(f"{verb.names[0]} {rest}".strip(), f"Whose incident? {USAGE}")
    return Command(action=verb.action, query=vendor, text=" ".join(said[found.start() :].split()) if found else "")


def spelt_test(name: str, command: Command) -> Sequence[str]:
    """Whose it would be, before what it would be like."""
    return name, command.query, command.text
