"""Which options the verbs about routes have as commands of Discord's."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from discord import app_commands

from adapters.discord.heard import Interaction
from adapters.discord.listen import Listener
from bot.core import imagining
from bot.core.grammar import Verb
from bot.model import Command

Suggesting = Callable[[str], Awaitable[tuple[tuple[str, str], ...]]]
Shape = tuple[Callable[..., Any], Mapping[str, Suggesting]]


def routes(verb: Verb, listener: Listener) -> Shape:
    """Return nothing to choose."""

    async def shown(interaction: Interaction) -> None:
        await listener.ask(interaction, Command(action=verb.action), verb.names[0])

    return shown, {}


def imagined(verb: Verb, listener: Listener) -> Shape:
    """Return what an imagined incident is like."""

    @app_commands.describe(
        vendor="Whose incident it would be",
        component="What of theirs fails",
        impact="How bad it is. Left out: major",
        region="Where it is",
        service="A service of ours that it touches",
        kind="What it is. Left out: an incident",
        confidence="How sure it is, of a suspicion",
        at="When it would be: 23:00, Sat 03:00. Left out: now",
    )
    async def test(  # noqa: PLR0913, PLR0917  (an option each)
        interaction: Interaction,
        vendor: str,
        component: str = "",
        impact: str = "",
        region: str = "",
        service: str = "",
        kind: str = "",
        confidence: str = "",
        at: str = "",
    ) -> None:
        named = (component, impact, region, service, kind, confidence, at)
        keys = ("component", "impact", "region", "service", "kind", "confidence", "at")
        said = [f"{key}={value.strip()}" for key, value in zip(keys, named, strict=True) if value.strip()]
        await listener.say(interaction, " ".join((verb.names[0], vendor, *said)))

    def among(words: tuple[str, ...]) -> Suggesting:
        async def begun(typed: str) -> tuple[tuple[str, str], ...]:
            return tuple((one, one) for one in words if one.startswith(typed.strip().casefold()))

        return begun

    some = {key: among(words) for key, words in imagining.KEYS.items() if words is not None}
    return test, {"vendor": listener.desk.suggest, **some}
