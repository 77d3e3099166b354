"""What people write in Slack, as the desk reads it: without a call of the bot, with names beside others' ids."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

# https://docs.slack.dev/messaging/formatting-message-text#mentioning-users
_MENTION = re.compile(r"<@(?P<id>[UW][A-Z0-9]+)(?:\|[^<>]*)?>", re.ASCII)
_CALLS = re.compile(r"^\s*(?:<@[UW][A-Z0-9]+(?:\|[^<>]*)?>\s*)+", re.ASCII)


def unescaped(text: str) -> str:
    """Return text with the three characters that Slack escapes."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


async def heard(text: str, me: str, name_of: Callable[[str], Awaitable[str]]) -> str:
    """Return what was written; `me` is who is called by it, and `name_of` tells what others are called.

    Whoever is mentioned first is called by it, whatever their name.
    """
    text = _CALLS.sub("", text)
    ids = dict.fromkeys(found["id"] for found in _MENTION.finditer(text))
    names = {id_: (await name_of(id_)).translate(_UNFIT) for id_ in ids if id_ != me}

    def named(found: re.Match[str]) -> str:
        return f"<@{found['id']}|{names[found['id']]}>" if found["id"] in names else " "

    return unescaped(_MENTION.sub(named, text)).strip()


# What would end a mention too early.
_UNFIT = str.maketrans(dict.fromkeys("<>|&", ""))
