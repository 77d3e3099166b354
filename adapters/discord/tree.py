"""Sitrep's verbs as Discord's own commands, with typed options and what may be meant while somebody types.

Every verb of the grammar is here twice: as people would look for it (`/status`, `/incident ack`), and under `/sitrep`,
because other bots have a `/status` too.  A verb's shape tells which options it has.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import replace
from typing import Any

import discord
from discord import app_commands
from discord.app_commands import Choice

from adapters.discord import limits
from adapters.discord.listen import Interaction, Listener
from bot.core import verbs
from bot.core.controls import MUTES
from bot.core.grammar import VERBS, Verb, spell
from bot.core.strangers import cut
from bot.model import Action, Command

Callback = Callable[..., Any]
Suggesting = Callable[[str], Awaitable[tuple[tuple[str, str], ...]]]
LINK = "Link to incident"
_WHICH = "An incident: its id, or words for it. Left out: the one whose thread this is, else the newest"
_DESCRIPTION = 100
_LONGEST_WORDS = 2_000
_LENGTHS = (*MUTES[:2], ("1 day", "1d"), MUTES[2])
_ALL = (("All, also those that are over", "all"),)
_ALONE = frozenset({Action.HEALTH, Action.HELP, Action.WATCHES})
_FALLBACK = "fallback"
# The first words of verbs of two.
_GROUPS = {
    "watch": "What is watched; admins add and remove",
    "oncall": "Who is on call, and who has it instead",
    _FALLBACK: "Say that you have switched over, or back",
}


def fill(tree: app_commands.CommandTree[Any], listener: Listener) -> None:
    """Give a tree all commands."""
    for verb in VERBS:
        if verb.action in {Action.STATUS, Action.INCIDENTS, Action.REPORT}:
            tree.add_command(_command(verb, listener))
    incident = app_commands.Group(name="incident", description="What is to be done about an incident")
    umbrella = app_commands.Group(name="sitrep", description="Everything that Sitrep can be asked for")
    for verb in VERBS:
        if verb.of and not _group(verb):
            incident.add_command(_command(verb, listener))
        if not _group(verb):
            umbrella.add_command(_command(verb, listener))
    incident.add_command(_grouped(_FALLBACK, listener))
    tree.add_command(incident)
    for name in _GROUPS:
        if name != _FALLBACK:
            tree.add_command(_grouped(name, listener))
        umbrella.add_command(_grouped(name, listener))
    tree.add_command(umbrella)

    async def link(interaction: Interaction, message: discord.Message) -> None:
        await listener.link_wanted(interaction, message)

    tree.add_command(app_commands.ContextMenu(name=LINK, callback=link))


def _grouped(name: str, listener: Listener) -> app_commands.Group:
    """Return the verbs of two words of which `name` is the first."""
    group = app_commands.Group(name=name, description=_GROUPS[name])
    for verb in VERBS:
        if _group(verb) == name:
            group.add_command(_command(verb, listener))
    return group


def _group(verb: Verb) -> str:
    """Return the first of a verb's two words; nothing if it has but one."""
    return verb.names[0].rpartition(" ")[0]


def fingerprint(tree: app_commands.CommandTree[Any]) -> str:
    """Return what changes only when a command does: Discord lets an app make 200 of them a day in a server.

    https://docs.discord.com/developers/interactions/application-commands#registering-a-command
    """
    payload = [command.to_dict(tree) for command in tree.get_commands()]
    return hashlib.blake2b(json.dumps(payload, sort_keys=True).encode(), digest_size=16).hexdigest()


def _command(verb: Verb, listener: Listener) -> app_commands.Command[Any, ..., Any]:
    callback, suggestions = _SHAPES[verb.reads](verb, listener)
    described = cut(verb.about[0].upper() + verb.about[1:], _DESCRIPTION)
    command = app_commands.Command[Any, ..., Any](
        name=verb.names[0].rpartition(" ")[2], description=described, callback=callback
    )
    for option, suggesting in suggestions.items():
        command.autocomplete(option)(_suggests(suggesting))
    return command


