"""What a Slack workspace is made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.localslack.blocks import told
from tests.localslack.errors import Json

SLACKBOT = "USLACKBOT"

# The least that the bot needs, plus what some tests want: PLATFORMS 1A, "Manifest, scopes".
SCOPES = (
    "app_mentions:read",
    "channels:history",
    "channels:join",
    "channels:read",
    "chat:write",
    "commands",
    "files:write",
    "groups:history",
    "groups:read",
    "im:history",
    "im:read",
    "im:write",
    "usergroups:read",
    "users:read",
)


@dataclass(slots=True, kw_only=True)
class User:
    id: str
    name: str
    team: str
    is_bot: bool = False
    deleted: bool = False

    def public(self) -> Json:
        return {
            "id": self.id,
            "team_id": self.team,
            "name": self.name,
            "real_name": self.name.title(),
            "deleted": self.deleted,
            "is_bot": self.is_bot,
            "tz": "Etc/UTC",
            "tz_offset": 0,
            "profile": {"real_name": self.name.title(), "display_name": self.name},
        }


@dataclass(slots=True, kw_only=True)
class Group:
    """A user group, that is what `<!subteam^S…>` calls."""

    id: str
    handle: str
    team: str
    users: list[str] = field(default_factory=list[str])
    disabled: bool = False

    def public(self) -> Json:
        return {
            "id": self.id,
            "team_id": self.team,
            "is_usergroup": True,
            "name": self.handle.title(),
            "handle": self.handle,
            "user_count": len(self.users),
            "date_delete": int(self.disabled),
        }


@dataclass(slots=True, kw_only=True)
class Upload:
    """A file: `content` is None until it was uploaded, `shared` are the channels in which a message shows it."""

    id: str
    name: str
    length: int
    owner: str
    team: str
    domain: str
    alt: str = ""
    title: str = ""
    content: bytes | None = None
    completed: bool = False
    shared: list[str] = field(default_factory=list[str])

    @property
    def permalink(self) -> str:
        return f"https://{self.domain}.slack.com/files/{self.owner}/{self.id}/{self.name.lower()}"

    def public(self) -> Json:
        """Return it as Slack does right after it was completed: what it is, is found out later."""
        return {
            "id": self.id,
            "name": self.name,
            "title": self.title,
            "mimetype": "",
            "filetype": "",
            "user": self.owner,
            "user_team": self.team,
            "mode": "hosted",
            "size": self.length,
            "is_public": bool(self.shared),
            "permalink": self.permalink,
            "channels": self.shared,
        } | ({"alt_txt": self.alt} if self.alt else {})


@dataclass(slots=True, kw_only=True)
class Message:
    """One message as it stands now; `versions` are what it was before, oldest first.

    `sent` is what the last call that wrote it gave, before anything was filled in or cut; `posted`, what the first did.
    """

    channel: str
    ts: str
    user: str
    bot_id: str = ""
    app_id: str = ""
    team: str = ""
    text: str = ""
    blocks: list[Json] = field(default_factory=list[Json])
    attachments: list[Json] = field(default_factory=list[Json])
    metadata: Json | None = None
    thread_ts: str | None = None
    broadcast: bool = False
    ephemeral_to: str | None = None
    tombstone: bool = False
    subtype: str = ""
    edited: Json | None = None
    sent: Json = field(default_factory=dict[str, Any])
    posted: Json = field(default_factory=dict[str, Any])
    versions: list[Json] = field(default_factory=list[Json])
    files: list[Upload] = field(default_factory=list[Upload])

    @property
    def is_reply(self) -> bool:
        return self.thread_ts is not None and self.thread_ts != self.ts

    @property
    def key(self) -> tuple[str, str]:
        return (self.channel, self.ts)

    def public(self, *, all_metadata: bool = True) -> Json:
        """Return the message as the Web API shows it."""
        shown: Json = {"type": "message", "user": self.user, "ts": self.ts, "text": self.text}
        if self.subtype:
            shown["subtype"] = self.subtype
        if self.tombstone:
            shown |= {"subtype": "tombstone", "hidden": True}
        if self.bot_id:
            shown |= {"bot_id": self.bot_id, "app_id": self.app_id, "team": self.team}
        parts = {
            "blocks": told(self.blocks),
            "attachments": told(self.attachments),
            "files": [one.public() for one in self.files],
        }
        shown |= {name: part for name, part in parts.items() if part}
        if self.thread_ts:
            shown["thread_ts"] = self.thread_ts
        if self.broadcast:
            shown |= {"subtype": "thread_broadcast", "root": {"ts": self.thread_ts}}
        if self.edited:
            shown["edited"] = self.edited
        if self.metadata:
            # https://docs.slack.dev/messaging/message-metadata: only the type, unless all of it is asked for.
            shown["metadata"] = self.metadata if all_metadata else {"event_type": self.metadata["event_type"]}
        return shown


@dataclass(slots=True, kw_only=True)
class Channel:
    id: str
    name: str
    team: str
    members: set[str] = field(default_factory=set[str])
    private: bool = False
    archived: bool = False
    read_only: bool = False
    dm_with: str | None = None
    messages: dict[str, Message] = field(default_factory=dict[str, Message])
    threads: dict[str, list[Message]] = field(default_factory=dict[str, list[Message]])
    ephemeral: list[Message] = field(default_factory=list[Message])
    last: int = 0

    @property
    def kind(self) -> str:
        """Return how this channel is called in the names of scopes."""
        if self.dm_with:
            return "im"
        return "groups" if self.private else "channels"

    def public(self, viewer: str) -> Json:
        if self.dm_with:
            return {"id": self.id, "is_im": True, "user": self.dm_with, "is_archived": self.archived}
        return {
            "id": self.id,
            "name": self.name,
            "name_normalized": self.name,
            "is_channel": not self.private,
            "is_group": self.private,
            "is_im": False,
            "is_mpim": False,
            "is_private": self.private,
            "is_archived": self.archived,
            "is_general": False,
            "is_shared": False,
            "is_ext_shared": False,
            "is_org_shared": False,
            "is_member": viewer in self.members,
            "is_read_only": self.read_only,
            "context_team_id": self.team,
            "num_members": len(self.members),
            "topic": {"value": "", "creator": "", "last_set": 0},
            "purpose": {"value": "", "creator": "", "last_set": 0},
        }


@dataclass(slots=True, kw_only=True)
class Workspace:
    id: str
    name: str
    domain: str


@dataclass(slots=True, kw_only=True)
class Installation:
    """The app in a workspace: its token, what that may do, and what became of it.

    `state` is empty while the token is good, or the error that it gets: `token_revoked`, `account_inactive`, …
    """

    token: str
    team: str
    bot_user: str
    bot_id: str
    app: str
    scopes: tuple[str, ...] = SCOPES
    state: str = ""
