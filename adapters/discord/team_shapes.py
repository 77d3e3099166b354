"""Which options the verbs about incidents of our own have as commands of Discord's."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Literal

from discord import app_commands

from adapters.discord.heard import Interaction
from adapters.discord.listen import Listener
from bot.core import team_verbs, verbs
from bot.core.forms import wants
from bot.core.grammar import Verb, spell
from bot.model import Action, Command, Impact, State

Suggesting = Callable[[str], Awaitable[tuple[tuple[str, str], ...]]]
Shape = tuple[Callable[..., Any], Mapping[str, Suggesting]]
_WHICH = "An incident: its id, or words for it. Left out: the one whose thread this is, else the newest"
_OURS = "An incident of our own: its id, or words for it. Left out: this thread's, else the only one that is open"
_LONGEST_WORDS = 2_000
_Bad = Literal["minor", "major", "critical"]
_Far = Literal["investigating", "identified", "monitoring", "resolved"]


def declare(verb: Verb, listener: Listener) -> Shape:
    """Return a title, how bad it is, what is known and whom it touches; or a form."""

    @app_commands.describe(
        title="What is wrong. Without any of these a form is opened",
        impact="How bad it is",
        words="What is known, for the thread",
        services="Which services of ours suffer, with commas between them",
    )
    async def declare(
        interaction: Interaction,
        title: app_commands.Range[str, 1, team_verbs.LONGEST_TITLE] | None = None,
        impact: _Bad | None = None,
        words: app_commands.Range[str, 1, _LONGEST_WORDS] | None = None,
        services: str = "",
    ) -> None:
        command = Command(
            action=verb.action,
            title=team_verbs.titled(title or ""),
            impact=Impact(impact) if impact else None,
            text=words or "",
            services=tuple(one.strip() for one in services.split(",") if one.strip()),
        )
        if command.title:
            await listener.ask(interaction, command)
        else:
            await listener.opens(interaction, command)

    return declare, {"services": listener.desk.services}


def update(verb: Verb, listener: Listener) -> Shape:
    """Return what is new of which incident; or a form."""

    @app_commands.describe(
        words="What is new. Without any of these a form is opened",
        which=_OURS,
        state="How far it is",
        impact="How bad it is by now",
        title="A better title",
    )
    async def update(
        interaction: Interaction,
        words: app_commands.Range[str, 1, _LONGEST_WORDS] | None = None,
        which: str = "",
        state: _Far | None = None,
        impact: _Bad | None = None,
        title: app_commands.Range[str, 1, team_verbs.LONGEST_TITLE] | None = None,
    ) -> None:
        command = Command(
            action=verb.action,
            incident=verbs.which(which),
            text=words or "",
            state=State(state) if state else None,
            impact=Impact(impact) if impact else None,
            title=team_verbs.titled(title or ""),
        )
        if wants(command):
            await listener.opens(interaction, command)
        else:
            await listener.ask(interaction, command)

    return update, {"which": listener.desk.complete}


def ending(verb: Verb, listener: Listener) -> Shape:
    """Return which incident is over, or is not, and what to know."""

    @app_commands.describe(words="What colleagues should know, for the thread", which=_OURS)
    async def ending(
        interaction: Interaction,
        words: app_commands.Range[str, 1, _LONGEST_WORDS] | None = None,
        which: str = "",
    ) -> None:
        await listener.ask(interaction, Command(action=verb.action, incident=verbs.which(which), text=words or ""))

    # What is open is offered, and that is not what is to be opened again.
    return ending, {} if verb.action is Action.REOPEN else {"which": listener.desk.complete}


def timeline(verb: Verb, listener: Listener) -> Shape:
    """Return which incident, and which page of its history."""

    @app_commands.describe(which=_WHICH, page="Which page of it. Left out: the first")
    async def timeline(interaction: Interaction, which: str = "", page: app_commands.Range[int, 1, 999] = 1) -> None:
        number = str(page) if page > 1 else ""
        command = Command(action=verb.action, incident=verbs.which(which), query=number)
        await listener.ask(interaction, command, spell(command))

    return timeline, {"which": listener.desk.complete}
