"""What has to be remembered to read what Slack sends: names, workspaces, and which events were there already."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.heard import Payload, channel_of
from bot.model import Ref

_REMEMBERED = 2_000


@dataclass(frozen=True, slots=True)
class Places:
    """Channels and messages by the names that we have for them; `others` are workspaces known under their own."""

    others: frozenset[str] = frozenset()

    def place(self, channel: str, team: str | None) -> str:
        """Return a channel as the configuration writes it."""
        return f"{team}/{channel}" if team in self.others else channel

    def root(self, channel: str, ts: str, team: str | None) -> Ref:
        """Return the handle on a message."""
        return Ref(f"{self.place(channel, team)}:{ts}")

    def thread(self, body: Payload) -> Ref | None:
        """Return the root that a click belongs to: the message itself, or the one in whose thread it stands."""
        container = body.get("container") or {}
        message = body.get("message") or {}
        ts = message.get("thread_ts") or container.get("thread_ts") or container.get("message_ts")
        is_lasting = not container.get("is_ephemeral")
        if not ts or not (is_lasting or container.get("thread_ts")):
            return None
        return self.root(channel_of(body), ts, (body.get("team") or {}).get("id"))


@dataclass(slots=True)
class Names:
    """What people are called by their colleagues."""

    _known: dict[str, str] = field(default_factory=dict[str, str])

    async def of(self, user: str, client: AsyncWebClient) -> str:
        """Return what somebody is called; their id, if Slack does not tell."""
        if user not in self._known:
            try:
                found = (await client.users_info(user=user))["user"]
                profile = found.get("profile") or {}
                self._known[user] = profile.get("display_name") or found.get("name") or user
            except SlackApiError:
                self._known[user] = user
        return self._known[user]


@dataclass(slots=True)
class Events:
    """The events that were delivered lately: Slack repeats those that it thinks were lost."""

    _seen: OrderedDict[str, None] = field(default_factory=OrderedDict[str, None])

    def are_news(self, body: Payload) -> bool:
        """Whether an event was not delivered before."""
        event = str(body.get("event_id") or "")
        if not event:
            return True
        if event in self._seen:
            return False
        self._seen[event] = None
        if len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)
        return True
