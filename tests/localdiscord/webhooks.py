"""What follows the first answer, by the interaction's token, for 15 minutes.

https://docs.discord.com/developers/interactions/receiving-and-responding#followup-messages

A follow-up right after a deferred answer is that answer ("no new message is created, and the loading message is
edited").  Before the first answer there is no such webhook: 10015.  There are no nonces here.
"""

from __future__ import annotations

from tests.localdiscord import errors, shapes
from tests.localdiscord.calls import Answer, Asked
from tests.localdiscord.delivery import LIFE, Delivery
from tests.localdiscord.errors import DiscordError
from tests.localdiscord.interactions import said
from tests.localdiscord.messages import rewrite
from tests.localdiscord.nouns import LOADING, Message
from tests.localdiscord.world import APP


def follow_up(asked: Asked) -> Answer:
    delivery = _delivery(asked)
    if delivery.loading and delivery.response is not None:
        return _edited(asked, delivery, delivery.response)
    made = said(asked, delivery, asked.body)
    delivery.followups.append(made)
    delivery.changed()
    return Answer(shapes.message(asked.world, made))


def get(asked: Asked) -> Answer:
    return Answer(shapes.message(asked.world, _message(asked, _delivery(asked))))


def edit(asked: Asked) -> Answer:
    delivery = _delivery(asked)
    return _edited(asked, delivery, _message(asked, delivery))


def delete(asked: Asked) -> Answer:
    delivery = _delivery(asked)
    message = _message(asked, delivery)
    there = asked.world.there(delivery.channel)
    if message in there.ephemeral:
        there.ephemeral.remove(message)
        message.deleted = True
    else:
        asked.world.removes(there.id, message.id)
    delivery.changed()
    return Answer(status=204)


def _edited(asked: Asked, delivery: Delivery, message: Message) -> Answer:
    rewrite(asked.world, asked.world.there(delivery.channel), message, asked.body, asked.call.files)
    message.flags &= ~LOADING
    delivery.changed()
    return Answer(shapes.message(asked.world, message))


def _delivery(asked: Asked) -> Delivery:
    if asked.part("webhook_id") != APP:
        raise DiscordError(errors.UNKNOWN_WEBHOOK)
    every = asked.world.interactions.values()
    found = next((one for one in every if one.token == asked.part("webhook_token")), None)
    if found is None or asked.world.clock.seconds() - found.born > LIFE:
        raise DiscordError(errors.BAD_WEBHOOK_TOKEN)
    if not found.is_answered:
        raise DiscordError(errors.UNKNOWN_WEBHOOK)
    return found


def _message(asked: Asked, delivery: Delivery) -> Message:
    wanted = asked.part("message_id")
    known = [delivery.response, *delivery.followups]
    if wanted == "@original":
        known, wanted = [delivery.response], delivery.response.id if delivery.response else ""
    for one in known:
        if one is not None and one.id == wanted and not one.deleted:
            return one
    raise DiscordError(errors.UNKNOWN_MESSAGE)
