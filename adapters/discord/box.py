"""What stands under a headline, in the box beside the coloured bar: lines, somebody's own words, lists.

Discord draws everything tight, so there is a blank line before words that are quoted and before each heading.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from adapters.discord import limits
from adapters.discord.text import Dates, cut_literal, line, link
from bot.core.message import Item, Line, Part, Quote, Tone
from bot.core.strangers import host, safe

SIGNS = {
    Tone.CRITICAL: "🔴",
    Tone.MAJOR: "🟠",
    Tone.MINOR: "🟡",
    Tone.NOTICE: "🔵",
    Tone.MAINTENANCE: "🟣",
    Tone.RESOLVED: "🟢",
}
_SHORTEST = 24
_SMALL = "-# "
_SOURCE = f"{_SMALL}Source: "
_MORE = f"{_SMALL}… there is more than a message may hold."
_NAME, _HEADING = 200, 400


def described(parts: Sequence[Part], url: str | None = None, notes: Sequence[str] = (), *, under: str = "") -> str:
    """Return everything under the headline, as much as an embed holds, and say so if that is not all.

    `under` is what the headline says, so that whom it names is not named again; `notes` stand at the end, as they are.
    """
    source = _source(url)
    room = limits.DESCRIPTION - sum(len(row) + 1 for row in (*source, *notes)) - len(_MORE) - 1
    box = _Box(room, under)
    is_all = all(map(box.put, parts))
    if is_all and source and parts and isinstance(parts[-1], Quote) and box.is_signed:
        box.rows[-1] += f" · {source.pop().removeprefix(_SOURCE)}"
    return "\n".join([*box.rows, *([] if is_all else [_MORE]), *source, *notes])


def _source(url: str | None) -> list[str]:
    if not url or len(url) >= limits.DESCRIPTION // 4 or not host(url):
        return []
    return [f"{_SOURCE}{link(url, host(url))}"]


class _Box:
    """Takes one part after the other; each is put as those before it allow."""

    def __init__(self, room: int, under: str) -> None:
        self.rows: list[str] = []
        self.is_signed = False
        self._room = room
        self._under = self._above = under
        self._heading: Line | None = None
        self._dates = Dates()
        # Of the part above: its level if it is a heading; and whether the next one is apart from it in any case.
        self._level, self._apart = 0, False

    def put(self, part: Part) -> bool:
        """Put a part under those that are there; return whether at least its beginning fits."""
        level = part.level if isinstance(part, Line) else 0
        if isinstance(part, Line) and level and self._says_no_more(part):
            self._apart = True
            return True
        gap = bool(self.rows) and (self._apart or self._is_new(part, level))
        row = self._row(part, self._room - gap)
        if row is None:
            return False
        if row.strip():
            self.rows += [""] * gap + [row]
            self._room -= len(row) + 1 + gap
            self._level, self._apart = level, False
        return True

    def _says_no_more(self, heading: Line) -> bool:
        """Several of the same kind one after the other stand under one heading."""
        above = self._heading
        return above is not None and (above.level, above.spans[: len(heading.spans)]) == (heading.level, heading.spans)

    def _is_new(self, part: Part, level: int) -> bool:
        """Whether something begins with a part; what stands right under a heading belongs to it."""
        return not 0 < self._level < level if level else isinstance(part, Quote) and not self._level

    def _row(self, part: Part, room: int) -> str | None:
        """Return one part in at most `room` characters; None if not even its beginning fits."""
        if room < _SHORTEST:
            return None
        if isinstance(part, Quote):
            return self._quote(part, room)
        if isinstance(part, Line) and part.level:
            return self._head(part, room)
        row = line(part.spans, self._dates) if isinstance(part, Line) else _item(part)
        return row if len(row) <= room else None if room < limits.DESCRIPTION // 4 else _shortened(part, room)

    def _head(self, part: Line, room: int) -> str | None:
        self._heading, self._under = part, _words(part)
        self._above = f"{self._above}\n{self._under}"
        most = min(room, _HEADING) - len("****")
        said = line(part.spans, self._dates)
        if len(said) > most:
            said = cut_literal(" ".join(self._under.split()), most)
        return f"**{said}**" if said.strip() else ""

    def _quote(self, part: Quote, room: int) -> str | None:
        """Somebody's words as they are, and under them whose they are."""
        under = f"\n{_SMALL}{source}" if (source := self._source(part)) else ""
        left = room - len(under)
        if left < _SHORTEST:
            return None
        self.is_signed = bool(source)
        said = quoted(safe(part.text).strip(), left)
        return f"{said}{under}" if said else under.lstrip("\n")

    def _source(self, part: Quote) -> str:
        """Who said it and when, as far as what stands above does not tell."""
        told = self._under if part.at else self._above
        name = "" if _names(told, part.author) else _name(part.author)
        known = ", ".join(filter(None, (name, self._dates(part.at) if part.at else "")))
        return f"— {known}" if name else known


def _names(text: str, who: str) -> bool:
    return bool(re.search(rf"(?<!\w){re.escape(who)}(?!\w)", text))


def _words(part: Line | Item) -> str:
    return "".join(span if isinstance(span, str) else "…" for span in part.spans)


def _shortened(part: Line | Item, room: int) -> str:
    head = f"{part.head} " if isinstance(part, Item) else ""
    return cut_literal(" ".join(f"{head}{_words(part)}".split()), room)


def quoted(text: str, most: int) -> str:
    """Return words as a block quote of at most `most` characters."""
    if not text.strip():
        return ""
    most_words = most
    while len(said := _barred(cut_literal(text, most_words))) > most:
        most_words -= max(1, len(said) - most)
    return said


def _barred(text: str) -> str:
    """The space belongs to the mark: without it an empty row ends the quote and is shown as it stands."""
    return "\n".join(f"> {row.rstrip()}" for row in text.split("\n"))


def _item(part: Item) -> str:
    dates = Dates()
    said = line(part.spans, dates)
    head = f"{SIGNS[part.tone]} **{_name(part.head)}**" if part.head.strip() else SIGNS[part.tone]
    under = "".join(f"\n{_SMALL}{line(one.spans, dates)}" for one in part.lines)
    return f"{head}{'  ' if said else ''}{said}{under}"


def _name(text: str) -> str:
    return cut_literal(" ".join(text.split()), _NAME)
