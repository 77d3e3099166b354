"""What people do.

    person = local.person()                                     or local.person(other.id)
    sent = await person.runs("status", what="chatgpt", channel=ops)
    sent = await person.runs("incident ack", which="acme-1", channel=ops)
    sent = await person.types("status", "what", "chat", channel=ops)
    sent = await person.presses(message, "Acknowledge")         by custom id or label
    sent = await person.presses(message, "severity", values=["major"])
    sent = await person.submits(sent, {"note": "We found it."})
    sent = await person.uses("Link to incident", message)

Each returns a `Delivery`.  What can not be done in Discord is a LookupError.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.localdiscord import payloads
from tests.localdiscord.delivery import AUTOCOMPLETE, COMMAND, COMPONENT, MODAL_SUBMIT, Delivery
from tests.localdiscord.nouns import Channel, Message, User
from tests.localdiscord.payloads import Scene
from tests.localdiscord.world import World


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in a guild."""

    world: World
    user: User
    carries: Callable[[Delivery], Awaitable[Delivery]]

    async def runs(self, command: str, *, channel: Channel, **options: Any) -> Delivery:
        """Run a slash command, also in a thread."""
        scene = self._scene(channel.id)
        return await self.carries(scene.interaction(COMMAND, payloads.command(scene, command, options)))

    async def types(self, command: str, option: str, typed: str, *, channel: Channel, **options: Any) -> Delivery:
        """Type into an option of a command; what is suggested is in `choices`."""
        scene = self._scene(channel.id)
        data = payloads.command(scene, command, {**options, option: typed}, focused=option)
        return await self.carries(scene.interaction(AUTOCOMPLETE, data))

    async def presses(self, message: Message, wanted: str, *, values: list[str] | None = None) -> Delivery:
        """Press a button, or choose in a menu."""
        data = payloads.pressed(message, wanted, values)
        return await self.carries(self._scene(message.channel).interaction(COMPONENT, data, message))

    async def submits(self, opened: Delivery, values: Mapping[str, Any]) -> Delivery:
        """Fill in and send the modal that an interaction was answered with."""
        data = payloads.submitted(opened.modal, values)
        return await self.carries(self._scene(opened.channel).interaction(MODAL_SUBMIT, data, opened.source))

    async def uses(self, command: str, message: Message) -> Delivery:
        """Use a command of a message's menu."""
        scene = self._scene(message.channel)
        return await self.carries(scene.interaction(COMMAND, payloads.message_command(scene, command, message)))

    async def says(self, text: str, *, channel: Channel, reply_to: str | None = None) -> Message:
        """Write a message."""
        return self.world.says(channel.id, text, user=self.user.id, reply_to=reply_to)

    def _scene(self, channel: str) -> Scene:
        return Scene(self.world, self.user, self.world.there(channel))
