"""How `mute`, `unmute` and `mutes` are read: an incident, a vendor or components of one, and until when."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta

from bot.core.lengths import (
    FOR_GOOD,
    GOOD,
    HOW_LONG,
    LONGEST_MUTE,
    SPAN,
    TO_THE_END,
    UNTIL_RESOLVED,
    UNTIL_WHEN,
    span_of,
    spell_span,
)
from bot.core.verbs import Misunderstood, Verb, is_id, plainly, which
from bot.model import Command

VENDOR, COMPONENT = "vendor", "component"
_LONGEST = 300
_BECAUSE = re.compile(r"(?:^|\s)because\s+", re.IGNORECASE)
_TARGET = re.compile(r"\s*(?P<kind>vendor|components?)(?:\s+(?P<what>.*))?$", re.IGNORECASE | re.DOTALL)
_UNTIL = re.compile(r"(?<!\S)(?:until|till)(?!\S)", re.IGNORECASE)


def mute(verb: Verb, rest: str) -> Command | Misunderstood:
    """Read what, and how long, in any place; of an incident it is until the end where nothing is said.

    What follows `because` is the reason.
    """
    because = _BECAUSE.search(rest)
    words, why = (rest[: because.start()], rest[because.end() :].strip()) if because else (rest, "")
    words = words[:_LONGEST]
    found = next(filter(None, (one.search(words) for one in (TO_THE_END, GOOD, UNTIL_WHEN, SPAN))), None)
    left = f"{words[: found.start()]} {words[found.end() :]}" if found else words
    span, when = _length(found) if found else (None, "")
    if span is not None and not timedelta() < span <= LONGEST_MUTE:
        return Misunderstood(f"{verb.names[0]} {rest}", "A mute lasts from a minute to 90 days, or for good.")
    if _UNTIL.search(left):
        return Misunderstood(f"{verb.names[0]} {rest}", HOW_LONG)
    target = _TARGET.match(left)
    if target is not None:
        about = _about(target)
        said = Command(action=verb.action, query=about, span=span, when=when, text=why)
        return said if about else _whose(verb, rest)
    about = which(left) or ""
    if about and about[0].isdigit() and not is_id(about):
        return Misunderstood(f"{verb.names[0]} {rest}", HOW_LONG)
    when = "" if when == UNTIL_RESOLVED else when
    return Command(action=verb.action, incident=about or None, span=span, when=when, text=why)


def _length(found: re.Match[str]) -> tuple[timedelta | None, str]:
    """Return how long, or until when, as it is typed."""
    if found.re is SPAN:
        return span_of(found[0]), ""
    if found.re is UNTIL_WHEN:
        return None, " ".join(found["when"].split())
    return None, FOR_GOOD if found.re is GOOD else UNTIL_RESOLVED


def is_length(text: str) -> bool:
    """Whether a text says how long: `4h`, `until 18:00`, `until resolved`, `for good`."""
    return any(one.fullmatch(text.strip()) for one in (TO_THE_END, GOOD, UNTIL_WHEN, SPAN))


def unmute(verb: Verb, rest: str) -> Command | Misunderstood:
    """Read what is to be heard of again: an incident, or a vendor or components that were muted."""
    target = _TARGET.match(rest[:_LONGEST])
    if target is None:
        return Command(action=verb.action, incident=which(rest))
    about = _about(target)
    return Command(action=verb.action, query=about) if about else _whose(verb, rest)


def _about(target: re.Match[str]) -> str:
    """Return what is meant, as it is typed: `vendor openai`, `component openai: Sora`; nothing if it is not said."""
    what = target["what"] or ""
    if target["kind"].lower() == VENDOR:
        whom = plainly(what)
        return f"{VENDOR} {whom}" if whom else ""
    whom, colon, parts = what.partition(":")
    names = ", ".join(filter(None, map(plainly, parts.split(","))))
    return f"{COMPONENT} {plainly(whom)}: {names}" if colon and plainly(whom) and names else ""


def _whose(verb: Verb, rest: str) -> Misunderstood:
    name = verb.names[0]
    hint = f"What? `{name} vendor openai`, `{name} component openai: Sora`, or an incident: `{name} openai-01JM3`"
    return Misunderstood(f"{name} {rest}".strip(), hint)


def target_of(command: Command) -> tuple[str, tuple[str, ...]]:
    """Return whose vendor's name was said, and which components of it; none for all of it."""
    kind, _, what = command.query.partition(" ")
    if kind != COMPONENT:
        return what, ()
    whom, _, parts = what.partition(": ")
    return whom, tuple(parts.split(", "))


def spelt_mute(name: str, command: Command) -> Sequence[str]:
    """With how long, and why."""
    why = f"because {command.text}" if command.text else ""
    return name, command.incident or "", command.query, spelt_length(command), why


def spelt_length(command: Command) -> str:
    """Return how long, as it is typed; nothing where a vendor is to be muted and nobody has said."""
    if command.when in {FOR_GOOD, UNTIL_RESOLVED}:
        return command.when
    if command.when:
        return f"until {command.when}"
    return "" if command.query and command.span is None else spell_span(command.span)
