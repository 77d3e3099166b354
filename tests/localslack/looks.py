"""What a reader sees of a message, and what of it would act on them.

    readable(message)                              as people read it in the channel, without markup
    fallback(message)                              as notifications and screen readers say it
    alive(message, links={URL}, ours={"*Acme*"})   everything that pings, leads elsewhere or is formatted
    too_long(message)                              everything that is longer than Slack likes

`links` are the addresses that may be linked to, `ours` the formatted fragments that the bot means to send, each a set
or a function of a string.  What `alive` returns are fragments, as they stand in the message.

Known for certain from the pages: the sequences in `<…>`, names without `verbatim`, the three escapes.  The edges of
formatting are from use: a marker opens after anything but a letter or digit and before anything but a space, closes
the other way round, on one line; an invisible character within the marker stops it
(https://webapps.stackexchange.com/questions/86557).  `&gt;` at the start of a line is a quotation, and the wide
forms of the marks count too: see what https://github.com/yhatt/jsx-slack escapes, in src/mrkdwn/escape.ts.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Collection, Iterator

from tests.localslack.nouns import Message
from tests.localslack.texts import MARKDOWN, PLAIN, Said, all_in, shown_in, top

Allowed = Collection[str] | Callable[[str], bool]

NICE_TEXT = 4_000

_SEQUENCE = re.compile(r"<([^<>\n]*)>")
_BROADCAST = re.compile(r"(?<![\w.+-])@(?:here|channel|everyone|group)\b", re.IGNORECASE)
_NAME = re.compile(r"(?<![\w.+/&-])[@#][\w.-]+")
_ADDRESS = re.compile(r"https?://[^\s<>|]+|(?<![\w@/.])[\w-]+(?:\.[\w-]+)*\.(?:com|net|org|io|dev|example)\b")
# In plain_text and rich_text nothing is parsed; this is shown as it stands.
_INVISIBLE = "\u00ad\u200b-\u200f\u2060-\u2064\ufeff\x0b\x0c"
_EDGE = rf"[^\s{_INVISIBLE}]"
_FORMATS = tuple(
    re.compile(rf"(?<![^\W_]){m}(?={_EDGE})(?!{m})[^\n{m}]*?(?<={_EDGE}){m}(?![^\W_])")
    for m in (r"\*", "_", "~", "\uff0a", "\uff3f")
)
_CODE = re.compile(r"```.+?```|`[^`\n]+`|\uff40[^\uff40\n]+\uff40", re.DOTALL)
_EMOJI = re.compile(r"(?<![\w:]):[a-z0-9_+'-]+:(?:skin-tone-\d:)?")
_QUOTE = re.compile(r"^(?:>|&gt;|\uff1e)+", re.MULTILINE)
_LISTS = re.compile(r"^\s*(?:[-*+]|\d+[.)]|#{1,6})\s+\S.*$|!?\[[^\]\n]*\]\([^)\n]*\)", re.MULTILINE)


def readable(message: Message) -> str:
    """Return the plain text that a person sees in the channel; buttons stand in brackets."""
    return "\n".join(filter(None, map(_plain, shown_in(message))))


def fallback(message: Message) -> str:
    """Return the plain text of the top-level `text`, which notifications show and screen readers say."""
    return _plain(top(message))


def alive(message: Message, *, links: Allowed = (), ours: Allowed = ()) -> list[str]:
    """Return all fragments of a message that would act on its reader, duplicates and all."""
    linkable, meant = _allowed(links), _allowed(ours)
    return [one for said in all_in(message) for one in acts(said, linkable, meant)]


def too_long(message: Message) -> list[str]:
    """Return what Slack cut, and a text above the 4,000 that it asks for."""
    cut = message.sent.get("text")
    found = [message.text] if len(message.text) > NICE_TEXT else []
    return found + ([str(cut)] if isinstance(cut, str) and len(cut) > len(message.text) else [])


def _allowed(given: Allowed) -> Callable[[str], bool]:
    return given if callable(given) else given.__contains__


def acts(said: Said, linkable: Callable[[str], bool], meant: Callable[[str], bool]) -> Iterator[str]:
    """Yield the fragments of one text that act."""
    yield from (one for one in said.live if not (one.startswith("<") and linkable(_target(one[1:-1]))))
    if said.way == PLAIN:
        yield from (one for one in _EMOJI.findall(said.words) if not meant(one))
        return
    for inside in _SEQUENCE.findall(said.words):
        if not _is_harmless(inside, linkable):
            yield f"<{inside}>"
    rest = _SEQUENCE.sub(" ", said.words)
    yield from _parsed(said, rest, linkable)
    yield from (one for one in _formatted(said, _SEQUENCE.sub("\u2043", said.words)) if not meant(one))


def _is_harmless(inside: str, linkable: Callable[[str], bool]) -> bool:
    """Tell whether a sequence in `<…>` is a date, or a link to where one may lead."""
    if inside.startswith("!date^"):
        parts = inside.partition("|")[0].split("^")
        return len(parts) == 3 or linkable("^".join(parts[3:]))
    return not inside.startswith(("!", "@", "#")) and linkable(_target(inside))


def _target(inside: str) -> str:
    return html.unescape(inside.partition("|")[0])


def _parsed(said: Said, rest: str, linkable: Callable[[str], bool]) -> Iterator[str]:
    """Yield the plain names and addresses that Slack would make live."""
    if said.names:
        yield from dict.fromkeys((*_BROADCAST.findall(rest), *_NAME.findall(rest)))
    if said.links:
        yield from (one for one in _ADDRESS.findall(rest) if not linkable(html.unescape(one)))


def _formatted(said: Said, words: str) -> Iterator[str]:
    yield from _CODE.findall(words)
    rest = _CODE.sub(" ", words)
    for pattern in (*_FORMATS, _EMOJI, _QUOTE):
        yield from pattern.findall(rest)
    if said.way == MARKDOWN:
        yield from _LISTS.findall(rest)


def _plain(said: Said) -> str:
    """Return a text as it is read."""
    if said.way == PLAIN:
        return f"[{said.words}]" if said.button else said.words
    words = _CODE.sub(lambda found: found.group().strip("`\uff40"), said.words)
    words = _QUOTE.sub("", words)
    for pattern in _FORMATS:
        words = pattern.sub(lambda found: found.group()[1:-1], words)
    # Slack undoes its three escapes and no others.
    words = _SEQUENCE.sub(_as_read, words)
    return words.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _as_read(found: re.Match[str]) -> str:
    target, bar, label = found.group(1).partition("|")
    if bar:
        return label
    if target.startswith("!subteam^"):
        return "@" + target.removeprefix("!subteam^")
    return "@" + target[1:] if target.startswith(("!", "@")) else target
