"""What Discord's refusals mean for an announcement.

Codes: https://docs.discord.com/developers/topics/opcodes-and-status-codes#json
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from bot.errors import (
    Busy,
    MessageGone,
    PermanentFailure,
    PlatformStopped,
    SitrepError,
    TemporaryFailure,
    UnknownOutcome,
)

UNKNOWN_CHANNEL: Final = 10003
UNKNOWN_MESSAGE: Final = 10008
INVALID_FORM: Final = 50035
WRONG_TYPE: Final = 50024
THREAD_ARCHIVED: Final = 50083
MISSING_PERMISSIONS: Final = 50013
THREAD_EXISTS: Final = 160004
TOO_LARGE: Final = 40005
CHANNEL = {
    10003: "there is no such channel, or the bot is not in its server: copy the channel's id again, invite the bot",
    10004: "the bot is not in that server any more: invite it again",
    10013: "there is nobody of this id: copy it again, with Developer Mode turned on",
    30033: "the thread has as many members as it may have",
    40005: "Discord takes no request of this size",
    40067: "the forum wants a tag on every post: give it tags that the bot may use, or do not demand one",
    50001: "the bot can not see the channel: give its role View Channel there",
    50013: "the bot lacks a permission there: compare it with docs/discord.md",
    50083: "the thread is archived and locked: open it again",
    # Of direct messages.
    50007: "this person takes no direct messages from the bot: they have to allow them from members of the server",
    50278: "this person is in no server that the bot is in",
    50024: "that kind of channel takes no such messages: name a text, announcement or forum channel",
    160005: "the thread is locked: unlock it, or give the bot's role Manage Threads there",
    160006: "the server has as many active threads as it may have: archive some",
}
# "You are opening direct messages too fast".
_DIRECT_TOO_FAST: Final = 40003
# "Maximum number of edits to messages older than 1 hour reached": of a channel, and over in a while.
_OLD_EDITS: Final = 30046
_UNAUTHORISED, _FORBIDDEN, _NOT_FOUND, _TOO_BIG, _TOO_MANY, _SERVER = 401, 403, 404, 413, 429, 500
_PATIENCE = timedelta(seconds=30)


class Refused(PermanentFailure):
    """Discord refuses the message as it is; `words` is what it says of that."""

    def __init__(self, words: str) -> None:
        """Keep Discord's words."""
        super().__init__(f"Discord refuses the message as it is ({words})")


class Missing(PermanentFailure):
    """What the address names is not there; `code` tells what it was."""

    def __init__(self, code: int, words: str) -> None:
        """Keep Discord's code."""
        super().__init__(words)
        self.code = code


class Declined(PermanentFailure):
    """Discord will not do it; `code` tells why."""

    def __init__(self, code: int, words: str) -> None:
        """Keep Discord's code."""
        super().__init__(words)
        self.code = code


def of_answer(status: int, code: int, words: str, wait: timedelta | None) -> SitrepError:
    """Return what an answer that is no success means; `words` are Discord's own."""
    code = TOO_LARGE if status == _TOO_BIG else code
    if status == _TOO_MANY or code in {_OLD_EDITS, _DIRECT_TOO_FAST}:
        return Busy("Discord asks to wait", wait or _PATIENCE)
    if status == _UNAUTHORISED:
        return PlatformStopped("Discord does not know the bot token (401); copy DISCORD_TOKEN again")
    if status >= _SERVER:
        return UnknownOutcome(f"Discord answered {status}")
    if code == INVALID_FORM:
        return Refused(words)
    if code == UNKNOWN_MESSAGE:
        return MessageGone("the message is gone (10008)")
    if status == _NOT_FOUND and code:
        return Missing(code, f"{CHANNEL.get(code, words)} ({code})")
    if code:
        return Declined(code, f"{CHANNEL.get(code, f'Discord refuses it: {words}')} ({code})")
    if status == _FORBIDDEN:
        return PermanentFailure("Discord refuses it (403)")
    return TemporaryFailure(f"Discord answered {status} and nothing that can be read")
