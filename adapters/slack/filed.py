"""Answers that have files: only messages show any, and an answer for one person alone is none.

`chat.postEphemeral` and what goes with an acknowledgement have no way to carry a file
(https://docs.slack.dev/reference/methods/chat.postEphemeral), and what nobody was shown stays its owner's.  So the
files go to whoever asked, in their direct messages with the bot, and the answer says so.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from uuid import uuid4

from adapters.slack.places import Places
from bot.core import attached
from bot.core.forms import Form
from bot.core.message import Message, Reply, line
from bot.errors import SitrepError, UnknownOutcome
from bot.model import Asked, Person, Ref
from bot.ports import Answer, Desk

log = logging.getLogger("sitrep.slack")

# What an answer may hold as text, where no file can be sent.
_ROOM = 8_000
Send = Callable[[str, Message, str], Awaitable[Ref]]


@dataclass(slots=True)
class Filing:
    """A desk whose answers carry no files: `send` has taken them to whoever asked."""

    desk: Desk
    send: Send
    places: Places

    async def ask(self, asked: Asked) -> Answer:
        """Do what is asked."""
        return await self._without(await self.desk.ask(asked), asked.person, asked.request)

    async def say(
        self, text: str, asked_by: Person, *, address: str = "", thread: Ref | None = None, request: str = ""
    ) -> Answer:
        """Do what somebody typed."""
        answer = await self.desk.say(text, asked_by, address=address, thread=thread, request=request)
        return await self._without(answer, asked_by, request)

    async def refusal(self, asked: Asked) -> Reply | None:
        """Return what to tell somebody who may not do this."""
        return await self.desk.refusal(asked)

    async def form(self, asked: Asked) -> Form | Reply:
        """Return what is to be filled in."""
        return await self.desk.form(asked)

    async def complete(self, typed: str) -> tuple[tuple[str, str], ...]:
        """Return open incidents that the words may mean."""
        return await self.desk.complete(typed)

    async def suggest(self, typed: str) -> tuple[tuple[str, str], ...]:
        """Return what a status may be asked of."""
        return await self.desk.suggest(typed)

    async def services(self, typed: str) -> tuple[tuple[str, str], ...]:
        """Return services of our own that may be meant."""
        return await self.desk.services(typed)

    async def home(self, person: Person) -> Reply:
        """Return what a person sees when they look at the bot itself."""
        return await self.desk.home(person)

    async def _without(self, answer: Answer, person: Person, request: str) -> Answer:
        later = answer.later
        if later is None:
            return Answer(await self._filed(answer.reply, person, request))

        async def filed() -> Reply:
            return await self._filed(await later(), person, f"{request}/later" if request else "")

        return Answer(await self._filed(answer.reply, person, request), filed)

    async def _filed(self, reply: Reply, person: Person, request: str) -> Reply:
        """Return an answer after its files were sent; what they say, if they could not be."""
        message = reply.message
        if not message.files:
            return reply
        key = f"answer/{person.id}/{request or uuid4().hex}"
        try:
            await self.send(self.places.place(person.id, person.team), message, key)
        except (SitrepError, UnknownOutcome) as error:
            log.warning("the files of an answer could not be sent: %s", error)
            return replace(reply, message=attached.in_words(message, str(error), _ROOM))
        names = ", ".join(attached.file_name(file.name) for file in message.files)
        where = line(f"{names}: in your direct messages with Sitrep.")
        return replace(reply, message=replace(message, parts=(*message.parts, where), files=()))
