"""How the team says that an incident of its own goes on: an update, the end, and that it is not over after all.

Two who do so at once are heard one after the other: what is so already is not said again, and nothing that comes after
the end opens it but the wish to do so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.core.actions import SAME_NOTE
from bot.core.ours import Course, Outcome, Terms, Verdict
from bot.core.team import declared
from bot.model import Action, Asked, ChangeKind, ClaimView, Incident, SourceKind, State, TimelineEntry, Transition

_OURS = frozenset({SourceKind.TEAM, SourceKind.PEOPLE})


def steer(incident: Incident, asked: Asked, recent: Sequence[TimelineEntry], terms: Terms, now: datetime) -> Outcome:
    """Return what somebody's word makes of an incident; `recent` are its last entries, to know a repetition by."""
    course = Course(incident, asked, now)
    if asked.command.action is Action.REOPEN:
        verdict = _reopen(course, terms)
    elif asked.command.action is Action.RESOLVE:
        verdict = _resolve(course)
    else:
        verdict = _update(course, recent)
    if not course.entries:
        return Outcome(verdict=verdict, incident=incident)
    return course.told(incident, terms)


def standing_against(incident: Incident) -> tuple[ClaimView, ...]:
    """Return the claims that hold an incident open and are not the team's to take back."""
    return tuple(view for view in incident.claims if not view.state.is_over and view.teller not in _OURS)


def _update(course: Course, recent: Sequence[TimelineEntry]) -> Verdict:
    incident, command = course.incident, course.asked.command
    view, text = declared(incident), command.text.strip()
    if view is None:
        return Verdict.FOREIGN
    if not incident.is_open:
        return Verdict.OVER
    if command.state is State.RESOLVED and standing_against(incident):
        return Verdict.FOREIGN
    if not (text or command.title or command.impact or command.state):
        return Verdict.EMPTY
    if command.title and command.title != view.title:
        view, before = replace(view, title=command.title), view
        course.says(ChangeKind.RENAMED, view, Transition("title", before.title, view.title))
    if command.impact is not None and command.impact is not view.impact:
        view, before = replace(view, impact=command.impact), view
        course.says(ChangeKind.IMPACT_CHANGED, view, Transition("impact", before.impact, view.impact))
    if command.state is State.RESOLVED:
        return _resolve(course)
    _speak(course, view, text, is_news=bool(course.entries) or not _is_said(course, text, recent))
    return Verdict.DONE if course.entries else Verdict.ALREADY


def _speak(course: Course, view: ClaimView, text: str, *, is_news: bool) -> None:
    state = course.asked.command.state or view.state
    moved = () if state is view.state else (Transition("state", view.state, state),)
    if moved or (text and is_news):
        course.says(ChangeKind.UPDATED, replace(view, state=state), *moved, text=text, said=state if moved else None)


def _is_said(course: Course, text: str, recent: Sequence[TimelineEntry]) -> bool:
    said = (b for b in recent if (b.person, b.text) == (course.asked.person.key, text) and b.claim is not None)
    return any(course.now - before.recorded_at < SAME_NOTE for before in said)


def _resolve(course: Course) -> Verdict:
    incident, text = course.incident, course.asked.command.text.strip()
    if not incident.is_open:
        return Verdict.ALREADY
    standing = [view for view in incident.claims if not view.state.is_over]
    if not standing or standing_against(incident):
        return Verdict.FOREIGN
    # What speaks for it is taken back first, so that the last word is the end.
    *others, last = sorted(standing, key=lambda view: view.teller is SourceKind.TEAM)
    for view in others:
        course.says(ChangeKind.RESOLVED, _ended(view, course.now), quiet=True)
    course.says(ChangeKind.RESOLVED, _ended(last, course.now), text=text, said=State.RESOLVED)
    return Verdict.DONE


def _ended(view: ClaimView, now: datetime) -> ClaimView:
    return replace(view, state=State.RESOLVED, resolved_at=now)


def _reopen(course: Course, terms: Terms) -> Verdict:
    incident, view = course.incident, declared(course.incident)
    if incident.is_open:
        return Verdict.ALREADY
    if view is None:
        return Verdict.FOREIGN
    if incident.resolved_at is not None and course.now - incident.resolved_at > terms.reopen_within:
        return Verdict.LATE
    again = replace(view, state=State.INVESTIGATING, resolved_at=None)
    course.says(ChangeKind.REOPENED, again, text=course.asked.command.text.strip(), said=State.INVESTIGATING)
    return Verdict.DONE
