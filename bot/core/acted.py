"""What somebody is told of what became of what they did."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from bot.core.actions import Acted, Outcome
from bot.core.grammar import spell
from bot.core.linking import Moved, accuses
from bot.core.message import Line, Moment, Reply, line
from bot.core.people import as_of, is_for_good
from bot.core.remarks import say
from bot.core.together import Done
from bot.core.wording import headline, people, words
from bot.model import Action, Command, Incident


def acted(done: Acted, action: Action, now: datetime) -> Reply:
    """Return what became of a deed, and of which incident; it counts the people whose word is fresh `now`."""
    incident = done.incident
    lines = [line(headline(incident), " · ", incident.id)]
    if done.outcome is Outcome.OVER:
        end = (Moment(incident.resolved_at),) if incident.resolved_at else ()
        lines.insert(0, line(f"It is {words(incident.state)} since ", *end) if end else line("It is over."))
    take = ("Take over", spell(Command(action=Action.TAKE, incident=incident.id)))
    choices = (take,) if done.outcome is Outcome.HELD else ()
    return say(_SAID[done.outcome](action, incident), *lines, *_now(done, now), choices=choices)


def _now(done: Acted, now: datetime) -> list[Line]:
    """How it stands now, where that is part of the answer."""
    return people(as_of(done.incident, now)) if done.outcome in {Outcome.DONE, Outcome.ALREADY, Outcome.HELD} else []


def _is_for_good(action: Action, incident: Incident) -> bool:
    return action is Action.MUTE and is_for_good(incident)


def _held(_: Action, incident: Incident) -> str:
    return f"{incident.acked.name if incident.acked else 'Somebody'} has it already"


_MOST = 8
_DONE = {
    Action.ACK: "You have it",
    Action.UNACK: "Taken back: nobody has it now",
    Action.TAKE: "You have it",
    Action.NOTE: "Noted in the thread",
    Action.MUTE: "Muted: the thread goes on, the channel hears of it only if it becomes critical",
    Action.UNMUTE: "Unmuted",
    Action.AFFECTED: "Counted: it fails for you",
    Action.WORKS: "Counted: it works for you",
    Action.FALLBACK_ON: "Noted in the thread: the fallback is activated",
    Action.FALLBACK_OFF: "Noted in the thread: back to normal",
    Action.LINK: "Linked in the thread",
}
_MUTED_FOR_GOOD = "Muted for good: the thread goes on, the channel hears nothing more of it"
_ALREADY = {
    Action.ACK: "You have it already",
    Action.TAKE: "You have it already",
    Action.NOTE: "That note is there already",
    Action.MUTE: "It is muted already",
    Action.FALLBACK_ON: "It is activated already",
    Action.FALLBACK_OFF: "It is back to normal already",
    Action.LINK: "That is linked already",
}
_NOTHING = {Action.UNMUTE: "It is not muted", Action.FALLBACK_OFF: "No fallback is activated"}
_SAID: Mapping[Outcome, Callable[[Action, Incident], str]] = {
    Outcome.DONE: lambda action, incident: _MUTED_FOR_GOOD if _is_for_good(action, incident) else _DONE[action],
    Outcome.ALREADY: lambda action, _: _ALREADY.get(action, "You said so already"),
    Outcome.HELD: _held,
    Outcome.OVER: lambda _, incident: f"Already {words(incident.state)}: nothing was changed",
    Outcome.NOTHING: lambda action, _: _NOTHING.get(action, "Nobody has it"),
    Outcome.EMPTY: lambda *_: "There were no words in it",
}


def relinked(done: Moved, action: Action) -> Reply:
    """Return what became of two incidents that somebody called one, or of one that they called two."""
    lines = [line(headline(done.loses), " · ", done.loses.id), line(headline(done.gets), " · ", done.gets.id)]
    if done.outcome is Outcome.ALREADY:
        return say("These are one already", lines[1])
    if done.outcome is Outcome.NOTHING:
        return say("There is nothing to unlink in it", lines[0])
    if done.outcome is Outcome.FOREIGN:
        return _not_one(done, lines)
    said = "Linked: it goes on in the second one's thread" if action is Action.JOIN else "Unlinked: they are two now"
    return say(said, *lines)


def _not_one(done: Moved, lines: Sequence[Line]) -> Reply:
    """Return why what a vendor tells of goes on as its own, and offer the other way round if that can be."""
    if accuses(done.gets):
        why = f"{done.loses.name} and {done.gets.name} each tell of their own. A link or a note can name the other."
        return say("Two vendors' incidents are not one: nothing was changed", *lines, line(why))
    turned = Command(action=Action.JOIN, incident=done.gets.id, query=done.loses.id)
    why = f"{done.loses.name} tells of its own; ours can become part of it."
    return say("Only the other way round", *lines, line(why), choices=(("Link ours into it", spell(turned)),))


def ungrouped(done: Done) -> Reply:
    """Return what goes on by itself from now on, or why nothing does."""
    burst = done.acted.incident
    where = line(headline(burst), " · ", burst.id)
    if done.acted.outcome is Outcome.OVER:
        return say("It is over: what is over stays in the list", where)
    if done.acted.outcome is not Outcome.DONE:
        return say("There is nothing to ungroup in it", where)
    alone = [line(headline(one), " · ", name) for name, one in done.incidents.items() if name != burst.id]
    some = "It goes on in a thread of its own" if len(alone) == 1 else "Each goes on in a thread of its own"
    more = [line(f"and {len(alone) - _MOST} more")] if len(alone) > _MOST else []
    return say(f"Ungrouped: {some[:1].lower()}{some[1:]}", *alone[:_MOST], *more)


def not_grouped(name: str) -> Reply:
    """Return that an incident is told by itself already."""
    return say("It is not one of many: it has a thread of its own", line(name))


def many_are_not_one() -> Reply:
    """Return that what is told together is still many incidents, of which one is to be named."""
    return say("That is a list of incidents: name one of them", line("`incident details` shows what they are called."))
