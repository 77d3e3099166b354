"""A message before any platform has dressed it: what is said, with times and links still as such.

Every string in it may be a stranger's; it is the adapter's duty to let none of it become markup.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import blake2b


class Tone(StrEnum):
    """How a message looks: one colour and one sign for each."""

    CRITICAL = "critical"
    MAJOR = "major"
    MINOR = "minor"
    NOTICE = "notice"
    MAINTENANCE = "maintenance"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant, to be shown in the reader's own time."""

    at: datetime


Span = str | Moment


@dataclass(frozen=True, slots=True)
class Line:
    """A line of what Sitrep says."""

    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Quote:
    """Somebody's own words, verbatim."""

    text: str
    author: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A root message or a reply.  `broadcast` asks for the channel as well as the thread."""

    tone: Tone
    headline: str
    parts: tuple[Line | Quote, ...] = ()
    url: str | None = None
    broadcast: bool = False


def line(*spans: Span) -> Line:
    """Return a line of text and moments."""
    return Line(spans)


def utc(moment: datetime) -> str:
    """Write an instant for readers whose time nobody knows."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def plain(message: Message, write: Callable[[datetime], str] = utc) -> str:
    """Return the message as plain text, nothing cut, nothing wrapped."""
    rows = [message.headline]
    rows += [
        _plain_line(part, write) if isinstance(part, Line) else _plain_quote(part, write) for part in message.parts
    ]
    if message.url:
        rows.append(message.url)
    return "\n".join(rows)


def _plain_part(part: Line | Quote, write: Callable[[datetime], str]) -> str:
    return _plain_line(part, write) if isinstance(part, Line) else _plain_quote(part, write)


def _plain_line(part: Line, write: Callable[[datetime], str]) -> str:
    return "".join(span if isinstance(span, str) else write(span.at) for span in part.spans)


def _plain_quote(part: Quote, write: Callable[[datetime], str]) -> str:
    source = f"{part.author}, {write(part.at)}" if part.at else part.author
    return f"“{part.text}”\n— {source}"


def fingerprint(message: Message) -> str:
    """Return a short text that differs whenever the message does."""
    return blake2b(repr(message).encode(), digest_size=8).hexdigest()
