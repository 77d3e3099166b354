"""Events out of a stream of bytes, as they come.  Pure.

https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.errors import ParseError

# No event of an LLM comes near; longer ones would be looked through again with each chunk.
_LONGEST = 256 * 1024
_LINE_END = re.compile(rb"\r\n|\n|\r")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Event:
    """One event: what it is called, if it is, and its data."""

    name: str
    data: str


@dataclass(slots=True)
class Events:
    """Server-sent events.  Feed it what comes; what is not finished waits for the rest."""

    _rest: bytes = b""
    _begun: bool = False
    _name: str = ""
    _data: list[str] = field(default_factory=list)

    def feed(self, chunk: bytes) -> Iterator[Event]:
        """Give the events that are complete now; raise ParseError for a line that does not end."""
        self._rest += chunk
        if not self._begun and len(self._rest) >= len(_BYTE_ORDER_MARK):
            self._rest = self._rest.removeprefix(_BYTE_ORDER_MARK)
            self._begun = True
        # A carriage return at the very end may be the first half of a line's end.
        ready = len(self._rest) - 1 if self._rest.endswith(b"\r") else len(self._rest)
        *lines, rest = _LINE_END.split(self._rest[:ready])
        self._rest = _bounded(rest + self._rest[ready:])
        for line in lines:
            event = self._line(line.decode(errors="replace"))
            if event is not None:
                yield event

    def finish(self) -> Iterator[Event]:
        """Give nothing more: an event that no empty line ends is not one."""
        return iter(())

    def _line(self, line: str) -> Event | None:
        if not line:
            event = Event(self._name, "\n".join(self._data)) if self._data else None
            self._name, self._data = "", []
            return event
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            self._data.append(value)
        elif name == "event":
            self._name = value
        return None


@dataclass(slots=True)
class Lines:
    """A document of JSON on each line, as some servers stream."""

    _rest: bytes = b""

    def feed(self, chunk: bytes) -> Iterator[Event]:
        """Give the lines that are complete now; raise ParseError for one that does not end."""
        *lines, rest = (self._rest + chunk).split(b"\n")
        self._rest = _bounded(rest)
        return (Event("", line.decode(errors="replace")) for line in lines if line.strip())

    def finish(self) -> Iterator[Event]:
        """Give the last line, which nothing has to end."""
        return iter((Event("", self._rest.decode(errors="replace")),) if self._rest.strip() else ())


@dataclass(slots=True)
class Whole:
    """A document that is all there is: the answer of a server that does not stream."""

    _parts: list[bytes] = field(default_factory=list)

    def feed(self, chunk: bytes) -> Iterator[Event]:
        """Give nothing before the end."""
        self._parts.append(chunk)
        return iter(())

    def finish(self) -> Iterator[Event]:
        """Give the document."""
        text = b"".join(self._parts).decode(errors="replace")
        return iter((Event("", text),) if text.strip() else ())


def _bounded(rest: bytes) -> bytes:
    if len(rest) > _LONGEST:
        raise ParseError("a line of it does not end")
    return rest


Decoder = Events | Lines | Whole


def decoder_of(content_type: str) -> Decoder:
    """Return what reads an answer of this type."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "text/event-stream":
        return Events()
    return Lines() if kind in {"application/x-ndjson", "application/jsonl", "application/jsonlines"} else Whole()
