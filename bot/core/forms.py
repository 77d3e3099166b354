"""What is asked for in a form, the same everywhere: a platform only draws it, and hands back what was filled in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.core.ours import USUAL
from bot.core.team_verbs import IMPACTS, LONGEST_TITLE, STATES, titled
from bot.core.wording import capital, words
from bot.model import Action, Command, Impact, Incident, State

# As much as a note may hold on every platform.
LONGEST_WORDS = 2_000
# Slack's menus hold 100, Discord's 25, and a menu of more than that nobody reads.
MOST_SERVICES = 25
# What is asked for in a form when its button is pressed.
FORMS = (Action.UPDATE, Action.RESOLVE, Action.REOPEN)
AS_IT_IS = "as-it-is"
TITLE, IMPACT, STATE, SERVICES, WORDS = "title", "impact", "state", "services", "words"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One thing that is asked for: a line, several lines (`is_long`), or one or `many` of some options.

    Options have a label and a value each; `value` is what stands there at the beginning.
    """

    name: str
    label: str
    hint: str = ""
    value: str = ""
    options: tuple[tuple[str, str], ...] = ()
    many: bool = False
    optional: bool = False
    is_long: bool = False
    longest: int = LONGEST_WORDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What is asked for, so that something can be done about an incident (none if there is none yet)."""

    action: Action
    about: str
    title: str
    submit: str
    fields: tuple[Field, ...]


def wants(command: Command) -> bool:
    """Whether somebody has said no more than what they want to do: then they are asked in a form."""
    said = command.text or command.title or command.impact or command.state or command.services
    return command.action in {Action.DECLARE, Action.UPDATE} and not said


def declaring(services: Sequence[str], follows: str = "") -> Form:
    """Return what is asked of whoever declares an incident."""
    suffer = Field(
        name=SERVICES,
        label="Which of our services suffer?",
        hint="Choose any",
        options=tuple((name, name) for name in services[:MOST_SERVICES]),
        many=True,
        optional=True,
    )
    return Form(
        action=Action.DECLARE,
        about=follows,
        title="Declare an incident",
        submit="Declare",
        fields=(
            Field(name=TITLE, label="What is wrong?", hint="Checkout is down", longest=LONGEST_TITLE),
            Field(name=IMPACT, label="How bad is it?", value=USUAL, options=_options(IMPACTS)),
            *([suffer] if services else []),
            Field(name=WORDS, label="What do we know?", optional=True, is_long=True),
        ),
    )


def updating(incident: Incident) -> Form:
    """Return what is asked of whoever says how an incident goes on.

    What they leave alone stays as it is by then: somebody else may say something while they type.
    """
    return Form(
        action=Action.UPDATE,
        about=incident.id,
        title="Update the incident",
        submit="Update",
        fields=(
            Field(name=WORDS, label="What is new?", optional=True, is_long=True),
            Field(name=STATE, label="How far is it?", value=AS_IT_IS, options=_kept(incident.state, STATES)),
            Field(name=IMPACT, label="How bad is it?", value=AS_IT_IS, options=_kept(incident.impact, IMPACTS)),
            Field(name=TITLE, label="A better title?", hint=incident.title, optional=True, longest=LONGEST_TITLE),
        ),
    )


def ending(action: Action, incident: str) -> Form:
    """Return what is asked of whoever ends an incident, or opens it again: nothing but words, if there are any."""
    again = action is Action.REOPEN
    field = Field(
        name=WORDS,
        label="What has happened since?" if again else "How did it end?",
        optional=True,
        is_long=True,
    )
    title, submit = ("Open it again", "Reopen") if again else ("Resolve the incident", "Resolve")
    return Form(action=action, about=incident, title=title, submit=submit, fields=(field,))


def filled(action: Action, about: str, values: Mapping[str, Sequence[str]]) -> Command:
    """Return what somebody asks for who has filled in a form; `values` has what stands in each of its fields."""

    def first(name: str) -> str:
        return next(iter(values.get(name) or ()), "").strip()

    return Command(
        action=action,
        incident=about or None,
        text=first(WORDS),
        title=titled(first(TITLE)),
        impact=next((one for one in Impact if one == first(IMPACT)), None),
        state=next((one for one in State if one == first(STATE)), None),
        services=tuple(values.get(SERVICES) or ()),
    )


def _kept(now: Impact | State, some: Sequence[Impact] | Sequence[State]) -> tuple[tuple[str, str], ...]:
    others = tuple(one for one in _options(some) if one[1] != now)
    return (f"As it is: {words(now)}", AS_IT_IS), *others


def _options(some: Sequence[Impact] | Sequence[State]) -> tuple[tuple[str, str], ...]:
    return tuple((capital(words(one)), one.value) for one in some)
