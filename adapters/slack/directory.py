"""Who is in which user group of Slack's, and which channel a name stands for: asked of Slack, and remembered.

A group's members are read anew when they are old, and when somebody is not among them who may have come in since.  If
Slack can not be asked, those last known hold, also after a restart; of a group that was never read nobody is known.
https://docs.slack.dev/reference/methods/usergroups.users.list
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from adapters.slack.platform import Slack
from adapters.slack.workspaces import split
from bot.core.access import GROUP
from bot.errors import SitrepError
from bot.model import Person
from bot.ports import Directory, Installations

log = logging.getLogger("sitrep.slack")

# Who is taken out of a group keeps its rights no longer than that.
FRESH = timedelta(minutes=5)
# Whoever is not in a group is looked for anew, but Slack takes 20 such calls a minute (Tier 2):
# https://docs.slack.dev/apis/web-api/rate-limits
AGAIN = timedelta(seconds=20)
# People wait meanwhile, and so does Slack, for three seconds.
_PATIENCE = 1.5
_PREFIX = GROUP.removesuffix("S")
_UNKNOWN_GROUP = "no_such_subteam"


@dataclass(slots=True)
class _Group:
    """What is known of a group in a workspace; `read_at` is None if it never was, `trouble` why not lately."""

    members: frozenset[str] = frozenset()
    read_at: datetime | None = None
    tried_at: datetime | None = None
    trouble: str = ""
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class SlackDirectory(Directory):
    """Asks the workspace that somebody writes from; `workspace` returns it by its name, empty for the usual one."""

    def __init__(
        self,
        workspace: Callable[[str], Awaitable[Slack]],
        kept: Installations,
        now: Callable[[], datetime],
        *,
        for_many: bool,
    ) -> None:
        """Ask nothing yet; groups are remembered in `kept`.  `for_many` is whether there are several workspaces."""
        self._workspace = workspace
        self._kept = kept
        self._now = now
        self._for_many = for_many
        self._groups: dict[tuple[str, str], _Group] = {}
        self._channels: dict[str, tuple[datetime, str]] = {}

    async def groups_of(self, person: Person, among: Collection[str]) -> Collection[str]:
        """Return those of some groups that somebody is in, as far as is known."""
        team = person.team if self._for_many else ""
        wanted = [one for one in among if one.startswith(GROUP)]
        found = await asyncio.gather(*(self._has(team, one.removeprefix(_PREFIX), person.id) for one in wanted))
        return [one for one, is_in in zip(wanted, found, strict=True) if is_in]

    async def id_of(self, address: str) -> str:
        """Return the id of a channel that is written by its name or id; nothing if it can not be told just now."""
        team, channel = split(address)
        if not channel.startswith("#"):
            return channel
        asked_at, known = self._channels.get(address, (None, ""))
        now = self._now()
        if not known and (asked_at is None or now - asked_at >= AGAIN):
            known = await self._id_of(team, channel)
            self._channels[address] = (now, known)
        return known

    async def learn(self, groups: Collection[str], rooms: Collection[str]) -> None:
        """Ask for all that rights depend on, so that what can not be told is known before anybody needs it.

        Of several workspaces the one is asked from which somebody writes.
        """
        for room in rooms:
            await self.id_of(room)
        if not self._for_many:
            await self.groups_of(Person("slack", "", ""), groups)

    async def _id_of(self, team: str, channel: str) -> str:
        try:
            async with asyncio.timeout(_PATIENCE):
                return await (await self._workspace(team)).channels.id_of(channel)
        except (SitrepError, TimeoutError) as error:
            log.warning("slack: the channel %s of [[access.channel]] can not be told: %s", channel, _why(error))
            return ""

    def condition(self) -> str:
        """Say what of it can not be told now, a line each; nothing if all is well."""
        groups = [
            f"Slack: the members of the user group {name} can not be read ({one.trouble}): {_holds(one)}"
            for (_, name), one in sorted(self._groups.items())
            if one.trouble
        ]
        channels = [
            f"Slack: the channel {address} of [[access.channel]] can not be found: its rules hold in all channels"
            for address, (_, id_) in sorted(self._channels.items())
            if not id_
        ]
        return "\n".join((*groups, *channels))

    async def _has(self, team: str, group: str, person: str) -> bool:
        known = self._groups.setdefault((team, group), _Group())
        # One who asks is enough; the others wait for the answer.
        async with known.turn:
            if known.read_at is None and known.tried_at is None:
                await self._remember(team, group, known)
            if self._is_due(known, person):
                await self._read(team, group, known)
        return person in known.members

    def _is_due(self, known: _Group, person: str) -> bool:
        now = self._now()
        if known.tried_at is not None and now - known.tried_at < AGAIN:
            return False
        return person not in known.members or known.read_at is None or now - known.read_at >= FRESH

    async def _read(self, team: str, group: str, known: _Group) -> None:
        known.tried_at = self._now()
        try:
            async with asyncio.timeout(_PATIENCE):
                web = (await self._workspace(team)).web
                answer = await web.call("usergroups.users.list", usergroup=group)
        except (SitrepError, TimeoutError) as error:
            why = _why(error)
            if _UNKNOWN_GROUP not in why:
                self._is(known, group, why)
                return
            # Slack has said that there is none: so nobody is in it.  It may be another workspace's.
            self._is(known, group, "" if self._for_many else "there is no such group")
            members = frozenset[str]()
        else:
            self._is(known, group, "")
            members = frozenset(map(str, answer.get("users") or ()))
        changed, known.members, known.read_at = members != known.members, members, known.tried_at
        if changed:
            body = json.dumps({"at": known.read_at.isoformat(), "users": sorted(members)})
            await self._kept.save(_key(team, group), body)

    async def _remember(self, team: str, group: str, known: _Group) -> None:
        """Take what was last known before we were started."""
        kept = await self._kept.find(_key(team, group))
        if kept is not None:
            found = json.loads(kept)
            known.members = frozenset(found["users"])
            known.read_at = datetime.fromisoformat(found["at"])

    def _is(self, known: _Group, group: str, trouble: str) -> None:
        if trouble and trouble != known.trouble:
            log.warning("slack: the members of the user group %s can not be read: %s", group, trouble)
        known.trouble = trouble


def _key(team: str, group: str) -> str:
    return f"group:{team}:{group}"


def _why(error: Exception) -> str:
    return "no answer in time" if isinstance(error, TimeoutError) else str(error)


def _holds(one: _Group) -> str:
    if one.read_at is None or not one.members:
        return "nobody is known to be in it"
    return f"whoever was in it at {one.read_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC still counts"
