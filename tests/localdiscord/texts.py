"""The texts of a message, and how Discord reads each.

| where                                                     | way    | embeds links | mentions call |
|-----------------------------------------------------------|--------|--------------|---------------|
| content                                                   | FULL   | yes          | yes           |
| text displays of Components V2                            | FULL   | no           | yes           |
| description and field values of an embed                  | FULL   | no           | no            |
| title and field names of an embed                         | INLINE | no           | no            |
| author and footer of an embed, labels, thread names, rest | PLAIN  | no           | no            |

Only the first two are on Discord's pages (https://docs.discord.com/developers/reference#message-formatting,
…/components/reference#text-display).  "Mentions of any kind in embeds will only render correctly within embed
descriptions and field values", "will not trigger a notification", and masked links work "only in description and
field values": https://discordjs.guide/popular-topics/embeds.html#notes.  That titles and field names take bold and
its like, and authors and footers nothing, is from use.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tests.localdiscord.components import TEXT, walk
from tests.localdiscord.errors import Json
from tests.localdiscord.nouns import Message

FULL, INLINE, PLAIN = "full", "inline", "plain"


@dataclass(frozen=True, slots=True)
class Said:
    """One text.  `calls` tells whether its mentions are Discord's to ping by, `embeds` whether links get a preview.

    `target` is where it leads as a whole, as a button or a title does.
    """

    words: str
    way: str
    calls: bool = False
    embeds: bool = False
    target: str = ""
    button: bool = False


def all_in(message: Message) -> list[Said]:
    """Return every text of a message, in the order in which it is shown."""
    found = [Said(message.content, FULL, calls=True, embeds=not message.suppressed)] if message.content else []
    for embed in message.embeds if not message.suppressed else []:
        found += _embed(embed)
    for _, one in walk(message.components):
        found += _component(one)
    return found


def _embed(embed: Json) -> Iterator[Said]:
    author, footer = embed.get("author") or {}, embed.get("footer") or {}
    if author.get("name"):
        yield Said(author["name"], PLAIN, target=author.get("url") or "")
    if embed.get("title"):
        yield Said(embed["title"], INLINE, target=embed.get("url") or "")
    if embed.get("description"):
        yield Said(embed["description"], FULL)
    for one in embed.get("fields") or []:
        yield Said(one.get("name") or "", INLINE)
        yield Said(one.get("value") or "", FULL)
    if footer.get("text"):
        yield Said(footer["text"], PLAIN)
    for name in ("image", "thumbnail"):
        if (embed.get(name) or {}).get("url"):
            yield Said("", PLAIN, target=embed[name]["url"])


def _component(one: Json) -> Iterator[Said]:
    if one.get("type") == TEXT:
        yield Said(one.get("content") or "", FULL, calls=True)
    elif one.get("label") or one.get("url"):
        yield Said(one.get("label") or "", PLAIN, target=one.get("url") or "", button=True)
    if one.get("placeholder"):
        yield Said(one["placeholder"], PLAIN, button=True)
    for option in one.get("options") or []:
        yield Said(option.get("label") or "", PLAIN, button=True)
    if isinstance(one.get("media"), dict):
        yield Said(one.get("description") or "", PLAIN, target=one["media"].get("url") or "")
    for item in one.get("items") or []:
        yield Said(item.get("description") or "", PLAIN, target=(item.get("media") or {}).get("url") or "")
