"""What people do, and what happens to the app.

    person = slack.person()                                    or slack.person("U0OTHER")
    sent = await person.runs("/status", "chatgpt", ops.id)
    sent = await person.presses(message, "mute")               by action id, value or label
    sent = await person.submits(view, {"note": {"text": {"type": "plain_text_input", "value": "…"}}})
    await person.mentions("<@U0BOT> status", ops.id, thread=root.ts)

Each returns a `Delivery`.  By sockets, unless `slack.carrier` is something else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.localslack import payloads
from tests.localslack.blocks import told
from tests.localslack.delivery import EVENTS_API, INTERACTIVE, SLASH_COMMANDS, Carrier, Delivery
from tests.localslack.errors import Json
from tests.localslack.nouns import Message
from tests.localslack.payloads import Scene


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in a workspace."""

    scene: Scene
    carrier: Carrier
    after: Callable[[Delivery], None]

    async def runs(self, command: str, text: str, channel: str) -> Delivery:
        """Run a slash command; they can not be run in threads."""
        there = self.scene.world.channels[channel]
        return await self._sends(SLASH_COMMANDS, payloads.slash_command(self.scene, command, text, there))

    async def presses(self, message: Message, wanted: str, *, chosen: str | None = None) -> Delivery:
        """Press a button, or choose an option, in a message or in its attachments."""
        inside = [*message.blocks, *(block for one in message.attachments for block in one.get("blocks", ()))]
        block, element = payloads.find_element(inside, wanted)
        action = payloads.clicked(block, told(element), self.scene.world.clock.seconds(), chosen)
        return await self._sends(INTERACTIVE, payloads.block_actions(self.scene, message, action))

    async def presses_in(self, view: Json, wanted: str, *, chosen: str | None = None) -> Delivery:
        """Press a button in a modal or in the App Home."""
        block, element = payloads.find_element(view["blocks"], wanted)
        action = payloads.clicked(block, told(element), self.scene.world.clock.seconds(), chosen)
        return await self._sends(INTERACTIVE, payloads.view_actions(self.scene, view, action))

    async def types(self, action_id: str, typed: str, *, block_id: str = "b0", view: Json | None = None) -> Delivery:
        """Type into an external menu."""
        asked = payloads.block_suggestion(self.scene, action_id, typed, block_id=block_id, view=view)
        return await self._sends(INTERACTIVE, asked)

    async def uses(self, callback_id: str, message: Message | None = None) -> Delivery:
        """Use a global shortcut, or one on a message."""
        if message is None:
            return await self._sends(INTERACTIVE, payloads.shortcut(self.scene, callback_id))
        return await self._sends(INTERACTIVE, payloads.message_action(self.scene, callback_id, message))

    async def submits(self, view: Json, values: Json) -> Delivery:
        return await self._sends(INTERACTIVE, payloads.view_submission(self.scene, view, values))

    async def closes(self, view: Json) -> Delivery:
        return await self._sends(INTERACTIVE, payloads.view_closed(self.scene, view))

    async def mentions(self, text: str, channel: str, *, thread: str | None = None) -> Delivery:
        """Write a message that calls the app by name; in a direct conversation any message does."""
        said = self.scene.world.says(channel, text, user=self.scene.user.id, thread=thread)
        direct = self.scene.world.channels[channel].dm_with
        inner = payloads.direct_message(said) if direct else payloads.app_mention(said)
        return await self._event(inner)

    async def opens_home(self, tab: str = "home") -> Delivery:
        return await self._event(payloads.app_home_opened(self.scene.world, self.scene.user.id, tab))

    async def removes_app(self) -> list[Delivery]:
        """Uninstall the app: its token dies, and two events tell it, in no promised order."""
        team = self.scene.user.team
        one = next(one for one in self.scene.world.installations.values() if one.team == team)
        one.state = "account_inactive"
        return [
            await self._event(inner) for inner in (payloads.tokens_revoked(one.bot_user), payloads.app_uninstalled())
        ]

    async def _event(self, inner: Json) -> Delivery:
        return await self._sends(EVENTS_API, payloads.event(self.scene.world, inner, self.scene.user.team))

    async def _sends(self, kind: str, payload: Json) -> Delivery:
        sent = await self.carrier.carries(kind, payload)
        sent.on_settled(self.after)
        return sent
