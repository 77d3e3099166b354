"""A message in Discord's look: a headline, and in an embed with the colour of its severity what there is to say.

The headline and the state stand in the content, which notifications and the search read; the rest in one embed, which
calls nobody and shows no previews.  Each message carries the mark of its key as the embed's address, which Discord
keeps and shows nowhere while there is no title: https://docs.discord.com/developers/resources/message#embed-object.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import Any

from adapters.discord import limits
from adapters.discord.text import cut_literal, date, line, link
from bot.core.message import Control, Item, Line, Message, Part, Quote, Tone
from bot.core.strangers import cut, host

Json = dict[str, Any]
COLOURS = {
    Tone.CRITICAL: 0xDA373C,
    Tone.MAJOR: 0xE8590C,
    Tone.MINOR: 0xF2B90F,
    Tone.NOTICE: 0x3B82C4,
    Tone.MAINTENANCE: 0x7B6BD1,
    Tone.RESOLVED: 0x2B8A3E,
}
SIGNS = {
    Tone.CRITICAL: "🔴",
    Tone.MAJOR: "🟠",
    Tone.MINOR: "🟡",
    Tone.NOTICE: "🔵",
    Tone.MAINTENANCE: "🟣",
    Tone.RESOLVED: "🟢",
}
NOBODY: Json = {"parse": []}
# The address that a mark stands in leads nowhere: https://www.rfc-editor.org/rfc/rfc2606#section-2.
_MARKED = "https://sitrep.invalid/"
_PRIMARY, _SECONDARY = 1, 2
_HEADLINE = 400
_SHORTEST = 24
_MORE = "-# … there is more than a message may hold."
_KEPT = 256


def mark(key: str) -> str:
    """Return what a message of this key carries: short enough for a nonce, the same for every try."""
    return blake2b(key.encode(), digest_size=12).hexdigest()


def marked(message: Mapping[str, Any]) -> str | None:
    """Return the mark that a message carries, as Discord gives it back."""
    for embed in message.get("embeds") or ():
        address = str(embed.get("url") or "")
        if address.startswith(_MARKED):
            return address.removeprefix(_MARKED)
    return None


def root(message: Message, key: str | None = None, notes: tuple[str, ...] = ()) -> Json:
    """Return the body of a root message; `notes` are lines of ours that stand at its end."""
    return _with_mark(_root(message, notes), key)


def reply(message: Message, key: str) -> Json:
    """Return the body of a message in a thread: all of it in the embed, for routine entries call nobody's eye."""
    return _with_mark(_reply(message), key)


def broadcast(message: Message, key: str) -> Json:
    """Return the body of what the whole channel hears."""
    return _with_mark(_broadcast(message), key)


def text_only(message: Message, key: str | None = None) -> Json:
    """Return what is said in few words: for when Discord refuses it dressed."""
    body = {"content": headline(message), "embeds": [embed(message.tone, "…")], "components": []}
    return _with_mark({**body, "allowed_mentions": NOBODY}, key)


def _with_mark(body: Json, key: str | None) -> Json:
    """One message goes to many channels: it is dressed once, and gets each one's own mark."""
    if key is None:
        return body
    first, *rest = body["embeds"]
    return {**body, "embeds": [{**first, "url": f"{_MARKED}{mark(key)}"}, *rest]}


@lru_cache(maxsize=_KEPT)
def _root(message: Message, notes: tuple[str, ...]) -> Json:
    parts = list(message.parts)
    standing = f"\n**{line(parts.pop(0).spans)}**" if parts and _is_standing(parts[0]) else ""  # type: ignore[union-attr]
    said = headline(message) + cut_standing(standing)
    rows = described(tuple(parts), message.url, notes)
    return body(message.tone, said, rows, rows_of(message.controls))


def _is_standing(part: Part) -> bool:
    return isinstance(part, Line) and bool(line(part.spans).strip())


def cut_standing(text: str) -> str:
    """How bad it is and where it stands fits beside the headline, or stands nowhere."""
    return text if len(text) <= limits.CONTENT - _HEADLINE * 2 else ""


@lru_cache(maxsize=_KEPT)
def _reply(message: Message) -> Json:
    head = f"**{_one_line(message.headline, _HEADLINE)}**" if message.headline.strip() else ""
    return body(message.tone, "", described(message.parts, message.url, (), head), [])


@lru_cache(maxsize=_KEPT)
def _broadcast(message: Message) -> Json:
    return body(message.tone, headline(message), described(message.parts, message.url) or "-# More in the thread.", [])


