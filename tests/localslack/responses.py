"""The `response_url`: https://docs.slack.dev/interactivity/handling-user-interaction#message_responses.

Five uses within 30 minutes; a new message by default seen by the one person, or the message that was clicked replaced
or deleted.  What comes with an acknowledgement of a command is the same message, and is kept the same way.
"""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web

from tests.localslack import blocks
from tests.localslack.arguments import truth
from tests.localslack.breaking import broken
from tests.localslack.calls import Call, Journal
from tests.localslack.chat import MAX_POSTED, attached
from tests.localslack.delivery import INTERACTIVE, SLASH_COMMANDS, Delivery
from tests.localslack.elements import options
from tests.localslack.errors import Json, SlackError
from tests.localslack.faults import Faults
from tests.localslack.nouns import Message
from tests.localslack.views import faults_of
from tests.localslack.world import AnswerTo, World

MOST_USES = 5
LIFE = 30 * 60
METHOD = "response_url"


async def respond(world: World, journal: Journal, faults: Faults, request: web.Request) -> web.Response:
    """Take one answer; it is in the journal as a call of `response_url`, and its faults are by that name."""
    given = await _given(request)
    call = Call(method=METHOD, args=given, at=world.clock.seconds())
    journal.note(call)
    fault = call.fault = faults.next(METHOD, given)
    early = await broken(request, call, fault, faults) if fault and not fault.stored else None
    if early is not None:
        return early
    status, words = _taken(world, request.match_info["name"], given)
    late = await broken(request, call, fault, faults) if fault and fault.stored else None
    if late is not None:
        return late
    call.status, call.answer = status, {"ok": status == 200}
    journal.changed()
    return web.Response(status=call.status, text=words)


def keep(world: World, to: AnswerTo, given: Json) -> None:
    """Keep what the app said: as a new message, or in place of the one that was clicked."""
    limit = world.rules.blocks_limit
    text = str(given.get("text", ""))[:MAX_POSTED]
    content: Json = {"text": text, "blocks": [], "attachments": attached(given.get("attachments") or [], limit)}
    if given.get("blocks"):
        content["blocks"] = blocks.completed(blocks.checked(given["blocks"], limit))
    before = to.message
    if truth(given.get("delete_original")) and before is not None:
        _forget(world, before)
        return
    if not (content["text"] or content["blocks"] or content["attachments"]):
        raise SlackError("no_text")
    if truth(given.get("replace_original")) and before is not None:
        before.versions.append(before.public())
        before.text, before.blocks, before.attachments = content["text"], content["blocks"], content["attachments"]
        before.sent = given
        return
    _add(world, to, given, content)


def settle(world: World, delivery: Delivery) -> None:
    """Do what the answer to a delivery asks for, and note in `problems` what Slack would not have taken."""
    answer = delivery.answer
    try:
        if delivery.kind == SLASH_COMMANDS and answer:
            channel, user = delivery.payload["channel_id"], delivery.payload["user_id"]
            keep(world, AnswerTo(channel=channel, user=user, message=None, born=0), answer)
        elif delivery.kind == INTERACTIVE:
            delivery.problems += _wrong(delivery.payload["type"], answer)
    except SlackError as refused:
        delivery.problems.append(refused.error)


def _wrong(kind: str, answer: Json) -> list[str]:
    if kind == "block_suggestion":
        groups = answer.get("option_groups")
        found = [group.get("options") for group in groups] if groups else [answer.get("options")]
        # No options at all is "nothing found".
        return [fault for one in found if one != [] for fault in options(one, "/options")]
    if kind == "view_submission" and answer.get("response_action") in {"update", "push"}:
        return list(faults_of(answer.get("view"), "modal"))
    return []


async def _given(request: web.Request) -> Json:
    if request.content_type == "application/json":
        value: Any = json.loads(await request.text() or "{}")
        return dict(value)
    form = await request.post()
    return dict(json.loads(str(form.get("payload", "{}"))))


def _taken(world: World, name: str, given: Json) -> tuple[int, str]:
    to = world.answers.get(name)
    if to is None:
        return 404, "no_service"
    if world.clock.seconds() - to.born > LIFE:
        return 404, '{"ok":false,"error":"expired_url"}'
    if to.uses >= MOST_USES:
        return 404, '{"ok":false,"error":"used_url"}'
    to.uses += 1
    try:
        keep(world, to, given)
    except SlackError as refused:
        return 400, refused.error
    return 200, "ok"


def _add(world: World, to: AnswerTo, given: Json, content: dict[str, Any]) -> None:
    channel = world.channels[to.channel]
    by = next(one for one in world.installations.values() if one.team == channel.team)
    about: dict[str, Any] = {"user": by.bot_user, "bot_id": by.bot_id, "sent": given, "posted": given, **content}
    if given.get("response_type") == "in_channel":
        world.add(channel, thread_ts=given.get("thread_ts"), app_id=by.app, team=by.team, **about)
        return
    made = Message(channel=channel.id, ts=world.new_ts(channel), ephemeral_to=to.user, **about)
    channel.ephemeral.append(made)


def _forget(world: World, message: Message) -> None:
    if message.ephemeral_to:
        world.channels[message.channel].ephemeral.remove(message)
    else:
        world.remove(message.channel, message.ts)
