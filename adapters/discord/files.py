"""Files on Discord: they go with the message, in one call, so its nonce and its mark are theirs too.

https://docs.discord.com/developers/reference#uploading-files
"""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final, TypeVar

from adapters.discord import errors
from adapters.discord.errors import Declined, Refused
from bot.core import attached
from bot.core.message import File, Message

log = logging.getLogger("sitrep.discord")

Json = dict[str, Any]
T = TypeVar("T")
# By the page above the default limit is 20 MiB for each file, and none of ours comes near this.
LARGEST: Final = 10 * 1024 * 1024
_NOT_TAKEN: Final[Mapping[int, str]] = {
    errors.MISSING_PERMISSIONS: "the bot lacks Attach Files here",
    errors.TOO_LARGE: "Discord takes no file of this size here",
}


async def with_files(message: Message, room: int, send: Callable[[Message], Awaitable[T]]) -> T:
    """Send a message with its files; where they can not go, with their words instead.

    What Discord has refused was not posted, so it is no second message.
    """
    message = attached.within(message, LARGEST, room)
    if not message.files:
        return await send(message)
    try:
        return await send(message)
    except Declined as error:
        reason = _NOT_TAKEN.get(error.code, "")
        if not reason:
            raise
    except Refused as error:
        reason = str(error)
    log.warning("sent without its files: %s", reason)
    return await send(attached.in_words(message, reason, room))


def described(files: Sequence[File]) -> list[Json]:
    """Return what a message says of its files: https://docs.discord.com/developers/resources/message#attachment-object."""
    named = [{"id": str(number), "filename": attached.file_name(file.name)} for number, file in enumerate(files)]
    words = [attached.about(file) for file in files]
    return [{**one, "description": said} if said else one for one, said in zip(named, words, strict=True)]


def form(body: Mapping[str, Any] | None, files: Sequence[File]) -> list[Json]:
    """Return a body and the files that it describes as the parts of one form."""
    parts: list[Json] = [{"name": "payload_json", "value": json.dumps(body), "content_type": "application/json"}]
    parts += [
        {
            "name": f"files[{number}]",
            "value": file.content,
            "filename": attached.file_name(file.name),
            "content_type": file.media_type,
        }
        for number, file in enumerate(files)
    ]
    return parts
