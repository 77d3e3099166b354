"""Messages as Slack shows them."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

Json = dict[str, Any]

STYLE = Path(__file__).with_name("slack.css").read_text(encoding="utf-8")


def page(name: str, messages: list[Json]) -> str:
    """Return one page: the root, its thread, and what a notification says."""
    first, *replies = messages
    thread = "".join(shown(one) for one in replies)
    told = html.escape("\n\n".join(readable(one["text"]) for one in messages))
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{name}</title><style>{STYLE}</style>'
        f"<h2>{name}</h2>{shown(first)}"
        f'{f"<div class=thread>{thread}</div>" if replies else ""}<div class="plain">{told}</div></html>'
    )


def shown(message: Json) -> str:
    """Return one message."""
    body = "".join(map(block, message["blocks"]))
    for one in message["attachments"]:
        inside = "".join(map(block, one["blocks"]))
        body += f'<div class="bar" style="border-color:{html.escape(one["color"])}">{inside}</div>'
    return (
        '<div class="message"><div class="face">S</div><div><span class="who">Sitrep</span> '
        f'<span class="app">APP</span> <span class="at">12:04</span>{body}</div></div>'
    )


def block(one: Json) -> str:
    """Return one block."""
    if one["type"] == "actions":
        return f'<div class="actions">{"".join(map(element, one["elements"]))}</div>'
    if one["type"] == "context":
        return f'<div class="context">{" ".join(map(text, one["elements"]))}</div>'
    return f'<div class="{one["type"]}">{text(one["text"])}</div>'


def element(one: Json) -> str:
    """Return a button or a menu."""
    label = one.get("text") or one["placeholder"]
    looks = "menu" if one["type"] == "static_select" else one.get("style", "")
    return f'<span class="button {looks}">{text(label)}</span>'


def text(one: Json) -> str:
    """Return a text object; in mrkdwn bold, dates and links, which is all that is ever sent."""
    if one["type"] == "plain_text":
        return html.escape(one["text"])
    said = re.sub(r"<!date\^\d+\^[^|>]*\|([^>]*)>", r'<span class="date">\1</span>', _kept(one["text"]))
    said = re.sub(r"<(https?://[^|>]*)\|([^>]*)>", r'<a href="\1">\2</a>', said)
    return re.sub(r"(?<![\w*\u2060])\*([^*\n]+)\*(?![\w*])", r"<b>\1</b>", said)


def _kept(said: str) -> str:
    return said.replace('"', "&quot;")


def readable(said: str) -> str:
    """Return top-level text as a notification says it."""
    said = re.sub(r"<!date\^\d+\^[^|>]*\|([^>]*)>", r"\1", said)
    return said.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
