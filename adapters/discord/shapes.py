"""Which options each verb has as a command of Discord's, and how they become what one would type."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

from discord import app_commands

from adapters.discord import hand_shapes, quiet_shapes, route_shapes, team_shapes
from adapters.discord.heard import Interaction
from adapters.discord.listen import Listener
from bot.core import follow_verbs, hand_verbs, helping, report_verbs, route_verbs, team_verbs, verbs, wanted
from bot.core.grammar import Verb, spell
from bot.core.lengths import is_span
from bot.model import Action, Command

Callback = Callable[..., Any]
Suggesting = Callable[[str], Awaitable[tuple[tuple[str, str], ...]]]
_WHICH = "An incident: its id, or words for it. Left out: the one whose thread this is, else the newest"
_LONGEST_WORDS = 2_000
_ALL = (("All, also those that are over", "all"),)
_ALONE = frozenset({Action.BOARD, Action.HEALTH, Action.WATCHES, Action.MUTES})
Shape = tuple[Callback, Mapping[str, Suggesting]]


def _query(verb: Verb, listener: Listener) -> Shape:
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


def _status(verb: Verb, listener: Listener) -> Shape:
    @app_commands.describe(
        what="A vendor or a component, as you would say it. Left out: everything watched",
        history="The vendor's last 90 days in numbers",
    )
    async def status(interaction: Interaction, what: str = "", history: bool = False) -> None:  # noqa: FBT001, FBT002  (an option that Discord shows)
        # As it would be typed: without a vendor it is answered in the same words everywhere.
        last = spell(Command(action=Action.HISTORY)) if history and not what.strip() else ""
        said = f"{verb.names[0]} {what}".strip() + (" history" if history else "")
        await listener.say(interaction, last or said)

    return status, {"what": listener.desk.suggest}


def _report(verb: Verb, listener: Listener) -> Shape:
    @app_commands.describe(
        what="A vendor or a component, as you would say it", words="What you see, for the thread; or leave it out"
    )
    async def report(
        interaction: Interaction, what: str, words: app_commands.Range[str, 1, _LONGEST_WORDS] | None = None
    ) -> None:
        await listener.ask(interaction, Command(action=verb.action, query=verbs.plainly(what), text=words or ""))

    return report, {"what": listener.desk.suggest}


def _page(verb: Verb, listener: Listener) -> Shape:
    @app_commands.describe(whom="A vendor, as you would say it, or the address of its status page")
    async def page(interaction: Interaction, whom: str) -> None:
        await listener.say(interaction, f"{verb.names[0]} {whom}")

    return page, {"whom": listener.desk.suggest}


def _incident(verb: Verb, listener: Listener) -> Shape:
    @app_commands.describe(which=_WHICH)
    async def act(interaction: Interaction, which: str = "") -> None:
        command = Command(action=verb.action, incident=verbs.which(which))
        await listener.ask(interaction, command, spell(command))

    return act, {"which": listener.desk.complete}


def _taking(verb: Verb, listener: Listener) -> Shape:
    @app_commands.describe(which=_WHICH, length="For how long: 30m, 2h. Left out: until you give it back")
    async def ack(interaction: Interaction, which: str = "", length: str = "") -> None:
        command = verb.reads(verb, f"for {length}" if length else "")
        if isinstance(command, verbs.Misunderstood) or (length and command.span is None):
            await listener.remark(interaction, "For how long? `30m`, `2h`, 90 days at most")
            return
        command = replace(command, incident=verbs.which(which))
        await listener.ask(interaction, command, spell(command))

    return ack, {"which": listener.desk.complete}


def _override(verb: Verb, listener: Listener) -> Shape:
    @app_commands.describe(
        who="Somebody of a rota by name, @somebody, or `me`",
        until="Until when: 18:00, Mon 09:00, 2026-12-24 09:00; or how long: 8h",
        starts="From when on. Left out: from now on",
        rota="Which rota. Left out: the one that they are in",
    )
    @app_commands.rename(starts="from")
    async def override(interaction: Interaction, who: str, until: str, starts: str = "", rota: str = "") -> None:
        begins = f" from {starts}" if starts else ""
        ends = f" for {until}" if is_span(until) else f" until {until}"
        place = f" in {rota}" if rota else ""
        await listener.say(interaction, f"{verb.names[0]} {who}{place}{begins}{ends}")

    return override, {}


def _note(verb: Verb, listener: Listener) -> Shape:
    @app_commands.describe(words="What colleagues should know", which=_WHICH)
    async def note(
        interaction: Interaction, words: app_commands.Range[str, 1, _LONGEST_WORDS], which: str = ""
    ) -> None:
        await listener.ask(interaction, Command(action=verb.action, incident=verbs.which(which), text=words))

    return note, {"which": listener.desk.complete}


def _auditing(verb: Verb, listener: Listener) -> Shape:
    @app_commands.describe(
        who="Whose deeds: a name, or @somebody", which="To which incident", since="Since when: 2h, 7d, 2026-03-01"
    )
    async def audit(interaction: Interaction, who: str = "", which: str = "", since: str = "") -> None:
        about = verbs.which(which)
        said = (verb.names[0], who.strip(), f"#{about}" if about else "", f"since {since}" if since else "")
        await listener.say(interaction, " ".join(filter(None, said)))

    return audit, {"which": listener.desk.complete}


def _helping(verb: Verb, listener: Listener) -> Shape:
    @app_commands.describe(word="The word to explain. Left out: all of them")
    async def explained(interaction: Interaction, word: str = "") -> None:
        await listener.ask(interaction, Command(action=verb.action, query=verbs.plainly(word)))

    async def begun(typed: str) -> tuple[tuple[str, str], ...]:
        return tuple((one, one) for one in helping.words() if one.startswith(typed.strip().casefold()))

    return explained, {"word": begun}


def _link(verb: Verb, listener: Listener) -> Shape:
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


def _join(verb: Verb, listener: Listener) -> Shape:
    @app_commands.describe(other="The incident that it is part of: it goes on there", which=_WHICH)
    async def join(interaction: Interaction, other: str, which: str = "") -> None:
        command = Command(action=verb.action, incident=verbs.which(which), query=verbs.which(other) or "")
        await listener.ask(interaction, command, spell(command))

    return join, {"other": listener.desk.complete, "which": listener.desk.complete}


SHAPES: Mapping[Any, Callable[[Verb, Listener], Shape]] = {
    **quiet_shapes.SHAPES,
    verbs.query: _query,
    verbs.status: _status,
    verbs.whose: _query,
    verbs.report: _report,
    follow_verbs.watches: _query,
    follow_verbs.page: _page,
    verbs.incident: _incident,
    verbs.taking: _taking,
    verbs.override: _override,
    verbs.note: _note,
    wanted.auditing: _auditing,
    wanted.helping: _helping,
    verbs.link: _link,
    verbs.join: _join,
    hand_verbs.assigning: hand_shapes.assign,
    hand_verbs.handing: hand_shapes.handover,
    hand_verbs.escalating: hand_shapes.escalate,
    report_verbs.reporting: hand_shapes.report,
    report_verbs.writing: hand_shapes.write,
    team_verbs.declare: team_shapes.declare,
    team_verbs.update: team_shapes.update,
    team_verbs.ending: team_shapes.ending,
    team_verbs.timeline: team_shapes.timeline,
    route_verbs.shown: route_shapes.routes,
    route_verbs.tested: route_shapes.imagined,
}