def _suggests(suggesting: Suggesting) -> Callable[[Interaction, str], Coroutine[Any, Any, list[Choice[str]]]]:
    async def suggest(_: Interaction, typed: str) -> list[Choice[str]]:
        found = await suggesting(typed)
        return [
            Choice(name=cut(label, limits.OPTION) or "…", value=value)
            for label, value in found[: limits.OPTIONS]
            if 0 < len(value) <= limits.OPTION
        ]

    return suggest


_Shape = tuple[Callback, Mapping[str, Suggesting]]


def _query(verb: Verb, listener: Listener) -> _Shape:
    async def alone(interaction: Interaction) -> None:
        command = Command(action=verb.action)
        await listener.ask(interaction, command, spell(command))

    @app_commands.describe(whose="A vendor, as you would say it")
    async def history(interaction: Interaction, whose: str) -> None:
        await listener.say(interaction, f"{verb.names[0]} {whose}")

    @app_commands.describe(whose="A vendor, or `all` for those that are over too. Left out: the open ones")
    async def incidents(interaction: Interaction, whose: str = "") -> None:
        await listener.say(interaction, f"{verb.names[0]} {whose}".strip())

    async def vendors(typed: str) -> tuple[tuple[str, str], ...]:
        every = _ALL if "all".startswith(typed.strip().casefold()) else ()
        return (*every, *await listener.desk.suggest(typed))

    @app_commands.describe(which="A rota. Left out: all of them")
    async def duties(interaction: Interaction, which: str = "") -> None:
        await listener.say(interaction, f"{verb.names[0]} {which}".strip())

    @app_commands.describe(which="Its number, as `/oncall show` has it, or the rota. Left out: the only one")
    async def taken_back(interaction: Interaction, which: str = "") -> None:
        await listener.say(interaction, f"{verb.names[0]} {which}".strip())

    if verb.action in _ALONE:
        return alone, {}
    if verb.action in {Action.ONCALL, Action.UNOVERRIDE}:
        return duties if verb.action is Action.ONCALL else taken_back, {}
    if verb.action is Action.HISTORY:
        return history, {"whose": listener.desk.suggest}
    return incidents, {"whose": vendors}


def _status(verb: Verb, listener: Listener) -> _Shape:
    @app_commands.describe(
        what="A vendor or a component, as you would say it. Left out: everything watched",
        history="The vendor's last 90 days in numbers",
    )
    async def status(interaction: Interaction, what: str = "", history: bool = False) -> None:  # noqa: FBT001, FBT002
        # As it would be typed: without a vendor it is answered in the same words everywhere.
        last = spell(Command(action=Action.HISTORY)) if history and not what.strip() else ""
        said = f"{verb.names[0]} {what}".strip() + (" history" if history else "")
        await listener.say(interaction, last or said)

    return status, {"what": listener.desk.suggest}


def _report(verb: Verb, listener: Listener) -> _Shape:
    @app_commands.describe(
        what="A vendor or a component, as you would say it", words="What you see, for the thread; or leave it out"
    )
    async def report(
        interaction: Interaction, what: str, words: app_commands.Range[str, 1, _LONGEST_WORDS] | None = None
    ) -> None:
        await listener.ask(interaction, Command(action=verb.action, query=verbs.plainly(what), text=words or ""))

    return report, {"what": listener.desk.suggest}


def _page(verb: Verb, listener: Listener) -> _Shape:
    @app_commands.describe(whom="A vendor, as you would say it, or the address of its status page")
    async def page(interaction: Interaction, whom: str) -> None:
        await listener.say(interaction, f"{verb.names[0]} {whom}")

    return page, {"whom": listener.desk.suggest}


def _incident(verb: Verb, listener: Listener) -> _Shape:
    @app_commands.describe(which=_WHICH)
    async def act(interaction: Interaction, which: str = "") -> None:
        command = Command(action=verb.action, incident=verbs.which(which))
        await listener.ask(interaction, command, spell(command))

    return act, {"which": listener.desk.complete}


