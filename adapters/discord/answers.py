"""What Discord is sent in answer to a command or a press: for one person alone, until they share it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from hashlib import blake2b
from io import BytesIO
from typing import Any

import discord
from discord import ui

from adapters.discord import limits, render
from adapters.discord.files import LARGEST
from adapters.discord.render import Json
from bot.core import attached
from bot.core.controls import MUTES
from bot.core.grammar import spell
from bot.core.message import Message, Reply, Tone
from bot.core.strangers import cut
from bot.model import Action, Command

NAME = "sitrep"
SAY, CHOOSE, SHARE, LINK = "say", "choose", "share", "link"
WORDS = "words"
# More than so many choices are a menu.
_BUTTONS = 5
_KEPT = 2_000
# What an answer may hold as text, where no file can be sent: an embed has 4,096, and marks take some.
_ROOM = 3_000
_KEPT_MARK = "~"


class Kept:
    """Words that are too long for the name of a button: it has a short one, for as long as the bot runs."""

    def __init__(self) -> None:
        """Keep nothing yet."""
        self._words: OrderedDict[str, str] = OrderedDict()

    def put(self, words: str, most: int) -> str:
        """Return the words themselves, or what stands for them if they have more than `most` characters."""
        if len(words) <= most and not words.startswith(_KEPT_MARK):
            return words
        name = _KEPT_MARK + blake2b(words.encode(), digest_size=12).hexdigest()
        self._words[name] = words
        self._words.move_to_end(name)
        if len(self._words) > _KEPT:
            self._words.popitem(last=False)
        return name

    def get(self, name: str) -> str | None:
        """Return the words; None if they are forgotten."""
        return self._words.get(name) if name.startswith(_KEPT_MARK) else name


def custom_id(what: str, about: str) -> str:
    """Return the name of a button or menu of ours."""
    return f"{NAME}:{what}:{about}"


def room(what: str) -> int:
    """Return how many characters are left for what a button is about."""
    return limits.CUSTOM_ID - len(custom_id(what, ""))


def private(reply: Reply, kept: Kept, command: str = "") -> Json:
    """Return an answer that only the person who asked sees; `command` is what to say again to share it."""
    return {**public(reply), "components": _under(reply, kept, command)}


def public(reply: Reply) -> Json:
    """Return an answer that the channel sees."""
    message = attached.within(reply.message, LARGEST, _ROOM)
    shown = render.body(message.tone, render.headline(message), render.described(message.parts, message.url), [])
    return {**shown, "files": message.files} if message.files else shown


def fitting(reply: Reply, allowed: discord.Permissions) -> Reply:
    """Return an answer as it can be given where the bot is `allowed` this: if no files, with their words."""
    if not reply.message.files or allowed.attach_files:
        return reply
    words = attached.in_words(reply.message, "the bot lacks Attach Files here", _ROOM)
    return replace(reply, message=words)


def _under(reply: Reply, kept: Kept, command: str) -> list[Json]:
    choices = reply.choices[: limits.OPTIONS]
    share = [render.button("Share in channel", custom_id(SHARE, kept.put(command, room(SHARE))))]
    shared = share if reply.shareable and command else []
    if len(choices) > _BUTTONS:
        return [*menu(CHOOSE, "-", "Choose one", choices, kept), *render.in_rows(shared)]
    buttons = [render.button(label, custom_id(SAY, kept.put(said, room(SAY)))) for label, said in choices]
    return render.in_rows([*buttons, *shared])


def menu(what: str, about: str, hint: str, choices: Sequence[tuple[str, str]], kept: Kept) -> list[Json]:
    """Return a menu of label and value, in a row of its own."""
    options = [
        {"label": cut(label, limits.OPTION) or "…", "value": kept.put(value, limits.OPTION)}
        for label, value in choices[: limits.OPTIONS]
    ]
    select = {"type": 3, "custom_id": custom_id(what, about), "placeholder": hint, "options": options}
    return [{"type": 1, "components": [select]}]


def how_long(incident: str) -> Reply:
    """Return the question for how long an incident shall be muted."""
    message = Message(tone=Tone.NOTICE, headline="Keep it out of the channel for how long? Its thread goes on.")
    asked = spell(Command(action=Action.MUTE, incident=incident or None)).removesuffix("until resolved").strip()
    return Reply(message=message, choices=tuple((label, f"{asked} {value}") for label, value in MUTES))


def which(choices: Sequence[tuple[str, str]], about: str, kept: Kept) -> Json:
    """Return the question which incident a message belongs to."""
    said = f"{render.SIGNS[Tone.NOTICE]} **Which incident is this message about?**"
    shown = render.body(Tone.NOTICE, said, "It gets a link to the message in its thread.", [])
    return {**shown, "components": menu(LINK, about, "Choose an incident", choices, kept)}


def note_form(incident: str) -> ui.Modal:
    """Return the form for a note; it is answered by its name, also after a restart."""
    form = ui.Modal(title="Add a note", timeout=None, custom_id=custom_id(Action.NOTE, incident))
    words: ui.TextInput[ui.Modal] = ui.TextInput(
        label="What should colleagues know?",
        custom_id=WORDS,
        style=discord.TextStyle.paragraph,
        max_length=limits.NOTE,
        min_length=1,
    )
    form.add_item(words)
    # Nobody waits for it in memory.
    form.stop()
    return form


def dressed(body: Json) -> dict[str, Any]:
    """Return a body as discord.py takes it."""
    view = ui.View(timeout=None)
    for number, row in enumerate(body["components"]):
        for one in row["components"]:
            view.add_item(_item(one, number))
    # Whoever presses is answered by the name of what they press, so no view has to be kept.
    view.stop()
    shown = {
        "content": body["content"],
        "embeds": [discord.Embed.from_dict(embed) for embed in body["embeds"]],
        "view": view,
        "allowed_mentions": discord.AllowedMentions.none(),
    }
    files = [
        discord.File(BytesIO(file.content), attached.file_name(file.name), description=attached.about(file) or None)
        for file in body.get("files", ())
    ]
    return {**shown, "files": files} if files else shown


def _item(one: Json, row: int) -> ui.Item[ui.View]:
    name = one["custom_id"]
    if one["type"] == discord.ComponentType.button.value:
        return ui.Button(style=discord.ButtonStyle(one["style"]), label=one["label"], custom_id=name, row=row)
    options = [discord.SelectOption(label=option["label"], value=option["value"]) for option in one["options"]]
    return ui.Select(custom_id=name, placeholder=one["placeholder"], options=options, row=row)
