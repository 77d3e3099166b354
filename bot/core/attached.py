"""The files of a message: names that do no harm, and what is said instead where a file can not go."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from bot.core.message import File, Line, Message, line, plain
from bot.core.strangers import cut

# What every platform and every file system takes as it is: a name goes into a header too, and must not end it.
_OTHERS = re.compile(r"[^A-Za-z0-9._-]+")
_ENDING = re.compile(r"\.[A-Za-z0-9]{1,10}\Z")
_LONGEST_NAME = 100
_LONGEST_ABOUT = 1_000
_READABLE = frozenset({"text/markdown", "text/plain"})
_MIB = 1024 * 1024


def file_name(name: str) -> str:
    """Return a name of plain letters that leads into no other folder; what it ends in stays."""
    found = _ENDING.search(name)
    ending = found[0] if found is not None else ""
    stem = _OTHERS.sub("-", name.removesuffix(ending)).strip(".-")
    return f"{stem[: _LONGEST_NAME - len(ending)].rstrip('.-') or 'file'}{ending}"


def about(file: File) -> str:
    """Return what is in a file, for whoever can not see it, in as many words as a platform keeps."""
    return cut(" ".join(file.about.split()), _LONGEST_ABOUT)


def within(message: Message, largest: int, room: int) -> Message:
    """Return the message with those of its files that have at most so many bytes; of the others it says what it can.

    `room` is how many characters the message may have.
    """
    big = tuple(file for file in message.files if len(file.content) > largest)
    if not big:
        return message
    fits = tuple(file for file in message.files if file not in big)
    said = _instead(replace(message, files=big), f"more than {largest // _MIB} MB are not taken here", room)
    return replace(said, files=fits)


def in_words(message: Message, reason: str, room: int) -> Message:
    """Return the message without any file: which they were, why they are not there, and what can be read in them."""
    return _instead(message, reason, room) if message.files else message


def _instead(message: Message, reason: str, room: int) -> Message:
    names = ", ".join(file_name(file.name) for file in message.files)
    bare = replace(message, files=())
    bare = replace(bare, parts=(*bare.parts, line(f"{names} could not be attached: {reason}.")))
    words = next((file for file in message.files if file.media_type in _READABLE), None)
    if words is None:
        return bare
    left = room - len(plain(bare)) - len(_MORE) - 1
    return replace(bare, parts=(*bare.parts, *_lines(words, left)))


_MORE = "… That is not all of it."


def _lines(file: File, room: int) -> Iterator[Line]:
    """Give the lines of a text until there is no more room for the next one, and say so if that is not all."""
    for row in file.content.decode(errors="replace").splitlines():
        room -= len(row) + 1
        if room < 0:
            yield line(_MORE)
            return
        yield line(row)
