"""What was said in a channel or a thread since some moment, as it is read back.

A search takes many calls.  Where a limit has no room for the next one, it waits: a search that began anew each time
would never end.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from adapters.discord import limits, render
from adapters.discord.errors import Missing
from adapters.discord.web import Web, patiently

MESSAGES: Final = "/channels/{channel_id}/messages"
MESSAGE: Final = "/channels/{channel_id}/messages/{message_id}"
# Milliseconds of the first second of 2015, and the bits under them:
# https://docs.discord.com/developers/reference#snowflakes
_EPOCH, _BELOW = 1_420_070_400_000, 22


def snowflake(at: datetime) -> int:
    """Return the least id of what is made from then on."""
    return max(int(at.astimezone(UTC).timestamp() * 1000) - _EPOCH, 0) << _BELOW


async def listed(web: Web, channel: str, since: datetime) -> AsyncIterator[Mapping[str, Any]]:
    """Give the messages since then, the oldest first."""
    after = str(snowflake(since))
    while True:
        query = {"after": after, "limit": limits.PAGE}
        found = await patiently(web.call, "GET", MESSAGES, query=query, channel_id=channel)
        page = sorted(found, key=lambda one: int(one["id"]))
        for one in page:
            yield one
        if len(page) < limits.PAGE:
            return
        after = str(page[-1]["id"])


async def marked(web: Web, channel: str, wanted: str, since: datetime) -> AsyncIterator[str]:
    """Give the ids of our messages since then that carry the mark `wanted`, the oldest first; none if it is gone."""
    me = str((await web.me())["id"])
    try:
        async for one in listed(web, channel, since):
            if render.marked(one) == wanted and str(one["author"]["id"]) == me:
                yield str(one["id"])
    except Missing:
        return
