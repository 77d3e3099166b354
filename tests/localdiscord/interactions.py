"""The first answer to an interaction: https://docs.discord.com/developers/interactions/receiving-and-responding.

Within three seconds, once: 10062 afterwards, 40060 the second time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.localdiscord import errors, shapes
from tests.localdiscord.calls import Answer, Asked, Sent
from tests.localdiscord.checking import check_message, is_empty, will_be_v2
from tests.localdiscord.components import LABEL, ROW, TEXT, TEXT_INPUT, walk
from tests.localdiscord.delivery import (
    AUTOCOMPLETE,
    CHOICES,
    COMMAND,
    COMPONENT,
    DEADLINE,
    DEFERS,
    DEFERS_UPDATE,
    MODAL,
    MODAL_SUBMIT,
    PONG,
    REPLIES,
    UPDATES,
    Delivery,
)
from tests.localdiscord.errors import DiscordError, Json, Problems
from tests.localdiscord.mentions import USERS_ONLY, called
from tests.localdiscord.messages import content, rewrite
from tests.localdiscord.nouns import (
    CHAT_INPUT,
    COMPONENTS_V2,
    CONTEXT_MENU,
    DEFAULT,
    EPHEMERAL,
    LOADING,
    SILENT,
    SUPPRESS_EMBEDS,
    Message,
)
from tests.localdiscord.world import APP, BOT_USER, World

MAX_CHOICES, MAX_CHOICE = 25, 100
MAX_MODAL_TITLE, MAX_MODAL_ROWS, MAX_CUSTOM_ID, MAX_LABEL, MAX_INPUT = 45, 5, 100, 45, 4_000
SETTABLE = SUPPRESS_EMBEDS | EPHEMERAL | SILENT | COMPONENTS_V2

# https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-response-object-interaction-callback-type
_FITS: dict[int, frozenset[int]] = {
    COMMAND: frozenset((PONG, REPLIES, DEFERS, MODAL)),
    COMPONENT: frozenset((PONG, REPLIES, DEFERS, DEFERS_UPDATE, UPDATES, MODAL)),
    AUTOCOMPLETE: frozenset((CHOICES,)),
    MODAL_SUBMIT: frozenset((PONG, REPLIES, DEFERS, DEFERS_UPDATE, UPDATES)),
}


def respond(asked: Asked) -> Answer:
    delivery = _delivery(asked)
    now = asked.world.clock.seconds()
    if delivery.is_answered:
        raise DiscordError(errors.ALREADY_ACKNOWLEDGED)
    if now - delivery.born > DEADLINE or delivery.failed:
        raise DiscordError(errors.UNKNOWN_INTERACTION)
    kind, data = asked.body.get("type"), asked.body.get("data") or {}
    if kind not in _FITS[delivery.kind] or (kind in (DEFERS_UPDATE, UPDATES) and delivery.source is None):
        problems = Problems()
        problems.add(("type",), "BASE_TYPE_CHOICES", f"Value must be one of {tuple(sorted(_FITS[delivery.kind]))}.")
        problems.check()
    try:
        _work(asked, delivery, int(kind or 0), data)
    except DiscordError as refused:
        delivery.refused.append(refused.answer)
        raise
    delivery.settle(asked.body, now)
    if asked.call.query.get("with_response", "").lower() in ("1", "true"):
        return Answer(_told(asked.world, delivery, int(kind or 0)))
    return Answer(status=204)


def _delivery(asked: Asked) -> Delivery:
    found = asked.world.interactions.get(asked.part("interaction_id"))
    if found is None or found.token != asked.part("interaction_token"):
        raise DiscordError(errors.UNKNOWN_INTERACTION)
    return found


def _work(asked: Asked, delivery: Delivery, kind: int, data: Json) -> None:
    if kind == REPLIES:
        delivery.response = said(asked, delivery, data, at=("data",), answers=True)
    elif kind == DEFERS:
        hidden = int(data.get("flags") or 0) & EPHEMERAL
        delivery.response = kept(asked.world, delivery, {}, LOADING | hidden, answers=True)
    elif kind in (DEFERS_UPDATE, UPDATES):
        delivery.response = delivery.source
    if kind == UPDATES and delivery.source is not None:
        rewrite(asked.world, asked.world.there(delivery.channel), delivery.source, data, asked.call.files)
    elif kind == CHOICES:
        _check_choices(data.get("choices"))
    elif kind == MODAL:
        _check_modal(data)


def said(
    asked: Asked, delivery: Delivery, data: Json, *, at: tuple[str | int, ...] = (), answers: bool = False
) -> Message:
    """Return the new message that an answer or a follow-up makes."""
    check_message(data, v2=will_be_v2(data), at=at)
    if is_empty(data, asked.call.files):
        raise DiscordError(errors.EMPTY_MESSAGE)
    return kept(
        asked.world, delivery, data, int(data.get("flags") or 0) & SETTABLE, answers=answers, files=asked.call.files
    )


def kept(
    world: World, delivery: Delivery, data: Json, flags: int, *, answers: bool = False, files: Sequence[Sent] = ()
) -> Message:
    channel = world.there(delivery.channel)
    kind = DEFAULT
    if answers and delivery.kind == COMMAND:
        kind = CHAT_INPUT if delivery.payload["data"].get("type") == 1 else CONTEXT_MENU
    return world.add(
        channel,
        author=BOT_USER,
        **content(world, data, files),
        flags=flags,
        type=kind,
        webhook=APP,
        ephemeral_to=delivery.user if flags & EPHEMERAL else None,
        interaction={
            "id": delivery.id,
            "type": delivery.kind,
            "user": shapes.user(world.users[delivery.user]),
            "authorizing_integration_owners": {"0": channel.guild},
        },
        pinged=called(world, channel, data, default=USERS_ONLY),
        posted=data,
        sent=data,
    )


def _told(world: World, delivery: Delivery, kind: int) -> Json:
    """https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-callback."""
    told: Json = {"id": delivery.id, "type": delivery.kind}
    if delivery.response is None:
        return {"interaction": told, "resource": {"type": kind}}
    told |= {
        "response_message_id": delivery.response.id,
        "response_message_loading": delivery.loading,
        "response_message_ephemeral": delivery.ephemeral,
    }
    resource: Json = {"type": kind}
    if kind in (REPLIES, UPDATES):
        resource["message"] = shapes.message(world, delivery.response)
    return {"interaction": told, "resource": resource}


def _check_choices(given: Any) -> None:
    """https://docs.discord.com/developers/interactions/receiving-and-responding#…-autocomplete: 25, of 100 each."""
    problems = Problems()
    at = ("data", "choices")
    if given is None:
        problems.required(at)
    problems.longer(at, given, MAX_CHOICES)
    for number, one in enumerate(given or []):
        problems.between((*at, number, "name"), one.get("name"), 1, MAX_CHOICE)
        if isinstance(one.get("value"), str):
            problems.between((*at, number, "value"), one["value"], 1, MAX_CHOICE)
    problems.check()