def body(tone: Tone, content: str, description: str, components: Sequence[Json]) -> Json:
    """Return a message as Discord takes it; it calls nobody."""
    return {
        "content": content,
        "embeds": [embed(tone, description or "…")],
        "components": list(components),
        "allowed_mentions": NOBODY,
    }


def embed(tone: Tone, description: str) -> Json:
    """Return the one embed of a message."""
    return {"color": COLOURS[tone], "description": description}


def headline(message: Message) -> str:
    """Return who and what, with the sign of how bad it is."""
    words = _one_line(message.headline, _HEADLINE)
    return f"{SIGNS[message.tone]} **{words}**" if words.strip() else SIGNS[message.tone]


def _one_line(text: str, most: int) -> str:
    return cut_literal(" ".join(text.split()), most)


def described(parts: Sequence[Part], url: str | None = None, notes: Sequence[str] = (), head: str = "") -> str:
    """Return everything under the headline, as much as an embed holds, and say so if that is not all."""
    source = [f"-# Source: {link(url, host(url))}"] if url and len(url) < limits.DESCRIPTION // 4 and host(url) else []
    last = [*source, *notes]
    room = limits.DESCRIPTION - sum(len(row) + 1 for row in last) - len(_MORE) - 1
    rows = [head] if head else []
    room -= len(head) + 1
    for part in parts:
        row = _row(part, room)
        if row is None:
            rows.append(_MORE)
            break
        rows += [row] if row.strip() else []
        room -= len(row) + 1
    return "\n".join([*rows, *last])


def _row(part: Part, room: int) -> str | None:
    """Return one part in at most `room` characters; None if not even its beginning fits."""
    if room < _SHORTEST:
        return None
    if isinstance(part, Quote):
        return _quote(part, room)
    row = line(part.spans) if isinstance(part, Line) else _item(part)
    return row if len(row) <= room else None if room < limits.DESCRIPTION // 4 else _shortened(part, room)


def _shortened(part: Line | Item, room: int) -> str:
    words = "".join(span if isinstance(span, str) else "…" for span in part.spans)
    head = f"{part.head} " if isinstance(part, Item) else ""
    return cut_literal(" ".join(f"{head}{words}".split()), room)


def _quote(part: Quote, room: int) -> str | None:
    """Somebody's words as they are, and under them whose they are."""
    source = " ".join(filter(None, (_one_line(part.author, 200), date(part.at) if part.at else "")))
    under = f"\n-# — {source}" if source else ""
    left = room - len(under)
    if left < _SHORTEST:
        return None
    text = part.text.strip()
    said = quoted(text, left)
    return f"{said}{under}" if said else under.lstrip("\n")


def quoted(text: str, most: int) -> str:
    """Return words as a block quote of at most `most` characters."""
    if not text.strip():
        return ""
    most_words = most
    while len(said := _barred(cut_literal(text, most_words))) > most:
        most_words -= max(1, len(said) - most)
    return said


def _barred(text: str) -> str:
    return "\n".join(f"> {row}".rstrip() if row.strip() else ">" for row in text.split("\n"))


def _item(part: Item) -> str:
    said = line(part.spans)
    head = f"{SIGNS[part.tone]} **{_one_line(part.head, 200)}**" if part.head.strip() else SIGNS[part.tone]
    under = "".join(f"\n-# {line(one.spans)}" for one in part.lines)
    return f"{head}{'  ' if said else ''}{said}{under}"


def rows_of(controls: Sequence[Control]) -> list[Json]:
    """Return rows of buttons.  One with several options is a button too: what it can be is asked when it is pressed."""
    buttons = [one for one in map(_button, controls) if len(one["custom_id"]) <= limits.CUSTOM_ID]
    return in_rows(buttons)


def in_rows(buttons: Sequence[Json]) -> list[Json]:
    """Return buttons in rows."""
    most = limits.IN_A_ROW
    rows = [buttons[start : start + most] for start in range(0, len(buttons), most)][: limits.ROWS]
    return [{"type": 1, "components": list(row)} for row in rows]


def _button(control: Control) -> Json:
    label = f"{control.label}…" if control.options else control.label
    name = f"sitrep:{control.action.value}:{control.value}"
    return button(label, name, primary=control.primary)


def button(label: str, custom_id: str, *, primary: bool = False) -> Json:
    """Return a button that is ours."""
    style = _PRIMARY if primary else _SECONDARY
    return {"type": 2, "style": style, "label": cut(label, limits.LABEL), "custom_id": custom_id}


def thread_name(message: Message) -> str:
    """Return what the thread of a root is called; in a name no mark means anything."""
    return named(message.headline)


def named(text: str) -> str:
    """Return text as the name of a thread."""
    return cut(" ".join(text.split()), limits.THREAD_NAME).strip() or "Incident"
