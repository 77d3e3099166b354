"""How what follows a verb is read: each function reads one shape of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.core.lengths import LONGEST_MUTE, SPAN, span_of, spell_span
from bot.model import Action, Command

_LONGEST_QUERY = 200


@dataclass(frozen=True, slots=True)
class Misunderstood:
    """Words that are no command: what is wrong with them, and what may have been meant.

    `otherwise` is what they ask for if they are no slip of the finger but somebody's name.
    """

    typed: str
    hint: str
    meant: tuple[Command, ...] = ()
    otherwise: Command | None = None


def spelt_in_order(name: str, command: Command) -> Sequence[str]:
    """Return the verb, the incident, what was looked for, and the words."""
    return name, command.incident or "", command.query, command.text


@dataclass(frozen=True, slots=True)
class Verb:
    """One thing that can be asked for: its names, how the rest is read, and how it is explained.

    `of` says whether it is about an incident, and so may follow the word `incident`.  `spells` returns the words that
    one would type for a command, the verb itself among them; empty ones count for nothing.
    """

    action: Action
    names: tuple[str, ...]
    reads: Callable[[Verb, str], Command | Misunderstood]
    usage: str
    about: str
    of: bool = False
    spells: Callable[[str, Command], Sequence[str]] = spelt_in_order


# As many as there were, so that places in the text stay the same.
_QUOTES = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "„": '"', "\xa0": " "})  # noqa: RUF001  (these very characters)
_AROUND = " \t\r\n\"'`*~?!.,;:"
# Slants a word that it stands on both sides of; an id may end with one.
_SLANT = "_"
_ID = re.compile(r"#?[A-Za-z0-9.]+-(?P<tail>[A-Za-z0-9_-]+)")
_MARKED_ID = re.compile(r"#[\w.-]+")
_LEAST_TAIL = 10
_URL = re.compile(r"<?(https?://[^\s<>|]+)(?:\|[^<>]*)?>?", re.IGNORECASE)
_HISTORY = "history"
_HOW = re.compile(r":(?=\s)\s*|:$|\s*[\r\n]+\s*|\s+because\s+", re.IGNORECASE)


def quoted(text: str) -> str:
    """Return the text with the quotation marks of a keyboard in place of those that chat programs make of them."""
    return text.translate(_QUOTES)


def plainly(words: str) -> str:
    """Return words without what is put around them in a chat: quotes, stars, a question mark."""
    return _without(_AROUND + _SLANT, words)


def which(words: str) -> str | None:
    """Return words for an incident, or its id, to the last letter; None where there are none."""
    bare = _without(_AROUND, words)
    while bare.startswith(_SLANT):
        bare = bare[1:].removesuffix(_SLANT).strip(_AROUND)
    return bare.removeprefix("#") or None


def _without(around: str, words: str) -> str:
    return " ".join(quoted(words[: 4 * _LONGEST_QUERY]).strip(around).split())[:_LONGEST_QUERY].strip(around)


def is_id(word: str) -> bool:
    """Whether a word can be nothing but an incident's id: `openai-01JM3X`, or marked as one: `#acme-api`."""
    if word.startswith("#") and _MARKED_ID.fullmatch(word):
        return True
    found = _ID.fullmatch(word)
    return found is not None and (any(map(str.isdigit, found["tail"])) or len(found["tail"]) >= _LEAST_TAIL)


def query(verb: Verb, rest: str) -> Command:
    """Read anything as what somebody looks for."""
    return Command(action=verb.action, query=plainly(rest))


def status(verb: Verb, rest: str) -> Command:
    """Read what somebody looks for; with `history` at its end they ask for the record of it."""
    words = plainly(rest)
    whose, _, last = words.rpartition(" ")
    if whose and last.casefold() == _HISTORY:
        return Command(action=Action.HISTORY, query=plainly(whose))
    return Command(action=verb.action, query=words)


def whose(verb: Verb, rest: str) -> Command | Misunderstood:
    """Read whose record it is about."""
    wanted = plainly(rest)
    if not wanted:
        return Misunderstood(verb.names[0], "Whose history? `status github history`")
    return Command(action=verb.action, query=wanted)


def report(verb: Verb, rest: str) -> Command | Misunderstood:
    """Read what fails, and after a colon or a line's end how, in somebody's own words.

    Without a colon all may be the name or a part of it words: only who knows the names can tell.
    """
    what, words = rest.lstrip(":, \t\r\n"), ""
    end = _HOW.search(what)
    if end is not None:
        what, words = what[: end.start()], what[end.end() :].strip()
    if len(what) > _LONGEST_QUERY:
        head = what[:_LONGEST_QUERY].rpartition(" ")[0] or what[:_LONGEST_QUERY]
        what, words = head, f"{what[len(head) :].strip()} {words}".strip()
    wanted = plainly(what)
    if not wanted:
        hint = "What fails for you? `report github actions: no runners`"
        return Misunderstood(f"{verb.names[0]} {rest}".strip(), hint, otherwise=Command(action=Action.WRITE_UP))
    return Command(action=verb.action, query=wanted, text=words)


