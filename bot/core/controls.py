"""What there is to press under a root message, and what was meant when it was pressed."""

from __future__ import annotations

from bot.core import cards, team
from bot.core.grammar import span_of
from bot.core.message import Control
from bot.model import Action, Command, Incident, State

# Label and value; a value is what one would type after `mute`.
MUTES = (("1 hour", "1h"), ("4 hours", "4h"), ("Until resolved", "until resolved"))


def controls(incident: Incident) -> tuple[Control, ...]:
    """Return what makes sense to press as the incident is now; before a maintenance has begun nothing fails yet."""
    about = incident.id
    note = Control(Action.NOTE, "Add note", about)
    details = Control(Action.DETAILS, "Details", about)
    back = (_back(about),) if cards.is_active(incident) else ()
    if not incident.is_open:
        return *back, *_again(incident), note, details
    mute = Control(Action.UNMUTE, "Unmute", about) if incident.muted else Control(Action.MUTE, "Mute", about, MUTES)
    if incident.state is State.SCHEDULED:
        return mute, note, details
    return (
        *_having(incident),
        *(back or _over(incident)),
        *_steering(incident),
        mute,
        note,
        Control(Action.AFFECTED, "I'm affected too", about),
        Control(Action.WORKS, "Works for me", about),
        details,
    )


def _having(incident: Incident) -> tuple[Control, ...]:
    """Who takes it over from somebody says so: to acknowledge what somebody has changes nothing."""
    if incident.acked is None:
        return (Control(Action.ACK, "Acknowledge", incident.id, primary=True),)
    return Control(Action.UNACK, "Unacknowledge", incident.id), Control(Action.TAKE, "Take over", incident.id)


def of_card(incident: str) -> tuple[Control, ...]:
    """Return what there is to press under the plans, which stay in the thread as they are: both ways."""
    return Control(Action.FALLBACK_ON, "Fallback activated", incident), _back(incident)


def _steering(incident: Incident) -> tuple[Control, ...]:
    """How it goes on is for the team to say of what is its own alone."""
    if not team.is_ours(incident):
        return ()
    return Control(Action.UPDATE, "Update", incident.id), Control(Action.RESOLVE, "Resolve", incident.id)


def _again(incident: Incident) -> tuple[Control, ...]:
    return (Control(Action.REOPEN, "Reopen", incident.id),) if team.is_ours(incident) else ()


def _over(incident: Incident) -> tuple[Control, ...]:
    """Switching over is offered where it is planned how."""
    return of_card(incident.id)[:1] if any(one.has_plan for one in incident.cards) else ()


def _back(incident: str) -> Control:
    return Control(Action.FALLBACK_OFF, "Back to normal", incident)


def pressed(action: Action, value: str, option: str = "", text: str = "") -> Command:
    """Return what a press means: `value` is the control's, `option` what was chosen, `text` what was written."""
    return Command(action=action, incident=value or None, span=span_of(option) if option else None, text=text)
