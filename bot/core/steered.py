"""What somebody is told of what became of an incident that they have declared, moved on, ended or opened again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.core.answers import listed
from bot.core.grammar import spell
from bot.core.message import Line, Moment, Reply, line
from bot.core.ours import Outcome, Terms, Verdict
from bot.core.remarks import say
from bot.core.spans import duration
from bot.core.standing import Standing, checked
from bot.core.team import VENDOR, declared
from bot.core.team_verbs import WHAT
from bot.core.wording import headline, people, words
from bot.model import Action, Asked, ChangeKind, ClaimView, Command, Incident, Kind, SourceKind, State

_DONE = {
    Action.UPDATE: "Told in its thread, and shown in its message",
    Action.RESOLVE: "Resolved",
    Action.REOPEN: "It is open again, in the same thread",
}
_ALREADY = {
    Action.DECLARE: "You have declared it already",
    Action.UPDATE: "It says so already",
    Action.REOPEN: "It is open",
}
_NEW = "What is new? `update WORDS`, `update state=identified`, `update impact=critical`"
# The tables of Sitrep's own trouble: nobody has posted it but Sitrep.
_ITSELF = "own:"


def answered(outcome: Outcome, asked: Asked, terms: Terms, now: datetime, against: Sequence[str] = ()) -> Reply:
    """Return what became of it; `against` says what speaks against its end, a sentence each."""
    case = _Case(outcome, asked, terms, now, against)
    return _SAYS[outcome.verdict](case)


def against(views: Iterable[ClaimView], incident: Incident, stands: Mapping[str, Standing], now: datetime) -> list[str]:
    """Return who still tells of a trouble, a sentence each; `stands` has how their sources stand, by key."""
    found = (_against(view, incident, stands.get(view.key.partition("|")[0]), now) for view in views)
    return list(dict.fromkeys(found))


def _against(view: ClaimView, incident: Incident, stands: Standing | None, now: datetime) -> str:
    if view.key.startswith(_ITSELF):
        return "Sitrep itself still sees it."
    fresh = f", {checked(stands, now)}" if stands is not None and stands.checked_at else ""
    if view.teller is SourceKind.FEED:
        shows = f"shows {view.title} in trouble" if view.kind is Kind.COMPONENT else f"says {words(view.state)}"
        return f"{incident.name}'s page still {shows}{fresh}."
    why = f" ({view.evidence})" if view.evidence else ""
    verb = "fails" if view.teller is SourceKind.PROBE else "reports it"
    return f"{view.author} still {verb}{why}{fresh}."


def no_title() -> Reply:
    """Return how an incident is declared."""
    return say(WHAT)


def no_service(name: str, known: Sequence[str]) -> Reply:
    """Return that no service of ours is called so, and which there are."""
    there = f"They are: {listed(known)}" if known else "There is no [[service]] in sitrep.toml."
    return say(f"No service of ours is called “{name}”. Nothing was declared.", line(there))


def which(choices: Sequence[tuple[str, str]]) -> Reply:
    """Return the incidents that may be meant, each to be chosen; nothing is done before that."""
    return say(f"Which one? {len(choices)} may be meant. Nothing was changed.", choices=choices)


def none_of_ours(action: Action) -> Reply:
    """Return that there is nothing of our own that may be meant."""
    if action is Action.REOPEN:
        return say("No incident of our own is over", line("Say which: `reopen ID`. `incidents all` lists the last."))
    return say("No incident of our own is open", line("`declare TITLE` opens one, `incidents` lists what is open."))


@dataclass(frozen=True, slots=True)
class _Case:
    """What became of it, and what there is to say of it."""

    outcome: Outcome
    asked: Asked
    terms: Terms
    now: datetime
    against: Sequence[str]

    @property
    def incident(self) -> Incident:
        return self.outcome.incident

    @property
    def action(self) -> Action:
        return self.asked.command.action

    @property
    def ends(self) -> bool:
        return self.action is Action.RESOLVE or self.asked.command.state is State.RESOLVED

    @property
    def text(self) -> str:
        return self.asked.command.text.strip()

    @property
    def which(self) -> Line:
        return line(headline(self.incident), " · ", self.incident.id)

    def told(self) -> list[Line]:
        if not self.outcome.where:
            return [line("No [[route]] in sitrep.toml leads it to a channel: nobody is told.")]
        return [line("Told in ", listed([str(to) for to in self.outcome.where]))]

    def kept(self, label: str, command: Command) -> tuple[tuple[str, str], ...]:
        """Offer what can be done with words that were not told: they must not be lost."""
        return ((label, spell(command)),) if self.text else ()

    def as_note(self) -> tuple[tuple[str, str], ...]:
        note = Command(action=Action.NOTE, incident=self.incident.id, text=self.text)
        return self.kept("Add it as a note", note)


def _done(case: _Case) -> Reply:
    if case.action is Action.DECLARE:
        return say("Declared", case.which, *case.told())
    return say(_DONE[case.action], case.which, *people(case.incident))


def _already(case: _Case) -> Reply:
    if case.action is Action.RESOLVE:
        end = [line("Since ", Moment(case.incident.resolved_at))] if case.incident.resolved_at else []
        said = f"Already {words(case.incident.state)}: nothing was changed"
        return say(said, *end, case.which, choices=case.as_note())
    return say(_ALREADY[case.action], case.which, choices=case.as_note() if case.action is Action.REOPEN else ())


def _declared(case: _Case) -> Reply:
    view = declared(case.incident)
    who = view.author if view else "Somebody"
    update = Command(action=Action.UPDATE, incident=case.incident.id, text=case.text)
    affected = Command(action=Action.AFFECTED, incident=case.incident.id)
    choices = (*case.kept("Add your words to it", update), ("I'm affected too", spell(affected)))
    return say(f"{who} has declared it already", case.which, choices=choices)


def _empty(case: _Case) -> Reply:
    return say(_NEW, case.which)


def _over(case: _Case) -> Reply:
    again = Command(action=Action.REOPEN, incident=case.incident.id, text=case.text)
    end = [line("Since ", Moment(case.incident.resolved_at))] if case.incident.resolved_at else []
    said = f"Already {words(case.incident.state)}: nothing was changed"
    return say(said, *end, case.which, choices=(("Open it again with this", spell(again)), *case.as_note()))


def _late(case: _Case) -> Reply:
    incident, view = case.incident, declared(case.incident)
    over = case.now - incident.resolved_at if incident.resolved_at else None
    new = Command(
        action=Action.DECLARE,
        incident=incident.id,
        title=incident.title,
        text=case.text,
        impact=incident.peak if view else None,
        services=view.services if view else (),
    )
    said = f"It has been over for {duration(over)}: nothing was changed" if over else "It is over: nothing was changed"
    why = line(f"What is over for more than {duration(case.terms.reopen_within)} is not opened again.")
    return say(said, why, case.which, choices=(("Declare a new one that follows it", spell(new)),))


def _foreign(case: _Case) -> Reply:
    incident = case.incident
    if incident.ending is ChangeKind.MERGED:
        return say("It goes on as part of another incident: nothing was changed", case.which, choices=case.as_note())
    if case.action is Action.REOPEN:
        why = (
            f"Only what the team has declared is opened by hand; {_whose(incident)} opens again when it is seen again."
        )
        return say("Nothing was changed", line(why), case.which, choices=case.as_note())
    if not (case.against and case.ends):
        why = f"How {_whose(incident)} stands is not the team's to say. A note goes into its thread."
        return say("Nothing was changed", line(why), case.which, choices=case.as_note())
    about = incident.id
    mute = Command(action=Action.MUTE, incident=about)
    works = Command(action=Action.WORKS, incident=about)
    choices = (("Mute until resolved", spell(mute)), *case.as_note(), ("Works for me", spell(works)))
    stands = [line(one) for one in case.against]
    hint = [] if case.text else [line("`note WORDS` adds to its thread.")]
    return say("It is not ours to resolve: nothing was changed", *stands, *hint, case.which, choices=choices)


def _whose(incident: Incident) -> str:
    return "this incident" if incident.vendor == VENDOR else f"{incident.name}'s incident"


_SAYS: Mapping[Verdict, Callable[[_Case], Reply]] = {
    Verdict.DONE: _done,
    Verdict.ALREADY: _already,
    Verdict.DECLARED: _declared,
    Verdict.EMPTY: _empty,
    Verdict.OVER: _over,
    Verdict.LATE: _late,
    Verdict.FOREIGN: _foreign,
}