def page(verb: Verb, rest: str) -> Command | Misunderstood:
    """Read whose page it is about, or the page's address."""
    found = _URL.search(rest)
    wanted = found[1] if found else plainly(rest)
    if not wanted:
        return Misunderstood(verb.names[0], f"Whose page? `{verb.names[0]} github`, or an address: https://…")
    return Command(action=verb.action, query=wanted)


def incident(verb: Verb, rest: str) -> Command:
    """Read the id of an incident, its beginning, or words for it; nothing means the one at hand."""
    return Command(action=verb.action, incident=which(rest))


def taking(verb: Verb, rest: str) -> Command | Misunderstood:
    """Read an incident, and for how long somebody takes it on, if not for good: `ack 30m`, `ack github for 2h`."""
    words = rest[:_LONGEST_QUERY]
    found = SPAN.search(words)
    span = span_of(found[0]) if found else None
    if found is None or span is None:
        return incident(verb, rest)
    if not timedelta() < span <= LONGEST_MUTE:
        return Misunderstood(f"{verb.names[0]} {rest}", "It can be taken on for a minute to 90 days, or for good.")
    return Command(action=verb.action, incident=which(f"{words[: found.start()]} {words[found.end() :]}"), span=span)


def override(verb: Verb, rest: str) -> Command | Misunderstood:
    """Read who has the duty, and from when until when: `NAME [in ROTA] [from …] until …`, `NAME for 8h`."""
    found = _WHEN.search(f" {rest}")
    if found is None:
        return Misunderstood(f"{verb.names[0]} {rest}".strip(), UNTIL_WHEN)
    who = plainly(rest[: max(found.start(), 0)])
    return Command(action=verb.action, query=who or "me", text=" ".join(f" {rest}"[found.start() :].split()))


UNTIL_WHEN = (
    "Until when? `oncall override NAME until 18:00`, `oncall override NAME from Mon 09:00 until Tue 09:00`, "
    "`oncall override me for 8h`"
)
_WHEN = re.compile(r"\s(?:from|until|till|for)\s", re.IGNORECASE)


def note(verb: Verb, rest: str) -> Command | Misunderstood:
    """Read somebody's own words, after an id if there is one; `note: …` is all words."""
    first, _, more = rest.partition(" ")
    if is_id(first):
        about, text = first.removeprefix("#"), more.strip()
    else:
        # One colon calls them words; a second one is theirs.
        about, text = None, (rest[1:] if rest[:1] in ":," else rest).strip()
    if not text:
        return Misunderstood(f"{verb.names[0]} {rest}".strip(), "What shall the note say? `note we switched over`")
    return Command(action=verb.action, incident=about, text=text)


def link(verb: Verb, rest: str) -> Command | Misunderstood:
    """Read an address; what stands before it is the incident, what comes after is said of it."""
    found = _URL.search(rest)
    if found is None and (is_id(rest.partition(" ")[0]) or _INTO.search(rest)):
        return join(replace(verb, action=Action.JOIN), rest)
    if found is None:
        return Misunderstood(
            verb.names[0], "What? An address, `link https://…`, or another incident, `link openai-01JM3`"
        )
    return Command(
        action=verb.action,
        incident=which(rest[: found.start()]),
        url=found[1],
        text=rest[found.end() :].strip(),
    )


def join(verb: Verb, rest: str) -> Command | Misunderstood:
    """Read which incident goes into which: `openai-api-20260301T1202 to openai-01JM3`; the first may be left out."""
    first, _, second = (part.strip() for part in _INTO.sub("\n", f"{rest} ", count=1).partition("\n"))
    if not second and first:
        words = first.split()
        first, second = (words[0], words[1]) if len(words) == 2 and all(map(is_id, words)) else ("", first)  # noqa: PLR2004  (one into the other)
    if not plainly(second):
        return Misunderstood(f"{verb.names[0]} {rest}".strip(), "With which incident? `join openai-01JM3`")
    return Command(action=verb.action, incident=which(first), query=which(second) or "")


_INTO = re.compile(r"(?:^|\s+)(?:to|into|with|and)\s+", re.IGNORECASE)


def spelt_note(name: str, command: Command) -> Sequence[str]:
    """A word that could be an id is not the first of the note: a colon says so."""
    which = command.incident or ""
    which = which if not which or is_id(which) else f"#{which}"
    taken = not which and (is_id(command.text.partition(" ")[0]) or command.text[:1] in ":,")
    return name + (":" if taken else ""), which, command.text


def spelt_taking(name: str, command: Command) -> Sequence[str]:
    """With for how long, if that is not for good."""
    return name, command.incident or "", command.query, f"for {spell_span(command.span)}" if command.span else ""


def spelt_link(name: str, command: Command) -> Sequence[str]:
    """The address before what is said of it."""
    return name, command.incident or "", command.query, command.url or "", command.text


def spelt_join(name: str, command: Command) -> Sequence[str]:
    """Which into which."""
    return name, command.incident or "", "to", command.query


def spelt_report(name: str, command: Command) -> Sequence[str]:
    """A colon stands between what fails and how."""
    return name, command.incident or "", command.query + (":" if command.text else ""), command.text
