"""Questions and clicks from Slack: bolt's listeners, which only translate, and the desk that answers.

Slack waits three seconds for an acknowledgement: https://docs.slack.dev/interactivity/implementing-slash-commands.  An
answer that is there by then goes with it, and nothing else is sent; one that is not follows when it is there.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from adapters._asking import Followers, last, safely
from adapters.slack import answers, forms
from adapters.slack.answers import LINK, NOTE, SAY, SHARE
from adapters.slack.heard import Payload, aside, channel_of, from_form, person_of, request_of, where_of
from adapters.slack.places import Events, Names, Places
from adapters.slack.text import safe
from adapters.slack.words import heard
from bot.core.controls import pressed
from bot.core.forms import FORMS, wants
from bot.core.grammar import parse
from bot.core.message import Reply
from bot.model import Action, Asked, Command, Person, Ref
from bot.ports import Answer, Desk

log = logging.getLogger("sitrep.slack")

Json = dict[str, Any]
COMMANDS = {
    "/status": "status",
    "/incidents": "incidents",
    "/incident": "incident",
    "/ack": "ack",
    "/watch": "watch",
    "/oncall": "oncall",
    "/report": "report",
    "/sitrep": "",
}
EVENTS_HEARD = (
    "app_mention",
    "message.im",
    "app_home_opened",
    "member_joined_channel",
    "app_uninstalled",
    "tokens_revoked",
)
# All others tell what became of a message, and not that somebody has said something.
_SAID = frozenset({None, "thread_broadcast"})
# Slack gives up after three seconds; the way to us and back takes some of it.
_AT_ONCE = 1.5


class Listener:
    """What people do in Slack, turned into questions to the desk."""

    def __init__(
        self,
        desk: Desk,
        *,
        invited: Callable[[str], Awaitable[None]],
        left: Callable[[str], Awaitable[None]],
        others: frozenset[str] = frozenset(),
    ) -> None:
        """`invited` is told of every channel that the bot is asked into, `left` of every workspace that removes us.

        `others` are the workspaces whose messages we know under their own name.
        """
        self._places = Places(others)
        self._desk = desk
        self._invited = invited
        self._left = left
        self._names = Names()
        self._events = Events()
        self._followers = Followers(log, "an answer could not be given")

    def attach(self, app: AsyncApp) -> None:
        """Register everything that the manifest promises."""
        for command in COMMANDS:
            app.command(command)(self.command)
        app.action(re.compile(rf"^{re.escape(SAY)}:\d+$"))(self.said_again)
        app.action(SHARE)(self.shared)
        app.action(f"sitrep:{Action.NOTE.value}")(self.note_wanted)
        app.action(re.compile(rf"^sitrep:({'|'.join(FORMS)})$"))(self.form_wanted)
        app.action(re.compile(r"^sitrep:"))(self.clicked)
        app.view(NOTE)(self.note_written)
        app.view(LINK)(self.link_chosen)
        app.view(forms.NAME)(self.form_filled)
        app.options(LINK)(self.incidents_offered)
        app.message_shortcut("link_to_incident")(self.link_wanted)
        heard = (self.mentioned, self.said_directly, self.home_opened, self.joined, self.removed, self.removed)
        for event, listener in zip(EVENTS_HEARD, heard, strict=True):
            app.event(event.partition(".")[0])(listener)
        app.error(self.failed)

    async def command(self, ack: AsyncAck, command: Json, respond: AsyncRespond, client: AsyncWebClient) -> None:
        said = await heard(command.get("text") or "", "", lambda user: self._names.of(user, client))
        text = f"{COMMANDS[command['command']]} {said}".strip()
        name, team = safe(command.get("user_name") or command["user_id"]), str(command.get("team_id") or "")
        person = Person("slack", command["user_id"], name, team=team)
        place, request = self._places.place(command["channel_id"], team), request_of(command)
        meant = parse(text)
        if isinstance(meant, Command) and wants(meant):
            await ack()
            asked = Asked(command=meant, person=person, address=place, request=request)
            await self._opened(asked, command["trigger_id"], respond, client)
            return
        asking = self._desk.say(text, person, address=place, request=request)
        await self._answer(asking, text, ack, respond)

    async def clicked(self, ack: AsyncAck, body: Json, action: Json, respond: AsyncRespond) -> None:
        wanted = answers.action_of(action["action_id"])
        if wanted is None:
            await ack()
            return
        await ack()
        chosen = (action.get("selected_option") or {}).get("value") or action.get("value") or ""
        option, is_option, about = chosen.partition("|")
        command = pressed(wanted, about, option) if is_option else pressed(wanted, chosen)
        await self._told(self._desk.ask(self._asked(command, body)), "", respond)

    async def said_again(self, ack: AsyncAck, body: Json, action: Json, respond: AsyncRespond) -> None:
        await ack()
        text = action.get("value") or ""
        await self._told(self._say(text, body, self._places.thread(body)), text, respond)

    async def shared(self, ack: AsyncAck, body: Json, action: Json, respond: AsyncRespond) -> None:
        """Say it anew, so that what the channel sees is true now, and take the private one away."""
        await ack()
        answer = await safely(self._say(action.get("value") or "", body), log)
        if answer.reply.aside:
            await respond(**answers.private(answer.reply), replace_original=False)
            return
        await respond(**answers.public(answer.reply), response_type="in_channel", replace_original=False)
        await respond(delete_original=True)

    async def note_wanted(
        self, ack: AsyncAck, body: Json, action: Json, client: AsyncWebClient, respond: AsyncRespond
    ) -> None:
        await ack()
        wanted = self._asked(Command(action=Action.NOTE, incident=action.get("value") or None), body)
        if await self._is_refused(wanted, respond):
            return
        view = answers.note_form(action.get("value") or "", where_of(wanted))
        await client.views_open(trigger_id=body["trigger_id"], view=view)

    async def note_written(self, ack: AsyncAck, body: Json, view: Json, client: AsyncWebClient) -> None:
        incident, _, where = view["private_metadata"].partition("\n")
        text = view["state"]["values"]["note"]["text"]["value"] or ""
        command = Command(action=Action.NOTE, incident=incident or None, text=safe(text))
        await self._submitted(ack, from_form(command, body, where), client)

    async def form_wanted(
        self, ack: AsyncAck, body: Json, action: Json, respond: AsyncRespond, client: AsyncWebClient
    ) -> None:
        await ack()
        wanted = answers.action_of(action["action_id"])
        if wanted is not None:
            asked = self._asked(pressed(wanted, action.get("value") or ""), body)
            await self._opened(asked, body["trigger_id"], respond, client)

    async def _opened(self, asked: Asked, trigger: str, respond: AsyncRespond, client: AsyncWebClient) -> None:
        """Open the form for what somebody wants, or say why there is none."""
        form = await self._desk.form(asked)
        if isinstance(form, Reply):
            await respond(**answers.private(form), replace_original=False)
            return
        await client.views_open(trigger_id=trigger, view=forms.view(form, where_of(asked)))

    async def form_filled(self, ack: AsyncAck, body: Json, view: Json, client: AsyncWebClient) -> None:
        command, where = forms.filled(view)
        await self._submitted(ack, from_form(command, body, where), client)

    async def link_wanted(
        self, ack: AsyncAck, body: Json, shortcut: Json, client: AsyncWebClient, respond: AsyncRespond
    ) -> None:
        await ack()
        wanted = self._asked(Command(action=Action.LINK), body)
        if await self._is_refused(wanted, respond):
            return
        channel, message = shortcut["channel"]["id"], shortcut["message"]
        try:
            url = (await client.chat_getPermalink(channel=channel, message_ts=message["ts"]))["permalink"]
        except SlackApiError:
            url = ""
        view = answers.link_form(url, safe(message.get("text") or ""), f"{wanted.address}|")
        await client.views_open(trigger_id=body["trigger_id"], view=view)

    async def link_chosen(self, ack: AsyncAck, body: Json, view: Json, client: AsyncWebClient) -> None:
        url, where, *text = view["private_metadata"].split("\n", 2)
        chosen = view["state"]["values"]["incident"][LINK]["selected_option"]["value"]
        command = Command(action=Action.LINK, incident=chosen, text="\n".join(text), url=url or None)
        await self._submitted(ack, from_form(command, body, where), client)

    async def incidents_offered(self, ack: AsyncAck, payload: Json) -> None:
        await ack(options=answers.options(await self._desk.complete(payload.get("value") or "")))

    async def mentioned(self, event: Json, body: Json, client: AsyncWebClient, context: Payload) -> None:
        """Answer where it was asked, for everybody there: in the thread, whose incident is meant."""
        if self._events.are_news(body) and not event.get("bot_id"):
            await self._answer_event(event, body, client, context, event.get("thread_ts") or event["ts"])

    async def said_directly(self, event: Json, body: Json, client: AsyncWebClient, context: Payload) -> None:
        """Answer what somebody says to the bot alone: nobody has to call it by its name there."""
        is_said = event.get("channel_type") == "im" and event.get("subtype") in _SAID and bool(event.get("text"))
        if is_said and not event.get("bot_id") and self._events.are_news(body):
            await self._answer_event(event, body, client, context, event.get("thread_ts"))

    async def _answer_event(
        self, event: Json, body: Json, client: AsyncWebClient, context: Payload, ts: str | None
    ) -> None:
        channel, root = event["channel"], event.get("thread_ts")
        name, team = safe(await self._names.of(event["user"], client)), str(body.get("team_id") or "")
        person = Person("slack", event["user"], name, team=team)
        thread = self._places.root(channel, root, body.get("team_id")) if root else None
        me = str(context.get("bot_user_id") or "")
        text = await heard(event.get("text") or "", me, lambda user: self._names.of(user, client))
        place, request = self._places.place(channel, team), request_of(body)
        saying = self._desk.say(text, person, address=place, thread=thread, request=request)
        answer = await safely(saying, log)
        if answer.reply.aside:
            await aside(client, channel, person, answer.reply, root)
            return
        await client.chat_postMessage(channel=channel, thread_ts=ts, parse="none", **answers.public(answer.reply))
        if answer.later is not None:
            found = await last(answer.later, log)
            await client.chat_postMessage(channel=channel, thread_ts=ts, parse="none", **answers.public(found))

    async def home_opened(self, event: Json, client: AsyncWebClient) -> None:
        if event.get("tab") == "home":
            person = Person("slack", event["user"], event["user"])
            await client.views_publish(user_id=event["user"], view=answers.home(await self._desk.home(person)))

    async def joined(self, event: Json, context: Mapping[str, Any]) -> None:
        if event.get("user") == context.get("bot_user_id"):
            await self._invited(event["channel"])

    async def removed(self, event: Json, body: Json) -> None:
        log.critical("the app was removed from the workspace, or its tokens were revoked (%s)", event.get("type"))
        await self._left(str(body.get("team_id") or ""))

    async def failed(self, error: Exception) -> None:
        log.error("a listener failed: %s", type(error).__name__, exc_info=error)

    async def drain(self) -> None:
        """Let answers that are under way come to their end."""
        await self._followers.drain()

    async def _answer(self, asking: Awaitable[Answer], text: str, ack: AsyncAck, respond: AsyncRespond) -> None:
        """Send the answer with the acknowledgement if it is there in time, else after it."""
        task = asyncio.ensure_future(safely(asking, log))
        await asyncio.wait({task}, timeout=_AT_ONCE)
        if not task.done():
            await ack()
            self._followers.begin(self._told(task, text, respond))
            return
        answer = task.result()
        await ack(**answers.private(answer.reply, text))
        if answer.later is not None:
            self._followers.begin(self._follow(answer.later, text, respond))

    async def _told(self, asking: Awaitable[Answer], text: str, respond: AsyncRespond) -> None:
        answer = await safely(asking, log)
        await respond(**answers.private(answer.reply, text), replace_original=False)
        if answer.later is not None:
            self._followers.begin(self._follow(answer.later, text, respond))

    async def _follow(self, later: Callable[[], Awaitable[Reply]], text: str, respond: AsyncRespond) -> None:
        await respond(**answers.private(await last(later, log), text), replace_original=False)

    async def _submitted(self, ack: AsyncAck, asked: Asked, client: AsyncWebClient) -> None:
        """Close the form at once; what came of it is told where it was opened, to whoever filled it in."""
        await ack()
        answer = await safely(self._desk.ask(asked), log)
        await aside(client, asked.address, asked.person, answer.reply)

    async def _is_refused(self, asked: Asked, respond: AsyncRespond) -> bool:
        """Whether somebody may not send the form that they want to fill in: then they are told so, and see none."""
        refused = await self._desk.refusal(asked)
        if refused is not None:
            await respond(**answers.private(refused), replace_original=False)
        return refused is not None

    def _say(self, text: str, body: Payload, thread: Ref | None = None) -> Awaitable[Answer]:
        who = person_of(body)
        place, request = self._places.place(channel_of(body), who.team), request_of(body)
        return self._desk.say(text, who, address=place, thread=thread, request=request)

    def _asked(self, command: Command, body: Payload) -> Asked:
        person, thread, request = person_of(body), self._places.thread(body), request_of(body)
        place = self._places.place(channel_of(body), person.team)
        return Asked(command=command, person=person, address=place, thread=thread, request=request)
