"""How what somebody says of the team's own incidents is read, and how it is spelt.

    declare Checkout is down: cards are refused impact=major service="Support bot"
    update [which] WORDS state=identified impact=critical title="Checkout and search are down"

What is set by `name=value` may stand in any place; what has spaces in it stands in quotation marks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.core.verbs import Misunderstood, Verb, is_id, quoted, which
from bot.model import Command, Impact, State

# As much as one line of a root message shows, and as a name of a thread may hold.
LONGEST_TITLE = 120
IMPACTS = (Impact.MINOR, Impact.MAJOR, Impact.CRITICAL)
STATES = (State.INVESTIGATING, State.IDENTIFIED, State.MONITORING)
HOW_BAD = "How bad is it? impact=minor, impact=major or impact=critical"
HOW_FAR = "How far is it? state=investigating, state=identified, state=monitoring or state=resolved"
WHAT = "What is it? `declare Checkout is down: cards are refused impact=major`"

_GIVEN = re.compile(r"(?<!\S)(?P<name>[a-z]+)=(?P<value>\"[^\"]*\"|'[^']*'|[^\s\"']\S*)(?!\S)", re.IGNORECASE)
_END = re.compile(r":(?=\s)\s*|:$|\s*[\r\n]+\s*")
_PAGE = re.compile(r"(?:^|\s)(?P<page>\d{1,3})$")
_SERVICES = frozenset({"service", "services"})


@dataclass(slots=True)
class _Given:
    """What was set by name, and the words that are left."""

    words: str
    values: dict[str, list[str]] = field(default_factory=dict[str, list[str]])

    def last(self, name: str) -> str:
        return (self.values.get(name) or [""])[-1]


def _given(rest: str, names: frozenset[str]) -> _Given:
    """Take out of the words what is set by one of these names; what is set by another is a word."""
    found = _Given("")
    left, at = "", 0
    for one in _GIVEN.finditer(quoted(rest)):
        name = one["name"].lower()
        if name in names:
            found.values.setdefault(name, []).append(_unmarked(one["value"]))
            left, at = left + rest[at : one.start()].rstrip(" "), one.end()
    found.words = (left + rest[at:]).strip()
    return found


def _unmarked(value: str) -> str:
    is_marked = value[0] in {'"', "'"}
    return value[1:-1].strip() if is_marked else value


def _impact(given: _Given) -> Impact | None:
    word = given.last("impact").casefold()
    return next((one for one in IMPACTS if one == word), None)


def _state(given: _Given) -> State | None:
    word = given.last("state").casefold()
    return next((one for one in (*STATES, State.RESOLVED) if one == word), None)


def titled(title: str) -> str:
    """Return a title as it is kept: on one line, and no longer than a root shows."""
    return " ".join(title.split())[:LONGEST_TITLE].strip()


def declare(verb: Verb, rest: str) -> Command | Misunderstood:
    """Read what is wrong, and after a colon or a line's end what is known of it; alone it asks for a form."""
    given = _given(rest, _SERVICES | {"impact", "after"})
    if "impact" in given.values and _impact(given) is None:
        return Misunderstood(f"{verb.names[0]} {rest}".strip(), HOW_BAD)
    what, words = given.words.lstrip(":, \t\r\n"), ""
    end = _END.search(what)
    if end is not None:
        what, words = what[: end.start()], what[end.end() :].strip()
    title = titled(what)
    if len(" ".join(what.split())) > LONGEST_TITLE:
        title = title.rpartition(" ")[0] or title
        words = f"{' '.join(what.split())[len(title) :].strip()}\n{words}".strip()
    services = [name for key in sorted(_SERVICES) for name in given.values.get(key, ())]
    return Command(
        action=verb.action,
        incident=which(given.last("after")),
        title=title,
        text=words,
        impact=_impact(given),
        services=tuple(dict.fromkeys(filter(None, services))),
    )


def update(verb: Verb, rest: str) -> Command | Misunderstood:
    """Read somebody's own words, after an id if there is one, and what they set; alone it asks for a form."""
    given = _given(rest, frozenset({"state", "impact", "title"}))
    if "impact" in given.values and _impact(given) is None:
        return Misunderstood(f"{verb.names[0]} {rest}".strip(), HOW_BAD)
    if "state" in given.values and _state(given) is None:
        return Misunderstood(f"{verb.names[0]} {rest}".strip(), HOW_FAR)
    about, text = _split(given.words)
    return Command(
        action=verb.action,
        incident=about,
        text=text,
        title=titled(given.last("title")),
        impact=_impact(given),
        state=_state(given),
    )


def ending(verb: Verb, rest: str) -> Command:
    """Read which incident, by its id, and somebody's own words; neither has to be there."""
    about, text = _split(rest)
    return Command(action=verb.action, incident=about, text=text)


def timeline(verb: Verb, rest: str) -> Command:
    """Read which incident, and which page of its history."""
    found = _PAGE.search(rest.rstrip())
    page = str(int(found["page"])) if found else ""
    return Command(action=verb.action, incident=which(rest[: found.start()] if found else rest), query=page)


def _split(rest: str) -> tuple[str | None, str]:
    first, _, more = rest.partition(" ")
    if is_id(first):
        return first.removeprefix("#"), more.strip()
    return None, (rest[1:] if rest[:1] in ":," else rest).strip()


def spelt_declare(name: str, command: Command) -> Sequence[str]:
    """The title, a colon, the words, and what is set."""
    colon = ":" if command.text else ""
    set_by_name = {"impact": command.impact or "", "after": command.incident or ""}
    services = [f"service={_in_marks(one)}" for one in command.services]
    return name, command.title + colon, command.text, *_spelt(set_by_name), *services


def spelt_update(name: str, command: Command) -> Sequence[str]:
    """Which incident, the words, and what is set."""
    set_by_name = {"state": command.state or "", "impact": command.impact or "", "title": command.title}
    return *spelt_ending(name, command), *_spelt(set_by_name)


def spelt_ending(name: str, command: Command) -> Sequence[str]:
    """A word that could be an id is not the first of somebody's own: a colon says so."""
    about = command.incident or ""
    about = about if not about or is_id(about) else f"#{about}"
    taken = not about and (is_id(command.text.partition(" ")[0]) or command.text[:1] in {":", ","})
    return name + (":" if taken else ""), about, command.text


def _spelt(values: Mapping[str, str]) -> Sequence[str]:
    return [f"{key}={_in_marks(value)}" for key, value in values.items() if value]


def _in_marks(value: str) -> str:
    mark = "'" if '"' in value else '"'
    return f"{mark}{value}{mark}" if re.search(r"[\s\"']", value) else value
