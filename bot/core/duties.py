"""Answers about who is on call: now, until when, who is next, and what was agreed besides."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.core.answers import cut
from bot.core.message import Item, Line, Message, Moment, Reply, Span, Tone, line
from bot.core.remarks import say
from bot.core.rota import Override, Rotas, Shift, following, layers, shift, turn
from bot.core.rules import Oncall, Person

_ORDINALS = ("first", "second", "third")


def shown(rotas: Rotas, wanted: str, now: datetime) -> Reply:
    """Return who has each duty, or the one that is asked for."""
    if not rotas.rotas:
        return say("Nobody is on call here", line("An [[oncall]] in sitrep.toml says who takes turns."))
    found = [(duty, some) for duty, some in layers(rotas.rotas) if not wanted or _is_meant(wanted, duty, some)]
    if not found:
        choices = tuple((duty, f"oncall {duty}") for duty, _ in layers(rotas.rotas))
        return say(f"No rota is called “{cut(wanted, 60)}”", choices=choices)
    items = [_item(label, rota, rotas, now) for duty, some in found for label, rota in _labels(duty, some)]
    return Reply(message=Message(tone=Tone.NOTICE, headline="On call now", parts=tuple(items)), shareable=True)


def _is_meant(wanted: str, duty: str, some: Sequence[Oncall]) -> bool:
    return wanted.casefold() in {duty.casefold(), *(rota.name.casefold() for rota in some)}


def _labels(duty: str, some: Sequence[Oncall]) -> Iterable[tuple[str, Oncall]]:
    """Give each layer of a duty with what it is called."""
    if len(some) == 1:
        return ((duty if some[0].name == duty else f"{duty} ({some[0].name})", some[0]),)
    return ((_layer(duty, number, rota), rota) for number, rota in enumerate(some))


def _layer(duty: str, number: int, rota: Oncall) -> str:
    ordinal = _ORDINALS[number] if number < len(_ORDINALS) else f"number {number + 1}"
    return f"{duty}, {ordinal}" if rota.name == duty else f"{duty}, {ordinal} ({rota.name})"


def _item(label: str, rota: Oncall, rotas: Rotas, now: datetime) -> Item:
    mine = shift(rota, rotas.overrides, now)
    after = following(rota, rotas.overrides, now)
    until: tuple[Span, ...] = (", until ", Moment(mine.until)) if mine.until else (", always",)
    lines = [*_next(after)]
    lines += [_agreed(override, rota, now) for override in rotas.overrides if override.rota == rota.name]
    return Item(Tone.NOTICE, label, (mine.person.name, *until), tuple(lines))


def _next(after: Shift | None) -> Iterable[Line]:
    if after is not None:
        until: tuple[Span, ...] = (", until ", Moment(after.until)) if after.until else ()
        yield line(f"Then {after.person.name}", *until)


def _agreed(override: Override, rota: Oncall, now: datetime) -> Line:
    """Say what was agreed: who, when, instead of whom, by whom."""
    usual, _ = turn(rota, max(override.starts, now))
    instead = f" instead of {usual.name}" if usual != override.person else ""
    return line(
        f"#{override.id}: {override.person.name}{instead} from ",
        Moment(override.starts),
        " until ",
        Moment(override.ends),
        f", by {override.by} at ",
        Moment(override.at),
    )


def agreed(override: Override, rota: Oncall, now: datetime) -> Reply:
    """Return that somebody has the duty, from when until when."""
    began = override.starts <= now
    said = f"{override.person.name} is on call for {rota.name}" if began else f"{rota.name}: {override.person.name}"
    window = line("From ", Moment(override.starts), " until ", Moment(override.ends))
    return say(said if began else f"{said} will be on call", window, line("`oncall remove` takes it back."))


def removed(override: Override, person: Person) -> Reply:
    """Return that an override is taken back, and who is on call now."""
    return say(f"Taken back: {override.person.name} for {override.rota}", line(f"On call now: {person.name}"))


def nothing_agreed(wanted: str) -> Reply:
    """Return that there is no override to take back."""
    return say(f"No override is called “{cut(wanted, 60)}”" if wanted else "No override is there to take back")


def which_agreed(some: Iterable[Override]) -> Reply:
    """Return the overrides that may be meant, each to be chosen."""
    choices = tuple((f"#{o.id}: {o.person.name}, {o.rota}", f"oncall remove {o.id}") for o in some)
    return say("Which override?", choices=choices)


def who(said: str, some: Sequence[Person], command: str) -> Reply:
    """Return that nobody is called so, or several; `command` is what was typed with `{}` in place of the name."""
    if not some and said == "me":
        return say("A terminal can not be called", line("Name somebody of a rota as sitrep.toml does."))
    if not some:
        hint = line("Name somebody of a rota as sitrep.toml does, mention them with @, or write `me`.")
        return say(f"Nobody who can be called is “{cut(said, 60)}”", hint)
    choices = tuple((person.name, command.format(person.name)) for person in some)
    return say(f"Who? “{cut(said, 60)}” may be several", choices=choices)


def which_rota(some: Iterable[Oncall], command: str) -> Reply:
    """Return the rotas that may be meant; `command` is what was typed with `{}` in place of the rota."""
    return say("In which rota?", choices=tuple((rota.name, command.format(rota.name)) for rota in some))


def refused(why: str) -> Reply:
    """Return what is wrong with a time."""
    return say(why, line("Nothing was changed."))


def no_rota() -> Reply:
    """Return that there is nobody to stand in for."""
    return say("Nobody is on call here", line("An [[oncall]] in sitrep.toml says who takes turns."))
