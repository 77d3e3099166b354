"""What somebody is told of what became of what they did, or why they may not."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from bot.core.access import ADMINISTERING
from bot.core.actions import Acted, Outcome
from bot.core.grammar import spell
from bot.core.linking import Moved, accuses
from bot.core.message import Line, Moment, Reply, line
from bot.core.people import as_of
from bot.core.remarks import say
from bot.core.wording import headline, people, words
from bot.model import Action, Command, Incident


def acted(done: Acted, action: Action, now: datetime) -> Reply:
    """Return what became of a deed, and of which incident; it counts the people whose word is fresh `now`."""
    incident = done.incident
    lines = [line(headline(incident), " · ", incident.id)]
    if done.outcome is Outcome.OVER:
        end = (Moment(incident.resolved_at),) if incident.resolved_at else ()
        lines.insert(0, line(f"It is {words(incident.state)} since ", *end) if end else line("It is over."))
    return say(_SAID[done.outcome](action, incident), *lines, *_now(done, now))


def _now(done: Acted, now: datetime) -> list[Line]:
    """How it stands now, where that is part of the answer."""
    return people(as_of(done.incident, now)) if done.outcome in {Outcome.DONE, Outcome.ALREADY, Outcome.HELD} else []


def _held(_: Action, incident: Incident) -> str:
    return f"{incident.acked.name if incident.acked else 'Somebody'} has it already"


_DONE = {
    Action.ACK: "You have it",
    Action.UNACK: "Taken back: nobody has it now",
    Action.NOTE: "Noted in the thread",
    Action.MUTE: "Muted: the thread goes on, the channel hears of it only if it becomes critical",
    Action.UNMUTE: "Unmuted",
    Action.AFFECTED: "Counted: it fails for you",
    Action.WORKS: "Counted: it works for you",
    Action.FALLBACK_ON: "Noted in the thread: the fallback is activated",
    Action.FALLBACK_OFF: "Noted in the thread: back to normal",
    Action.LINK: "Linked in the thread",
}
_DEEDS = {
    Action.ACK: "acknowledge",
    Action.UNACK: "take an acknowledgement back",
    Action.NOTE: "add notes",
    Action.MUTE: "mute",
    Action.UNMUTE: "unmute",
    Action.FALLBACK_ON: "say that a fallback is activated",
    Action.FALLBACK_OFF: "say that all is back to normal",
    Action.DECLARE: "declare incidents",
    Action.UPDATE: "say how an incident goes on",
    Action.RESOLVE: "resolve incidents",
    Action.REOPEN: "open incidents again",
    Action.LINK: "link messages",
    Action.JOIN: "link incidents",
    Action.UNLINK: "unlink incidents",
    Action.OVERRIDE: "change who is on call",
    Action.UNOVERRIDE: "change who is on call",
}
_ALREADY = {
    Action.ACK: "You have it already",
    Action.NOTE: "That note is there already",
    Action.MUTE: "It is muted already",
    Action.FALLBACK_ON: "It is activated already",
    Action.FALLBACK_OFF: "It is back to normal already",
    Action.LINK: "That is linked already",
}
_NOTHING = {Action.UNMUTE: "It is not muted", Action.FALLBACK_OFF: "No fallback is activated"}
_SAID: Mapping[Outcome, Callable[[Action, Incident], str]] = {
    Outcome.DONE: lambda action, _: _DONE[action],
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


def not_permitted(action: Action) -> Reply:
    """Return that somebody may not do this here, and who can change that."""
    if action in ADMINISTERING:
        names = "`admins` under [access] in sitrep.toml says who they are. Nothing was changed."
        return say("Only admins may change what is watched", line(names))
    text = f"Only responders may {_DEEDS[action]} here"
    return say(text, line("`responders` under [access] in sitrep.toml says who they are. Nothing was changed."))
