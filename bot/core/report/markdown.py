"""A report as Markdown: GitHub's sort, in which a stranger's words are words, and with room for people's own.

What stands between `<!-- yours: … -->` and `<!-- /yours -->` is theirs; `bot.core.report.kept` carries it over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import quote

from bot.core.message import Link, Moment, Span, utc
from bot.core.report.blocks import Block, Bullets, Pairs, Part, Spans, Table, Text, Theirs, Words
from bot.core.report.known import Facts
from bot.core.report.material import Section
from bot.core.report.sections import made, sections, title
from bot.core.strangers import host, safe

OPENS, CLOSES = "<!-- yours: {} (what you write down to the next mark is kept) -->", "<!-- /yours -->"
# A backslash takes the meaning from any mark: https://spec.commonmark.org/0.31.2/#backslash-escapes.  Mentions, numbers
# of issues and emoji are looked for in what was rendered, so they are parted by a character of no width.
_APART = "\u2060"
UTC_ONLY = "(UTC)"
_MARKS = re.compile(r"([\\`*_~|\[\]$])")
_FIRST = re.compile(r"^([-+=#]|\d{1,9}(?=[.)]))")
_TAGS = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_MENTION = re.compile(r"@(?=\w)")
_ISSUE = re.compile(r"(?<=#)(?=\d)|(?<=GH)(?=-\d)|(?<=!)(?=\d)")
_EMOJI = re.compile(r":(?=[\w+-]+:)")
# A bare address is not made a link: what can be pressed is ours.
_ADDRESS = re.compile(r"(?<=:)(?=//)|(?<=\bwww)(?=\.)", re.IGNORECASE)


def markdown(facts: Facts) -> str:
    """Return the report of an incident as Markdown; the same facts always make the same text."""
    rows = [f"# {_line(title(facts))}", "", f"_{_line(made(facts))}_", ""]
    for part in sections(facts):
        rows += _part(part)
    return "\n".join(rows).rstrip("\n") + "\n"


def _part(part: Part) -> Iterator[str]:
    yield f"## {_line(part.title)}"
    yield ""
    for block in part.blocks:
        yield from _block(block)
        yield ""
    if part.yours is not None:
        yield from opening(part.yours)


def opening(section: Section) -> tuple[str, ...]:
    """Return the marks between which people may write into a section."""
    return OPENS.format(section.value), CLOSES, ""


def _block(block: Block) -> Iterator[str]:
    if isinstance(block, Text):
        yield _first(_spans(block.spans))
    elif isinstance(block, Pairs):
        yield from _table(("What", "What is known"), [((name,), value) for name, value in block.rows])
    elif isinstance(block, Table):
        yield f"{_line(block.about)}:"
        yield ""
        yield from _table(block.head, block.rows)
    elif isinstance(block, Bullets):
        yield from _bullets(block)
    elif isinstance(block, Words):
        yield f"**{_spans(block.head)}**"
        yield ""
        yield from _quoted(block.text)
    else:
        yield from _theirs(block)


def _table(head: tuple[str, ...], rows: tuple[tuple[Spans, ...], ...] | list[tuple[Spans, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'|'.join(' --- ' for _ in head)}|"
    for row in rows:
        cells = (
            _instant(cell) if name.endswith(UTC_ONLY) else _spans(cell) for name, cell in zip(head, row, strict=True)
        )
        yield f"| {' | '.join(cells)} |"


def _instant(cell: Spans) -> str:
    """Return a time in a column whose head says by which clock."""
    return _spans(cell).replace(" UTC", "")


def _bullets(block: Bullets) -> Iterator[str]:
    for number, item in enumerate(block.items):
        box = f"[{'x' if block.done[number] else ' '}] " if block.done else ""
        yield f"- {box}{_first(_spans(item))}"


def _theirs(block: Theirs) -> Iterator[str]:
    yield f"Added by {_line(block.author)}, {utc(block.at)}:"
    yield ""
    yield from _quoted(block.text)


def _quoted(text: str) -> Iterator[str]:
    """Give words as a quotation in which lines and spaces stay as they were."""
    for row in safe(text.replace("\r\n", "\n").replace("\t", "    ")).split("\n"):
        bare = row.lstrip(" ")
        indent = "&nbsp;" * (len(row) - len(bare))
        yield f"> {indent}{_first(literal(bare.rstrip()))}  ".rstrip(" ") + ("  " if bare else "")


def literal(text: str) -> str:
    """Return text on one line in which no mark, tag, mention or address takes effect; what leads a line may."""
    text = _MARKS.sub(r"\\\1", safe(text).translate(_TAGS))
    text = _ADDRESS.sub(_APART, _EMOJI.sub(f":{_APART}", text))
    return _ISSUE.sub(_APART, _MENTION.sub(f"@{_APART}", text))


def _first(text: str) -> str:
    """Take the meaning from what makes headings, lists and rules at the beginning of a line."""
    return _FIRST.sub(lambda found: f"{found[1]}{_APART}" if found[1].isdigit() else f"\\{found[1]}", text)


def _line(text: str) -> str:
    return literal(" ".join(text.split()))


def _spans(spans: Spans) -> str:
    return "".join(map(_span, spans))


def _span(span: Span) -> str:
    if isinstance(span, Moment):
        return utc(span.at)
    if isinstance(span, Link):
        return link(span)
    return literal(" ".join(span.split("\n")))


def link(one: Link) -> str:
    """Return a link that says where it leads; its bare words if it leads nowhere on the web."""
    if not host(one.url):
        return literal(one.text)
    address = quote(safe(one.url), safe="%/:?#@!$&'*+,;=~-._")
    return f"[{literal(one.text)}]({address})"


def iso(moment: datetime | None) -> str | None:
    """Return an instant as programs read it, to the second."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z") if moment else None
