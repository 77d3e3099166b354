"""A message in Discord's look: a headline, and in an embed with the colour of its severity what there is to say.

The headline stands in the content, which notifications and the search read, with how a root stands, and in the channel
with the incident that it is about; the rest in one embed, which calls nobody and shows no previews.  Each message
carries the mark of its key as the embed's address, which Discord keeps and shows nowhere while there is no title
(https://docs.discord.com/developers/resources/message#embed-object); so there is an embed even where little is said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from hashlib import blake2b
from typing import Any

from adapters.discord import files, limits
from adapters.discord.box import SIGNS, described
from adapters.discord.text import cut_literal, date, line
from bot.core.message import Control, Line, Message, Part, Quote, Reach, Tone
from bot.core.strangers import cut, safe
from bot.model import Action

Json = dict[str, Any]
COLOURS = {
    Tone.CRITICAL: 0xDA373C,
    Tone.MAJOR: 0xE8590C,
    Tone.MINOR: 0xF2B90F,
    Tone.NOTICE: 0x3B82C4,
    Tone.MAINTENANCE: 0x7B6BD1,
    Tone.RESOLVED: 0x2B8A3E,
}
NOBODY: Json = {"parse": []}
# The address that a mark stands in leads nowhere: https://www.rfc-editor.org/rfc/rfc2606#section-2.
_MARKED = "https://sitrep.invalid/"
_PRIMARY, _SECONDARY = 1, 2
# Between what a button is about and the mark of the message that it stands under.
BAR = "|"
_DETAILS = f"sitrep:{Action.DETAILS.value}:"
_HEADLINE = 400
# Of each kind; more people than that are a role.
_CALLED = 10
# The root is an overview: the thread has all of what was said.
_ROOT_QUOTE = 600
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
    for row in message.get("components") or ():
        for one in row.get("components") or ():
            _, bar, last = str(one.get("custom_id") or "").rpartition(BAR)
            if bar:
                return last
    return None


def root(message: Message, key: str | None = None, notes: tuple[str, ...] = ()) -> Json:
    """Return the body of a root message; `notes` are lines of ours that stand at its end."""
    return _attaching(message, _with_mark(_root(_bare(message), notes), key))


def reply(message: Message, key: str) -> Json:
    """Return the body of a message in a thread; its colour is sign enough of how bad it is."""
    return _attaching(message, _with_mark(_reply(_bare(message)), key))


def broadcast(message: Message, key: str) -> Json:
    """Return the body of what the whole channel hears."""
    return _attaching(message, _with_mark(_broadcast(_bare(message)), key))


def text_only(message: Message, key: str | None = None) -> Json:
    """Return what is said in few words: for when Discord refuses it dressed."""
    body = {"content": _heard(message), "embeds": [embed(message.tone, "…")], "components": []}
    return _attaching(message, _with_mark(_calling(message, {**body, "allowed_mentions": NOBODY}), key))


def _bare(message: Message) -> Message:
    """What is dressed is kept for a while: without its files."""
    return replace(message, files=()) if message.files else message


def _attaching(message: Message, body: Json) -> Json:
    return {**body, "attachments": files.described(message.files)} if message.files else body


def _with_mark(body: Json, key: str | None) -> Json:
    """One message goes to many channels: it is dressed once, and gets each one's own mark."""
    if key is None:
        return body
    first, *rest = body["embeds"]
    rows = [{**row, "components": _marked_too(row["components"], mark(key))} for row in body["components"]]
    return {**body, "embeds": [{**first, "url": f"{_MARKED}{mark(key)}"}, *rest], "components": rows}


def _marked_too(buttons: Sequence[Json], own: str) -> list[Json]:
    """A root has buttons, and one of them carries the mark too: it is not known that Discord keeps every address."""
    return [
        {**one, "custom_id": f"{one['custom_id']}{BAR}{own}"}
        if one["custom_id"].startswith(_DETAILS) and len(one["custom_id"]) + 1 + len(own) <= limits.CUSTOM_ID
        else one
        for one in buttons
    ]


@lru_cache(maxsize=_KEPT)
def _root(message: Message, notes: tuple[str, ...]) -> Json:
    parts = [_in_brief(part) for part in message.parts]
    standing = f"\n{line(parts.pop(0).spans)}" if parts and _is_standing(parts[0]) else ""  # type: ignore[union-attr]
    said = headline(message) + cut_standing(standing)
    rows = described(tuple(parts), message.url, notes)
    return _calling(message, body(message.tone, said, rows, rows_of(message.controls)))


def _in_brief(part: Part) -> Part:
    return replace(part, text=cut(safe(part.text).strip(), _ROOT_QUOTE)) if isinstance(part, Quote) else part


def _is_standing(part: Part) -> bool:
    return isinstance(part, Line) and bool(line(part.spans).strip())


def cut_standing(text: str) -> str:
    """How bad it is and where it stands fits beside the headline, or stands nowhere."""
    return text if len(text) <= limits.CONTENT - _HEADLINE * 2 else ""


@lru_cache(maxsize=_KEPT)
def _reply(message: Message) -> Json:
    words = _one_line(message.headline, _HEADLINE)
    said = f"**{words}**" if words.strip() else ""
    told = described(message.parts, message.url, under=message.headline) or _time(message)
    return _calling(message, body(message.tone, said, told, rows_of(message.controls)))


def _time(message: Message) -> str:
    """When it happened is worth a line where there is nothing else to say: it may be told much later."""
    return f"-# {date(message.at)}" if message.at else ""


@lru_cache(maxsize=_KEPT)
def _broadcast(message: Message) -> Json:
    """Where nothing more was said, the channel is reminded of how the incident stands."""
    told = described(message.parts, message.url, under=message.headline)
    standing = described(message.about.standing) if message.about else ""
    return _calling(message, body(message.tone, _heard(message), told or standing or _time(message), []))


def _calling(message: Message, said: Json) -> Json:
    """Call those who are meant, and let nothing else in the message call anybody.

    https://docs.discord.com/developers/resources/message#allowed-mentions-object
    """
    people, roles = (_ids(message, reach) for reach in (Reach.PERSON, Reach.GROUP))
    reached = {call.reach for call in message.calls}
    many = "@everyone" if Reach.ALL in reached else "@here" if Reach.HERE in reached else ""
    if not (people or roles or many):
        return said
    words = [*([many] if many else []), *(f"<@&{one}>" for one in roles), *(f"<@{one}>" for one in people)]
    allowed = {"parse": ["everyone"] if many else [], "roles": roles, "users": people}
    return {**said, "content": f"{said['content']}\n{' '.join(words)}", "allowed_mentions": allowed}


def _ids(message: Message, reach: Reach) -> list[str]:
    found = [one.id for one in message.calls if one.reach is reach and one.id.isascii() and one.id.isdigit()]
    return list(dict.fromkeys(found))[:_CALLED]


def _heard(message: Message) -> str:
    """Which incident it is stands first: a notification shows neither the root nor the thread."""
    if message.about is None:
        return headline(message)
    incident = headline(replace(message, headline=message.about.headline))
    return f"{incident}\n{_one_line(message.headline, _HEADLINE)}"


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
    return cut(" ".join(safe(text).split()), limits.THREAD_NAME).strip() or "Incident"


__all__ = [
    "BAR",
    "COLOURS",
    "SIGNS",
    "Json",
    "body",
    "broadcast",
    "button",
    "described",
    "embed",
    "headline",
    "in_rows",
    "mark",
    "marked",
    "named",
    "reply",
    "root",
    "rows_of",
    "text_only",
    "thread_name",
]
