"""What a reader sees of a message, and what of it would act on them.

    readable(message)                               as people read it in the channel, without markup
    pings(message)                                  whom it called: `@everyone`, `<@&role>`, `<@user>`
    alive(message, links={URL}, ours={"**Acme**"})  everything that calls, leads elsewhere or is formatted
    too_long(message)                               everything that is longer than Discord takes

`links` are the addresses that may be linked to, `ours` the fragments that the bot means to send (formatting, its own
`<t:…>`, mentions), each a set or a function of a string.  What `alive` returns are fragments, as they stand in the
message; links that are bare are named if they bring a preview, or with `bare` wherever they can be clicked.

`<…>` sequences are by https://docs.discord.com/developers/reference#message-formatting.  The rest is as the app reads
it, which no page of Discord's says in full: https://support.discord.com/hc/en-us/articles/210298617 (Markdown 101)
names the marks; a backslash takes the meaning from any mark that follows; it does not keep a mention in a content
from calling, because what calls is decided by the server, on the text as it was sent.  An invisible character within
a mark stops nothing.  `:name:` is not an emoji when a bot says it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Generator, Iterator
from datetime import UTC, datetime

from tests.localdiscord.checking import MAX_NAME, note_message
from tests.localdiscord.errors import Json, Problems
from tests.localdiscord.nouns import Message
from tests.localdiscord.texts import FULL, PLAIN, Said, all_in

Allowed = Collection[str] | Callable[[str], bool]

# What is put in place of what was dealt with: no letter, no space, no mark.
_DONE = "\u2043"

_ESCAPED = re.compile(r"\\([^0-9A-Za-z\s])")
_CODE = re.compile(r"```.+?```|(?<!`)(`+)(?!`).*?[^`]\1(?!`)", re.DOTALL)
_SEQUENCE = re.compile(
    r"<(?:@[!&]?\d+|#\d+|/[^<>\n]{1,120}:\d+|a?:\w{2,32}:\d+|t:-?\d{1,17}(?::[tTdDfFsSR])?|id:[\w-]+(?::\d+)?)>"
)
_MENTION = re.compile(r"<@[!&]?\d+>")
_MASKED = re.compile(
    r"\[((?:[^\[\]]|\[[^\]]*\])*)\]\(\s*<?((?:https?|discord|mailto|tel):(?:[^\s<>()]|\([^\s<>()]*\))*)>?[^()\n]*\)",
    re.IGNORECASE,
)
_ANGLED = re.compile(
    r"<((?:https?|discord|mailto|tel|steam):[^\s<>]+|[^\s<>@]+@[^\s<>]+\.[^\s<>]+|\+\d[\d -]{5,})>", re.IGNORECASE
)
_BARE = re.compile(
    r"(?:https?|steam|discord)://[^\s<]+[^<.,:;\"'\]\s)]|\bdiscord(?:\.gg|(?:app)?\.com/invite)/[\w-]+", re.IGNORECASE
)
_INLINE = (
    re.compile(r"\|\|.+?\|\|", re.DOTALL),
    re.compile(r"\*\*(?!\*\*).+?\*\*(?!\*)", re.DOTALL),
    re.compile(r"__.+?__(?!_)", re.DOTALL),
    re.compile(r"~~.+?~~(?!_)", re.DOTALL),
    re.compile(r"\*(?=[^\s*])[^*]*?[^\s*]\*(?!\*)|\*[^\s*]\*(?!\*)", re.DOTALL),
    re.compile(r"(?<!\w)_(?=[^_])[^_]+?_(?!\w)", re.DOTALL),
)
_BLOCK = re.compile(r"^(?: *>>> | *> | *#{1,3} +(?=\S)|-# +(?=\S)| *[-*] +(?=\S)| *\d{1,10}\. +(?=\S))", re.MULTILINE)


def readable(message: Message) -> str:
    """Return the plain text that a person sees in the channel; what can be pressed stands in brackets."""
    return "\n".join(filter(None, map(_plain, all_in(message))))


def pings(message: Message) -> list[str]:
    """Return whom a message called when it was sent; an edit calls nobody.

    https://docs.discord.com/developers/resources/message#allowed-mentions-object: by what `allowed_mentions` lets,
    which roles can be mentioned, and MENTION_EVERYONE in its channel.
    """
    return list(message.pinged)


def alive(message: Message, *, links: Allowed = (), ours: Allowed = (), bare: bool = False) -> list[str]:
    """Return all fragments of a message that would act on its reader, duplicates and all."""
    linkable, meant = _allowed(links), _allowed(ours)
    called = dict.fromkeys((*message.pinged, *message.mentioned))
    found = [one for one in called if not meant(one)]
    for said in all_in(message):
        found += [one for one in _acts(said, linkable, bare=bare) if not meant(one) and one not in called]
    return found


def too_long(message: Message) -> list[str]:
    """Return where a message is longer than Discord takes; what was sent to it is refused, so it holds nothing so."""
    problems = Problems()
    body = {"content": message.content, "embeds": message.embeds, "components": message.components}
    note_message(problems, body, v2=message.is_v2)
    problems.longer(("thread_name",), message.thread_name, MAX_NAME)
    return sorted(_places(problems.errors))


def _places(errors: Json, at: str = "") -> Iterator[str]:
    for name, inner in errors.items():
        if name != "_errors":
            yield from _places(inner, f"{at}.{name}".lstrip("."))
        elif any(word in one["code"] for one in inner for word in ("LENGTH", "SIZE", "EXCEEDED")):
            yield at


def _allowed(given: Allowed) -> Callable[[str], bool]:
    return given if callable(given) else given.__contains__


def _acts(said: Said, linkable: Callable[[str], bool], *, bare: bool) -> Iterator[str]:
    """Yield the fragments of one text that act.

    What was dealt with is blanked at its length, so that all fragments are cut from the text as it stands.
    """
    if said.target and not linkable(said.target):
        yield f"[{said.words}]({said.target})"
    if said.way == PLAIN:
        return
    # A content's mentions call whatever stands before them.
    if said.calls:
        yield from (one for one in _MENTION.findall(said.words) if f"\\{one}" in said.words)
    words = said.words
    for found in _CODE.finditer(words.replace("\\`", _DONE * 2)):
        yield said.words[found.start() : found.end()]
        words = _blanked(words, found)
    words = _ESCAPED.sub(_DONE * 2, words)
    if said.way == FULL:
        words = yield from _linked(said, words, linkable, bare=bare)
        while blocks := list(_BLOCK.finditer(words)):
            yield from (found.group().lstrip() for found in blocks)
            words = _BLOCK.sub(lambda found: " " * len(found.group()), words)
    for pattern in _INLINE:
        for found in pattern.finditer(words):
            yield said.words[found.start() : found.end()]
        words = pattern.sub(_inner, words)


def _linked(said: Said, words: str, linkable: Callable[[str], bool], *, bare: bool) -> Generator[str, None, str]:
    """Yield sequences and links that act, and return the rest."""
    for found in _SEQUENCE.finditer(words):
        yield found.group()
        words = _blanked(words, found)
    for found in _MASKED.finditer(words):
        if not linkable(said.words[found.start(2) : found.end(2)]):
            yield said.words[found.start() : found.end()]
        label = found.group(1)
        rest = _DONE * (found.end() - found.end(1))
        words = f"{words[: found.start()]}{_DONE}{label}{rest}{words[found.end() :]}"
    for found in _ANGLED.finditer(words):
        if bare and not linkable(found.group(1)):
            yield found.group()
        words = _blanked(words, found)
    for found in _BARE.finditer(words):
        if (bare or said.embeds) and not linkable(found.group()):
            yield found.group()
        words = _blanked(words, found)
    return words


def _blanked(words: str, found: re.Match[str]) -> str:
    return words[: found.start()] + _DONE * (found.end() - found.start()) + words[found.end() :]


def _inner(found: re.Match[str]) -> str:
    """Return what stands between two marks, in which others may be, at the length of the whole."""
    inside = _between(found.group())
    marks = _DONE * ((len(found.group()) - len(inside)) // 2)
    return marks + inside + marks


def _plain(said: Said) -> str:
    """Return a text as it is read."""
    if said.way == PLAIN:
        return f"[{said.words}]" if said.button and said.words else said.words
    kept: list[str] = []

    def keep(text: str) -> str:
        kept.append(text)
        return f"\ue000{len(kept) - 1}\ue001"

    words = _CODE.sub(lambda found: keep(found.group().strip("`")), said.words)
    words = _ESCAPED.sub(lambda found: keep(found.group(1)), words)
    if said.way == FULL:
        words = _SEQUENCE.sub(lambda found: keep(_as_read(found.group())), words)
        words = _MASKED.sub(r"\1", words)
        words = _ANGLED.sub(lambda found: keep(found.group(1)), words)
        words = _BARE.sub(lambda found: keep(found.group()), words)
        words = _BLOCK.sub("", words)
    for pattern in _INLINE:
        words = pattern.sub(lambda found: _between(found.group()), words)
    return re.sub("\ue000(\\d+)\ue001", lambda found: kept[int(found.group(1))], words)


def _between(whole: str) -> str:
    size = 2 if whole[:2] in ("||", "**", "__", "~~") else 1
    return whole[size:-size]


def _as_read(sequence: str) -> str:
    inside = sequence[1:-1]
    if inside.startswith("t:"):
        moment = datetime.fromtimestamp(int(inside.split(":")[1]), UTC)
        return f"{moment:%Y-%m-%d %H:%M} UTC"
    if inside.startswith(("@", "#")):
        return inside[0] + inside.lstrip("@#!&")
    return (
        ":" + inside.split(":")[-2] + ":"
        if inside.lstrip("a").startswith(":")
        else "/" + inside.split(":")[0].lstrip("/")
    )