def _taking(verb: Verb, listener: Listener) -> _Shape:
    @app_commands.describe(which=_WHICH, length="For how long: 30m, 2h. Left out: until you give it back")
    async def ack(interaction: Interaction, which: str = "", length: str = "") -> None:
        command = verb.reads(verb, f"for {length}" if length else "")
        if isinstance(command, verbs.Misunderstood) or (length and command.span is None):
            await listener.remark(interaction, "For how long? `30m`, `2h`, 90 days at most")
            return
        command = replace(command, incident=verbs.which(which))
        await listener.ask(interaction, command, spell(command))

    return ack, {"which": listener.desk.complete}


def _override(verb: Verb, listener: Listener) -> _Shape:
    @app_commands.describe(
        who="Somebody of a rota by name, @somebody, or `me`",
        until="Until when: 18:00, Mon 09:00, 2026-12-24 09:00; or how long: 8h",
        starts="From when on. Left out: from now on",
        rota="Which rota. Left out: the one that they are in",
    )
    @app_commands.rename(starts="from")
    async def override(interaction: Interaction, who: str, until: str, starts: str = "", rota: str = "") -> None:
        begins = f" from {starts}" if starts else ""
        ends = f" for {until}" if verbs.is_span(until) else f" until {until}"
        place = f" in {rota}" if rota else ""
        await listener.say(interaction, f"{verb.names[0]} {who}{place}{begins}{ends}")

    return override, {}


def _note(verb: Verb, listener: Listener) -> _Shape:
    @app_commands.describe(words="What colleagues should know", which=_WHICH)
    async def note(
        interaction: Interaction, words: app_commands.Range[str, 1, _LONGEST_WORDS], which: str = ""
    ) -> None:
        await listener.ask(interaction, Command(action=verb.action, incident=verbs.which(which), text=words))

    return note, {"which": listener.desk.complete}


def _mute(verb: Verb, listener: Listener) -> _Shape:
    @app_commands.describe(
        length="How long: 1h, 4h, 2d. Left out: until it is resolved", reason="Why, for the thread", which=_WHICH
    )
    async def mute(
        interaction: Interaction,
        length: str = "",
        which: str = "",
        reason: app_commands.Range[str, 1, _LONGEST_WORDS] | None = None,
    ) -> None:
        # As it would be typed: so a time that is none is answered in the same words everywhere.
        if length and not verbs.is_span(length):
            await listener.remark(interaction, verbs.HOW_LONG)
            return
        because = f"because {reason}" if reason else ""
        said = (verb.names[0], which.strip(), length.strip() or "until resolved", because)
        await listener.say(interaction, " ".join(filter(None, said)))

    async def lengths(typed: str) -> tuple[tuple[str, str], ...]:
        begun = typed.strip().casefold()
        return tuple(one for one in _LENGTHS if any(words.casefold().startswith(begun) for words in one))

    return mute, {"which": listener.desk.complete, "length": lengths}


def _link(verb: Verb, listener: Listener) -> _Shape:
    @app_commands.describe(url="The address, from https:// on", words="What there is to see", which=_WHICH)
    async def link(
        interaction: Interaction,
        url: str,
        which: str = "",
        words: app_commands.Range[str, 1, _LONGEST_WORDS] | None = None,
    ) -> None:
        said = (verb.names[0], which.strip(), url.strip(), words or "")
        await listener.say(interaction, " ".join(filter(None, said)))

    return link, {"which": listener.desk.complete}


def _join(verb: Verb, listener: Listener) -> _Shape:
    @app_commands.describe(other="The incident that it is part of: it goes on there", which=_WHICH)
    async def join(interaction: Interaction, other: str, which: str = "") -> None:
        command = Command(action=verb.action, incident=verbs.which(which), query=verbs.which(other) or "")
        await listener.ask(interaction, command, spell(command))

    return join, {"other": listener.desk.complete, "which": listener.desk.complete}


_SHAPES: Mapping[Any, Callable[[Verb, Listener], _Shape]] = {
    verbs.query: _query,
    verbs.status: _status,
    verbs.whose: _query,
    verbs.report: _report,
    verbs.watches: _query,
    verbs.page: _page,
    verbs.incident: _incident,
    verbs.taking: _taking,
    verbs.override: _override,
    verbs.note: _note,
    verbs.mute: _mute,
    verbs.link: _link,
    verbs.join: _join,
}
