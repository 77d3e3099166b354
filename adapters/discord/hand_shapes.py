"""Which options the verbs by which an incident is handed on have as commands of Discord's."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

from discord import app_commands

from adapters.discord.heard import Interaction
from adapters.discord.listen import Listener
from bot.core import verbs
from bot.core.grammar import Verb, spell
from bot.core.report.material import Section
from bot.model import Command

Shape = tuple[Callable[..., Any], Mapping[str, Callable[[str], Awaitable[tuple[tuple[str, str], ...]]]]]
_WHICH = "An incident: its id, or words for it. Left out: the one whose thread this is, else the newest"
_THIS = "Left out: this thread's, else the newest"
_WHOM = "@somebody, a name of a rota, `on-call`, `oncall:platform`, or `me`"
_LONGEST_WORDS = 2_000


async def _command(verb: Verb, listener: Listener, interaction: Interaction, to: str, which: str) -> Command:
    query = verbs.plainly(await listener.named(interaction, to))
    return Command(action=verb.action, incident=verbs.which(which), query=query)


def assign(verb: Verb, listener: Listener) -> Shape:
    """Return who it is given to, and which incident."""

    @app_commands.describe(to=_WHOM, which=_WHICH)
    async def act(interaction: Interaction, to: str, which: str = "") -> None:
        command = await _command(verb, listener, interaction, to, which)
        await listener.ask(interaction, command, spell(command))

    return act, {"which": listener.desk.complete}


def handover(verb: Verb, listener: Listener) -> Shape:
    """Return what to know, for whom, and which incident."""

    @app_commands.describe(
        words="How it stands, and what there is to do", to=f"{_WHOM}. Left out: whoever is next", which=_WHICH
    )
    async def act(
        interaction: Interaction, words: app_commands.Range[str, 1, _LONGEST_WORDS], to: str = "", which: str = ""
    ) -> None:
        command = await _command(verb, listener, interaction, to, which)
        await listener.ask(interaction, replace(command, text=words))

    return act, {"which": listener.desk.complete}


def escalate(verb: Verb, listener: Listener) -> Shape:
    """Return whom to tell, and which incident."""

    @app_commands.describe(to=f"{_WHOM}, or a channel. Left out: the next step of its plan", which=_WHICH)
    async def act(interaction: Interaction, to: str = "", which: str = "") -> None:
        command = await _command(verb, listener, interaction, to, which)
        await listener.ask(interaction, command, spell(command))

    return act, {"which": listener.desk.complete}


def report(verb: Verb, listener: Listener) -> Shape:
    """Return which incident's report is wanted."""

    @app_commands.describe(which=_THIS)
    async def act(interaction: Interaction, which: str = "") -> None:
        command = Command(action=verb.action, incident=verbs.which(which))
        await listener.ask(interaction, command, spell(command))

    return act, {"which": listener.desk.complete}


def write(verb: Verb, listener: Listener) -> Shape:
    """Return into which part of its report what is to be written, and which incident."""

    @app_commands.describe(words="`cause: …`, `follow-up: …`, `follow-up done 2`", which=_THIS)
    async def act(interaction: Interaction, words: app_commands.Range[str, 1, _LONGEST_WORDS], which: str = "") -> None:
        command = verb.reads(verb, words)
        if isinstance(command, verbs.Misunderstood):
            await listener.remark(interaction, command.hint)
            return
        await listener.ask(interaction, replace(command, incident=verbs.which(which) or command.incident))

    return act, {"words": _parts, "which": listener.desk.complete}


async def _parts(typed: str) -> tuple[tuple[str, str], ...]:
    found = [f"{part}: " for part in Section if part.startswith(typed.casefold())]
    return tuple((one, one) for one in found)
