"""What a Discord is made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.localdiscord.errors import Json
from tests.localdiscord.permissions import BOT, NOTHING, Can

# https://docs.discord.com/developers/resources/channel#channel-object-channel-types
TEXT, DIRECT, NEWS, NEWS_THREAD, PUBLIC_THREAD, PRIVATE_THREAD, FORUM = 0, 1, 5, 10, 11, 12, 15
THREADS = frozenset((NEWS_THREAD, PUBLIC_THREAD, PRIVATE_THREAD))

# https://docs.discord.com/developers/resources/message#message-object-message-flags
SUPPRESS_EMBEDS, HAS_THREAD, EPHEMERAL, LOADING, SILENT, COMPONENTS_V2 = (
    1 << 2,
    1 << 5,
    1 << 6,
    1 << 7,
    1 << 12,
    1 << 15,
)

# https://docs.discord.com/developers/resources/message#message-object-message-types
DEFAULT, RENAMED, PINNED, THREAD_CREATED, REPLY, CHAT_INPUT, THREAD_STARTER, CONTEXT_MENU = 0, 4, 6, 18, 19, 20, 21, 23
SYSTEM = frozenset((RENAMED, PINNED, THREAD_CREATED, THREAD_STARTER))
UNDELETABLE = frozenset((RENAMED, THREAD_STARTER))


@dataclass(slots=True, kw_only=True)
class User:
    """`takes_dms` is what they have set; who is no `is_member` is in none of the bot's guilds."""

    id: str
    name: str
    bot: bool = False
    takes_dms: bool = True
    is_member: bool = True
    roles: list[str] = field(default_factory=list[str])


@dataclass(slots=True, kw_only=True)
class Role:
    id: str
    name: str
    mentionable: bool = False
    permissions: Can = NOTHING
    managed: bool = False


@dataclass(slots=True, kw_only=True)
class Tag:
    """What a post in a forum can be marked with."""

    id: str
    name: str
    moderated: bool = False


@dataclass(slots=True, kw_only=True)
class Guild:
    """`permissions` are the bot's."""

    id: str
    name: str
    permissions: Can = BOT
    roles: dict[str, Role] = field(default_factory=dict[str, Role])
    max_threads: int = 1_000
    available: bool = True


@dataclass(slots=True, kw_only=True)
class Message:
    """One message.  `posted` is the body it was created with, `sent` the one that touched it last.

    `pinged` is whom it called when it was created: an edit calls nobody.  `mentioned` is whom it shows as called.
    """

    id: str
    channel: str
    author: str
    at: str
    content: str = ""
    embeds: list[Json] = field(default_factory=list[Json])
    components: list[Json] = field(default_factory=list[Json])
    attachments: list[Json] = field(default_factory=list[Json])
    flags: int = 0
    type: int = DEFAULT
    edited: str | None = None
    nonce: str | None = None
    reference: Json | None = None
    thread: str | None = None
    pinned: bool = False
    webhook: str | None = None
    interaction: Json | None = None
    ephemeral_to: str | None = None
    pinged: tuple[str, ...] = ()
    mentioned: tuple[str, ...] = ()
    deleted: bool = False
    thread_name: str = ""
    posted: Json = field(default_factory=dict[str, Any])
    sent: Json = field(default_factory=dict[str, Any])
    versions: list[Json] = field(default_factory=list[Json])

    @property
    def is_v2(self) -> bool:
        return bool(self.flags & COMPONENTS_V2)

    @property
    def suppressed(self) -> bool:
        """Tell whether links in it bring no preview."""
        return bool(self.flags & SUPPRESS_EMBEDS)


@dataclass(slots=True, kw_only=True)
class Channel:
    """A channel, a forum or a thread.  `denied` is what the bot may not do in it, whatever it may in the guild."""

    id: str
    guild: str
    name: str
    type: int = TEXT
    denied: Can = NOTHING
    messages: dict[str, Message] = field(default_factory=dict[str, Message])
    ephemeral: list[Message] = field(default_factory=list[Message])
    topic: str | None = None
    # Of forums and their posts.
    tags: list[Tag] = field(default_factory=list[Tag])
    needs_tag: bool = False
    applied: list[str] = field(default_factory=list[str])
    # Of threads.
    parent: str | None = None
    owner: str | None = None
    archived: bool = False
    locked: bool = False
    archive_after: int = 1_440
    archive_at: str = ""
    created: str = ""
    total: int = 0
    slow: int = 0
    # Of direct conversations.
    dm_with: str | None = None

    @property
    def is_thread(self) -> bool:
        return self.type in THREADS
