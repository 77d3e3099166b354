"""How a channel chooses what it hears: `watch openai components=ChatGPT min=major here`, and how it is taken back."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.core import verbs
from bot.core.chat_routes import Filters
from bot.core.verbs import Misunderstood, Verb, plainly, quoted
from bot.model import Action, Command, Impact, Kind

_LONGEST = 600
# Where: `here`, `to slack:#name`, `to #name`, or a channel as chat programs write it.
_HERE = re.compile(r"(?<!\S)here(?=\s*$|\s+\w+\s*=|\s+to\s)", re.IGNORECASE)
_TO = re.compile(r"(?<!\S)to\s+(?P<to>(?:slack|discord):\S+|console|<#\w+(?:\|[^<>]*)?>|#\S+)", re.IGNORECASE)
_KEY = re.compile(r"(?<!\S)(?P<key>[a-z_]+)\s*=\s*", re.IGNORECASE)
_QUOTES = " \t\r\n\"'`"
_KINDS = (Kind.INCIDENT, Kind.MAINTENANCE, Kind.SUSPECTED)
_LEAST = (Impact.NONE, Impact.MINOR, Impact.MAJOR, Impact.CRITICAL)
_FILTERS = "`components=API, Login`, `regions=us-east-1`, `kind=incident`, `min=major`"


def follow(verb: Verb, rest: str) -> Command | Misunderstood:
    """Read whose incidents a channel wants, which of them, and which channel if it is not this one."""
    said = quoted(rest[:_LONGEST])
    to = _TO.search(said)
    words = _HERE.sub(" ", _TO.sub(" ", said, count=1), count=1)
    first = _KEY.search(words)
    whom = _whom(words[: first.start()] if first else words)
    if not whom:
        hint = "Whose incidents? `watch openai here`, `watch openai components=ChatGPT min=major here`"
        return Misunderstood(f"{verb.names[0]} {rest}".strip(), hint)
    filters = filters_of(words[first.start() :] if first else "")
    if isinstance(filters, str):
        return Misunderstood(f"{verb.names[0]} {rest}", filters)
    return Command(action=verb.action, query=whom, text=spelt_filters(filters), url=to["to"] if to else None)


def unfollow(verb: Verb, rest: str) -> Command | Misunderstood:
    """Read whose incidents a channel wants no more."""
    said = quoted(rest[:_LONGEST])
    to = _TO.search(said)
    whom = _whom(_HERE.sub(" ", _TO.sub(" ", said, count=1), count=1))
    if not whom:
        return Misunderstood(
            verb.names[0], "Whose incidents shall not be told here any more? `watch remove openai here`"
        )
    return Command(action=verb.action, query=whom, url=to["to"] if to else None)


def watches(verb: Verb, rest: str) -> Command | Misunderstood:
    """Read nothing more, or what this channel is to be told: `watch openai here`."""
    if _names_a_channel(rest) or _KEY.search(rest):
        return follow(replace(verb, action=Action.FOLLOW), rest)
    if rest:
        hint = "`watch add …`, `watch … here`, `watch remove …`, or `watch list`"
        return Misunderstood(f"watch {rest}", hint)
    return Command(action=verb.action)


def page(verb: Verb, rest: str) -> Command | Misunderstood:
    """Read whose page it is about, or what a channel is to be told, or no more: `watch remove openai here`."""
    if not _names_a_channel(rest):
        return verbs.page(verb, rest)
    here: Callable[[Verb, str], Command | Misunderstood] = follow if verb.action is Action.WATCH else unfollow
    return here(replace(verb, action=Action.FOLLOW if here is follow else Action.UNFOLLOW), rest)


def _names_a_channel(rest: str) -> bool:
    return bool(_HERE.search(rest) or _TO.search(rest))


def _whom(words: str) -> str:
    found = re.search(r"<?(https?://[^\s<>|]+)(?:\|[^<>]*)?>?", words, re.IGNORECASE)
    return found[1] if found else plainly(words)


def filters_of(said: str) -> Filters | str:
    """Return which incidents are wanted; or what is wrong with the words."""
    found, filters = list(_KEY.finditer(said)), Filters()
    for one, after in zip(found, (*found[1:], None), strict=False):
        value = said[one.end() : after.start() if after else len(said)]
        names = tuple(filter(None, (name.strip(_QUOTES) for name in value.strip(", ").split(","))))
        read = _READ.get(one["key"].lower())
        if read is None:
            return f"“{one['key']}” is no filter: write {_FILTERS}"
        after_it = read(filters, names)
        if isinstance(after_it, str):
            return after_it
        filters = after_it
    return filters


def _components(filters: Filters, names: tuple[str, ...]) -> Filters | str:
    return replace(filters, components=names) if names else "Which components? `components=ChatGPT, Sora`"


def _regions(filters: Filters, names: tuple[str, ...]) -> Filters | str:
    return replace(filters, regions=names) if names else "Which regions? `regions=us-east-1`"


def _kinds(filters: Filters, names: tuple[str, ...]) -> Filters | str:
    wanted = tuple(kind for kind in _KINDS if kind.value in {name.lower() for name in names})
    if not names or len(wanted) != len({name.lower() for name in names}):
        return "Which kind? `kind=incident`, `kind=maintenance`, `kind=suspected`, or several with commas"
    return replace(filters, kinds=wanted)


def _least(filters: Filters, names: tuple[str, ...]) -> Filters | str:
    least = next((one for one in _LEAST if names and one.value == names[0].lower()), None)
    if least is None or len(names) > 1:
        return "How bad at least? `min=minor`, `min=major` or `min=critical`"
    return replace(filters, min_impact=least)


_READ: dict[str, Callable[[Filters, tuple[str, ...]], Filters | str]] = {
    **dict.fromkeys(("components", "component"), _components),
    **dict.fromkeys(("regions", "region"), _regions),
    **dict.fromkeys(("kinds", "kind"), _kinds),
    **dict.fromkeys(("min", "min_impact"), _least),
}


def spelt_filters(filters: Filters) -> str:
    """Return filters as one would type them; `filters_of` reads them back."""
    parts = [f"{key}={', '.join(names)}" for key, names in _named(filters) if names]
    least = f"min={filters.min_impact.value}" if filters.min_impact is not Impact.NONE else ""
    return " ".join(filter(None, (*parts, least)))


def _named(filters: Filters) -> Sequence[tuple[str, tuple[str, ...]]]:
    kinds = tuple(kind.value for kind in filters.kinds)
    return ("components", filters.components), ("regions", filters.regions), ("kind", kinds)


def spelt_follow(name: str, command: Command) -> Sequence[str]:
    """With the filters, and where if it is not here."""
    return name, command.query, command.text, f"to {command.url}" if command.url else ""