def _check_modal(data: Json) -> None:
    """https://docs.discord.com/developers/interactions/receiving-and-responding#…-modal."""
    problems = Problems()
    problems.between(("data", "title"), data.get("title"), 1, MAX_MODAL_TITLE)
    problems.between(("data", "custom_id"), data.get("custom_id"), 1, MAX_CUSTOM_ID)
    problems.between(("data", "components"), data.get("components"), 1, MAX_MODAL_ROWS)
    seen = set[str]()
    for number, one in enumerate(data.get("components") or []):
        if one.get("type") not in (ROW, TEXT, LABEL):
            words = f'Value of field "type" must be one of {(ROW, TEXT, LABEL)}.'
            problems.add(("data", "components", number), "UNION_TYPE_CHOICES", words)
    for path, one in walk(data.get("components"), ("data", "components")):
        if one.get("type") == LABEL:
            problems.between((*path, "label"), one.get("label"), 1, MAX_LABEL)
            problems.longer((*path, "description"), one.get("description"), 100)
        if "custom_id" in one:
            problems.between((*path, "custom_id"), one["custom_id"], 1, MAX_CUSTOM_ID)
            if one["custom_id"] in seen:
                words = "Component custom id cannot be duplicated"
                problems.add((*path, "custom_id"), "COMPONENT_CUSTOM_ID_DUPLICATED", words)
            seen.add(one["custom_id"])
        if one.get("type") == TEXT_INPUT:
            problems.longer((*path, "value"), one.get("value"), MAX_INPUT)
            problems.longer((*path, "placeholder"), one.get("placeholder"), 100)
    problems.check()
