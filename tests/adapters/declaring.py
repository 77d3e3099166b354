"""Messages about an incident of the team's own: made by the decisions themselves, and shown from start to end."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from bot.core import chronicle, linking, ours, replies, steered, steering, wording
from bot.core.message import Message
from bot.core.ours import Terms
from bot.core.rules import Route, Service
from bot.model import Action, Asked, Command, Destination, Impact, Incident, Person, State, TimelineEntry
from tests.adapters.clocks import of_both
from tests.unit.build import at, down, incident, view

ON_CALL, LEAD = Person("slack", "U1", "on-call"), Person("slack", "U2", "lead")
BOT = Service(name="Support bot", depends_on=(("acme", None),), owner="@support", runbook="https://wiki.example/bot")
TERMS = Terms(routes=(Route(name="all", to=(Destination("slack", "C0123"),)),), services=(BOT,))


@dataclass(slots=True)
class Declared:
    """An incident that somebody has declared, as it goes on minute by minute."""

    incident: Incident
    entries: list[TimelineEntry] = field(default_factory=list[TimelineEntry])

    def goes_on(self, minute: float, action: Action, by: Person = ON_CALL, **said: object) -> ours.Outcome:
        """Let somebody say something."""
        asked = Asked(command=Command(action=action, **said), person=by)  # type: ignore[arg-type]  # whatever it is
        outcome = steering.steer(self.incident, asked, self.entries[-20:], TERMS, at(minute))
        self.incident = outcome.incident
        self.entries += outcome.entries
        return outcome

    def thread(self, since: int = 1) -> tuple[Message, ...]:
        """Return the root as it is now, and what is said in the thread after so many entries."""
        told = (one for one in self.entries if one.seq > since and not one.quiet)
        return wording.root(self.incident), *(replies.reply(one, self.incident) for one in told)


def declared(minute: float = 0, text: str = "Cards are refused since noon.") -> Declared:
    """Return what on-call has declared."""
    command = Command(
        action=Action.DECLARE,
        title="Checkout is down",
        text=text,
        impact=Impact.MAJOR,
        services=("Support bot",),
    )
    asked = Asked(command=command, person=ON_CALL)
    outcome = ours.declare(asked, (), None, TERMS, at(minute))
    return Declared(outcome.incident, list(outcome.entries))


def over() -> Declared:
    """Return one that went on, got worse, and ended."""
    one = declared()
    found = "The gateway has a new certificate. We are putting the old one back."
    one.goes_on(8, Action.UPDATE, LEAD, text=found, state=State.IDENTIFIED)
    one.goes_on(12, Action.UPDATE, LEAD, impact=Impact.CRITICAL, title="Checkout and search are down")
    one.goes_on(30, Action.UPDATE, text="It is back; we watch it.", state=State.MONITORING)
    one.goes_on(47, Action.RESOLVE, LEAD, text="All payments go through.")
    return one


def reopened() -> Declared:
    """Return one that was not over after all."""
    one = over()
    one.goes_on(70, Action.REOPEN, text="Refused again.")
    return one


def answered() -> Message:
    """Return what somebody is told who wants to end what is a vendor's."""
    theirs = replace(incident(down("API")), claims=(view("1"),))
    asked = Asked(command=Command(action=Action.RESOLVE, text="It works."), person=ON_CALL)
    outcome = steering.steer(theirs, asked, (), TERMS, at(5))
    said = ("Acme's page still says investigating, checked 20 s ago.", "acme-api still fails (HTTP 503).")
    return steered.answered(outcome, asked, TERMS, at(5), said).message


def linked() -> tuple[Message, ...]:
    """Return what both threads say when it turns out to be a vendor's."""
    mine = declared()
    theirs = replace(incident(down("API")), claims=(view("1"),), last_seq=2)
    asked = Asked(command=Command(action=Action.JOIN, query=theirs.id), person=LEAD)
    return of_both(linking.join(mine.incident, theirs, asked, at(20)))


def in_order() -> Message:
    """Return everything that was said of one, in order."""
    one = reopened()
    return chronicle.page(one.incident, one.entries).message


DECLARED = {
    "declared": declared().thread(),
    "declared-goes-on-and-ends": over().thread(),
    "declared-and-reopened": (wording.root(reopened().incident), reopened().thread()[-1]),
    "declared-is-a-vendors": linked(),
    "declared-in-order": (in_order(),),
    "not-ours-to-resolve": (answered(),),
}
