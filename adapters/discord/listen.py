"""Questions and presses from Discord, turned into questions to the desk.

Discord waits three seconds for the first answer, and takes one: an answer that is there by then is it, and for one that
is not it is told to wait: https://docs.discord.com/developers/interactions/receiving-and-responding.
"""

from __future__ import annotations

import asyncio
import logging
import re
from abc import abstractmethod
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, Protocol

import discord
from discord import InteractionType

from adapters._asking import Followers, last, remark, safely
from adapters.discord import answers, forms
from adapters.discord.answers import CHOOSE, LINK, SAY, SHARE, Kept
from adapters.discord.heard import Interaction, person_of, place_of, request_of, written
from adapters.discord.render import BAR, Json
from bot.core.controls import pressed
from bot.core.forms import FORMS
from bot.core.message import Reply
from bot.core.strangers import safe
from bot.errors import SitrepError
from bot.model import Action, Asked, Command, Person, Ref
from bot.ports import Answer, Desk

log = logging.getLogger("sitrep.discord")

# Discord gives up after three seconds; the way to us and back takes some of it.
_AT_ONCE = 1.5
_SHORTLY = 1.0
# Each is asked for by itself, and somebody waits.
_NAMED = 5
# https://docs.discord.com/developers/reference#message-formatting
_MENTION = re.compile(r"<@!?(\d+)>", re.ASCII)
_FORGOTTEN = "That was too long ago: please ask again."
# Somebody was answered already, or it is too late to answer them.
_ANSWERED, _TOO_LATE = 40060, 10062


class Members(Protocol):
    """What is known of people who act in Discord; it raises SitrepError if that can not be asked."""

    @abstractmethod
    async def roles(self, person: str) -> tuple[str, ...]:
        """Return the roles that somebody has wherever the bot is."""
        ...

    @abstractmethod
    async def name(self, person: str, guild: str) -> str:
        """Return what somebody is called; nothing if nobody knows."""
        ...


