"""What somebody typed, as a command; and a command, as one would type it.

    status [what] · history WHOSE · incidents [whose] · report WHAT [: WORDS] · board · health · help
    watch add|remove WHOM · watch list · oncall [ROTA] · oncall override NAME until … · oncall remove
    routes · routes test VENDOR [component=…] [impact=…]
    [incident] details|unack|affected|works|unmute [which] · ack [which] [30m] · fallback on|off [which]
    incident report [which] · [incident] write [which] PART: WORDS
    [incident] note [which] WORDS · mute [which] [4h] [because WORDS]

The words before a verb that only call Sitrep are passed over: `@sitrep`, `/sitrep`, `<@U123>`.  Words that are no
verb ask for a status.  A verb is one row of the vocabulary.
"""

from __future__ import annotations

import re
from dataclasses import replace
from difflib import get_close_matches

from bot.core import verbs
from bot.core.lengths import span_of
from bot.core.verbs import Misunderstood, Verb, is_id, plainly, quoted
from bot.core.vocabulary import BY_ACTION, VERBS
from bot.model import Action, Command

__all__ = ["VERBS", "Misunderstood", "Verb", "parse", "span_of", "spell"]

_OF_INCIDENTS = tuple(verb for verb in VERBS if verb.of)
# A word may mean one thing of an incident and another alone: `report` is what fails for somebody.
_OF_NAMES = {name: verb for verb in _OF_INCIDENTS for name in verb.names}
_BY_NAME = _OF_NAMES | {name: verb for verb in VERBS if not verb.of for name in verb.names}
_GROUP = re.compile(r"incident(?=[\s:,]|$)[\s:,]*", re.IGNORECASE)
_CALL = re.compile(r"\s*(?:<@[!&]?\w+(?:\|[^<>]*)?>|[@/]sitrep\b|sitrep(?=[\s:,]|$)|/(?=\w))[\s:,]*", re.IGNORECASE)
_VERB = re.compile(
    rf"({'|'.join(re.escape(name) for name in sorted(_BY_NAME, key=len, reverse=True))})(?=[\s:,]|$)",
    re.IGNORECASE | re.ASCII,
)
_FIRST = re.compile(r"\S+")
_QUESTION = re.compile(r"is (?P<what>.+) (?:down|up|ok|okay|broken|working|slow|back)", re.IGNORECASE)
# Below this likeness it is another word.  Two letters that have changed places in `ack` come to 0.67.
_CLOSE = 0.66
_LONGEST_SLIP = 16
_SLIPPED = 3
_LONGEST_NAME = 40
# `@sitrep sitrep /status`: more than that nobody means.
_CALLS = 3


def parse(text: str) -> Command | Misunderstood:
    """Return what is asked for; whatever the text is, there is an answer to it."""
    words = text.strip()
    for _ in range(_CALLS):
        call = _CALL.match(words)
        words = words[call.end() :] if call else words
    if not words:
        return Command(action=Action.HELP)
    group = _GROUP.match(words)
    if group:
        return _of_incident(words[group.end() :])
    return _by_verb(words) or _turned(words) or _slip(words, VERBS, _status(words)) or _status(words)


def _of_incident(words: str) -> Command | Misunderstood:
    details = Command(action=Action.DETAILS, incident=verbs.which(words))
    return _by_verb(words, _OF_INCIDENTS) or _turned(words) or _slip(words, _OF_INCIDENTS, details) or details


def _by_verb(words: str, among: tuple[Verb, ...] = VERBS) -> Command | Misunderstood | None:
    found = _VERB.match(quoted(words[:_LONGEST_NAME]))
    known = _OF_NAMES if among is _OF_INCIDENTS else _BY_NAME
    verb = known.get(found[1].lower()) if found else None
    if found is None or verb is None or verb not in among:
        return None
    return verb.reads(verb, words[found.end() :].strip())


def _turned(words: str) -> Command | Misunderstood | None:
    """The incident first, then what is to be done: `openai-01JM3 ack`."""
    first, _, rest = words.partition(" ")
    if not is_id(first):
        return None
    found = _by_verb(rest.strip(), _OF_INCIDENTS)
    if not isinstance(found, Command) or found.incident is not None:
        return found
    return replace(found, incident=first.removeprefix("#"))


def _slip(words: str, among: tuple[Verb, ...], otherwise: Command) -> Misunderstood | None:
    """A first word that is almost a verb; it may be a name all the same, which only who knows the names can tell."""
    first = _FIRST.match(words)
    if first is None or len(first[0]) > _LONGEST_SLIP:
        return None
    word = first[0].lower()
    # Whatever slips, the first letter is not far from its place: `open` is no `reopen`.
    names = [n for verb in among for n in verb.names if " " not in n and n != "?" and n[0] in word[:_SLIPPED]]
    close = get_close_matches(word, names, n=3, cutoff=_CLOSE)
    found = [_by_verb(name + words[first.end() :]) for name in close]
    commands = tuple(dict.fromkeys(command for command in found if isinstance(command, Command)))
    if not commands:
        return None
    return Misunderstood(words, f"“{first[0]}” is nothing that can be asked for.", commands, otherwise)


def _status(words: str) -> Command:
    plain = plainly(words)
    question = _QUESTION.fullmatch(plain)
    return Command(action=Action.STATUS, query=question["what"] if question else plain)


def spell(command: Command) -> str:
    """Return what one would type for it; `parse` reads it back."""
    verb = BY_ACTION[command.action]
    return " ".join(filter(None, verb.spells(verb.names[0], command)))
