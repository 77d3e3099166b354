"""What somebody is told who has handed an incident on, or has called somebody to it."""

from __future__ import annotations

from datetime import datetime

from bot.core import acted, duties, replies
from bot.core.actions import Acted, Outcome
from bot.core.answers import cut
from bot.core.grammar import spell
from bot.core.handing import Handed
from bot.core.message import Line, Reply, line
from bot.core.people import as_of
from bot.core.remarks import say
from bot.core.summoning import ROTA
from bot.core.wording import headline, people
from bot.model import Action, Asked, Command

_MARK = "{}"


def answered(done: Handed, asked: Asked, now: datetime) -> Reply:
    """Return what became of it."""
    command, incident = asked.command, done.incident
    where = line(headline(incident), " · ", incident.id)
    match done.outcome:
        case Outcome.DONE:
            return _done(done, command, where, now)
        case Outcome.OVER:
            return acted.acted(Acted(done.outcome, incident), command.action, now)
        case Outcome.UNCLEAR:
            return _unclear(done, command)
        case Outcome.UNREACHED:
            return say(_unreached(done, command), where, line("Nothing was changed."))
        case Outcome.ALREADY:
            return say(_already(done, command.action), where, *people(as_of(incident, now)), *_again(command.action))
        case Outcome.EMPTY:
            return say("There were no words in it", line("`handover to lead: it is quiet now` says what to write."))
        case _:
            return _without_step(done, where)


def _done(done: Handed, command: Command, where: Line, now: datetime) -> Reply:
    (entry,) = done.entries
    said = replies.reply(entry, done.incident)
    lines = [part for part in said.parts if isinstance(part, Line)]
    if command.action is Action.ESCALATE:
        headlined = said.headline.removesuffix(f" by {entry.author}")
        return say(headlined, where, *lines)
    if not done.meant:
        return say("Noted in the thread, for whoever has it next", where, *people(as_of(done.incident, now)))
    name = done.meant[0].person.name
    verb = "Assigned to" if command.action is Action.ASSIGN else "Handed over to"
    unheard = [] if done.is_called else [line(f"{name} can not be called from here: tell them yourself.")]
    return say(f"{verb} {name}", where, *lines, *unheard)


def _already(done: Handed, action: Action) -> str:
    if action is Action.ASSIGN:
        return f"{done.meant[0].person.name} has it already"
    return "It was escalated a moment ago" if action is Action.ESCALATE else "That note is there already"


def _again(action: Action) -> list[Line]:
    return [line("In a minute it can be escalated further.")] if action is Action.ESCALATE else []


def _unclear(done: Handed, command: Command) -> Reply:
    """Return that nobody is called so, or several, each to be chosen."""
    again = Command(action=command.action, incident=done.incident.id, query=_MARK, text=command.text)
    if not any(one.duty for one in done.meant):
        return duties.who(cut(command.query, 60), [one.person for one in done.meant], _template(spell(again)))
    names = [f"{ROTA}{one.duty}" for one in done.meant]
    choices = tuple((name, spell(again).replace(_MARK, name, 1)) for name in names)
    return say("Which duty? Several have somebody on call", choices=choices)


def _template(spelt: str) -> str:
    """Return words with one place to be filled in: braces of somebody's own stay as they are."""
    before, _, after = spelt.partition(_MARK)
    return before.replace("{", "{{").replace("}", "}}") + _MARK + after.replace("{", "{{").replace("}", "}}")


def _unreached(done: Handed, command: Command) -> str:
    name = done.meant[0].person.name if done.meant else command.query
    return f"{cut(name, 60)} can not be told from here: Sitrep is not connected there"


def _without_step(done: Handed, where: Line) -> Reply:
    if done.outcome is Outcome.ALL_DONE:
        return say("Every step of its plan was taken already", where, line("`escalate to on-call` calls them again."))
    hint = line(
        "An [[escalation]] in sitrep.toml says who is told when; `escalate to on-call` calls whoever is on call."
    )
    return say("There is no plan for it", where, hint)