class Listener:
    """What people do in Discord, turned into questions to the desk.

    `is_forum` tells of a channel by its id, `members` of people by theirs.
    """

    def __init__(
        self,
        desk: Desk,
        *,
        is_forum: Callable[[str], Awaitable[bool]],
        members: Members,
    ) -> None:
        """Hear nothing yet."""
        self.desk = desk
        self._is_forum = is_forum
        self._members = members
        self._kept = Kept()
        self._followers = Followers(log, "an answer could not be given")

    async def say(self, interaction: Interaction, text: str) -> None:
        """Answer words, as they would be typed."""
        await self._answer(interaction, self._said(interaction, text), text)

    async def ask(self, interaction: Interaction, command: Command, text: str = "") -> None:
        """Answer a command; `text` is how it would be typed."""
        await self._answer(interaction, self._asked(interaction, command), text)

    async def opens(self, interaction: Interaction, command: Command) -> None:
        """Open the form for what somebody wants, or say why there is none."""
        asked = await self._of(interaction, command)
        form = await self.desk.form(asked)
        if isinstance(form, Reply):
            await self._sent(interaction, answers.private(form, self._kept))
        else:
            await _tried(interaction.response.send_modal(forms.modal(form)))

    async def remark(self, interaction: Interaction, text: str) -> None:
        """Answer with a remark of our own."""
        await self._sent(interaction, answers.private(remark(text), self._kept))

    async def pressed(self, interaction: Interaction, what: str, about: str) -> None:
        """Answer a button or a menu of ours."""
        data: Any = interaction.data or {}
        chosen = data.get("values") or [""]
        if what == SHARE:
            await self._share(interaction, self._kept.get(about))
        elif what in {SAY, CHOOSE}:
            await self._repeat(interaction, self._kept.get(about if what == SAY else str(chosen[0])))
        elif what == LINK:
            await self._link(interaction, about, self._kept.get(str(chosen[0])) or "")
        elif what in set(Action):
            await self._act(interaction, Action(what), about.partition(BAR)[0])

    async def submitted(self, interaction: Interaction) -> None:
        """Take a form of ours that was filled in."""
        data: Any = interaction.data or {}
        name = str(data.get("custom_id", ""))
        form = answers.custom_id(Action.NOTE, "")
        if interaction.type is not InteractionType.modal_submit:
            return
        said = forms.filled(name, data)
        if said is not None:
            await self.ask(interaction, said)
            return
        if not name.startswith(form):
            return
        command = pressed(Action.NOTE, name.removeprefix(form), text=safe(written(data)))
        await self.ask(interaction, command)

    async def link_wanted(self, interaction: Interaction, message: discord.Message) -> None:
        """Ask which incident a message belongs to."""
        if await self._is_refused(interaction, Command(action=Action.LINK)):
            return
        where = f"{message.channel.id}/{message.id}"
        said = self._kept.put(safe(message.content), 0)
        choices = await self.desk.complete("")
        if not choices:
            await self.remark(interaction, "No incident is open")
            return
        await self._sent(interaction, answers.which(choices, f"{where}/{said}", self._kept))

    async def drain(self) -> None:
        """Let answers that are under way come to their end."""
        await self._followers.drain()

    async def _act(self, interaction: Interaction, action: Action, incident: str) -> None:
        if action in {Action.NOTE, Action.MUTE} and await self._is_refused(interaction, pressed(action, incident)):
            return
        if action is Action.NOTE:
            await _tried(interaction.response.send_modal(answers.note_form(incident)))
        elif action is Action.MUTE:
            await self._sent(interaction, answers.private(answers.how_long(incident), self._kept))
        elif action in FORMS:
            await self.opens(interaction, pressed(action, incident))
        else:
            await self.ask(interaction, pressed(action, incident))

    async def _repeat(self, interaction: Interaction, text: str | None) -> None:
        if text is None:
            await self.remark(interaction, _FORGOTTEN)
        else:
            await self.say(interaction, text)

    async def _share(self, interaction: Interaction, text: str | None) -> None:
        """Say it anew, so that what the channel sees is true now, and take the button away from the private one."""
        if text is None:
            await self._repeat(interaction, None)
            return
        if await _tried(interaction.response.edit_message(view=None)):
            answer = await safely(self._said(interaction, text), log)
            shown = answers.dressed(answers.public(answers.fitting(answer.reply, interaction.app_permissions)))
            await _tried(interaction.followup.send(**shown, ephemeral=answer.reply.aside))

    async def _link(self, interaction: Interaction, about: str, incident: str) -> None:
        channel, message, said = about.split("/", 2)
        words = self._kept.get(said) or ""
        url = f"https://discord.com/channels/{interaction.guild_id or '@me'}/{channel}/{message}"
        command = Command(action=Action.LINK, incident=incident, url=url, text=words)
        await self.ask(interaction, command)

    async def _said(self, interaction: Interaction, text: str) -> Answer:
        thread, request = await self._thread(interaction), request_of(interaction)
        person, where = await self._who(interaction), {"address": place_of(interaction), "request": request}
        return await self.desk.say(await self.named(interaction, text), person, thread=thread, **where)

    async def _asked(self, interaction: Interaction, command: Command) -> Answer:
        named = replace(
            command,
            title=await self.named(interaction, command.title),
            text=await self.named(interaction, command.text),
        )
        return await self.desk.ask(await self._of(interaction, named))

    async def _of(self, interaction: Interaction, command: Command) -> Asked:
        thread, request = await self._thread(interaction), request_of(interaction)
        person, place = await self._who(interaction), place_of(interaction)
        return Asked(command=command, person=person, address=place, thread=thread, request=request)

    async def _is_refused(self, interaction: Interaction, command: Command) -> bool:
        """Whether somebody may not send the form that they want to fill in: then they are told so, and see none."""
        refused = await self.desk.refusal(await self._of(interaction, command))
        if refused is not None:
            await self._sent(interaction, answers.private(refused, self._kept))
        return refused is not None

    async def _who(self, interaction: Interaction) -> Person:
        """Return who it is, with their roles; in a direct message those that they have where the bot is too."""
        person = person_of(interaction)
        if interaction.guild_id is not None:
            return person
        try:
            return replace(person, roles=await self._members.roles(person.id))
        except SitrepError as error:
            log.warning("the roles of somebody could not be asked for: %s", error)
            return person

    async def named(self, interaction: Interaction, text: str) -> str:
        """Return text with names beside the ids of those who are mentioned in it, as far as Discord tells them soon."""
        for id_ in list(dict.fromkeys(_MENTION.findall(text)))[:_NAMED]:
            try:
                async with asyncio.timeout(_SHORTLY):
                    name = await self._members.name(id_, str(interaction.guild_id or ""))
            except (SitrepError, TimeoutError):
                continue
            fits = "".join(one for one in safe(name) if one not in "<>|")
            text = re.sub(rf"<@!?{id_}>", f"<@{id_}|{fits}>" if fits else f"<@{id_}>", text)
        return text

    async def _thread(self, interaction: Interaction) -> Ref | None:
        """Return the root in whose thread somebody is: in a forum that is the post itself."""
        here = interaction.channel
        if not isinstance(here, discord.Thread):
            return None
        parent = here.parent
        forum = isinstance(parent, discord.ForumChannel) if parent else await self._is_forum(str(here.parent_id))
        return Ref(f"{here.id if forum else here.parent_id}/{here.id}")

    async def _answer(self, interaction: Interaction, asking: Awaitable[Answer], text: str) -> None:
        """Answer at once if it can be done, else say that it takes a while, and answer then."""
        task = asyncio.ensure_future(safely(asking, log))
        await asyncio.wait({task}, timeout=_AT_ONCE)
        if task.done():
            answer = task.result()
            reply = answers.fitting(answer.reply, interaction.app_permissions)
            if not await self._sent(interaction, answers.private(reply, self._kept, text)):
                return
            if answer.later is None:
                return
            later = answer.later
        else:
            if not await _tried(interaction.response.defer(ephemeral=True, thinking=True)):
                return
            later = _late(task)
        self._followers.begin(self._follow(interaction, later, text))

    async def _follow(self, interaction: Interaction, later: Callable[[], Awaitable[Reply]], text: str) -> None:
        reply = answers.fitting(await last(later, log), interaction.app_permissions)
        shown = answers.dressed(answers.private(reply, self._kept, text))
        if "files" in shown:
            shown["attachments"] = shown.pop("files")
        await _tried(interaction.edit_original_response(**shown))

    async def _sent(self, interaction: Interaction, body: Json) -> bool:
        shown = answers.dressed(body)
        if not body["components"]:
            shown.pop("view")
        return await _tried(interaction.response.send_message(**shown, ephemeral=True))


def _late(task: asyncio.Future[Answer]) -> Callable[[], Awaitable[Reply]]:
    """Return what gives the last of an answer that was not there in time."""

    async def finished() -> Reply:
        answer = await task
        return answer.reply if answer.later is None else await answer.later()

    return finished


async def _tried(sending: Awaitable[object]) -> bool:
    """Whether an answer was taken: one that comes too late, or twice, is no error of the program."""
    try:
        await sending
    except discord.HTTPException as error:
        if error.code in {_ANSWERED, _TOO_LATE}:
            log.warning("Discord takes an answer no more (%d): it came too late, or twice", error.code)
        else:
            log.error("Discord takes an answer not (%s %d)", error.status, error.code)  # noqa: TRY400  (its text may hold a token)
        return error.code == _ANSWERED
    except (OSError, TimeoutError, discord.DiscordException) as error:
        log.error("an answer could not be sent: %s", type(error).__name__)  # noqa: TRY400  (its text may hold a token)
        return False
    return True
