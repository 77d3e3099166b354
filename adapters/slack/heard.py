"""Who did what and where, out of what Slack sends: https://docs.slack.dev/reference/interaction-payloads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack import answers
from adapters.slack.text import safe
from adapters.slack.workspaces import split
from bot.core.message import Reply
from bot.model import Asked, Command, Person, Ref

Payload = Mapping[str, Any]
# https://docs.slack.dev/reference/methods/chat.postEphemeral#errors
_NOT_THERE = frozenset({"channel_not_found", "not_in_channel", "user_not_in_channel", "is_archived"})


def from_form(command: Command, body: Payload, where: str) -> Asked:
    """Return what somebody asks who has filled in a form; `where` is what was kept in it."""
    channel, _, thread = where.partition("|")
    there, request = Ref(thread) if thread else None, request_of(body)
    return Asked(command=command, person=person_of(body), address=channel, thread=there, request=request)


def where_of(asked: Asked) -> str:
    """Return what is kept in a form of where it was opened."""
    return f"{asked.address}|{asked.thread.value if asked.thread else ''}"


async def aside(client: AsyncWebClient, channel: str, person: Person, reply: Reply, thread: str | None = None) -> None:
    """Say something to one person alone, in a channel or a thread; where the bot is not, in a direct message.

    A command can be run in any channel, and nothing can be said there to anybody by who is no member.
    """
    said = answers.private(reply)
    said.pop("response_type")
    try:
        await client.chat_postEphemeral(channel=split(channel)[1], user=person.id, thread_ts=thread, **said)
    except SlackApiError as error:
        if error.response.get("error") not in _NOT_THERE:
            raise
        await client.chat_postMessage(channel=person.id, **said)


def person_of(body: Payload) -> Person:
    """Return who did something."""
    user, team = body["user"], str((body.get("team") or {}).get("id") or "")
    return Person("slack", user["id"], safe(user.get("name") or user.get("username") or user["id"]), team=team)


def request_of(body: Payload) -> str:
    """Return Slack's own name for a request, the same each time that it is delivered.

    https://docs.slack.dev/apis/events-api#event-type-structure, …/interactivity/handling-user-interaction#payloads
    """
    name = body.get("event_id") or body.get("trigger_id")
    return f"slack:{name}" if name else ""


def channel_of(body: Payload) -> str:
    """Return the channel in which it was done; nothing outside of any."""
    return str((body.get("channel") or {}).get("id") or (body.get("container") or {}).get("channel_id") or "")
