"""All workspaces that the app is installed in, as one platform.

An address is a channel of the workspace whose bot token is configured, or `T0123456789/<channel>` of another one; a
`Ref` begins in the same way.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeVar

from adapters.slack.platform import Slack
from bot.core.message import Message
from bot.errors import PermanentFailure, PlatformStopped
from bot.model import Ref

T = TypeVar("T")
Token = Callable[[str], Awaitable[str | None]]


class Workspaces:
    """Hands each call to the workspace that it is for."""

    name = Slack.name
    longest = Slack.longest
    largest = Slack.largest

    def __init__(self, home: Slack | None, token: Token, make: Callable[[str, str], Slack]) -> None:
        """`home` is the workspace of the configured token, `token` finds another's, `make` connects to it with that."""
        self.home = home
        self._token = token
        self._make = make
        self._others: dict[str, Slack] = {}
        self._past: list[Slack] = []

    async def post(self, address: str, message: Message, key: str, earlier: Ref | None = None) -> Ref:
        """Post a root message."""
        team, channel = split(address)
        before = Ref(split(earlier.value)[1]) if earlier else None
        return _of(team, await self._there(team, lambda slack: slack.post(channel, message, key, before)))

    async def reply(self, root: Ref, message: Message, key: str) -> Ref:
        """Add a message to the thread of `root`."""
        team, ref = split(root.value)
        return _of(team, await self._there(team, lambda slack: slack.reply(Ref(ref), message, key)))

    async def edit(self, root: Ref, message: Message, earlier: Ref | None = None) -> None:
        """Make the root say `message`."""
        team, ref = split(root.value)
        before = Ref(split(earlier.value)[1]) if earlier else None
        await self._there(team, lambda slack: slack.edit(Ref(ref), message, before))

    async def find(self, address: str, root: Ref | None, key: str, since: datetime) -> Ref | None:
        """Return the message that carries `key`."""
        team, channel = split(address)
        there = Ref(split(root.value)[1]) if root else None
        found = await self._there(team, lambda slack: slack.find(channel, there, key, since))
        return _of(team, found) if found else None

    async def retract(
        self, address: str, root: Ref | None, key: str, since: datetime, *, keep: Ref | None = None
    ) -> int:
        """Take back all but one of the messages that carry `key`."""
        team, channel = split(address)
        there, kept = (Ref(split(one.value)[1]) if one else None for one in (root, keep))
        return await self._there(team, lambda slack: slack.retract(channel, there, key, since, keep=kept))

    async def link(self, root: Ref) -> str | None:
        """Return the address of a message."""
        team, ref = split(root.value)
        return await self._there(team, lambda slack: slack.link(Ref(ref)))

    async def _there(self, team: str, ask: Callable[[Slack], Awaitable[T]]) -> T:
        slack = await self.workspace(team)
        try:
            return await ask(slack)
        except PlatformStopped as error:
            if not team:
                raise
            # One workspace that will not have us any more is no reason to leave the others alone.
            raise PermanentFailure(f"workspace {team}: {error}") from error

    async def workspace(self, team: str) -> Slack:
        """Return one workspace.  Raises PermanentFailure if the app is not installed there."""
        if not team:
            if self.home is None:
                raise PermanentFailure("no bot token is configured: write slack:T…/C… for a workspace of its own")
            return self.home
        if team not in self._others:
            token = await self._token(team)
            if token is None:
                raise PermanentFailure(f"the app is not installed in the workspace {team}: open /slack/install")
            self._others[team] = self._make(token, team)
        return self._others[team]

    def forget(self, team: str) -> None:
        """Ask for the token of a workspace anew."""
        before = self._others.pop(team, None)
        if before is not None:
            self._past.append(before)

    async def close(self) -> None:
        """Close the connections."""
        for slack in (*self._past, *self._others.values(), *((self.home,) if self.home else ())):
            await slack.close()


def split(address: str) -> tuple[str, str]:
    """Return the workspace, empty for that of the configured token, and what is within it."""
    team, slash, rest = address.partition("/")
    return (team, rest) if slash else ("", address)


def _of(team: str, ref: Ref) -> Ref:
    return Ref(f"{team}/{ref.value}") if team else ref
