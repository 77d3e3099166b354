"""The state of the local Slack: who and what there is, and what was said.

    world = World()
    ops = world.channel("ops")                     the bot is a member
    world.channel("war-room", private=True)        world.channel("old", archived=True)
    world.roots(ops.id)                            messages of the channel, oldest first
    world.thread(ops.id, ts)                       replies, oldest first, without the parent
    world.says(ops.id, "hello")                    a person writes
    world.uploads                                  the files, by id
    world.installation.state = "token_revoked"     or "account_inactive", "invalid_auth", …

Nothing here knows of HTTP.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.localslack.clock import LocalClock
from tests.localslack.errors import Json, SlackError
from tests.localslack.nouns import (
    SCOPES,
    SLACKBOT,
    Channel,
    Group,
    Installation,
    Message,
    Upload,
    User,
    Workspace,
)

APP = "A0SITREP"
TEAM = "T0LOCAL"
PERSON = "U0READER"
# 3 s by the pages on modals and shortcuts.
TRIGGER_LIFE = 3.0


@dataclass(slots=True, kw_only=True)
class Rules:
    """What a workspace may have set one way or the other, and what nobody outside Slack knows.

    `orphans`: what becomes of a reply to a message that is not there.  "posted" as a message of the channel, without
    `thread_ts` (https://github.com/slack-go/slack/issues/1571), or the error `thread_not_found`
    (https://github.com/slackapi/bolt-js/issues/2307).
    `from_oldest`: history that is asked for with `oldest` alone pages from the oldest message on
    (https://github.com/slackhq/slack-api-docs/issues/4); otherwise, from the newest.
    `metadata_limit`: no number is published for `metadata_too_large`.
    `lag`: seconds until history and replies show a new message; none is promised to show it at once.
    `edit_window`: seconds for which a message can be edited; None is for ever.
    `messages_tab`: whether the app takes part in direct messages (App Home, Messages Tab).
    """

    orphans: str = "posted"
    from_oldest: bool = False
    metadata_limit: int = 8_000
    lag: float = 0
    edit_window: float | None = None
    messages_tab: bool = True
    blocks_limit: int = 13_200


@dataclass(slots=True, kw_only=True)
class AnswerTo:
    """A `response_url`: where an answer goes, and how often it was used."""

    channel: str
    user: str
    message: Message | None
    born: float
    uses: int = 0


@dataclass(slots=True, kw_only=True)
class OAuth:
    """What the app is known by when it is installed; `codes` are the workspaces that agreed, by code, once each."""

    client_id: str = "100.200"
    client_secret: str = "client-secret"
    codes: dict[str, str] = field(default_factory=dict[str, str])
    used: set[str] = field(default_factory=set[str])


@dataclass(slots=True)
class World:
    clock: LocalClock = field(default_factory=LocalClock)
    rules: Rules = field(default_factory=Rules)
    app: str = APP
    workspaces: dict[str, Workspace] = field(default_factory=dict[str, Workspace])
    users: dict[str, User] = field(default_factory=dict[str, User])
    groups: dict[str, Group] = field(default_factory=dict[str, Group])
    # Workspaces whose plan has no user groups.
    without_groups: set[str] = field(default_factory=set[str])
    channels: dict[str, Channel] = field(default_factory=dict[str, Channel])
    installations: dict[str, Installation] = field(default_factory=dict[str, Installation])
    app_tokens: dict[str, str] = field(default_factory=dict[str, str])
    oauth: OAuth = field(default_factory=OAuth)
    uploads: dict[str, Upload] = field(default_factory=dict[str, Upload])
    views: dict[str, Json] = field(default_factory=dict[str, Json])
    homes: dict[str, Json] = field(default_factory=dict[str, Json])
    triggers: dict[str, float] = field(default_factory=dict[str, float])
    answers: dict[str, AnswerTo] = field(default_factory=dict[str, AnswerTo])
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        self.app_tokens["xapp-1-local"] = self.app
        self.workspace(TEAM, token="xoxb-local")
        self.user(PERSON, "reader")

    @property
    def installation(self) -> Installation:
        """Return the app in the workspace that there always is."""
        return next(iter(self.installations.values()))

    def workspace(self, team: str, *, token: str, scopes: tuple[str, ...] = SCOPES) -> Installation:
        """Add a workspace in which the app is installed."""
        self.workspaces[team] = Workspace(id=team, name=f"Workspace {team}", domain=team.lower())
        suffix = "" if team == TEAM else team
        bot = self.user(f"U0BOT{suffix}", "sitrep", team=team, is_bot=True)
        made = Installation(
            token=token, team=team, bot_user=bot.id, bot_id=f"B0BOT{suffix}", app=self.app, scopes=scopes
        )
        self.installations[token] = made
        return made

    def user(self, id_: str, name: str, *, team: str = TEAM, is_bot: bool = False) -> User:
        self.users[id_] = User(id=id_, name=name, team=team, is_bot=is_bot)
        return self.users[id_]

    def group(self, id_: str, handle: str, *users: str, team: str = TEAM) -> Group:
        self.groups[id_] = Group(id=id_, handle=handle, team=team, users=[*users])
        return self.groups[id_]

    def channel(
        self,
        name: str,
        *,
        id_: str | None = None,
        team: str = TEAM,
        member: bool = True,
        private: bool = False,
        archived: bool = False,
        read_only: bool = False,
    ) -> Channel:
        """Add a channel; the bot is in it unless it is told otherwise."""
        members = {user.id for user in self.users.values() if user.team == team and (member or not user.is_bot)}
        made = Channel(
            id=id_ or self.new_id("C"),
            name=name,
            team=team,
            members=members,
            private=private,
            archived=archived,
            read_only=read_only,
        )
        self.channels[made.id] = made
        return made

    def new_id(self, letter: str) -> str:
        return f"{letter}0{next(self._numbers):08d}"

    def trigger(self) -> str:
        """Return a new trigger; it opens one view, within three seconds."""
        made = f"{self.new_id('')}.trigger"
        self.triggers[made] = self.clock.seconds()
        return made

    def spend(self, trigger: str) -> None:
        """Use a trigger up, or raise why that can not be: https://docs.slack.dev/reference/methods/views.open#errors."""
        born = self.triggers.get(trigger)
        if born is None:
            raise SlackError("invalid_trigger_id")
        if born < 0:
            raise SlackError("exchanged_trigger_id")
        if self.clock.seconds() - born > TRIGGER_LIFE:
            raise SlackError("expired_trigger_id")
        self.triggers[trigger] = -1

    def answer_to(self, channel: str, user: str, message: Message | None) -> str:
        """Return the name of a new `response_url`."""
        name = f"{self.workspaces[self.channels[channel].team].id}/{self.new_id('R')}"
        self.answers[name] = AnswerTo(channel=channel, user=user, message=message, born=self.clock.seconds())
        return name

    def named(self, name: str, team: str = TEAM) -> Channel:
        """Return the channel of that name."""
        return next(one for one in self.channels.values() if (one.name, one.team) == (name, team))

    def direct(self, user: str, team: str = TEAM) -> Channel:
        """Return the direct conversation with a user, opened if need be."""
        known = (one for one in self.channels.values() if (one.dm_with, one.team) == (user, team))
        found = next(known, None)
        if found is None:
            bots = {one.id for one in self.users.values() if one.is_bot and one.team == team}
            found = Channel(id=self.new_id("D"), name="", team=team, members={user} | bots, dm_with=user)
            self.channels[found.id] = found
        return found

    def new_ts(self, channel: Channel) -> str:
        """Return a ts of now that is unique in its channel; another channel may have the same one."""
        hundredths = int(self.clock.seconds() * 100)
        channel.last = max(hundredths * 10_000 + 19, channel.last + 10)
        return f"{channel.last // 1_000_000}.{channel.last % 1_000_000:06d}"

    def add(self, channel: Channel, **fields: Any) -> Message:
        """Store a new message."""
        made = Message(channel=channel.id, ts=self.new_ts(channel), **fields)
        channel.messages[made.ts] = made
        if made.thread_ts and made.is_reply:
            channel.threads.setdefault(made.thread_ts, []).append(made)
        return made

    def says(self, channel: str, text: str, *, user: str = PERSON, thread: str | None = None) -> Message:
        """Let a person write into a channel."""
        return self.add(self.channels[channel], user=user, text=text, thread_ts=thread, sent={"text": text})

    def remove(self, channel: str, ts: str) -> None:
        """Delete a message; one with replies stays as a tombstone, as in Slack."""
        there = self.channels[channel]
        gone = there.messages.get(ts)
        if gone is None or gone.tombstone:
            raise SlackError("message_not_found")
        if not self.thread(channel, ts):
            del there.messages[ts]
            if gone.thread_ts and gone.is_reply:
                there.threads[gone.thread_ts].remove(gone)
            return
        gone.versions.append(gone.public())
        gone.tombstone, gone.user, gone.bot_id = True, SLACKBOT, ""
        gone.text, gone.blocks, gone.attachments = "This message was deleted.", [], []
        gone.metadata, gone.sent = None, {}

    def message(self, channel: str, ts: str) -> Message:
        return self.channels[channel].messages[ts]

    def messages(self) -> list[Message]:
        """Return every message there is, channel by channel, oldest first, without the ephemeral ones."""
        return [message for channel in self.channels.values() for message in channel.messages.values()]

    def roots(self, channel: str) -> list[Message]:
        """Return what was said in the channel itself, oldest first: no replies, no tombstones, nothing of Slack's."""
        every = self.channels[channel].messages.values()
        return [message for message in every if not (message.is_reply or message.tombstone or message.subtype)]

    def thread(self, channel: str, ts: str) -> list[Message]:
        """Return the replies to a message, oldest first."""
        return list(self.channels[channel].threads.get(ts, ()))

    def ephemerals(self, channel: str) -> list[Message]:
        """Return what only one person could see, oldest first."""
        return self.channels[channel].ephemeral
