"""Every text of a message, with what Slack does to it: https://docs.slack.dev/messaging/formatting-message-text.

- `text` of the message: control sequences and formatting; names only with `link_names` or `parse: full`; bare
  addresses become links unless `parse: none`.
- mrkdwn text objects: the same, and unless `verbatim` is true, plain names and addresses are parsed too.
- plain_text, rich_text: nothing but emoji.
- `markdown` blocks: as mrkdwn, and lists and headings besides.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.localslack.arguments import truth
from tests.localslack.errors import Json
from tests.localslack.nouns import Message

PLAIN, MRKDWN, MARKDOWN = "plain", "mrkdwn", "markdown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One text.  `names`, `links`: plain ones in it are parsed.  `live` is what acts without being text."""

    words: str
    way: str = MRKDWN
    names: bool = False
    links: bool = False
    button: bool = False
    live: tuple[str, ...] = ()


def shown_in(message: Message) -> list[Said]:
    """Return what is seen in the channel: `text` only where no blocks stand in its place; then blocks, attachments."""
    text = [] if message.blocks else [top(message)]
    below = [said for one in message.attachments for said in _attachment(one)]
    return [said for said in (*text, *_blocks(message.blocks), *below) if said.words or said.live]


def all_in(message: Message) -> list[Said]:
    """Return what is seen in the channel, in notifications and by screen readers."""
    fallbacks = [Said(words=str(one["fallback"]), way=PLAIN) for one in message.attachments if one.get("fallback")]
    return [*([top(message)] if message.blocks else []), *shown_in(message), *fallbacks]


def top(message: Message) -> Said:
    """Return the text of the message itself."""
    parse = message.sent.get("parse")
    unfurls = any(truth(message.posted.get(name, True)) for name in ("unfurl_links", "unfurl_media"))
    plain = message.sent.get("mrkdwn") is False
    return Said(
        words=message.text,
        way=PLAIN if plain else MRKDWN,
        names=truth(message.sent.get("link_names")) or parse == "full",
        links=parse != "none" and unfurls,
    )


def _blocks(blocks: Any) -> Iterator[Said]:
    for block in blocks or ():
        match block.get("type"):
            case "rich_text":
                yield from _rich(block)
            case "markdown":
                yield Said(words=block.get("text", ""), way=MARKDOWN, names=True, links=True)
            case _:
                yield from _inside(block)


def _inside(thing: Any, name: str = "") -> Iterator[Said]:
    """Yield the text objects of a block in the order in which they stand."""
    if isinstance(thing, list):
        for one in thing:
            yield from _inside(one, name)
        return
    if not isinstance(thing, dict):
        return
    if thing.get("type") in {"mrkdwn", "plain_text"} and isinstance(thing.get("text"), str):
        yield _object(thing, button=name == "button")
        return
    if isinstance(thing.get("alt_text"), str):
        yield Said(words=thing["alt_text"], way=PLAIN)
    for inner, value in thing.items():
        yield from _inside(value, "button" if thing.get("type") == "button" and inner == "text" else "")


def _object(thing: Json, *, button: bool) -> Said:
    if thing["type"] == "plain_text":
        return Said(words=thing["text"], way=PLAIN, button=button)
    parsed = thing.get("verbatim") is not True
    return Said(words=thing["text"], names=parsed, links=parsed)


def _rich(thing: Any) -> Iterator[Said]:
    """Yield a rich_text block line by line; its words are never parsed, but it has mentions and links of its own."""
    words, live = "", []
    for one in thing.get("elements", ()):
        if "elements" in one:
            yield from _rich(one)
            continue
        words += _rich_words(one)
        if one.get("type") in {"user", "usergroup", "broadcast", "channel"}:
            live.append(_rich_words(one))
        if one.get("type") == "link":
            live.append(f"<{one.get('url')}|{one.get('text', '')}>")
    yield Said(words=words, way=PLAIN, live=tuple(live))


def _rich_words(one: Json) -> str:
    named = {"user": "user_id", "usergroup": "usergroup_id", "broadcast": "range", "channel": "channel_id"}
    kind = str(one.get("type"))
    if kind in named:
        return ("#" if kind == "channel" else "@") + str(one.get(named[kind]))
    if kind == "emoji":
        return f":{one.get('name')}:"
    return str(one.get("text") or one.get("fallback") or one.get("url") or "")


def _attachment(one: Json) -> Iterator[Said]:
    """https://docs.slack.dev/legacy/legacy-messaging/legacy-secondary-message-attachments."""
    if one.get("blocks"):
        yield from _blocks(one["blocks"])
        return
    for name in ("pretext", "author_name", "title", "text"):
        if one.get(name):
            yield Said(words=str(one[name]), names=True, links=True)
    for inner in one.get("fields") or ():
        yield Said(words=str(inner.get("title", "")), way=PLAIN)
        yield Said(words=str(inner.get("value", "")), names=True, links=True)
    if one.get("footer"):
        yield Said(words=str(one["footer"]), way=PLAIN)
    for name in ("title_link", "author_link"):
        if one.get(name):
            yield Said(words="", live=(f"<{one[name]}|>",))
