"""What a chat platform must be able to do; everything else about it is its own affair."""

from __future__ import annotations

from abc import abstractmethod
from datetime import datetime
from typing import Protocol

from bot.core.message import Message
from bot.model import Ref


class Platform(Protocol):
    """One chat platform.  Four verbs, which raise nothing but these.

    TemporaryFailure    nothing was posted, try again (after `retry_after`)
    PermanentFailure    nothing was posted, a person must act; MessageGone if the root was deleted
    UnknownOutcome      it may have been posted: `find` tells

    `name` is what destinations begin with; `longest` is how many characters one reply may hold.
    """

    name: str
    longest: int

    @abstractmethod
    async def post(self, address: str, message: Message, key: str) -> Ref:
        """Post a root message and return the handle on it.  `key` is the same for every try of this post."""
        ...

    @abstractmethod
    async def reply(self, root: Ref, message: Message, key: str) -> Ref:
        """Add a message to the thread of `root`, in the channel too if it asks for that."""
        ...

    @abstractmethod
    async def edit(self, root: Ref, message: Message) -> None:
        """Make the root say `message`; doing it twice does no harm."""
        ...

    @abstractmethod
    async def find(self, address: str, root: Ref | None, key: str, since: datetime) -> Ref | None:
        """Return the message that was sent with `key` at or after `since`, or None if there is none.

        `root` is the thread to look in; without it the message is a root itself.
        """
        ...
