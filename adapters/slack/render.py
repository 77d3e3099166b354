"""A message in Slack's look: a heading, and beside a bar in the colour of its severity what there is to say.

Only blocks that have been there for years are used (header, section, context, actions).  The bar needs one legacy
attachment around them: https://docs.slack.dev/messaging/formatting-message-text#attachments.  Strangers' words stand in
`plain_text`, of which Slack reads nothing; lines with times or links are mrkdwn, `verbatim`, every mark disarmed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any

from adapters.slack import limits
from adapters.slack.text import (
    cut,
    date,
    fallback,
    host,
    link,
    mrkdwn,
    one_line,
    safe,
    web_address,
)
from bot.core.message import Call, Control, Item, Line, Message, Part, Quote, Reach, Tone

Block = dict[str, Any]
# Readable on light and dark: https://docs.slack.dev/tools/block-kit-builder shows both.
COLOURS = {
    Tone.CRITICAL: "#B3002D",
    Tone.MAJOR: "#E8590C",
    Tone.MINOR: "#F2B90F",
    Tone.NOTICE: "#3B82C4",
    Tone.MAINTENANCE: "#6B5FB5",
    Tone.RESOLVED: "#2B8A3E",
}
SIGNS = {
    Tone.CRITICAL: "🔴",
    Tone.MAJOR: "🟠",
    Tone.MINOR: "🟡",
    Tone.NOTICE: "🔵",
    Tone.MAINTENANCE: "🟣",
    Tone.RESOLVED: "🟢",
}
_QUOTE = limits.SECTION - 100
# Room for the heading, the source and the buttons.
_KEPT_FREE = 4
# One message goes to many channels: it is dressed once, and whoever gets it may not change what is in it.
_KEPT = 256
_ID = re.compile("[UWS][A-Z0-9]+", re.ASCII)
_MANY = {Reach.HERE: "<!here>", Reach.ALL: "<!channel>"}
# More people than that are a group.
_CALLED = 10
_MORE = "… there is more than a message may hold."


@lru_cache(maxsize=_KEPT)
def root(message: Message, notes: tuple[str, ...] = (), shown: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return the arguments of a root message.

    `notes` are lines of ours, in mrkdwn, that stand at its end; `shown` are links to its files.
    """
    heading = {"type": "header", "text": _plain(f"{SIGNS[message.tone]} {message.headline}", limits.HEADER)}
    dressed = _dressed(message, heading, (*notes, *shown), standing=True)
    return {**dressed, "text": _text(message, shown)} if shown else dressed


