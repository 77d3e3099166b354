"""Our own witnesses beside a vendor's words: who tells, and whether two of them speak of the same part."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from bot.model import ClaimView, Component, Kind, Source, SourceKind

_WORD = re.compile(r"\w+")
# Who says how an incident stands, and is not asked what they see.
_SPEAKERS = frozenset({SourceKind.FEED, SourceKind.TEAM})


def is_witness(source: Source) -> bool:
    """Whether a source is one of our own: a probe, a program that calls in, people here."""
    return source.kind not in _SPEAKERS


def testimonies(views: Iterable[ClaimView]) -> tuple[ClaimView, ...]:
    """Return what our own witnesses claim."""
    return tuple(view for view in views if view.teller not in _SPEAKERS)


def statements(views: Iterable[ClaimView]) -> tuple[ClaimView, ...]:
    """Return what the vendor has posted: not what only its page shows."""
    return tuple(view for view in views if view.teller is SourceKind.FEED and view.kind is not Kind.COMPONENT)


def declarations(views: Iterable[ClaimView]) -> tuple[ClaimView, ...]:
    """Return what the team has declared."""
    return tuple(view for view in views if view.teller is SourceKind.TEAM)


def are_alike(one: Component, other: Component) -> bool:
    """Whether two names are of one part: the same words, or the words of one among those of the other in a row.

    A witness knows a part by the name that somebody wrote into the configuration: `Actions` is `GitHub Actions`.
    """
    return one.id == other.id or _is_within(_words(one.name), _words(other.name))


def overlap(some: Iterable[Component], others: Iterable[Component]) -> bool:
    """Whether any part of the one is a part of the other."""
    there = tuple(others)
    return any(are_alike(one, other) for one in some for other in there)


@lru_cache(maxsize=10_000)
def _words(name: str) -> str:
    return f" {' '.join(_WORD.findall(name.casefold()))} "


def _is_within(one: str, other: str) -> bool:
    return bool(one.strip()) and bool(other.strip()) and (one in other or other in one)
