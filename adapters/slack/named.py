"""Whether the people, user groups and channels that `[access]` names are there."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable

from adapters.slack.platform import Slack
from adapters.slack.workspaces import split
from bot.core.access import GROUP
from bot.errors import SitrepError

_SCOPE = "usergroups:read"
Tried = tuple[bool, str]


async def named(slack: Slack, who: Iterable[str], channels: Iterable[str], granted: set[str]) -> AsyncIterator[Tried]:
    """Give what was tried and how it went, a line each.

    `channels` of other workspaces are left out: their tokens are in the database.
    """
    ours = [one for one in who if one.startswith("slack:")]
    if any(one.startswith(GROUP) for one in ours) and granted != {""} and _SCOPE not in granted:
        yield False, f"the app lacks the scope {_SCOPE}, which a user group in [access] needs; install it again"
        ours = [one for one in ours if not one.startswith(GROUP)]
    for one in ours:
        yield await _tried(slack, one)
    for channel in channels:
        if not split(channel)[0]:
            yield await _found(slack, channel)


async def _tried(slack: Slack, one: str) -> Tried:
    id_ = one.partition(":")[2]
    try:
        if one.startswith(GROUP):
            found = (await slack.web.call("usergroups.users.list", usergroup=id_)).get("users") or ()
            return True, f"[access]: the user group {id_} has {len(found)} {'person' if len(found) == 1 else 'people'}"
        user = (await slack.web.call("users.info", user=id_))["user"]
    except SitrepError as error:
        return False, f"[access]: {one}: {error}"
    if user.get("deleted"):
        return False, f"[access]: {one} is deactivated: take it out"
    return True, f"[access]: {one} is {user.get('name')}"


async def _found(slack: Slack, channel: str) -> Tried:
    try:
        id_ = await slack.channels.id_of(channel)
        await slack.web.call("conversations.info", channel=id_)
    except SitrepError as error:
        return False, f"[access]: {channel}: {error}"
    return True, f"[access]: {channel} is there"
