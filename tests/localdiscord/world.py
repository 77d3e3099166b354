"""The state of the local Discord: who and what there is, and what was said.

    world = World()
    ops = world.channel("ops")                            the bot may do there what it may in the guild
    world.channel("quiet", deny=("send_messages",))       `view_channel`, `embed_links`, `send_messages_in_threads`, …
    world.forum("incidents", tags=("open", "closed"))
    world.roots(ops.id)                                   messages of the channel, oldest first
    world.thread(ops.id, root.id)                         what stands in the thread made from it, oldest first
    world.says(ops.id, "hello")                           a person writes
    world.removes(ops.id, root.id)                        and deletes
    world.state = "revoked"                               the token is good no more

Nothing here knows of HTTP.  What changes is told to `listeners`, as the gateway would tell it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tests.localdiscord.clock import LocalClock, iso
from tests.localdiscord.delivery import Delivery
from tests.localdiscord.errors import UNKNOWN_CHANNEL, UNKNOWN_GUILD, UNKNOWN_MESSAGE, DiscordError, Json
from tests.localdiscord.nouns import (
    DIRECT,
    FORUM,
    PUBLIC_THREAD,
    SYSTEM,
    TEXT,
    Channel,
    Guild,
    Message,
    Role,
    Tag,
    User,
)
from tests.localdiscord.permissions import BOT, EVERYBODY, EVERYTHING, NOTHING, Can, named
from tests.localdiscord.rules import Rules

APP, BOT_USER, OWNER, GUILD = "900000000000000001", "900000000000000002", "900000000000000003", "900000000000000004"
PERSON = "900000000000000005"
BOT_ROLE = "900000000000000006"
TOKEN = "OTAwMDAw.local.discord-token"

Listener = Callable[[str, Json, str | None], None]


@dataclass(slots=True)
class World:
    clock: LocalClock = field(default_factory=LocalClock)
    rules: Rules = field(default_factory=Rules)
    token: str = TOKEN
    state: str = ""
    gateway_url: str = ""
    guilds: dict[str, Guild] = field(default_factory=dict[str, Guild])
    users: dict[str, User] = field(default_factory=dict[str, User])
    channels: dict[str, Channel] = field(default_factory=dict[str, Channel])
    # By guild; "" holds the global ones.
    commands: dict[str, list[Json]] = field(default_factory=dict[str, list[Json]])
    nonces: dict[tuple[str, str, str], tuple[str, float]] = field(
        default_factory=dict[tuple[str, str, str], tuple[str, float]]
    )
    old_edits: dict[str, list[float]] = field(default_factory=dict[str, list[float]])
    # The bytes of every attachment, by its id.
    uploads: dict[str, bytes] = field(default_factory=dict[str, bytes])
    interactions: dict[str, Delivery] = field(default_factory=dict[str, Delivery])
    listeners: list[Listener] = field(default_factory=list[Listener])

    def __post_init__(self) -> None:
        self.users[BOT_USER] = User(id=BOT_USER, name="sitrep", bot=True)
        self.user("owner", id_=OWNER)
        self.user("reader", id_=PERSON)
        self.guild("Acme", id_=GUILD)

    def guild(self, name: str, *, id_: str | None = None, permissions: Can = BOT) -> Guild:
        """Add a guild that the bot is in."""
        made = Guild(id=id_ or self.clock.snowflake(), name=name, permissions=permissions)
        made.roles[made.id] = Role(id=made.id, name="@everyone", permissions=EVERYBODY)
        ours = BOT_ROLE if made.id == GUILD else self.clock.snowflake()
        made.roles[ours] = Role(id=ours, name="sitrep", permissions=permissions, managed=True)
        self.users[BOT_USER].roles.append(ours)
        self.guilds[made.id] = made
        return made

    def user(self, name: str, *, id_: str | None = None) -> User:
        made = User(id=id_ or self.clock.snowflake(), name=name)
        self.users[made.id] = made
        return made

    def role(self, name: str, *, guild: str = GUILD, mentionable: bool = False) -> Role:
        made = Role(id=self.clock.snowflake(), name=name, mentionable=mentionable)
        self.guilds[guild].roles[made.id] = made
        return made

    def channel(
        self, name: str, *, id_: str | None = None, guild: str = GUILD, deny: tuple[str, ...] = (), type_: int = TEXT
    ) -> Channel:
        made = Channel(
            id=id_ or self.clock.snowflake(), guild=guild, name=name, type=type_, denied=named(deny), created=self.now()
        )
        self.channels[made.id] = made
        self.tells("CHANNEL_CREATE", {"channel": made}, guild)
        return made

    def forum(self, name: str, *, tags: tuple[str, ...] = (), guild: str = GUILD, needs_tag: bool = False) -> Channel:
        made = self.channel(name, guild=guild, type_=FORUM)
        made.tags = [Tag(id=self.clock.snowflake(), name=one) for one in tags]
        made.needs_tag = needs_tag
        return made

    def direct(self, user: str) -> Channel:
        """Return the direct conversation with a user, opened if need be."""
        found = next((one for one in self.channels.values() if one.dm_with == user), None)
        if found is None:
            found = self.channel("", guild="", type_=DIRECT)
            found.dm_with = user
        return found

    def now(self) -> str:
        return iso(self.clock.now())

    def tells(self, event: str, what: Json, guild: str | None) -> None:
        """Tell all listeners that something happened."""
        for listener in self.listeners:
            listener(event, what, guild)

    def may(self, channel: Channel, wanted: Can, user: str = BOT_USER) -> bool:
        return wanted in self.can(channel, user)

    def can(self, channel: Channel, user: str = BOT_USER) -> Can:
        """Return what somebody may do in a channel; threads go by their parents."""
        if channel.dm_with:
            return EVERYTHING
        if user != BOT_USER:
            return EVERYTHING if user == OWNER else EVERYBODY
        above = self.channels.get(channel.parent or "", channel)
        left = self.guilds[channel.guild].permissions & ~above.denied & ~channel.denied
        return left if Can.VIEW_CHANNEL in left else NOTHING

    def denies(self, channel: str, *names: str) -> None:
        """Let the bot do everything in a channel but this, and tell it."""
        there = self.there(channel)
        there.denied = named(names)
        self.tells("CHANNEL_UPDATE", {"channel": there}, there.guild)

    def forbids(self, *names: str, guild: str = GUILD) -> None:
        """Let the bot do everything in a guild but this, and tell it."""
        there = self.guild_of(guild)
        there.permissions = BOT & ~named(names)
        ours = next(one for one in there.roles.values() if one.managed)
        ours.permissions = there.permissions
        self.tells("GUILD_ROLE_UPDATE", {"role": ours}, guild)

    def there(self, id_: str) -> Channel:
        """Return a channel or a thread, or raise that it is unknown."""
        found = self.channels.get(id_)
        if found is None:
            raise DiscordError(UNKNOWN_CHANNEL)
        self._ages(found)
        return found

    def _ages(self, one: Channel) -> None:
        """Archive a thread in which nothing has happened for long: …/topics/threads#active-archived-threads."""
        if not (one.is_thread and not one.archived and self.rules.archives):
            return
        told = [said.at for said in reversed(one.messages.values()) if said.type not in SYSTEM][:1]
        quiet_since = datetime.fromisoformat(max([one.archive_at, *told]))
        if self.clock.now() - quiet_since > timedelta(minutes=one.archive_after):
            one.archived, one.archive_at = True, self.now()
            self.tells("THREAD_UPDATE", {"channel": one}, one.guild)

    def guild_of(self, id_: str) -> Guild:
        found = self.guilds.get(id_)
        if found is None:
            raise DiscordError(UNKNOWN_GUILD)
        return found

    def message(self, channel: str, id_: str) -> Message:
        """Return a message, or raise that it is unknown."""
        found = self.there(channel).messages.get(id_)
        if found is None:
            raise DiscordError(UNKNOWN_MESSAGE)
        return found

    def add(self, channel: Channel, *, id_: str | None = None, **fields: Any) -> Message:
        """Store a new message and tell of it."""
        made = Message(id=id_ or self.clock.snowflake(), channel=channel.id, at=self.now(), **fields)
        made.mentioned = made.pinged
        if made.ephemeral_to:
            channel.ephemeral.append(made)
            return made
        channel.messages[made.id] = made
        # https://docs.discord.com/developers/topics/threads#active-archived-threads
        if channel.is_thread and made.type not in SYSTEM:
            channel.total += 1
            if channel.archived and not channel.locked:
                channel.archived, channel.archive_at = False, made.at
                self.tells("THREAD_UPDATE", {"channel": channel}, channel.guild)
        self.tells("MESSAGE_CREATE", {"message": made}, channel.guild or None)
        return made

    def says(self, channel: str, text: str, *, user: str = PERSON, reply_to: str | None = None) -> Message:
        """Let a person write into a channel or a thread."""
        there = self.there(channel)
        reference = {"message_id": reply_to, "channel_id": channel, "guild_id": there.guild} if reply_to else None
        return self.add(there, author=user, content=text, reference=reference, sent={"content": text})

    def removes(self, channel: str, id_: str) -> None:
        """Delete a message; its thread stays, an orphan."""
        there = self.there(channel)
        gone = self.message(channel, id_)
        del there.messages[id_]
        gone.deleted = True
        self.tells("MESSAGE_DELETE", {"id": id_, "channel_id": channel, "guild_id": there.guild}, there.guild or None)

    def removes_channel(self, id_: str) -> Channel:
        """Delete a channel or a thread, with all that was said in it."""
        gone = self.there(id_)
        del self.channels[id_]
        for one in [one for one in self.channels.values() if one.parent == id_]:
            self.removes_channel(one.id)
        self.tells("THREAD_DELETE" if gone.is_thread else "CHANNEL_DELETE", {"channel": gone}, gone.guild or None)
        return gone

    def opens_thread(self, parent: Channel, name: str, *, id_: str | None = None, **fields: Any) -> Channel:
        """Add a thread to a channel and tell of it."""
        now = self.now()
        made = Channel(
            id=id_ or self.clock.snowflake(),
            guild=parent.guild,
            name=name,
            type=fields.pop("type", PUBLIC_THREAD),
            parent=parent.id,
            created=now,
            archive_at=now,
            **fields,
        )
        self.channels[made.id] = made
        self.tells("THREAD_CREATE", {"channel": made, "newly_created": True}, made.guild)
        return made

    def active(self, guild: str) -> list[Channel]:
        """Return the active threads of a guild, oldest first."""
        every = [one for one in self.channels.values() if one.is_thread and one.guild == guild]
        for one in every:
            self._ages(one)
        return [one for one in every if not one.archived]

    def threads_of(self, guild: str) -> list[Channel]:
        """Return the active threads of a guild that the bot can see."""
        return [one for one in self.active(guild) if self.may(one, Can.VIEW_CHANNEL)]

    def messages(self) -> list[Message]:
        """Return every message there is, channel by channel, oldest first, without the ephemeral ones."""
        return [message for channel in self.channels.values() for message in channel.messages.values()]

    def roots(self, channel: str) -> list[Message]:
        """Return what was said in a channel itself, oldest first, without Discord's own lines."""
        return [one for one in self.channels[channel].messages.values() if one.type not in SYSTEM]

    def thread(self, channel: str, message: str) -> list[Message]:
        """Return what was said in the thread of a message, oldest first."""
        kept = self.message(channel, message) if message in self.channels[channel].messages else None
        name = (kept.thread if kept else None) or message
        return self.roots(name) if name in self.channels else []

    def posts(self, forum: str) -> list[Channel]:
        """Return the posts of a forum, oldest first."""
        return [one for one in self.channels.values() if one.parent == forum]

    def ephemerals(self, channel: str) -> list[Message]:
        """Return what only one person could see, oldest first."""
        return self.channels[channel].ephemeral

    def named(self, name: str, guild: str = GUILD) -> Channel:
        return next(one for one in self.channels.values() if (one.name, one.guild) == (name, guild))
