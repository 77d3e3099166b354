"""How a call fails: a status, a code and words for it, and for a bad body where it is bad.

https://docs.discord.com/developers/topics/opcodes-and-status-codes#json,
https://docs.discord.com/developers/reference#error-messages
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

UNKNOWN_CHANNEL, UNKNOWN_GUILD, UNKNOWN_MEMBER, UNKNOWN_MESSAGE, UNKNOWN_USER = 10003, 10004, 10007, 10008, 10013
UNKNOWN_WEBHOOK, UNKNOWN_INTERACTION, UNKNOWN_COMMAND = 10015, 10062, 10063
TOO_MANY_OLD_EDITS, TOO_LARGE, ALREADY_ACKNOWLEDGED, TAG_REQUIRED = 30046, 40005, 40060, 40067
MISSING_ACCESS, OTHERS_MESSAGE, EMPTY_MESSAGE, NOT_IN_THIS_TYPE, MISSING_PERMISSIONS = 50001, 50005, 50006, 50024, 50013
NOT_IN_DIRECT, TAKES_NO_DIRECT, NO_MUTUAL_GUILD = 50003, 50007, 50278
SYSTEM_MESSAGE, BAD_WEBHOOK_TOKEN, INVALID_FORM, THREAD_ARCHIVED = 50021, 50027, 50035, 50083
NO_HISTORY_FOR_REPLY, THREAD_EXISTS, THREAD_LOCKED, TOO_MANY_THREADS = 160002, 160004, 160005, 160006

WORDS: dict[int, tuple[int, str]] = {
    0: (401, "401: Unauthorized"),
    UNKNOWN_CHANNEL: (404, "Unknown Channel"),
    UNKNOWN_GUILD: (404, "Unknown Guild"),
    UNKNOWN_MEMBER: (404, "Unknown Member"),
    UNKNOWN_MESSAGE: (404, "Unknown Message"),
    UNKNOWN_USER: (404, "Unknown User"),
    UNKNOWN_WEBHOOK: (404, "Unknown Webhook"),
    UNKNOWN_INTERACTION: (404, "Unknown interaction"),
    UNKNOWN_COMMAND: (404, "Unknown application command"),
    TOO_MANY_OLD_EDITS: (
        429,
        "Maximum number of edits to messages older than 1 hour reached. Try again later.",
    ),
    TOO_LARGE: (413, "Request entity too large"),
    ALREADY_ACKNOWLEDGED: (400, "Interaction has already been acknowledged."),
    TAG_REQUIRED: (400, "A tag is required to create a forum post in this channel"),
    MISSING_ACCESS: (403, "Missing Access"),
    OTHERS_MESSAGE: (403, "Cannot edit a message authored by another user"),
    EMPTY_MESSAGE: (400, "Cannot send an empty message"),
    MISSING_PERMISSIONS: (403, "Missing Permissions"),
    NOT_IN_DIRECT: (403, "Cannot execute action on a DM channel"),
    TAKES_NO_DIRECT: (403, "Cannot send messages to this user"),
    NO_MUTUAL_GUILD: (403, "Cannot send messages to this user due to having no mutual guilds"),
    SYSTEM_MESSAGE: (403, "Cannot execute action on a system message"),
    NOT_IN_THIS_TYPE: (400, "Cannot execute action on this channel type"),
    BAD_WEBHOOK_TOKEN: (401, "Invalid Webhook Token"),
    INVALID_FORM: (400, "Invalid Form Body"),
    THREAD_ARCHIVED: (400, "Thread is archived"),
    NO_HISTORY_FOR_REPLY: (400, "Cannot reply without permission to read message history"),
    THREAD_EXISTS: (400, "A thread has already been created for this message"),
    THREAD_LOCKED: (400, "Thread is locked"),
    TOO_MANY_THREADS: (400, "Maximum number of active threads reached"),
}


class DiscordError(Exception):
    """A call that Discord refuses, with all that its answer says."""

    def __init__(
        self,
        code: int,
        *,
        status: int | None = None,
        message: str = "",
        errors: Json | None = None,
        more: Json | None = None,
    ) -> None:
        known, words = WORDS.get(code, (400, "Bad Request"))
        self.status = status or known
        self.code = code
        self.message = message or words
        self.errors = errors
        self.more = more or {}
        super().__init__(f"{self.status} {code} {self.message} {errors or ''}".rstrip())

    @property
    def answer(self) -> Json:
        errors = {"errors": self.errors} if self.errors else {}
        return {"message": self.message, "code": self.code, **errors, **self.more}


@dataclass(slots=True)
class Problems:
    """All that is wrong with a body, at the places where it is wrong."""

    errors: Json = field(default_factory=dict[str, Any])

    def add(self, path: tuple[str | int, ...], code: str, message: str) -> None:
        node = self.errors
        for step in path:
            node = node.setdefault(str(step), {})
        node.setdefault("_errors", []).append({"code": code, "message": message})

    def longer(self, path: tuple[str | int, ...], given: object, most: int) -> None:
        """Note it if a text or a list is longer than it may be."""
        if isinstance(given, str | list) and len(given) > most:
            self.add(path, "BASE_TYPE_MAX_LENGTH", f"Must be {most} or fewer in length.")

    def between(self, path: tuple[str | int, ...], given: object, least: int, most: int) -> None:
        size = len(given) if isinstance(given, str | list) else -1
        if not least <= size <= most:
            self.add(path, "BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length.")

    def required(self, path: tuple[str | int, ...]) -> None:
        self.add(path, "BASE_TYPE_REQUIRED", "This field is required")

    def check(self) -> None:
        """Raise all that was noted."""
        if self.errors:
            raise DiscordError(INVALID_FORM, errors=self.errors)
