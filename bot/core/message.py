"""A message before any platform has dressed it: what is said, with times and links still as such.

Every string in it may be a stranger's; it is the adapter's duty to let none of it become markup.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import blake2b

from bot.model import Action, Incident, TimelineEntry


class Tone(StrEnum):
    """How a message looks: one colour and one sign for each."""

    CRITICAL = "critical"
    MAJOR = "major"
    MINOR = "minor"
    NOTICE = "notice"
    MAINTENANCE = "maintenance"
    RESOLVED = "resolved"


# The mildest first.
TONES_BY_WEIGHT = (Tone.RESOLVED, Tone.NOTICE, Tone.MAINTENANCE, Tone.MINOR, Tone.MAJOR, Tone.CRITICAL)


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant, to be shown in the reader's own time.

    `ago` asks for how long ago it is as well, of a platform on which that stays true by itself.
    """

    at: datetime
    ago: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """A few words that lead somewhere.  The address is shown where the platform can not hide it."""

    text: str
    url: str


Span = str | Moment | Link


@dataclass(frozen=True, slots=True)
class Line:
    """A line of what Sitrep says.  `level` is 1 for a heading, 2 for a heading within that."""

    spans: tuple[Span, ...]
    level: int = 0


@dataclass(frozen=True, slots=True)
class Quote:
    """Somebody's own words, verbatim."""

    text: str
    author: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class File:
    """A file that goes with a message; `about` says in words what is in it, for whoever can not see it."""

    name: str
    media_type: str
    content: bytes = field(repr=False)
    about: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One of several things, each with its own look: a vendor in a list, a destination that is stuck.

    `head` is its name, `spans` what is said of it on the same line, `lines` what stands under it.
    """

    tone: Tone
    head: str
    spans: tuple[Span, ...] = ()
    lines: tuple[Line, ...] = ()


Part = Line | Quote | Item


@dataclass(frozen=True, slots=True)
class Control:
    """Something to press.  `options`, when there are several, are what a person chooses from: label and value.

    `value` names what it is about, an incident's id as a rule; pressed, it comes back as an `Asked` of that action.
    """

    action: Action
    label: str
    value: str
    options: tuple[tuple[str, str], ...] = ()
    primary: bool = False


class Reach(StrEnum):
    """Whom a message calls."""

    PERSON = "person"
    GROUP = "group"
    HERE = "here"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Call:
    """Whom a message calls: a person or a group by the platform's own id, whoever is there just now, or everybody."""

    reach: Reach
    id: str = ""


@dataclass(frozen=True, slots=True)
class About:
    """The incident that a reply is about, for where it is read away from its root: who and what, and how it stands."""

    headline: str
    standing: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A root message or a reply.

    `broadcast` asks for the channel as well as the thread, and such a reply says what it is `about`.  `at` is when
    what a reply tells happened.  It calls nobody but those in `calls`.  `labels` say in single words how a root stands,
    for platforms that sort by such: the most telling first.

    `incident` and `entries` are what it was made from, for platforms that are read by programs.  The words tell all of
    it that people see, so they are no part of what makes two messages alike.  `files` go with a reply, where the
    platform takes any.
    """

    tone: Tone
    headline: str
    parts: tuple[Part, ...] = ()
    url: str | None = None
    broadcast: bool = False
    controls: tuple[Control, ...] = ()
    labels: tuple[str, ...] = ()
    about: About | None = None
    at: datetime | None = None
    calls: tuple[Call, ...] = ()
    incident: Incident | None = field(default=None, repr=False, compare=False)
    entries: tuple[TimelineEntry, ...] = field(default=(), repr=False, compare=False)
    files: tuple[File, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """The answer to what somebody asked, for that person alone unless they share it.

    `choices` are what may have been meant: label, and the command as it would be typed.  What is said `aside` is for
    that person alone also where answers are for everybody.  `already` tells that all was as they wanted it.
    """

    message: Message
    shareable: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    aside: bool = False
    already: bool = False


def line(*spans: Span) -> Line:
    """Return a line of text and moments."""
    return Line(spans)


def heading(*spans: Span, level: int = 1) -> Line:
    """Return a line that stands over what follows it."""
    return Line(spans, level)


def utc(moment: datetime) -> str:
    """Write an instant for readers whose time nobody knows."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def plain(message: Message, write: Callable[[datetime], str] = utc) -> str:
    """Return the message as plain text, nothing cut, nothing wrapped."""
    rows = [message.headline]
    rows += [plain_part(part, write) for part in message.parts]
    if message.url:
        rows.append(message.url)
    return "\n".join(rows)


def plain_part(part: Part, write: Callable[[datetime], str] = utc) -> str:
    """Return one part of a message as plain text."""
    if isinstance(part, Line):
        return _plain_spans(part.spans, write)
    if isinstance(part, Item):
        first = " · ".join(filter(None, (part.head, _plain_spans(part.spans, write))))
        return "\n".join([f"- {first}", *(f"  {_plain_spans(row.spans, write)}" for row in part.lines)])
    source = f"{part.author}, {write(part.at)}" if part.at else part.author
    return f"“{part.text}”\n— {source}"


def _plain_spans(spans: tuple[Span, ...], write: Callable[[datetime], str]) -> str:
    return "".join(_plain_span(span, write) for span in spans)


def _plain_span(span: Span, write: Callable[[datetime], str]) -> str:
    if isinstance(span, Moment):
        return write(span.at)
    if isinstance(span, Link):
        return span.url if span.text == span.url else f"{span.text} ({span.url})"
    return span


def fingerprint(message: Message) -> str:
    """Return a short text that differs whenever the message does."""
    return blake2b(repr(message).encode(), digest_size=8).hexdigest()
