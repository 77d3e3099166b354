"""Messages as Discord shows them: a root, its thread, and what answers the root in the channel.

Beside what REST takes, a message may have `"where": "channel"`: it is no part of the thread, but a reply to the root.
"""

from __future__ import annotations

import html
import re
from itertools import groupby
from pathlib import Path
from typing import Any

from scripts.previews.markdown import FULL, INLINE, anchor, marked, readable
from scripts.previews.moments import NOW

Json = dict[str, Any]

STYLE = Path(__file__).with_name("discord.css").read_text(encoding="utf-8")
# https://docs.discord.com/developers/resources/message#message-object-message-flags
SUPPRESS_EMBEDS, EPHEMERAL = 1 << 2, 1 << 6
# https://docs.discord.com/developers/components/reference
ROW, BUTTON, MENU = 1, 2, 3
BUTTONS = {1: "primary", 2: "secondary", 3: "success", 4: "danger", 5: "secondary leads"}
DRAWN = {"title", "url", "description", "fields", "footer", "author", "color", "timestamp", "type"}
MAX_THREAD_NAME = 100
APP = '<b class="who">Sitrep</b><span class="app">APP</span>'
FACE = '<span class="face">S</span>'
EYE = (
    '<svg viewBox="0 0 24 24"><path d="M12 5C5.6 5 2.3 10.6 2 11.5v1C2.3 13.4 5.6 19 12 19s9.7-5.6 10-6.5v-1C21.7 10.6 '
    '18.4 5 12 5zm0 11.5a4.5 4.5 0 1 1 0-9 4.5 4.5 0 0 1 0 9zm0-2.5a2 2 0 1 0 0-4 2 2 0 0 0 0 4z"/></svg>'
)
THREAD = (
    '<svg viewBox="0 0 24 24"><path d="M4 3h16a2 2 0 0 1 2 2v9a2 2 0 0 1-2 2h-9l-5 5v-5H4a2 2 0 0 1-2-2V5a2 2 0 0 1 2-'
    '2zm2 4v2h12V7zm0 4v2h8v-2z"/></svg>'
)


def page(name: str, messages: list[Json]) -> str:
    """Return one page: the root, its thread, answers in the channel, and what notifications and menus say."""
    first, *others = messages
    inside = [one for one in others if not _in_channel(one)]
    thread = _thread(_thread_name(first), inside) if inside else ""
    after = "".join(shown(one, to=None if _private(one) else first) for one in others if _in_channel(one))
    told = "".join(f"<p>{html.escape(_told(one))}</p>" for one in messages)
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{html.escape(name)}</title><style>{STYLE}</style>"
        f'<h6>{html.escape(name)}</h6>{shown(first)}{thread}{after}<div class="told">{told}</div></html>'
    )


def _in_channel(message: Json) -> bool:
    return message.get("where") == "channel" or _private(message)


def _private(message: Json) -> bool:
    return bool(message.get("flags", 0) & EPHEMERAL)


def _thread_name(root: Json) -> str:
    """Return its name if it is told, otherwise the root's first line without a sign."""
    first, *_ = _said(root).split("\n")
    return root.get("thread_name") or re.sub(r"^\W+", "", first)[:MAX_THREAD_NAME] or "Thread"


def _said(message: Json) -> str:
    return readable(marked(message.get("content") or "", FULL))


def _thread(name: str, messages: list[Json]) -> str:
    count = f"{len(messages)} message{'s' * (len(messages) > 1)}"
    drawn = "".join(map(shown, messages))
    return (
        f'<div class="thread"><div class="spine"></div><div class="panel"><div class="name">{THREAD}'
        f'<b>{html.escape(name)}</b><span class="count">{count} &rsaquo;</span></div>{drawn}</div></div>'
    )


def shown(message: Json, to: Json | None = None) -> str:
    """Return one message, with the line that tells what it answers."""
    kind = " private" if _private(message) else " calls" if _calls(message) else ""
    body = marked(message.get("content") or "", FULL)
    parts = [f'<div class="content">{body}</div>' if body else ""]
    parts += map(embed, message.get("embeds") or [])
    parts += [] if message.get("flags", 0) & SUPPRESS_EMBEDS else _previews(body)
    parts += map(_row, message.get("components") or [])
    if _private(message):
        parts.append(f'<div class="dismiss">{EYE}Only you can see this • <a>Dismiss message</a></div>')
    return (
        f'<div class="message{kind}">{_answered(to) if to else ""}{FACE}<div class="body"><div class="head">{APP}'
        f'<span class="at">Today at {NOW:%H:%M}</span></div>{"".join(parts)}</div></div>'
    )


