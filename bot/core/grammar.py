"""What somebody typed, as a command; and a command, as one would type it.

    status [what] · history WHOSE · incidents [whose] · report WHAT [: WORDS] · health · help
    watch add|remove WHOM · watch list · oncall [ROTA] · oncall override NAME until … · oncall remove
    [incident] details|unack|affected|works|unmute [which] · ack [which] [30m] · fallback on|off [which]
    [incident] note [which] WORDS · mute [which] [4h] [because WORDS]

The words before a verb that only call Sitrep are passed over: `@sitrep`, `/sitrep`, `<@U123>`.  Words that are no
verb ask for a status.  A verb is one row of `VERBS`.
"""

from __future__ import annotations

import re
from dataclasses import replace
from difflib import get_close_matches

from bot.core import verbs
from bot.core.verbs import Misunderstood, Verb, is_id, plainly, quoted, span_of, spell_span
from bot.model import Action, Command

__all__ = ["VERBS", "Misunderstood", "Verb", "parse", "span_of", "spell"]

VERBS = (
    Verb(Action.STATUS, ("status",), verbs.status, "status [what]", "how everything stands, or what you name"),
    Verb(
        Action.HISTORY,
        ("history", "scorecard"),
        verbs.whose,
        "history WHOSE",
        "90 days of a vendor in numbers; `status github history` is the same",
    ),
    Verb(
        Action.INCIDENTS,
        ("incidents",),
        verbs.query,
        "incidents [whose]",
        "the open incidents; `incidents all`: the last",
    ),
    Verb(
        Action.DETAILS,
        ("details", "detail", "show", "timeline", "fallback"),
        verbs.incident,
        "details [which]",
        "all that was said, and what to do instead",
        of=True,
    ),
    Verb(
        Action.ACK,
        ("ack", "acknowledge"),
        verbs.taking,
        "ack [which] [for 30m]",
        "take it on; for a while, or until you give it back",
        of=True,
    ),
    Verb(Action.UNACK, ("unack", "unacknowledge"), verbs.incident, "unack [which]", "give it back", of=True),
    Verb(
        Action.NOTE, ("note", "add note"), verbs.note, "note [which] WORDS", "add to its thread and its report", of=True
    ),
    Verb(
        Action.MUTE,
        ("mute",),
        verbs.mute,
        "mute [which] [1h | 4h | 2d | until resolved]",
        "keep it out of the channel; the thread goes on",
        of=True,
    ),
    Verb(Action.UNMUTE, ("unmute",), verbs.incident, "unmute [which]", "let it into the channel again", of=True),
    Verb(
        Action.AFFECTED,
        ("affected", "i'm affected", "im affected", "i am affected", "i'm affected too", "me too"),
        verbs.incident,
        "affected [which]",
        "it fails for you",
        of=True,
    ),
    Verb(
        Action.WORKS,
        ("works", "works for me", "it works"),
        verbs.incident,
        "works [which]",
        "it works for you",
        of=True,
    ),
    Verb(
        Action.REPORT,
        ("report",),
        verbs.report,
        "report WHAT [: WORDS]",
        "it fails for you, whether or not anybody has said so yet",
    ),
    Verb(
        Action.FALLBACK_ON,
        ("fallback on", "fallback activated"),
        verbs.incident,
        "fallback on [which]",
        "you have switched over; `which` may be a service of yours",
        of=True,
    ),
    Verb(
        Action.FALLBACK_OFF,
        ("fallback off", "back to normal"),
        verbs.incident,
        "fallback off [which]",
        "you have switched back",
        of=True,
    ),
    Verb(Action.LINK, ("link",), verbs.link, "link [which] URL", "add a link to its thread", of=True),
    Verb(
        Action.JOIN,
        ("join",),
        verbs.join,
        "join [which] to OTHER",
        "two incidents are one: it goes on in the other's thread",
        of=True,
    ),
    Verb(
        Action.UNLINK,
        ("unlink", "unjoin"),
        verbs.incident,
        "unlink [which]",
        "what was taken for one is two: our own witnesses, or what was joined, go on by themselves",
        of=True,
    ),
    Verb(
        Action.WATCH,
        ("watch add", "watch also"),
        verbs.page,
        "watch add WHOM",
        "watch a vendor of the catalog, or the page at an address (admins)",
    ),
    Verb(Action.UNWATCH, ("watch remove", "unwatch"), verbs.page, "watch remove WHOM", "watch it no more (admins)"),
    Verb(Action.WATCHES, ("watch list", "watches", "watch"), verbs.watches, "watch list", "what is watched, and why"),
    Verb(
        Action.ONCALL,
        ("oncall show", "oncall"),
        verbs.query,
        "oncall [ROTA]",
        "who is on call, until when, who is next",
    ),
    Verb(
        Action.OVERRIDE,
        ("oncall override",),
        verbs.override,
        "oncall override NAME [in ROTA] [from Mon 09:00] until Tue 09:00 | for 8h",
        "somebody else has the duty for a while; `me` is you",
    ),
    Verb(
        Action.UNOVERRIDE,
        ("oncall remove", "oncall override remove"),
        verbs.query,
        "oncall remove [NUMBER or ROTA]",
        "take that back",
    ),
    Verb(Action.HEALTH, ("health",), verbs.query, "health", "what Sitrep itself can not do just now"),
    Verb(Action.HELP, ("help", "?"), verbs.query, "help", "this"),
)

_OF_INCIDENTS = tuple(verb for verb in VERBS if verb.of)
_BY_NAME = {name: verb for verb in VERBS for name in verb.names}
_BY_ACTION = {verb.action: verb for verb in VERBS}
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
    verb = _BY_NAME[found[1].lower()] if found else None
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
    names = [name for verb in among for name in verb.names if " " not in name and name != "?"]
    close = get_close_matches(first[0].lower(), names, n=3, cutoff=_CLOSE)
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
    which = command.incident or ""
    words = [_BY_ACTION[command.action].names[0]]
    if command.action is Action.NOTE:
        which = which if not which or is_id(which) else f"#{which}"
        taken = not which and (is_id(command.text.partition(" ")[0]) or command.text[:1] in ":,")
        words[0] += ":" if taken else ""
    words += [which, command.query]
    if command.action is Action.MUTE:
        words += [spell_span(command.span), f"because {command.text}" if command.text else ""]
    elif command.action is Action.ACK:
        words.append(f"for {spell_span(command.span)}" if command.span else "")
    elif command.action is Action.LINK:
        words += [command.url or "", command.text]
    elif command.action is Action.JOIN:
        words[1:] = [which, "to", command.query]
    elif command.action is Action.REPORT:
        words[-1] += ":" if command.text else ""
        words.append(command.text)
    else:
        words.append(command.text)
    return " ".join(filter(None, words))