@lru_cache(maxsize=_KEPT)
def reply(message: Message, shown: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return the arguments of a message in a thread; `shown` are links to its files, in mrkdwn."""
    words = f"*{one_line(cut(message.headline, limits.SECTION // 4))}*" if message.headline.strip() else "…"
    sign = f"{SIGNS[message.tone]} " if message.broadcast else ""
    dressed = _dressed(message, {"type": "section", "text": _mrkdwn(sign + words)}, shown, standing=False)
    return {**dressed, "text": _text(message, shown)} if shown else dressed


def text_only(message: Message, shown: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return what is said without any block: for when Slack refuses them."""
    return {"text": _text(message, shown), "blocks": [], "attachments": []}


def _text(message: Message, shown: tuple[str, ...] = ()) -> str:
    """Return it as text, with links to its files: Slack looks for such in the text alone, and shows what they lead to.

    https://github.com/slackapi/python-slack-sdk/issues/1194
    """
    under = "\n".join(filter(None, (calling(message), *shown)))
    said = fallback(message, limits.TEXT - len(under) - 1)
    return "\n".join(filter(None, (said, under))) or "…"


def calling(message: Message) -> str:
    """Return those who are called, and nobody else, as Slack calls them; nothing if there are none.

    https://docs.slack.dev/messaging/formatting-message-text#mentioning-users
    """
    found = dict.fromkeys(filter(None, map(_call, message.calls)))
    return " ".join(list(found)[:_CALLED])


def _call(call: Call) -> str:
    if call.reach in _MANY:
        return _MANY[call.reach]
    if not _ID.fullmatch(call.id) or call.id.startswith("S") != (call.reach is Reach.GROUP):
        return ""
    return f"<!subteam^{call.id}>" if call.reach is Reach.GROUP else f"<@{call.id}>"


def _dressed(message: Message, heading: Block, notes: Sequence[str], *, standing: bool) -> dict[str, Any]:
    """Put a message together; `standing` is how bad it is and where it stands, which is the first line of a root."""
    body = [*blocks(message, standing=standing), *(_context(note) for note in notes)]
    attachment: dict[str, Any] = {"color": COLOURS[message.tone], "fallback": fallback(message, limits.SECTION)}
    return {
        "text": _text(message),
        # Outside of the attachment: there a call is sure to be heard.
        "blocks": [heading, _section(_mrkdwn(called))] if (called := calling(message)) else [heading],
        "attachments": [{**attachment, "blocks": body}] if body else [],
    }


def blocks(message: Message, most: int = limits.BLOCKS, *, standing: bool = False) -> list[Block]:
    """Return everything under the heading, in at most `most` blocks less those that a heading and notes need."""
    said = list(_fitting(_parts(message, standing=standing), most - _KEPT_FREE))
    if message.url and (source := _source(message.url)):
        said.append(_context(source))
    return [*said, *controls(message.controls)]


def _fitting(found: Iterable[Block], most: int) -> Iterator[Block]:
    """Give as many blocks as a message may hold, and say so if that is not all."""
    room = limits.ALL_BLOCKS
    for number, block in enumerate(found):
        room -= len(str(block))
        if number + 1 >= most or room < limits.SECTION // 4:
            yield _context(_MORE)
            return
        yield block


def _parts(message: Message, *, standing: bool) -> Iterator[Block]:
    parts = list(message.parts)
    if standing and parts and isinstance(parts[0], Line):
        yield from _lines([parts.pop(0)], bold=True)
    for group in _grouped(parts):
        first = group[0]
        if isinstance(first, Quote):
            yield from _quote(first)
        elif isinstance(first, Item):
            yield from _items([part for part in group if isinstance(part, Item)])
        else:
            yield from _lines([part for part in group if isinstance(part, Line)])


def _grouped(parts: Iterable[Part]) -> Iterator[list[Part]]:
    """Give lines that follow each other together, and items too; each quote alone."""
    group: list[Part] = []
    for part in parts:
        if group and (type(part) is not type(group[0]) or isinstance(part, Quote)):
            yield group
            group = []
        group.append(part)
    if group:
        yield group


def _lines(lines: Sequence[Part], *, bold: bool = False) -> Iterator[Block]:
    spans = [part.spans for part in lines if isinstance(part, Line)]
    if any(not isinstance(span, str) for row in spans for span in row) or bold:
        rows = [mrkdwn(row) for row in spans]
        yield from (
            _section(_mrkdwn(text)) for text in _packed([f"*{row}*" if bold and row.strip() else row for row in rows])
        )
    else:
        yield from (
            _section(_plain(text, limits.SECTION)) for text in _packed([safe("".join(map(str, row))) for row in spans])
        )


def _packed(rows: Iterable[str]) -> Iterator[str]:
    """Join rows with line ends, as many as a section holds; one that is longer than a section is cut."""
    held = ""
    for row in rows:
        fits = row if len(row) <= limits.SECTION else _shortened(row)
        if held and len(held) + 1 + len(fits) > limits.SECTION:
            yield held
            held = fits
        else:
            held = f"{held}\n{fits}" if held else fits
    if held.strip():
        yield held


def _shortened(row: str) -> str:
    """Cut a row that may hold marks of ours: not within one of them."""
    kept = cut(row, limits.SECTION - 2)
    opened = kept.rfind("<")
    kept = kept if opened <= kept.rfind(">") else kept[:opened].rstrip() + "…"
    return f"{kept}*" if row.startswith("*") and row.endswith("*") else kept


def _quote(part: Quote) -> Iterator[Block]:
    """Somebody's words as they are, and under them whose they are."""
    if part.text.strip():
        yield _section(_plain(f"“{cut(part.text, _QUOTE)}”", limits.SECTION))
    source = f"— {one_line(cut(part.author, 200))}" + (f", {date(part.at)}" if part.at else "")
    if part.author.strip() or part.at:
        yield _context(source)


def _items(items: Sequence[Item]) -> Iterator[Block]:
    rows = []
    for item in items:
        said = mrkdwn(item.spans)
        head = f"{SIGNS[item.tone]} *{one_line(cut(item.head, 200))}*" if item.head.strip() else SIGNS[item.tone]
        under = "".join(f"\n      {mrkdwn(line.spans)}" for line in item.lines)
        rows.append(f"{head}{'  ' if said else ''}{said}{under}")
    yield from (_section(_mrkdwn(text)) for text in _packed(rows))


def _source(url: str) -> str | None:
    address = web_address(url)
    shown = host(url)
    return None if address is None or len(address) > limits.CONTEXT - 200 else f"Source: {link(url, shown)}"


def controls(found: Sequence[Control]) -> Iterator[Block]:
    """Give one row of buttons; a control with several options is a menu."""
    if found:
        yield {"type": "actions", "elements": [_control(one) for one in found[: limits.ELEMENTS]]}


def _control(control: Control) -> dict[str, Any]:
    action = f"sitrep:{control.action.value}"
    if control.options:
        return {
            "type": "static_select",
            "action_id": action,
            "placeholder": _plain(control.label, limits.BUTTON),
            "options": [
                {"text": _plain(label, limits.OPTION), "value": f"{value}|{control.value}"[: limits.OPTION_VALUE]}
                for label, value in control.options
            ],
        }
    button: dict[str, Any] = {
        "type": "button",
        "action_id": action,
        "text": _plain(control.label, limits.BUTTON),
        "value": control.value[: limits.ACTION_VALUE],
    }
    return button | {"style": "primary"} if control.primary else button


def _section(text: Block) -> Block:
    return {"type": "section", "text": text}


def _context(text: str) -> Block:
    return {"type": "context", "elements": [_mrkdwn(text)]}


def _plain(text: str, most: int) -> Block:
    """Text of which Slack reads nothing; there is no escape in it and none is needed."""
    return {"type": "plain_text", "text": cut(safe(text), most).strip() or "…", "emoji": False}


def _mrkdwn(text: str) -> Block:
    return {"type": "mrkdwn", "text": text, "verbatim": True}


__all__ = ["COLOURS", "SIGNS", "Block", "blocks", "controls", "reply", "root", "text_only"]
