"""What is said of mutes beyond one incident: made, taken back, listed, or asked back about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.core import mute_verbs
from bot.core.answers import cut
from bot.core.grammar import spell
from bot.core.lengths import FOR_GOOD, LONGEST_MUTE
from bot.core.message import Item, Line, Message, Moment, Part, Reply, Span, Tone, line
from bot.core.muting import Muting
from bot.core.remarks import say
from bot.core.rules import Oncall
from bot.core.shifts import moment
from bot.core.wording import headline
from bot.model import Action, Command, Incident

_NAME, _MOST = 60, 15
UTC = "UTC"
# Where nobody has said for how long a vendor is to be muted; label, and what is typed.
_LENGTHS = (("for 1 hour", "1h"), ("for 4 hours", "4h"), ("for 1 day", "1d"), ("for good", FOR_GOOD))


def zone_of(rotas: Sequence[Oncall]) -> str:
    """Return by whose clock a time is meant that somebody types: that of the rotas if they share one, else UTC."""
    zones = {rota.timezone for rota in rotas}
    return zones.pop() if len(zones) == 1 else UTC


def until_of(when: str, zone: str, now: datetime) -> datetime | Reply:
    """Return the instant that is meant by `18:00` or `Mon 09:00`; or why there is none."""
    found = moment(when, zone, now)
    if found is None or found <= now:
        hint = "Write `until 18:00`, `until Mon 09:00` or `until 2026-12-24 09:00`. Nothing was changed."
        return say(f"“{cut(when, _NAME)}” is no time that is still to come", line(hint))
    if found - now > LONGEST_MUTE:
        return say("A mute lasts 90 days at most, or is for good", line("Nothing was changed."))
    return found


def read_by(when: str, zone: str) -> Line:
    """Return by whose clock a time was read."""
    return line(f"“{cut(when, _NAME)}” was read by the clock of {zone}.")


def muted(muting: Muting, hushed: int, read_as: Sequence[Line], *, is_new: bool) -> Reply:
    """Return that a vendor is muted, until when, and what that does; `hushed` incidents of it are open."""
    until = line("For good") if muting.for_good else line("Until ", *_until(muting))
    still = "The channels hear of it only if it becomes critical."
    meanwhile = "What begins meanwhile is kept, and told when the mute is over if it still goes on."
    if muting.for_good:
        still = "The channels hear nothing of it, however bad it gets."
        meanwhile = "What begins from now on is kept, and told nowhere until this is taken back."
    those = {0: "", 1: "1 open incident is muted with it. "}.get(hushed, f"{hushed} open incidents are muted with it. ")
    back = (f"Unmute {cut(muting.what, _NAME)}", _unmute(muting))
    text = f"{'Muted' if is_new else 'Muted already'}: {cut(muting.what, 120)}"
    return say(text, until, *read_as, line(still), line(those + meanwhile), choices=[back])


def _until(muting: Muting) -> tuple[Span, ...]:
    if muting.for_good:
        return ("for good",)
    return (Moment(muting.until),) if muting.until else ("nothing of it is open",)


def _unmute(muting: Muting) -> str:
    kind = f"{mute_verbs.COMPONENT} {muting.vendor}: {', '.join(muting.parts)}"
    about = kind if muting.parts else f"{mute_verbs.VENDOR} {muting.vendor}"
    return spell(Command(action=Action.UNMUTE, query=about))


def unmuted(some: Sequence[Muting]) -> Reply:
    """Return that mutes are taken back."""
    names = ", ".join(dict.fromkeys(one.what for one in some))
    return say(f"Unmuted: {cut(names, 200)}", line("What still goes on of it is told within seconds."))


def not_muted(name: str) -> Reply:
    """Return that there is nothing to take back."""
    return say(f"{cut(name, _NAME)} is not muted", line("`mutes` lists all that is."))


def how_long(name: str, command: Command) -> Reply:
    """Return the question for how long a vendor is to be muted."""
    choices = [(f"{cut(name, _NAME)} {label}", _with_length(command, typed)) for label, typed in _LENGTHS]
    return say(f"For how long shall {cut(name, _NAME)} be muted?", choices=choices)


def nothing_open(name: str) -> Reply:
    """Return that `until resolved` says nothing, because nothing is open."""
    hint = "Say for how long: `4h`, `until Mon 09:00` or `for good`."
    return say(f"Nothing of {cut(name, _NAME)} is open that could be resolved", line(hint))


def all_of_it(name: str, slug: str, command: Command) -> Reply:
    """Return that no incident of a vendor is open, and offer to mute, or unmute, the vendor itself."""
    meant = replace(command, incident=None, query=f"{mute_verbs.VENDOR} {slug}")
    if command.action is Action.UNMUTE:
        return say(f"No open incident of {cut(name, _NAME)} is muted", choices=[(f"Unmute {name}", spell(meant))])
    headline_ = f"No incident of {cut(name, _NAME)} is open. Shall {cut(name, _NAME)} itself be muted?"
    if command.span is not None or command.when:
        length = mute_verbs.spelt_length(command)
        return say(headline_, choices=[(f"Mute {cut(name, _NAME)} {length}", spell(meant))])
    return say(headline_, choices=how_long(name, meant).choices)


def _with_length(command: Command, typed: str) -> str:
    why = f" because {command.text}" if command.text else ""
    return f"{spell(replace(command, span=None, when='', text=''))} {typed}{why}"


def whose(query: str, likely: Sequence[tuple[str, str]]) -> Reply:
    """Return who may be meant, each to be chosen: name, and what is typed."""
    text = f"Nobody here is called “{cut(query, _NAME)}”. Nothing was changed"
    return say(
        text, line("Did you mean one of these?" if likely else "`status` lists all that is watched."), choices=likely
    )


def misfits(name: str, wrong: Sequence[str], near: Sequence[tuple[str, str]]) -> Reply:
    """Return that a page has nothing that is called so, with what is spelt like it: name, and what is typed."""
    names = ", ".join(f"“{cut(one, _NAME)}”" for one in wrong)
    hint = "Did you mean one of these?" if near else f"`status {name.lower()}` shows its page."
    return say(f"Nothing on {cut(name, _NAME)}'s page is called {names}. Nothing was changed", line(hint), choices=near)


def listed(mutings: Sequence[Muting], hushed: Sequence[Incident]) -> Reply:
    """Return all that is muted: vendors and components, then incidents, each to be unmuted."""
    total = len(mutings) + len([one for one in hushed if one.muted and not one.muted.muting])
    if not total:
        return say("Nothing is muted")
    alone = [one for one in hushed if one.muted and not one.muted.muting]
    parts: list[Part] = [_item(one, hushed) for one in mutings[:_MOST]]
    parts += [_incident(one) for one in alone[:_MOST]]
    left = max(len(mutings) - _MOST, 0) + max(len(alone) - _MOST, 0)
    parts += [line(f"and {left:,} more")] if left else []
    choices = [(f"Unmute {cut(one.what, _NAME)}", _unmute(one)) for one in mutings[:_MOST]]
    unmute = [spell(Command(action=Action.UNMUTE, incident=one.id)) for one in alone[:_MOST]]
    choices += [(f"Unmute {cut(headline(one), _NAME)}", typed) for one, typed in zip(alone, unmute, strict=False)]
    text = "1 thing is muted" if total == 1 else f"{total:,} things are muted"
    return Reply(
        message=Message(tone=Tone.NOTICE, headline=text, parts=tuple(parts)), shareable=True, choices=tuple(choices)
    )


def _item(muting: Muting, hushed: Sequence[Incident]) -> Item:
    until = ("for good",) if muting.for_good else ("until ", *_until(muting))
    mine = [one for one in hushed if one.muted and one.muted.muting == muting.id]
    kept = f" · hushes {len(mine)} open {'incident' if len(mine) == 1 else 'incidents'}" if mine else ""
    return Item(Tone.NOTICE, cut(muting.what, 120), (*until, kept), (_by(muting.by, muting.at, muting.why),))


def _incident(incident: Incident) -> Item:
    mute = incident.muted
    if mute is None:
        return Item(Tone.NOTICE, headline(incident))
    until: tuple[Span, ...] = ("until ", Moment(mute.until)) if mute.until else ("until it is resolved",)
    until = ("for good",) if mute.for_good else until
    return Item(
        Tone.NOTICE, cut(headline(incident), 120), until, (_by(mute.name, mute.at, mute.why), line(incident.id))
    )


def _by(name: str, at: datetime, why: str) -> Line:
    return line(f"By {name} since ", Moment(at), f": {cut(why, 200)}" if why else "")
