"""Which options each verb has as a command of Discord's, and how they become what one would type."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

from discord import app_commands

from adapters.discord.listen import Interaction, Listener
from bot.core import imagining, route_verbs, verbs
from bot.core.controls import MUTES
from bot.core.grammar import Verb, spell
from bot.core.lengths import HOW_LONG, is_span
from bot.model import Action, Command

Callback = Callable[..., Any]
Suggesting = Callable[[str], Awaitable[tuple[tuple[str, str], ...]]]
_WHICH = "An incident: its id, or words for it. Left out: the one whose thread this is, else the newest"
_LONGEST_WORDS = 2_000
_LENGTHS = (*MUTES[:2], ("1 day", "1d"), MUTES[2])
_ALL = (("All, also those that are over", "all"),)
_ALONE = frozenset({Action.HEALTH, Action.HELP, Action.WATCHES})
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
    async def status(interaction: Interaction, what: str = "", history: bool = False) -> None:  # noqa: FBT001, FBT002
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


def _mute(verb: Verb, listener: Listener) -> Shape:
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
        if length and not is_span(length):
            await listener.remark(interaction, HOW_LONG)
            return
        because = f"because {reason}" if reason else ""
        said = (verb.names[0], which.strip(), length.strip() or "until resolved", because)
        await listener.say(interaction, " ".join(filter(None, said)))

    async def lengths(typed: str) -> tuple[tuple[str, str], ...]:
        begun = typed.strip().casefold()
        return tuple(one for one in _LENGTHS if any(words.casefold().startswith(begun) for words in one))

    return mute, {"which": listener.desk.complete, "length": lengths}


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


def _routes(verb: Verb, listener: Listener) -> Shape:
    async def shown(interaction: Interaction) -> None:
        await listener.ask(interaction, Command(action=verb.action), verb.names[0])

    return shown, {}


def _imagined(verb: Verb, listener: Listener) -> Shape:
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


SHAPES: Mapping[Any, Callable[[Verb, Listener], Shape]] = {
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
    route_verbs.shown: _routes,
    route_verbs.tested: _imagined,
}
