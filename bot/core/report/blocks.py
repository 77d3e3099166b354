"""A report before any dress: sections of a few plain shapes, in the words that people read.

Every string in them may be a stranger's; it is the dress's duty to let none of it become markup.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.core.message import Span
from bot.core.report.material import Section

Spans = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph."""

    spans: Spans


@dataclass(frozen=True, slots=True)
class Pairs:
    """What is asked, and the answer, a row each."""

    about: str
    rows: tuple[tuple[str, Spans], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells under a head; `about` says what it is a table of."""

    about: str
    head: tuple[str, ...]
    rows: tuple[tuple[Spans, ...], ...]


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list; `done` has for each whether it is ticked off, where that is the question."""

    items: tuple[Spans, ...]
    done: tuple[bool, ...] = ()


@dataclass(frozen=True, slots=True)
class Words:
    """Somebody's words to the letter, under a line that says whose they are and when they were said."""

    head: Spans
    text: str


@dataclass(frozen=True, slots=True)
class Theirs:
    """What somebody here has added."""

    author: str
    at: datetime
    text: str


Block = Text | Pairs | Table | Bullets | Words | Theirs


@dataclass(frozen=True, slots=True)
class Part:
    """A section: its title, what stands in it, and where people's own words belong, if they belong into it."""

    key: str
    title: str
    blocks: tuple[Block, ...]
    yours: Section | None = None