def _answered(root: Json) -> str:
    said = _said(root).replace("\n", " ")
    words = html.escape(said) if said else "<i>Click to see attachment</i>"
    return f'<div class="answered"><span class="hook"></span>{FACE}{APP}<span class="words">{words}</span></div>'


def _calls(message: Json) -> bool:
    """Whether its reader is told to be meant; without `allowed_mentions` everybody is who is mentioned."""
    may = message.get("allowed_mentions", {"parse": ["everyone"]})
    return 'class="mention">@' in marked(message.get("content") or "", FULL) and any(may.values())


def _previews(body: str) -> list[str]:
    """Return a place for each preview that Discord would add of a bare link."""
    links = re.findall(r'<a class="bare" href="([^"]*)"', body)
    return [f'<div class="preview">Discord puts a preview of {link} here</div>' for link in dict.fromkeys(links)]


def embed(one: Json) -> str:
    """Return the box beside a coloured bar."""
    parts = [_author(one["author"])] if one.get("author") else []
    if one.get("title"):
        words = marked(one["title"], INLINE)
        parts.append(f'<div class="title">{anchor(one["url"], words) if one.get("url") else words}</div>')
    if one.get("description"):
        parts.append(f'<div class="description">{marked(one["description"], FULL)}</div>')
    if one.get("fields"):
        parts.append(f'<div class="fields">{_fields(one["fields"])}</div>')
    # As it is: neither markdown nor mentions are read there.
    foot = [one["footer"]["text"]] if one.get("footer") else []
    foot += [one["timestamp"]] if one.get("timestamp") else []
    parts += [f'<div class="footer">{html.escape(" • ".join(foot))}</div>'] if foot else []
    parts += [_not_drawn(f"the embed’s {key}") for key in sorted(one.keys() - DRAWN)]
    bar = f' style="border-color:#{one["color"]:06x}"' if one.get("color") else ""
    return f'<div class="embed"{bar}>{"".join(parts)}</div>'


def _author(author: Json) -> str:
    name = html.escape(author["name"])
    return f'<div class="author">{anchor(author["url"], name) if author.get("url") else name}</div>'


def _fields(fields: list[Json]) -> str:
    """Return fields in a grid of twelve columns: up to three in a row where they are inline."""
    drawn = []
    for inline, run in groupby(fields, key=lambda field: bool(field.get("inline"))):
        several = list(run)
        most = 3 if inline else 1
        rows = [several[at : at + most] for at in range(0, len(several), most)]
        drawn += [_field(field, 12 // len(row)) for row in rows for field in row]
    return "".join(drawn)


def _field(field: Json, width: int) -> str:
    name, value = marked(field["name"], INLINE), marked(field["value"], FULL)
    return f'<div style="--span:{width}"><div class="key">{name}</div><div class="value">{value}</div></div>'


def _row(row: Json) -> str:
    if row["type"] != ROW:
        return _not_drawn(f"component {row['type']}")
    return f'<div class="row">{"".join(map(_component, row["components"]))}</div>'


def _component(one: Json) -> str:
    if one["type"] == MENU:
        chosen = next((option["label"] for option in one["options"] if option.get("default")), "")
        words = html.escape(chosen or one.get("placeholder") or "Make a selection")
        return f'<div class="menu{" chosen" * bool(chosen)}"><span>{words}</span></div>'
    if one["type"] != BUTTON or one["style"] not in BUTTONS:
        return _not_drawn(f"component {one['type']}")
    off = " disabled" * bool(one.get("disabled"))
    sign = html.escape((one.get("emoji") or {}).get("name") or "")
    label = html.escape(one.get("label") or "")
    inside = "".join(f"<span>{words}</span>" for words in (sign, label) if words)
    return f'<span class="button {BUTTONS[one["style"]]}{off}">{inside}</span>'


def _not_drawn(what: str) -> str:
    return f'<div class="not-drawn">{html.escape(what)} is not drawn in previews</div>'


def _told(message: Json) -> str:
    """Return what a notification says, and the choices that a closed menu hides."""
    said = _said(message) or "(no content: a notification says nothing)"
    menus = [
        f"[{menu.get('placeholder', '')}] {' | '.join(map(_choice, menu['options']))}"
        for row in message.get("components") or []
        for menu in row.get("components") or []
        if menu["type"] == MENU
    ]
    return "\n".join([said, *menus])


def _choice(option: Json) -> str:
    return f"{option['label']} ({option['description']})" if option.get("description") else str(option["label"])
