"""The options of what makes it quiet, and of what a channel is told: `mute`, `unmute`, `watch here`, `watch stop`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from discord import app_commands

from adapters.discord.heard import Interaction
from adapters.discord.listen import Listener
from bot.core import follow_verbs, mute_verbs, verbs
from bot.core.controls import MUTES
from bot.core.grammar import Verb, spell
from bot.core.lengths import FOR_GOOD, HOW_LONG
from bot.model import Command

_WHICH = "An incident: its id, or words for it. Left out: the one whose thread this is, else the newest"
_VENDOR = "A vendor instead of an incident: all of it"
_COMPONENT = "A component of that vendor, or several with commas"
_CHANNEL = "Another channel. Left out: this one"
_LONGEST_WORDS = 2_000
_LENGTHS = (*MUTES[:2], ("1 day", "1d"), ("Until 09:00", "until 09:00"), MUTES[2], ("For good", FOR_GOOD))
_COMPONENT_OF_WHOM = "Which vendor's component? Fill in `vendor` too."
_LEAST = tuple((name, name) for name in ("minor", "major", "critical"))
_KINDS = tuple((name, name) for name in ("incident", "maintenance", "suspected"))
Suggesting = Callable[[str], Awaitable[tuple[tuple[str, str], ...]]]
Shape = tuple[Callable[..., Any], Mapping[str, Suggesting]]


def _of(some: tuple[tuple[str, str], ...]) -> Suggesting:
    async def suggest(typed: str) -> tuple[tuple[str, str], ...]:
        begun = typed.strip().casefold()
        return tuple(one for one in some if any(words.casefold().startswith(begun) for words in one))

    return suggest


def _about(which: str, vendor: str, component: str) -> str:
    """Return what is meant as it would be typed."""
    if not vendor.strip():
        return which.strip()
    return f"component {vendor.strip()}: {component.strip()}" if component.strip() else f"vendor {vendor.strip()}"


def _mute(verb: Verb, listener: Listener) -> Shape:
    @app_commands.describe(
        length="How long: 4h, 2d, until Mon 09:00, for good. Left out: until it is resolved",
        reason="Why, for the thread",
        which=_WHICH,
        vendor=_VENDOR,
        component=_COMPONENT,
    )
    async def mute(
        interaction: Interaction,
        length: str = "",
        which: str = "",
        reason: app_commands.Range[str, 1, _LONGEST_WORDS] | None = None,
        vendor: str = "",
        component: str = "",
    ) -> None:
        # As it would be typed: so a time that is none is answered in the same words everywhere.
        said = _length(length.strip())
        if said is None or (component and not vendor):
            await listener.remark(interaction, HOW_LONG if said is None else _COMPONENT_OF_WHOM)
            return
        because = f"because {reason}" if reason else ""
        said = said or ("" if vendor else "until resolved")
        words = (verb.names[0], _about(which, vendor, component), said, because)
        await listener.say(interaction, " ".join(filter(None, words)))

    suggestions = {"which": listener.desk.complete, "length": _of(_LENGTHS), "vendor": listener.desk.suggest}
    return mute, suggestions


def _length(typed: str) -> str | None:
    """Return a length as it is typed after `mute`; `18:00` is until then.  None if it is none."""
    return next((one for one in (typed, f"until {typed}") if not typed or mute_verbs.is_length(one)), None)


def _unmute(verb: Verb, listener: Listener) -> Shape:
    @app_commands.describe(which=_WHICH, vendor=_VENDOR, component=_COMPONENT)
    async def unmute(interaction: Interaction, which: str = "", vendor: str = "", component: str = "") -> None:
        if component and not vendor:
            await listener.remark(interaction, _COMPONENT_OF_WHOM)
            return
        if not vendor.strip():
            command = Command(action=verb.action, incident=verbs.which(which))
            await listener.ask(interaction, command, spell(command))
            return
        await listener.say(interaction, f"{verb.names[0]} {_about(which, vendor, component)}")

    return unmute, {"which": listener.desk.complete, "vendor": listener.desk.suggest}


def _follow(verb: Verb, listener: Listener) -> Shape:
    @app_commands.describe(
        whom="A vendor, as you would say it, or the address of its status page",
        components="Only these, with commas between them. Left out: all",
        least="At least this bad. Left out: whatever it is",
        kind="Only incidents, maintenances or suspicions, with commas. Left out: all",
        regions="Only these, with commas between them. Left out: all",
        where=_CHANNEL,
    )
    @app_commands.rename(least="min")
    async def follow(
        interaction: Interaction,
        whom: str,
        components: str = "",
        least: str = "",
        kind: str = "",
        regions: str = "",
        where: str = "",
    ) -> None:
        given = (("components", components), ("regions", regions), ("kind", kind), ("min", least))
        filters = [f"{key}={value.strip()}" for key, value in given if value.strip()]
        to = f"to {where.strip()}" if where.strip() else ""
        await listener.say(interaction, " ".join(filter(None, (verb.names[0], whom.strip(), *filters, to))))

    return follow, {"whom": listener.desk.suggest, "least": _of(_LEAST), "kind": _of(_KINDS)}


def _unfollow(verb: Verb, listener: Listener) -> Shape:
    @app_commands.describe(whom="A vendor, as you would say it", where=_CHANNEL)
    async def unfollow(interaction: Interaction, whom: str, where: str = "") -> None:
        to = f"to {where.strip()}" if where.strip() else ""
        await listener.say(interaction, " ".join(filter(None, (verb.names[0], whom.strip(), to))))

    return unfollow, {"whom": listener.desk.suggest}


SHAPES: Mapping[Any, Callable[[Verb, Listener], Shape]] = {
    mute_verbs.mute: _mute,
    mute_verbs.unmute: _unmute,
    follow_verbs.follow: _follow,
    follow_verbs.unfollow: _unfollow,
}
