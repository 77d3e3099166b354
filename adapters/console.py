"""The terminal as a chat platform: the shortest example of the port, and a real one.

A terminal can not say what it has shown, so every message is first written to a log of its own, one JSON
object a line, with its key.  That log is what `find` reads back after a crash.
"""

from __future__ import annotations

import json
import os
import textwrap
from collections.abc import Iterable, Iterator
from datetime import datetime, tzinfo
from errno import ENOSPC
from pathlib import Path
from typing import TextIO, TypeVar

from bot.core.attached import file_name
from bot.core.message import Item, Line, Link, Message, Moment, Quote, Span, Tone, plain
from bot.core.strangers import safe
from bot.errors import TemporaryFailure, UnknownOutcome
from bot.model import Ref

T = TypeVar("T")

_SIGNS = {
    Tone.CRITICAL: ("✖", "1;37;41"),
    Tone.MAJOR: ("▲", "1;31"),
    Tone.MINOR: ("▲", "1;33"),
    Tone.NOTICE: ("●", "1;36"),
    Tone.MAINTENANCE: ("◆", "1;34"),
    Tone.RESOLVED: ("✔", "1;32"),
}
# What was shown is read back after a crash, and then it is the last that counts: so much is remembered, and the log is
# cut down to its last part when it is longer than that.
_MOST_KEYS, _MOST_ROOTS = 50_000, 5_000
_LONGEST_LOG, _KEPT_LOG = 32 * 2**20, 8 * 2**20
_DIM = "2"
_BOLD = "1"


class Console:
    """Writes to a terminal and to its log.  `log` may be None where nothing needs to survive."""

    name = "console"
    longest = 100_000
    # It names them and keeps none.
    largest = 1_000_000_000

    def __init__(
        self,
        out: TextIO,
        log: Path | None = None,
        *,
        colour: bool = False,
        width: int = 80,
        zone: tzinfo | None = None,
    ) -> None:
        """Show times in `zone`, or in the machine's own if there is none."""
        self._out = out
        self._log = log
        self._colour = colour
        self._width = max(width, 40)
        self._zone = zone
        self._known: dict[str, Ref] | None = None
        self._headlines: dict[str, str] = {}
        self._shown: dict[str, str] = {}
        self._last = ""

    async def post(self, address: str, message: Message, key: str, earlier: Ref | None = None) -> Ref:
        """Show a root message; nobody deletes one that a terminal has shown."""
        del earlier
        ref = Ref(key)
        self._record("post", key, ref, message)
        sign, colour = _SIGNS[message.tone]
        where = f" [{_safe(address)}]" if address else ""
        head = self._wrapped(_safe(message.headline) + where, f"{sign} ", colour)
        self._show("", *head, *self._body(message, "  "))
        self._last = ref.value
        self._remember(ref, message)
        return ref

    async def reply(self, root: Ref, message: Message, key: str) -> Ref:
        """Show a message of a thread, under the headline of its root if another was spoken of last."""
        self._record("reply", key, root, message)
        mark = "  » " if message.broadcast else "  ↳ "
        said = self._wrapped(_safe(message.headline), mark, _BOLD if message.broadcast else "")
        self._show(*self._about(root), *said, *self._body(message, "    "), *self._files(message, "    "))
        return Ref(key)

    async def edit(self, root: Ref, message: Message, earlier: Ref | None = None) -> None:
        """Say in one line what the root shows now; a terminal can not change what it has shown."""
        del earlier
        self._record("edit", f"{root.value}#edit", root, message)
        if self._shown.get(root.value) != _state(message):
            self._show(*self._about(root), *self._wrapped(f"now {_safe(_state(message))}", "  = ", _BOLD))
        self._remember(root, message)

    async def find(self, address: str, root: Ref | None, key: str, since: datetime) -> Ref | None:
        """Return the message with `key` if the log has it."""
        del address, root, since
        return self._keys().get(key)

    def _about(self, root: Ref) -> Iterator[str]:
        """Name the incident when another one was spoken of last."""
        if self._last != root.value:
            yield ""
            about = self._headlines.get(root.value, root.value.partition("/")[0])
            yield from self._wrapped(_safe(about), "… ", _DIM)
        self._last = root.value

    def _remember(self, root: Ref, message: Message) -> None:
        for kept, value in ((self._headlines, message.headline), (self._shown, _state(message))):
            kept.pop(root.value, None)
            kept[root.value] = value
            _forget_first(kept, _MOST_ROOTS)

    def _keys(self) -> dict[str, Ref]:
        if self._known is None:
            try:
                self._known = _last(_logged(self._log), _MOST_KEYS)
            except OSError as e:
                raise TemporaryFailure(f"can not read the log of the console: {e.strerror}") from e
        return self._known

    def _record(self, step: str, key: str, root: Ref, message: Message) -> None:
        """Append one line in one write: it is there as a whole or not at all."""
        known = self._keys()
        row = {"key": key, "step": step, "root": root.value, "text": plain(message)}
        try:
            _append(self._log, json.dumps(row).encode() + b"\n")
        except OSError as e:
            raise TemporaryFailure(f"can not write the log of the console: {e.strerror}") from e
        known[key] = Ref(key)
        _forget_first(known, _MOST_KEYS)

    def _show(self, *rows: str) -> None:
        """Write to the terminal, with question marks for the letters that it does not know."""
        text = "".join(f"{row}\n" for row in rows)
        encoding = self._out.encoding or "utf-8"
        try:
            self._out.write(text.encode(encoding, "replace").decode(encoding))
            self._out.flush()
        except OSError as e:
            raise UnknownOutcome(f"can not write to the terminal: {e.strerror}") from e

    def _body(self, message: Message, indent: str) -> Iterator[str]:
        for part in message.parts:
            if isinstance(part, Line):
                yield from self._wrapped(self._line(part.spans), indent, "")
            elif isinstance(part, Quote):
                yield from self._quote(part, indent)
            else:
                yield from self._item(part, indent)
        if message.url:
            yield indent + self._paint(_safe(message.url).replace("\n", " "), _DIM)

    def _files(self, message: Message, indent: str) -> Iterator[str]:
        """Name the files of a message, and where to get them."""
        if message.files:
            names = ", ".join(file_name(file.name) for file in message.files)
            of = f"; `sitrep report {message.incident.id}` writes it" if message.incident is not None else ""
            yield from self._wrapped(_safe(f"{names}{of}"), f"{indent}+ ", _DIM)

    def _item(self, part: Item, indent: str) -> Iterator[str]:
        sign, colour = _SIGNS[part.tone]
        first = " · ".join(filter(None, (_safe(part.head), self._line(part.spans))))
        yield from self._wrapped(first, f"{indent}{sign} ", colour)
        for row in part.lines:
            yield from self._wrapped(self._line(row.spans), f"{indent}  ", "")

    def _line(self, spans: tuple[Span, ...]) -> str:
        return _safe("".join(self._span(span) for span in spans))

    def _span(self, span: Span) -> str:
        if isinstance(span, Moment):
            return self._time(span.at)
        return f"{span.text} ({span.url})" if isinstance(span, Link) else span

    def _quote(self, part: Quote, indent: str) -> Iterator[str]:
        bar = f"{indent}│ "
        for paragraph in _safe(part.text).split("\n"):
            yield from self._wrapped(paragraph, bar, "")
        source = f"— {_safe(part.author)}" + (f", {self._time(part.at)}" if part.at else "")
        yield from self._wrapped(source, bar, _DIM)

    def _time(self, at: datetime) -> str:
        return f"{at.astimezone(self._zone):%d %b %H:%M %Z}"

    def _wrapped(self, text: str, indent: str, style: str) -> Iterator[str]:
        rest = " " * len(indent) if "│" not in indent else indent
        rows = textwrap.wrap(text, self._width, initial_indent=indent, subsequent_indent=rest, break_on_hyphens=False)
        for row in rows or [indent.rstrip()]:
            yield self._paint(row, style)

    def _paint(self, text: str, style: str) -> str:
        return f"\x1b[{style}m{text}\x1b[0m" if self._colour and style else text


def _state(message: Message) -> str:
    """The first line under the headline: severity and state."""
    first = message.parts[0] if message.parts else None
    return "".join(span for span in first.spans if isinstance(span, str)) if isinstance(first, Line) else ""


def _safe(text: str) -> str:
    """Nothing of a vendor's text moves the cursor, colours the screen or turns it round; a tab would wrap wrongly."""
    return safe(text).replace("\t", " ")


def _forget_first(kept: dict[str, T], most: int) -> None:
    """Forget what came first, where there is more than that."""
    while len(kept) > most:
        del kept[next(iter(kept))]


def _last(found: Iterable[tuple[str, T]], most: int) -> dict[str, T]:
    """Return what came last, not more than that."""
    kept = dict[str, T]()
    for key, value in found:
        kept[key] = value
        _forget_first(kept, most)
    return kept


def _append(path: Path | None, row: bytes) -> None:
    if path is None:
        return
    if path.exists() and path.stat().st_size > _LONGEST_LOG:
        _cut(path)
    with path.open("ab+", buffering=0) as log:
        end = log.seek(0, os.SEEK_END)
        if end:
            log.seek(end - 1)
            row = row if log.read(1) == b"\n" else b"\n" + row
        if os.write(log.fileno(), row) != len(row):
            raise OSError(ENOSPC, "the disk is full")


def _cut(path: Path) -> None:
    """Leave the last part of a log; whatever happens, there is the old one or the new one."""
    with path.open("rb") as log:
        log.seek(-_KEPT_LOG, os.SEEK_END)
        _, _, kept = log.read().partition(b"\n")
    new = path.with_name(f"{path.name}.new")
    new.write_bytes(kept)
    new.replace(path)


def _logged(log: Path | None) -> Iterator[tuple[str, Ref]]:
    """Read the keys of earlier runs; a line that was torn by a crash was never shown."""
    if log is None or not log.exists():
        return
    with log.open(encoding="utf-8", errors="replace") as rows:
        for row in rows:
            try:
                key = json.loads(row)["key"]
            except (ValueError, KeyError, TypeError):
                continue
            yield key, Ref(key)
